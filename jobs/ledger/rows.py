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

from jobs.ledger import canonical
from jobs.ledger.canonical import BATCH, ENTRY, EXCHANGE, SNAPSHOT

PAGE = 2000
TIMES = {"at", "first_seen_at"}
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
    return ", ".join(_moment(f'{alias}."{name}"') if name in TIMES else f'{alias}."{name}"' for name in names)


def _moment(column: str) -> str:
    """A time as it stands in a text, ``None`` where there is none."""
    if database.vendor == "postgresql":
        return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
    return f"replace({column}, ' ', 'T') || CASE length({column}) WHEN 19 THEN '.000000Z' ELSE 'Z' END"


def _entries() -> str:
    return f"""
        SELECT {columns("e", ENTRY)}, e.signature, e.sha256, x.id, {columns("x", EXCHANGE)}, x.body, s.sha256
        FROM jobs_entry e LEFT JOIN jobs_exchange x ON x.id = e.exchange_id
        LEFT JOIN jobs_jobsnapshot s ON s.id = x.snapshot_id
        WHERE e.number > %s ORDER BY e.number LIMIT {PAGE}"""  # noqa: S608 (names of columns, none of them typed)


def _snapshots() -> str:
    return f"""
        SELECT s.id, s.sha256, {columns("s", SNAPSHOT)}, s.body FROM jobs_jobsnapshot s
        WHERE s.id > %s ORDER BY s.id LIMIT {PAGE}"""  # noqa: S608


def _batches() -> str:
    return f"""
        SELECT b.snapshot_id, {columns("b", BATCH)} FROM jobs_batchsnapshot b
        WHERE b.snapshot_id > %s AND b.snapshot_id <= %s ORDER BY b.snapshot_id, b.position"""  # noqa: S608


_WIDTH = len(ENTRY)
_SIGNATURE, _SHA256, _EXCHANGE = _WIDTH, _WIDTH + 1, _WIDTH + 2


def entries() -> Iterator[tuple[Row, str, str, str | None]]:
    """Each entry in order: its columns, its signature, its digest, and the digest that its exchange has by now."""
    for page in pages(_entries()):
        for row in page:
            exchange = None
            if row[_EXCHANGE] is not None:
                body = canonical.digest_of_body(row[-2])
                exchange = canonical.exchange_digest(row[_EXCHANGE + 1 : -2], body, row[-1])
            yield row[:_WIDTH], row[_SIGNATURE], row[_SHA256], exchange


def snapshots() -> Iterator[tuple[int, str, str]]:
    """Each snapshot: its key, the digest that is stored, and the one that it has by now with its batches."""
    last, batches_of = 0, _batches()
    for page in pages(_snapshots()):
        until = page[-1][0]
        batches = {
            key: [row[1:] for row in rows] for key, rows in groupby(ask(batches_of, [last, until]), key=itemgetter(0))
        }
        for row in page:
            body = canonical.digest_of_body(row[-1])
            yield row[0], row[1], canonical.snapshot_digest(row[2:-1], body, batches.get(row[0], ()))
        last = until
