"""What was typed into the search box: an ID of any kind, or words."""

import contextlib
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection as database

from jobs.aqua import job_id as job_ids
from jobs.history.conditions import marks
from jobs.history.running import ask
from jobs.history.words import words_of

MOST_ENDINGS = 40
"""A beginning stands for so many words at most."""
LEAST_BEGINNING = 2
_UUID = re.compile(r"(?<![\w-])[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![\w-])")
_ID = re.compile(r"[A-Za-z0-9_.:-]{6,255}\Z")


@dataclass(frozen=True)
class Understood:
    """``kind`` in words for a person. Of ``jobs``, ``cancellation``, ``exchange`` and ``words`` one is given.

    Each of ``words`` is a choice of words, of which one must be there.
    """

    kind: str = ""
    jobs: tuple[str, ...] = ()
    cancellation: int | None = None
    exchange: int | None = None
    words: tuple[tuple[bytes, ...], ...] = ()
    too_many: str = ""


def understand(text: str, connections: frozenset[int] | None) -> Understood:
    """Look the text up among the IDs of these connections (None: all); what is no ID is words."""
    typed = text.strip()
    if not typed:
        return Understood()
    if (found := _as_id(typed, connections)) is not None:
        return found
    return _as_words(typed)


def _as_id(typed: str, connections: frozenset[int] | None) -> Understood | None:
    if uuid := _uuid(typed):
        for (key,) in _first("SELECT c.id FROM jobs_cancellation c WHERE c.uuid = %s", uuid, "c", connections):
            return Understood("the ID of a cancellation", cancellation=key)
    for candidate in _candidates(typed):
        for kind, sql, alias in _IDS:
            if rows := _first(sql, candidate, alias, connections):
                if kind == _REQUEST:
                    return Understood(kind, exchange=rows[0][0])
                return Understood(kind, jobs=tuple(dict.fromkeys(job for (job,) in rows)))
    return None


_REQUEST = "a Zuora-Request-Id"
_JOB_OF_BATCH = "SELECT s.job_id FROM jobs_batchsnapshot b JOIN jobs_jobsnapshot s ON s.id = b.snapshot_id"
_IDS = (
    ("a job ID", "SELECT x.job_id FROM jobs_exchange x WHERE x.job_id = %s", "x"),
    ("a batch ID", f"{_JOB_OF_BATCH} WHERE b.batch_id = %s", "s"),
    ("a file ID", f"{_JOB_OF_BATCH} WHERE b.file_id = %s", "s"),
    (_REQUEST, "SELECT x.id FROM jobs_exchange x WHERE x.request_id = %s", "x"),
)


def _candidates(typed: str) -> list[str]:
    """The text where it looks like an ID, and the job ID in a URL or a log line."""
    candidates = [typed] if _ID.match(typed) and any(letter.isdigit() for letter in typed) else []
    with contextlib.suppress(job_ids.NoJobID):
        candidates.append(job_ids.find(typed))
    return list(dict.fromkeys(candidates))


def _uuid(typed: str) -> str | None:
    if not (found := _UUID.search(typed)):
        return None
    uuid = UUID(found[0])
    return str(uuid) if database.vendor == "postgresql" else uuid.hex


def _first(sql: str, value: str, alias: str, connections: frozenset[int] | None) -> list[tuple[Any]]:
    """The first rows among those that may be seen: an ID of elsewhere is none."""
    seen = "" if connections is None else f" AND {alias}.connection_id IN ({marks(tuple(connections))})"
    if connections is not None and not connections:
        return []
    return ask(f"{sql}{seen} LIMIT 20", [value, *(connections or ())])


def _as_words(typed: str) -> Understood:
    choices, too_many = [], ""
    for part in typed.split():
        words = words_of(part)
        for number, word in enumerate(words):
            if part.endswith("*") and number == len(words) - 1 and len(word) >= LEAST_BEGINNING:
                beginnings = _beginning_with(word)
                too_many = too_many or (word if len(beginnings) > MOST_ENDINGS else "")
                choices.append(tuple(beginnings[:MOST_ENDINGS]))
            else:
                choices.append((word.encode(),))
    return Understood("words", words=tuple(choices), too_many=too_many)


def _beginning_with(word: str) -> list[bytes]:
    """The words that begin so, in their order, found by one step through the index for each."""
    begin, end = word.encode(), word.encode() + b"\xff"
    sql = f"""
        WITH RECURSIVE next(word, n) AS (
            SELECT * FROM (SELECT word, 1 FROM jobs_searchword
                           WHERE word >= %s AND word < %s ORDER BY word LIMIT 1) AS first
            UNION ALL
            SELECT (SELECT w.word FROM jobs_searchword w WHERE w.word > next.word AND w.word < %s
                    ORDER BY w.word LIMIT 1), n + 1
            FROM next WHERE next.word IS NOT NULL AND n <= {MOST_ENDINGS}
        ) SELECT word FROM next WHERE word IS NOT NULL"""  # noqa: S608
    return [bytes(found) for (found,) in ask(sql, [begin, end, end])]
