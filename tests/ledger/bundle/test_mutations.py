"""Whatever is changed in a bundle is found, and where first."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jobs.ledger.bundle.verifier.command import verify as verified
from jobs.ledger.bundle.verifier.files import BATCH, ENTRY, EXCHANGE, SNAPSHOT, Broken, Bundle
from tests.ledger.bundle.conftest import Verify
from tests.ledger.test_verifying import other

Lines = list[dict[str, Any]]
FILES = ("entries", "exchanges", "snapshots", "batches", "cancellations")


def said(bundle: Path) -> str:
    """What the verifier says is broken."""
    with pytest.raises(Broken) as caught:
        verified(Bundle(bundle), "", {}, each_signature=False)
    return str(caught.value)


def number_of(bundle: Path, kind: str) -> int:
    """Of the first entry of a kind."""
    entries = [json.loads(line) for line in (bundle / "entries.jsonl").read_text().splitlines()]
    return next(int(entry["number"]) for entry in entries if entry["kind"] == kind)


@pytest.fixture
def changed(bundle: Path, tmp_path: Path) -> Callable[..., str]:
    """Change the lines of one file in a copy, and verify that."""

    def change(name: str, how: Callable[[Lines], object]) -> str:
        copy = tmp_path / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(bundle, copy)
        file = copy / f"{name}.jsonl"
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        how(lines)
        file.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
        return said(copy)

    return change


def test_every_column_of_every_kind_of_row(bundle: Path, changed: Callable[..., str]) -> None:
    first_with_exchange = number_of(bundle, "looked_up")
    columns = {
        "entries": [*ENTRY, "signature", "sha256"],
        "exchanges": ["id", *EXCHANGE, "snapshot_sha256", "body"],
        "snapshots": ["id", *SNAPSHOT, "body"],
        "batches": ["snapshot_id", *BATCH],
    }
    for name, names in columns.items():
        for column in names:

            def change(lines: Lines, column: str = column) -> None:
                value = lines[0][column]
                lines[0][column] = "x" if value is None else other(value)

            message = changed(name, change)
            number = 1 if name == "entries" else first_with_exchange
            is_named = f"ntry {number} " in message or column in ("id", "snapshot_id")
            assert is_named, (name, column, message)
            assert message != changed(name, lambda lines: lines[0].update(unknown=1)), (name, column)


def test_every_column_of_a_cancellation(bundle: Path, changed: Callable[..., str]) -> None:
    row = json.loads((bundle / "cancellations.jsonl").read_text().splitlines()[0])
    for part in ("asked", "came_to"):
        for column, value in row[part].items():
            message = changed(
                "cancellations",
                lambda lines, part=part, column=column, value=value: lines[0][part].update(
                    {column: "x" if value is None else other(value)}
                ),
            )
            assert message.startswith(f"Cancellation {row['id']} "), message


@pytest.mark.parametrize("name", FILES)
def test_a_line_that_is_removed_doubled_moved_or_unreadable(
    changed: Callable[..., str], bundle: Path, name: str
) -> None:
    count = len((bundle / f"{name}.jsonl").read_text().splitlines())
    assert count > 2
    for at in {0, count // 2, count - 1}:
        for how in (
            lambda lines, at=at: lines.pop(at),
            lambda lines, at=at: lines.insert(at, lines[at]),
            lambda lines, at=at: lines.insert(0 if at else count, lines.pop(at)),
            lambda lines, at=at: lines.__setitem__(at, []),
            lambda lines, at=at: lines.__setitem__(at, {}),
        ):
            assert changed(name, how)


def test_the_first_bad_entry_is_named(bundle: Path, changed: Callable[..., str]) -> None:
    first = number_of(bundle, "looked_up")
    removed = changed("entries", lambda lines: lines.pop(3))
    assert removed == "Entry 4 is missing: 5 follows 3."
    assert changed("entries", lambda lines: lines.pop()).startswith("Entry ")
    assert "is missing" in changed("entries", lambda lines: lines.pop())
    assert "records, is missing" in changed("exchanges", lambda lines: lines.pop(0))
    assert f"which entry {first} records, is missing" in changed("snapshots", lambda lines: lines.pop(0))
    batch = changed("batches", lambda lines: lines.pop(0))
    assert f"which entry {first} records, or one of its batches is not what it was" in batch
    asked = number_of(bundle, "requested")
    assert f" of entry {asked} is missing." in changed("cancellations", lambda lines: lines.pop(0))
    added = {"id": 9**9, "asked": {}, "came_to": {}}
    assert changed("cancellations", lambda lines: lines.append(added)) == "Cancellation 387420489 is in no entry."


def test_every_other_file(bundle: Path, tmp_path: Path) -> None:
    others = [file.name for file in bundle.iterdir() if file.suffix != ".jsonl"]
    assert {"manifest.json", "manifest.sig", "README.txt", "verify.py"} < set(others)
    for name in others:
        for change in (lambda old: old + b"\n", lambda old: old[:-1] + bytes([old[-1] ^ 1]), lambda _: None):
            copy = tmp_path / "copy"
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(bundle, copy)
            new = change((copy / name).read_bytes())
            (copy / name).unlink() if new is None else (copy / name).write_bytes(new)
            assert name in said(copy)


def test_everything_in_the_manifest(bundle: Path) -> None:
    file = bundle / "manifest.json"
    manifest = json.loads(file.read_text())
    changes = [
        *({**manifest, name: "x"} for name in manifest),
        *({key: value for key, value in manifest.items() if key != name} for name in manifest),
        {**manifest, "exported": 1},
        {**manifest, "head": {**manifest["head"], "number": 2}},
        *(
            {**manifest, "files": {k: v for k, v in manifest["files"].items() if k != name}}
            for name in manifest["files"]
        ),
    ]
    for change in changes:
        file.write_text(json.dumps(change))
        assert "manifest.json" in said(bundle), change
    for text in ("", "[]", "{", "null", "[" * 100_000):
        file.write_text(text)
        assert said(bundle) == "manifest.json cannot be read."


def test_who_holds_no_key_cannot_sign_a_shorter_one(bundle: Path) -> None:
    """The last entry is cut off, and everything that is not signed is made to fit."""
    entries = (bundle / "entries.jsonl").read_text().splitlines()[:-1]
    (bundle / "entries.jsonl").write_text("".join(f"{line}\n" for line in entries))
    last, file = json.loads(entries[-1]), bundle / "manifest.json"
    manifest = json.loads(file.read_text())
    manifest["head"] = {"number": last["number"], "sha256": last["sha256"]}
    file.write_text(json.dumps(manifest))
    assert "manifest.json is not what was signed" in said(bundle)


def test_the_command_says_so(bundle: Path, verify: Verify) -> None:
    text, first = (bundle / "entries.jsonl").read_text(), number_of(bundle, "looked_up")
    (bundle / "entries.jsonl").write_text(text.replace('"looked_up"', '"requested"', 1))
    done = verify(bundle / "verify.py")
    assert (done.code, done.said) == (1, f"The bundle is broken. Entry {first} is not what or where it was.\n")
