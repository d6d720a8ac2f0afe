"""The ledger's rows as they stand in the database, page by page: flat memory, whatever their number.

The database writes each value as it stands in its row's text (``canonical``), so that a whole row goes to the digest
as it comes.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection as database

from jobs.fields import to_json
from jobs.ledger import canonical
from jobs.ledger.canonical import BATCH, ENTRY, EXCHANGE, SNAPSHOT
from jobs.models.cancellation import OUTCOME, RECORDED

PAGE = 2000
SNAPSHOTS = 250
"""A page of snapshots brings all of their batches along."""
_TIMES = {"at", "first_seen_at", "requested_at", "expires_at", "deadline_at", "settled_at", "decided_at"}
Row = Sequence[Any]


@contextmanager
def one_moment() -> Iterator[None]:
    """Everything that is read inside is of one moment, while others go on writing."""
    begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if database.vendor == "postgresql" else "BEGIN DEFERRED"
    with database.cursor() as cursor:
        cursor.execute(begin)
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def ask(sql: str, parameters: Sequence[int] = ()) -> list[Row]:
    """All rows of a query."""
    with database.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def pages(sql: str, *, after: int = 0, key: int = 0) -> Iterator[list[Row]]:
    """The pages of a query that takes a key to go on after, which stands in the column ``key``."""
    while page := ask(sql, [after]):
        yield page
        after = page[-1][key]


def columns(alias: str, names: Sequence[str]) -> str:
    """For a SELECT. The names are those of ``canonical``."""
    return ", ".join(_column(f'{alias}."{name}"', name) for name in names)


def _column(column: str, name: str) -> str:
    """A value as it stands in a text; ``None`` where there is none."""
    is_postgresql = database.vendor == "postgresql"
    if name in _TIMES and is_postgresql:
        return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
    if name in _TIMES:
        return f"replace({column}, ' ', 'T') || CASE length({column}) WHEN 19 THEN '.000000Z' ELSE 'Z' END"
    if name == "uuid" and is_postgresql:
        return f"{column}::text"
    if name == "uuid":
        return " || '-' || ".join(
            f"substr({column}, {at}, {n})" for at, n in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 99))
        )
    return column


def _entries(page: int) -> str:
    return f"""
        SELECT e.signature, e.sha256, '{canonical.ENTRY_FORM}', {columns("e", ENTRY)}
        FROM jobs_entry e WHERE e.number > %s ORDER BY e.number LIMIT {page}"""  # noqa: S608 (names of columns)


def _exchanges(page: int) -> str:
    return f"""
        SELECT e.number, e.exchange_id, e.exchange_sha256, x.body,
            '{canonical.EXCHANGE_FORM}', {columns("x", EXCHANGE)}, s.sha256
        FROM jobs_entry e LEFT JOIN jobs_exchange x ON x.id = e.exchange_id
        LEFT JOIN jobs_jobsnapshot s ON s.id = x.snapshot_id
        WHERE e.number > %s AND e.exchange_id IS NOT NULL ORDER BY e.number LIMIT {page}"""  # noqa: S608


def _snapshots(page: int) -> str:
    return f"""
        SELECT s.id, s.sha256, s.body, '{canonical.SNAPSHOT_FORM}', {columns("s", SNAPSHOT)} FROM jobs_jobsnapshot s
        WHERE s.id > %s ORDER BY s.id LIMIT {page}"""  # noqa: S608


def _batches() -> str:
    return f"""
        SELECT b.snapshot_id, {columns("b", BATCH)} FROM jobs_batchsnapshot b
        WHERE b.snapshot_id > %s AND b.snapshot_id <= %s ORDER BY b.snapshot_id, b.position"""  # noqa: S608


def _cancellations() -> str:
    return f"""
        SELECT c.id, {columns("c", RECORDED + OUTCOME)} FROM jobs_cancellation c
        WHERE c.id > %s ORDER BY c.id LIMIT {PAGE}"""  # noqa: S608


_TOLD = """
SELECT e.cancellation_id, e.kind, e.detail FROM jobs_entry e
WHERE e.cancellation_id > %s AND e.cancellation_id <= %s ORDER BY e.cancellation_id, e.number
"""
_CONNECTION = len(("number", "id", "sha256", "body", "form"))


def entries(after: int = 0, page: int = PAGE) -> Iterator[tuple[Row, str, str, str]]:
    """Each entry in order: its columns after the name of the form, its content, its signature, its digest."""
    content_of = canonical.digest
    for found in pages(_entries(page), after=after, key=3):
        for row in found:
            columns = row[2:]
            yield columns, content_of(columns), row[0], row[1]


def exchanges(after: int = 0, page: int = PAGE) -> Iterator[tuple[int, int, str, str | None]]:
    """What each entry records, in order: its number, the exchange's key, the digest that the entry holds, and the
    one that the exchange has by now; None where it is gone.
    """
    for found in pages(_exchanges(page), after=after):
        for row in found:
            is_there = row[_CONNECTION] is not None
            text = (*row[4:-1], canonical.digest_of_body(row[3]), row[-1])
            yield row[0], row[1], row[2], canonical.digest(text) if is_there else None


def snapshots(after: int = 0, page: int = SNAPSHOTS) -> Iterator[tuple[int, str, str]]:
    """Each snapshot: its key, the digest that is stored, and the one that it has by now with its batches."""
    last, batches_of = after, _batches()
    for found in pages(_snapshots(page), after=after):
        until = found[-1][0]
        batches = {
            key: [row[1:] for row in rows] for key, rows in groupby(ask(batches_of, [last, until]), key=itemgetter(0))
        }
        for row in found:
            text = (*row[3:], canonical.digest_of_body(row[2]), batches.get(row[0], ()))
            yield row[0], row[1], canonical.digest(text)
        last = until


def cancellations() -> Iterator[tuple[int, str, str, list[tuple[str, str]]]]:
    """Each cancellation: its key, what was asked for and how far it came, as entries hold it, and what its entries
    say: kind and detail, in order.
    """
    last, width = 0, 1 + len(RECORDED)
    for page in pages(_cancellations()):
        until = page[-1][0]
        told = {
            key: [(kind, detail) for _, kind, detail in rows]
            for key, rows in groupby(ask(_TOLD, [last, until]), key=itemgetter(0))
        }
        for row in page:
            recorded = to_json(dict(zip(RECORDED, row[1:width], strict=True)))
            yield row[0], recorded, to_json(dict(zip(OUTCOME, row[width:], strict=True))), told.get(row[0], [])
        last = until
