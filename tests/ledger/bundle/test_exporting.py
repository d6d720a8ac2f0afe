"""What an auditor gets, and verifies without the product."""

import base64
import json
import shutil
import subprocess
import threading
import zlib
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection as database

from jobs import acting
from jobs.ledger import canonical
from jobs.ledger.bundle import exporting
from jobs.ledger.bundle.verifier import files
from jobs.ledger.verifying import verify as verify_ledger
from jobs.models import BatchSnapshot, Cancellation, Connection, Entry, Exchange, JobSnapshot, Kind
from jobs.sandbox import Sandbox
from tests.flow import cancel, look_up
from tests.ledger.bundle.conftest import Verify


def lines(bundle: Path, name: str) -> list[dict]:
    return [json.loads(line) for line in (bundle / name).read_text().splitlines()]


def test_it_verifies_without_the_product(bundle: Path, verify: Verify) -> None:
    head = Entry.objects.latest("number")
    for words in (
        (),
        ("--each-signature",),
        ("--key", json.loads(lines(bundle, "entries.jsonl")[0]["detail"])["key_id"]),
    ):
        done = verify(bundle / "verify.py", *words)
        assert done.code == 0, done.said
        for shown in (
            f"{head.number} of {head.number} entries in full",
            f"{Exchange.objects.count()} exchanges",
            f"{JobSnapshot.objects.count()} snapshots",
            f"{BatchSnapshot.objects.count()} batches",
            f"{Cancellation.objects.count()} cancellations",
            f"Exported by {acting.os_user()} at {canonical.moment(head.at)} (entry {head.number})",
            head.sha256,
        ):
            assert shown in done.said


def test_a_zip_is_the_same(told: None, tmp_path: Path, verify: Verify) -> None:
    call_command("export_ledger", str(tmp_path / "bundle.zip"))
    shutil.unpack_archive(tmp_path / "bundle.zip", tmp_path)
    done = verify(tmp_path / "verify.py", tmp_path / "bundle.zip")
    assert (done.code, "The bundle is whole" in done.said) == (0, True), done.said
    cut = (tmp_path / "bundle.zip").read_bytes()
    (tmp_path / "other.zip").write_bytes(cut[:2000] + bytes([cut[2000] ^ 1]) + cut[2001:])
    assert verify(tmp_path / "verify.py", tmp_path / "other.zip").code == 1


def test_that_it_was_exported_is_an_entry(bundle: Path) -> None:
    entry = Entry.objects.latest("number")
    assert (entry.kind, entry.actor_name, entry.via) == (Kind.EXPORTED, acting.os_user(), "command_line")
    before = Entry.objects.get(number=entry.number - 1)
    assert entry.detail["head"] == {"number": before.number, "sha256": before.sha256}
    assert entry.detail["verifier_sha256"] == canonical.sha256((bundle / "verify.py").read_bytes())
    assert verify_ledger(each_signature=True).number == entry.number


def test_openssl_says_the_same_as_the_readme_promises(bundle: Path) -> None:
    commands = [line.strip() for line in (bundle / "README.txt").read_text().splitlines() if "openssl pkeyutl" in line]
    assert len(commands) == 1

    def run() -> str:
        return subprocess.run(commands[0].split(), cwd=bundle, capture_output=True, text=True, check=False).stdout

    assert "Signature Verified Successfully" in run()
    with (bundle / "manifest.json").open("a") as file:
        file.write(" ")
    assert "Signature Verified Successfully" not in run()


def test_bodies_are_there_as_they_came(bundle: Path) -> None:
    with_body = [line for line in lines(bundle, "snapshots.jsonl") if line["body"]]
    assert len(with_body) == JobSnapshot.objects.count()
    for line in with_body:
        snapshot = JobSnapshot.objects.get(pk=line["id"])
        assert zlib.decompress(base64.b64decode(line["body"])) == snapshot.body_plain


