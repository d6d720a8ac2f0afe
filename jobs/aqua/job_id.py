"""Job IDs: which are possible, and how to find one in what a person pasted.

Every documented sample is 32 lower-case hex digits, but Zuora reserves the right to change
that; so other forms pass, with a warning, as long as they cannot reshape a path.
"""

import re

MAX_PASTE = 4000
"""Characters of pasted text in which an ID is looked for."""

_POSSIBLE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_USUAL = re.compile(r"[0-9a-f]{32}")
_ID = r"([A-Za-z0-9_-]{1,64})(?![A-Za-z0-9_%.-])"
_WHERE_IT_STANDS = (
    re.compile(rf"/jobs/+{_ID}"),  # a URL
    re.compile(rf"job[ _-]?id[\"']?\s*[:=]?\s*[\"']?{_ID}", re.IGNORECASE),  # a labelled log line
    re.compile(rf'"id"\s*:\s*"{_ID}"'),  # Zuora's answer
    re.compile(r"(?<![0-9A-Za-z_-])([0-9a-f]{32})(?![0-9A-Za-z_-])"),  # the usual form, anywhere
)


class NoJobID(ValueError):
    """The text holds no job ID, or more than one. Its message says what to do."""


def is_possible(job_id: str) -> bool:
    """Whether this can be a job ID at all: 1–64 of ``A-Z a-z 0-9 _ -``."""
    return _POSSIBLE.fullmatch(job_id) is not None


def is_usual(job_id: str) -> bool:
    """Whether it has the form of every documented ID: 32 lower-case hex digits."""
    return _USUAL.fullmatch(job_id) is not None


def find(text: str) -> str:
    """The one job ID in a pasted ID, URL or log line.

    Raises:
        NoJobID: there is none, or there are several and nothing tells which is meant.
    """
    text = text.strip()
    if len(text) > MAX_PASTE:
        raise NoJobID(f"That is more than {MAX_PASTE:,} characters. Paste the job ID, or the one line that has it.")
    if is_possible(text):
        return text
    for pattern in _WHERE_IT_STANDS:
        found = list(dict.fromkeys(pattern.findall(text)))
        if len(found) == 1:
            return str(found[0])
        if found:
            raise NoJobID(f"There are {len(found)} IDs in this text: {_several(found)}. Paste the job ID alone.")
    raise NoJobID(
        "There is no job ID in this text."
        " A job ID is 32 characters of 0-9 and a-f, such as e20b07474688ad5001468daf10e501de."
    )


def _several(found: list[str]) -> str:
    return ", ".join(found[:3]) + (" …" if len(found) > 3 else "")
