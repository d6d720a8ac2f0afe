"""The ledger's rows as they stand in the database, page by page: flat memory, whatever their number."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import connection as database

from jobs.ledger import canonical
from jobs.ledger.canonical import BATCH, ENTRY, EXCHANGE, SNAPSHOT

PAGE = 2000
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


def columns(alias: str, names: Sequence[str]) -> str:
    """For a SELECT. The names are those of ``canonical``."""
    return ", ".join(f'{alias}."{name}"' for name in names)


_ENTRIES = f"""
SELECT {columns("e", ENTRY)}, e.signature, e.sha256, x.id, {columns("x", EXCHANGE)}, x.body, s.sha256
FROM jobs_entry e LEFT JOIN jobs_exchange x ON x.id = e.exchange_id
LEFT JOIN jobs_jobsnapshot s ON s.id = x.snapshot_id
WHERE e.number > %s ORDER BY e.number LIMIT {PAGE}
"""  # noqa: S608 (names of columns, none of them typed by anybody)
_SNAPSHOTS = f"""
SELECT s.id, {columns("s", SNAPSHOT)}, s.body, s.sha256 FROM jobs_jobsnapshot s
WHERE s.id > %s ORDER BY s.id LIMIT {PAGE}
"""  # noqa: S608
_BATCHES = f"""
SELECT b.snapshot_id, {columns("b", BATCH)} FROM jobs_batchsnapshot b
WHERE b.snapshot_id > %s AND b.snapshot_id <= %s ORDER BY b.snapshot_id, b.position
"""  # noqa: S608
_WIDTH = len(ENTRY)
_AT = ENTRY.index("at")
_EXCHANGE_AT = EXCHANGE.index("at")
_FULL = BATCH.index("full")
_HAS_BATCHES, _FIRST_SEEN = SNAPSHOT.index("has_batches"), SNAPSHOT.index("first_seen_at")


def entries() -> Iterator[tuple[list[Any], str, str, str | None]]:
    """Each entry in order: its columns, its signature, its digest, and the digest that its exchange has by now."""
    last = 0
    while page := ask(_ENTRIES, [last]):
        for row in page:
            entry = list(row[:_WIDTH])
            entry[_AT] = _moment(entry[_AT])
            yield entry, row[_WIDTH], row[_WIDTH + 1], _exchange_digest(row[_WIDTH + 2 :])
        last = page[-1][0]


def _exchange_digest(row: Row) -> str | None:
    if row[0] is None:
        return None
    values = list(row[1 : 1 + len(EXCHANGE)])
    values[_EXCHANGE_AT] = _moment(values[_EXCHANGE_AT])
    return canonical.sha256(canonical.exchange_text(values, canonical.digest_of_body(row[-2]), row[-1]))


def snapshots() -> Iterator[tuple[int, str, str]]:
    """Each snapshot: its key, the digest that is stored, and the one that it has by now with its batches."""
    last = 0
    while page := ask(_SNAPSHOTS, [last]):
        until = page[-1][0]
        batches = {
            key: [_batch(row) for row in rows]
            for key, rows in groupby(ask(_BATCHES, [last, until]), key=lambda row: row[0])
        }
        for row in page:
            values = list(row[1:-2])
            values[_HAS_BATCHES] = bool(values[_HAS_BATCHES])
            values[_FIRST_SEEN] = _moment(values[_FIRST_SEEN])
            text = canonical.snapshot_text(values, canonical.digest_of_body(row[-2]), batches.get(row[0], []))
            yield row[0], row[-1], canonical.sha256(text)
        last = until


def _batch(row: Row) -> list[Any]:
    values = list(row[1:])
    values[_FULL] = None if values[_FULL] is None else bool(values[_FULL])
    return values


def _text_of_sqlite(value: str) -> str:
    return f"{value[:10]}T{value[11:]}{'' if '.' in value else '.000000'}Z"


def _moment(value: str | datetime) -> str:
    return _text_of_sqlite(value) if isinstance(value, str) else canonical.moment(value)