def test_only_its_owner_may_read_it_and_nothing_is_overwritten(told: None, tmp_path: Path) -> None:
    for name in ("bundle", "bundle.zip"):
        call_command("export_ledger", str(tmp_path / name))
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
        with pytest.raises(CommandError, match="exists already") as caught:
            call_command("export_ledger", str(tmp_path / name))
        assert caught.value.returncode == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bundle", "bundle.zip"]


def test_where_nothing_can_be_written_nothing_is_left(told: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Nothing was written"):
        call_command("export_ledger", str(tmp_path / "is not there" / "bundle"))
    assert not Entry.objects.filter(kind=Kind.EXPORTED).exists()


def test_the_verifier_knows_the_same_columns() -> None:
    for name in ("ENTRY", "EXCHANGE", "SNAPSHOT", "BATCH", "ENTRY_FORM", "EXCHANGE_FORM", "SNAPSHOT_FORM"):
        theirs = getattr(files, name)
        assert getattr(canonical, name) == (theirs if isinstance(theirs, str) else tuple(theirs))


def test_a_checkpoint_that_was_kept_is_compared(told: None, tmp_path: Path, verify: Verify) -> None:
    kept = tmp_path / "head.json"
    call_command("verify_ledger", write_checkpoint=str(kept))
    call_command("export_ledger", str(tmp_path / "bundle"))
    program, head = tmp_path / "bundle" / "verify.py", json.loads(kept.read_text())
    assert f"Entry {head['number']} is the checkpoint's." in verify(program, "--checkpoint", kept).said
    for changed, why in (
        ({**head, "sha256": "0" * 64}, f"Entry {head['number']} is another than the checkpoint's."),
        ({**head, "number": 99}, "the checkpoint is of a later one"),
    ):
        kept.write_text(json.dumps(changed))
        done = verify(program, "--checkpoint", kept)
        assert (done.code, why in done.said) == (1, True), done.said
    done = verify(program, "--key", "0" * 16)
    assert (done.code, "begins with the key" in done.said) == (1, True)
    assert verify(program, "--checkpoint", program).code == 2
    assert verify(program, tmp_path / "nothing.zip").code == 1


def test_a_changed_key_is_followed(told: None, tmp_path: Path, verify: Verify, settings: object) -> None:
    (tmp_path / "old").write_text(settings.LEDGER_SIGNING_KEY)  # type: ignore[attr-defined]
    settings.LEDGER_SIGNING_KEY = "B" * 43 + "="  # type: ignore[attr-defined]
    call_command("change_ledger_key", old_key_file=str(tmp_path / "old"))
    call_command("export_ledger", str(tmp_path / "bundle"))
    done = verify(tmp_path / "bundle" / "verify.py", "--each-signature")
    assert done.code == 0, done.said
    assert len(list((tmp_path / "bundle").glob("key-*.pem"))) == 2


def test_what_others_append_meanwhile_is_in_or_out_as_a_whole(
    told: None, tmp_path: Path, verify: Verify, operator: User, connection: Connection, sandbox: Sandbox
) -> None:
    sandbox.faults.clear()
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            cancel(operator, look_up(operator, connection, sandbox.submit()), wait=0)
        database.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for name in ("one", "two", "three"):
            call_command("export_ledger", str(tmp_path / name))
    finally:
        stop.set()
        thread.join()
    for name in ("one", "two", "three"):
        assert verify(tmp_path / name / "verify.py").code == 0


def test_the_readme_names_every_column_in_its_order() -> None:
    text = " ".join(exporting.README.read_text().split())
    for name in ("ENTRY", "EXCHANGE", "SNAPSHOT", "BATCH"):
        assert f"{name.lower()} {' '.join(getattr(canonical, name))}" in text
    for form in (canonical.ENTRY_FORM, canonical.EXCHANGE_FORM, canonical.SNAPSHOT_FORM):
        assert f'["{form}"' in text
