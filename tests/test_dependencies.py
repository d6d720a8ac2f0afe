"""The licences of what aquaadmin stands on, and its bill of materials."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.process import ROOT
from tests.test_setup import process


def check(root: Path) -> tuple[int, str]:
    ended = process("scripts/dependencies.py", "licences", str(root))
    return ended.returncode, ended.stdout + ended.stderr


def sbom() -> str:
    ended = process("scripts/dependencies.py", "sbom")
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What the script reads, to be changed."""
    for name in (
        *("pyproject.toml", "requirements/run.txt", "requirements/dev.txt", "scripts/reviewed_licences.txt"),
        *("jobs/static/jobs/vendor/htmx.min.js", "tests/browser/vendor/axe.min.js"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_every_licence_is_permissive_or_weak_copyleft() -> None:
    assert check(ROOT) == (0, "Every dependency's licence is permissive or weak copyleft.\n")


@pytest.mark.parametrize(
    ("file", "line", "says"),
    [
        ("requirements/run.txt", "no-such-package==1.0\n", "pkg:pypi/no-such-package@1.0: not known"),
        ("requirements/run.txt", "qrcode==99.0 ; extra\n", "pkg:pypi/qrcode@99.0: not known"),
        ("scripts/reviewed_licences.txt", "gone==1.0  MIT  LICENSE\n", "gone==1.0 was reviewed and is not pinned"),
        (
            "scripts/reviewed_licences.txt",
            "pytest-django==4.14.0  GPL-3.0-only  LICENSE\n",
            "pkg:pypi/pytest-django@4.14.0: GPL-3.0-only",
        ),
    ],
)
def test_what_is_unknown_or_not_fine_fails(copy: Path, file: str, line: str, says: str) -> None:
    with (copy / file).open("a") as written:
        written.write(line)
    code, said = check(copy)
    assert (code, says in said.splitlines()) == (1, True), said


@pytest.mark.parametrize(
    ("licence", "code"),
    [
        ("MIT", 0),
        ("(MIT OR GPL-3.0-only)", 0),
        ("MPL-2.0 AND MIT", 0),
        ("MIT AND GPL-2.0-only", 1),
        ("AGPL-3.0-only", 1),
        ("SEE LICENSE IN FILE", 1),
        ("BSD", 1),
        ("", 1),
    ],
)
def test_packages_of_npm_are_checked_too(copy: Path, licence: str, code: int) -> None:
    lock = copy / "tests/some/package-lock.json"
    lock.parent.mkdir()
    package = {"version": "1.0.0"} | ({"license": licence} if licence else {})
    lock.write_text(json.dumps({"packages": {"": {"name": "x"}, "node_modules/a/node_modules/@b/c": package}}))
    ended, said = check(copy)
    assert ended == code
    assert code == 0 or said.startswith("pkg:npm/%40b/c@1.0.0: ")


def test_the_bill_of_materials_is_complete_and_always_the_same() -> None:
    text = sbom()
    assert sbom() == text
    bill: dict[str, Any] = json.loads(text)
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    parts = {part["bom-ref"]: part for part in bill["components"]}
    assert len(parts) == len(bill["components"])
    names = {(part["name"], part["scope"]) for part in parts.values()}
    assert {("django", "required"), ("htmx.org", "required"), ("pytest", "excluded"), ("axe-core", "excluded")} <= names
    for part in parts.values():
        assert part["type"] == "library"
        assert all((part["version"], part["purl"], part["licenses"][0]["expression"]))
    edges = {one["ref"]: one["dependsOn"] for one in bill["dependencies"]}
    assert edges.keys() == parts.keys() | {"aquaadmin"}
    reached, waiting = set(), ["aquaadmin"]
    while waiting:
        for purl in edges[waiting.pop()]:
            if purl not in reached:
                reached.add(purl)
                waiting.append(purl)
    of_others = {purl for purl in parts if purl.startswith(("pkg:npm/", "pkg:pypi/colorama@", "pkg:pypi/tzdata@"))}
    assert parts.keys() - reached <= of_others
