"""What the entries record, and whether it is in the bundle as it was."""

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from jobs.ledger.bundle.verifier.files import (
    BATCH,
    EXCHANGE,
    EXCHANGE_FORM,
    SNAPSHOT,
    SNAPSHOT_FORM,
    Broken,
    Bundle,
    Index,
    digest,
    digest_of_body,
    plain,
    sha256,
)

USED, ASKED, CAME_TO = 1, 1, 2


class Recorded:
    """Exchanges, snapshots, batches and cancellations, compared with the entries as these come, in order."""

    def __init__(self, bundle: Bundle) -> None:
        self.strays: list[str] = []
        self.exchanges = bundle.lines("exchanges.jsonl")
        self.snapshots = self._snapshots(bundle)
        self.cancellations = Index("cancellations.jsonl", 64)
        for row in bundle.lines("cancellations.jsonl"):
            texts = sha256(plain(row.get("asked"))) + sha256(plain(row.get("came_to")))
            self.cancellations.check(row.get("id"))
            self.cancellations.add(row["id"], texts)

    def _snapshots(self, bundle: Bundle) -> Index:
        index = Index("snapshots.jsonl", 32)
        groups = groupby(bundle.lines("batches.jsonl"), lambda batch: batch.get("snapshot_id"))
        key, batches = next(groups, (None, iter(())))
        for row in bundle.lines("snapshots.jsonl"):
            own: list[Any] = []
            index.check(row.get("id"))
            while isinstance(key, int) and key <= row["id"]:
                if key == row["id"]:
                    own = self._values(batches)
                else:
                    self.strays.append(f"batches.jsonl: the batches of snapshot {key} have no snapshot.")
                key, batches = next(groups, (None, iter(())))
            index.add(row["id"], digest(SNAPSHOT_FORM, row, SNAPSHOT, digest_of_body(row), own))
        if key is not None:
            self.strays.append(f"batches.jsonl: the batches of snapshot {key} have no snapshot.")
            for _ in groups:  # to the end, for the file's own digest
                pass
        return index

    @staticmethod
    def _values(batches: Iterator[dict[str, Any]]) -> list[Any]:
        return [[batch.get(name, "missing") for name in BATCH] for batch in batches]

    def compare(self, entry: dict[str, Any]) -> None:
        """All that this entry records.

        Raises:
            Broken: it is not what it was.
        """
        if entry["exchange_id"] is not None:
            self._exchange(entry["exchange_id"], entry["exchange_sha256"], f"which entry {entry['number']} records,")
        if entry["cancellation_id"] is not None:
            self._cancellation(entry)

    def _exchange(self, key: int, recorded: str, which: str) -> None:
        row = next(self.exchanges, {})
        if row.get("id") != key:
            follows = f"exchanges.jsonl goes on with {row['id']}" if "id" in row else "exchanges.jsonl is at its end"
            raise Broken(f"Exchange {key}, {which} is missing: {follows}.")
        now = digest(EXCHANGE_FORM, row, EXCHANGE, digest_of_body(row), row.get("snapshot_sha256"))
        if now != recorded:
            raise Broken(f"Exchange {key}, {which} is not what it was.")
        if (snapshot := row["snapshot_id"]) is not None:
            at = self.snapshots.find(snapshot)
            if at < 0:
                raise Broken(f"Snapshot {snapshot} of exchange {key}, {which} is missing.")
            if self.snapshots.digest(at) != row["snapshot_sha256"]:
                raise Broken(
                    f"Snapshot {snapshot} of exchange {key}, {which} or one of its batches is not what it was."
                )
            self.snapshots.marks[at] = USED

    def _cancellation(self, entry: dict[str, Any]) -> None:
        key, number, detail = entry["cancellation_id"], entry["number"], entry["detail"]
        at = self.cancellations.find(key)
        if at < 0:
            raise Broken(f"Cancellation {key} of entry {number} is missing.")
        told = sha256(detail)
        marks = self.cancellations.marks
        if entry["kind"] == "requested":
            if told != self.cancellations.digest(at):
                raise Broken(f"Cancellation {key} is not what was asked for in entry {number}.")
            marks[at] |= ASKED
        elif told == self.cancellations.digest(at, 1):
            marks[at] |= CAME_TO
        elif "state" in json.loads(detail):
            marks[at] &= ~CAME_TO

    def finish(self) -> None:
        """After the last entry.

        Raises:
            Broken: a cancellation did not come to what it says, or there is something that no entry records.
        """
        for at, key in enumerate(self.cancellations.keys):
            if self.cancellations.marks[at] & ASKED == 0:
                raise Broken(f"Cancellation {key} is in no entry.")
            if self.cancellations.marks[at] & CAME_TO == 0:
                raise Broken(f"Cancellation {key} did not come to what it says: its last entry says something else.")
        for row in self.exchanges:
            raise Broken(f"Exchange {row.get('id')} is in no entry.")
        for at, key in enumerate(self.snapshots.keys):
            if not self.snapshots.marks[at]:
                raise Broken(f"Snapshot {key} is in no exchange.")
        if self.strays:
            raise Broken(self.strays[0])
