"""docs/asvs.md says of each requirement what is so, and names tests and documents that exist."""

import re

import pytest

from tests.process import ROOT
from tests.test_setup import tracked

_COUNTS = """
1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1
4.3:2 4.4:4 5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2
7.4:5 7.5:2 7.6:2 8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2
10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5
14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2
"""
REQUIREMENTS = {section: int(count) for section, count in (pair.split(":") for pair in _COUNTS.split())}
"""How many requirements of Levels 1 and 2 each section has; their numbers begin with 1 and have no gap."""
ROW = re.compile(
    r"\| (\d+\.\d+\.\d+)(?:–(\d+\.\d+\.\d+))? \| (Met|Not applicable|\*\*Not met\*\*) \| (.*?) ?\| (.*?) ?\|"
)


def rows() -> list[re.Match[str]]:
    lines = (ROOT / "docs/asvs.md").read_text().splitlines()
    found = [ROW.fullmatch(line) for line in lines if re.match(r"\| \d", line)]
    assert None not in found
    return [row for row in found if row]


def numbers(row: re.Match[str]) -> list[str]:
    section, first = row[1].rsplit(".", 1)
    last = (row[2] or row[1]).rsplit(".", 1)[1]
    return [f"{section}.{number}" for number in range(int(first), int(last) + 1)]


def test_every_requirement_stands_there_once() -> None:
    wanted = [f"{section}.{number}" for section, count in REQUIREMENTS.items() for number in range(1, count + 1)]
    assert len(wanted) == 253  # 70 of Level 1, 183 of Level 2
    assert [number for row in rows() for number in numbers(row)] == wanted


def test_every_test_and_document_that_is_named_exists() -> None:
    defined = {
        name for file in tracked("tests/*.py") for name in re.findall(r"^def (test_\w+)", file.read_text(), re.M)
    }
    named = {name for row in rows() for name in re.findall(r"`(test_\w+)`", row[5])}
    assert len(named) > 100
    assert named - defined == set()
    for document in {link for row in rows() for link in re.findall(r"\]\((.+?)\)", row[5])}:
        assert (ROOT / "docs" / document).exists(), document


@pytest.mark.parametrize("status", ["Met", "Not applicable", "**Not met**"])
def test_what_is_met_is_shown_and_what_is_not_is_explained(status: str) -> None:
    these = [row for row in rows() if row[3] == status]
    assert len(these) > 5
    for row in these:
        assert row[5] if status == "Met" else len(row[4]) > 6, row[1]
