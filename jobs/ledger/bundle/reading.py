"""The lines of a bundle's files, page by page, as the verifier reads them (``verifier.chain`` says which there are)."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from jobs.ledger import canonical, rows
from jobs.ledger.canonical import BATCH, ENTRY, EXCHANGE, SNAPSHOT
from jobs.ledger.rows import PAGE, SNAPSHOTS, Row, columns, pages
from jobs.models.cancellation import OUTCOME, RECORDED

SHOWN_BY_CONTENT = 100
"""The longest run of entries that are not chosen across which the chain is walked; a longer one is left out."""
Line = dict[str, Any]
_LINE = (*ENTRY, "signature", "sha256")


@dataclass(frozen=True)
class Chosen:
    """Some cancellations and the numbers of all entries that tell of them, the head's among them or not."""

    cancellations: Sequence[int]
    numbers: Sequence[int]
    head: int
    _of: dict[str, str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        numbers = _list(self.numbers)
        snapshots = (
            "SELECT x.snapshot_id FROM jobs_exchange x JOIN jobs_entry e ON e.exchange_id = x.id"  # noqa: S608
            f" WHERE e.number IN {numbers}"
        )
        self._of.update(e=f"AND e.number IN {numbers}", c=f"AND c.id IN {_list(self.cancellations)}")
        self._of.update(s=f"AND s.id IN ({snapshots})", b=f"AND b.snapshot_id IN ({snapshots})")

    def only(self, alias: str) -> str:
        """What a WHERE adds, so that only what is chosen is read."""
        return self._of[alias]


class Everything:
    """The whole ledger."""

    def only(self, alias: str) -> str:
        return ""


def _list(numbers: Sequence[int]) -> str:
    return f"({', '.join(str(int(number)) for number in numbers)})"


def choose(cancellations: Sequence[int], exported: int) -> Chosen:
    """What tells of these cancellations: their look-ups and all that followed, the keys, and the export itself."""
    of = _list(cancellations)
    numbers = rows.ask(f"""
        SELECT number FROM jobs_entry WHERE cancellation_id IN {of} OR kind = 'key_changed' OR number = {exported:d}
        UNION
        SELECT e.number FROM jobs_entry e JOIN jobs_cancellation c ON c.lookup_id = e.exchange_id WHERE c.id IN {of}
        ORDER BY 1""")  # noqa: S608 (numbers)
    ((head,),) = rows.ask("SELECT max(number) FROM jobs_entry")
    return Chosen(cancellations, [number for (number,) in numbers], head)


def entries(chosen: Everything | Chosen) -> Iterator[Line]:
    """In order."""
    if isinstance(chosen, Everything):
        yield from _in_full(chosen)
        return
    in_full = _in_full(chosen)
    for before, number in pairwise([0, *chosen.numbers]):
        yield from _between(before, number)
        yield next(in_full)
    if chosen.numbers[-1] != chosen.head:
        yield from _between(chosen.numbers[-1], chosen.head)
        yield from _by_content(chosen.head - 1, chosen.head + 1)


def _in_full(chosen: Everything | Chosen) -> Iterator[Line]:
    sql = f"""
        SELECT {columns("e", ENTRY)}, e.signature, e.sha256
        FROM jobs_entry e WHERE e.number > %s {chosen.only("e")} ORDER BY e.number LIMIT {PAGE}"""  # noqa: S608
    for page in pages(sql):
        for row in page:
            yield dict(zip(_LINE, row, strict=True))


def _between(before: int, number: int) -> Iterator[Line]:
    """What stands for the entries between two that are chosen."""
    if number - before - 1 <= SHOWN_BY_CONTENT:
        yield from _by_content(before, number)
        return
    ((digest,),) = rows.ask("SELECT sha256 FROM jobs_entry WHERE number = %s", [number - 1])
    yield {"from": before + 1, "to": number - 1, "sha256": digest}


def _by_content(before: int, number: int) -> Iterator[Line]:
    sql = f"""
        SELECT {columns("e", ENTRY)}, e.signature, e.sha256
        FROM jobs_entry e WHERE e.number > %s AND e.number < %s ORDER BY e.number"""  # noqa: S608
    for *entry, signature, digest in rows.ask(sql, [before, number]):
        content = canonical.entry_content(entry)
        yield {"number": entry[0], "content": content, "signature": signature, "sha256": digest}


def exchanges(chosen: Everything | Chosen) -> Iterator[Line]:
    """In the order of the entries that record them."""
    sql = f"""
        SELECT e.number, x.id, {columns("x", EXCHANGE)}, s.sha256, x.body
        FROM jobs_entry e JOIN jobs_exchange x ON x.id = e.exchange_id
        LEFT JOIN jobs_jobsnapshot s ON s.id = x.snapshot_id
        WHERE e.number > %s {chosen.only("e")} ORDER BY e.number LIMIT {SNAPSHOTS}"""  # noqa: S608
    for page in pages(sql):
        for row in page:
            line = dict(zip(("id", *EXCHANGE, "snapshot_sha256"), row[1:-1], strict=True))
            yield line | {"body": _base64(row[-1])}


def snapshots(chosen: Everything | Chosen) -> Iterator[Line]:
    """By key."""
    sql = f"""
        SELECT s.id, {columns("s", SNAPSHOT)}, s.body FROM jobs_jobsnapshot s
        WHERE s.id > %s {chosen.only("s")} ORDER BY s.id LIMIT {SNAPSHOTS}"""  # noqa: S608
    for page in pages(sql):
        for row in page:
            yield dict(zip(("id", *SNAPSHOT), row[:-1], strict=True)) | {"body": _base64(row[-1])}


def batches(chosen: Everything | Chosen) -> Iterator[Line]:
    """By the snapshot's key and the position."""
    sql = f"""
        SELECT b.snapshot_id, {columns("b", BATCH)} FROM jobs_batchsnapshot b
        WHERE (b.snapshot_id, b.position) > (%s, %s) {chosen.only("b")}
        ORDER BY b.snapshot_id, b.position LIMIT {PAGE}"""  # noqa: S608
    last: Row = (0, -1)
    while page := rows.ask(sql, last[:2]):
        for row in page:
            yield dict(zip(("snapshot_id", *BATCH), row, strict=True))
        last = page[-1]


def cancellations(chosen: Everything | Chosen) -> Iterator[Line]:
    """By key: what was asked for, and what it came to by now."""
    width = 1 + len(RECORDED)
    sql = f"""
        SELECT c.id, {columns("c", RECORDED + OUTCOME)} FROM jobs_cancellation c
        WHERE c.id > %s {chosen.only("c")} ORDER BY c.id LIMIT {PAGE}"""  # noqa: S608
    for page in pages(sql):
        for row in page:
            asked = dict(zip(RECORDED, row[1:width], strict=True))
            yield {"id": row[0], "asked": asked, "came_to": dict(zip(OUTCOME, row[width:], strict=True))}


def _base64(body: bytes | memoryview | None) -> str | None:
    return None if body is None else base64.b64encode(body).decode()
