"""How a pretend job moves with time: submitted, executing, completed; its batches one after another.

Where a job stands is a function of the time and of the few things that happened to it, so
nothing has to run in the background. The shapes of the answers are those of Zuora's AQuA
documentation; that a batch which was under way reads ``cancelled`` and one that was not begun
reads ``submitted`` after a cancel is inferred from its two examples.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any


def new_id(*parts: object) -> str:
    """32 lower-case hex digits, the same for the same parts."""
    return hashlib.md5("/".join(map(str, parts)).encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class PretendBatch:
    """One query that takes ``seconds`` and finds ``rows``, written to one file or to several segments."""

    name: str
    query: str
    seconds: float = 5.0
    rows: int = 100
    segments: int = 0
    fails: bool = False
    batch_type: str = "zoqlexport"
    api_version: str = "91.0"
    deleted: Any = None


@dataclass
class PretendJob:
    """A job that was submitted at ``submitted_at`` on the sandbox's clock, in seconds."""

    job_id: str
    name: str
    batches: tuple[PretendBatch, ...]
    submitted_at: float
    began: datetime
    waits: float = 1.0
    partner: str = ""
    project: str = ""
    behind: "PretendJob | None" = None
    format: str = "CSV"
    version: Any = "1.1"
    encrypted: str = "none"
    is_full: bool = True
    uses_labels: bool = False
    cancelled_at: float | None = None
    never_stops: bool = False
    finishes_on_cancel: bool = False
    forced_status: str = ""
    unreadable_for: float = 0.0

    @property
    def starts_at(self) -> float:
        """When it begins to execute; a stateful job waits for the one before it."""
        return self._times()[0]

    @property
    def ends_at(self) -> float:
        """When nothing more happens to it."""
        return self._times()[1]

    @property
    def clears_at(self) -> float:
        """When a stateful job behind it may begin: it has ended, and so have those before it."""
        return self._times()[2]

    def _times(self) -> tuple[float, float, float]:
        """When it starts, ends and clears: told from the first of its queue on, which may be long."""
        queue = [self]
        while (before := queue[-1].behind) is not None:
            queue.append(before)
        starts = ends = clears = float("-inf")
        for job in reversed(queue):
            starts = max(job.submitted_at + job.waits, clears)
            takes = sum(batch.seconds for batch in job._executed())
            ends = starts + takes if job.cancelled_at is None else job.cancelled_at
            clears = max(ends, clears)
        return starts, ends, clears

    def _executed(self) -> list[PretendBatch]:
        failing = next((n for n, batch in enumerate(self.batches) if batch.fails), len(self.batches))
        return list(self.batches[: failing + 1])

    def status(self, now: float) -> str:
        """The job's status, in Zuora's words."""
        if self.forced_status:
            return self.forced_status
        if self.cancelled_at is not None:
            return "cancelled"
        if now < self.starts_at:
            return "submitted"
        if now < self.ends_at:
            return "executing"
        return "aborted" if any(batch.fails for batch in self.batches) else "completed"

    def is_live(self, now: float) -> bool:
        """Whether a cancel can reach it."""
        return self.status(now) in ("submitted", "executing")

    def cancel(self, now: float) -> bool:
        """Cancel it, as far as this job lets itself be cancelled; False where it is over."""
        if self.finishes_on_cancel and self.is_live(now):
            self.forced_status = "completed"
        if not self.is_live(now):
            return False
        if not self.never_stops:
            self.cancelled_at = now
        return True

    def _batch_status(self, position: int, now: float) -> str:
        if self.forced_status == "completed":
            return "completed"
        at = now if self.cancelled_at is None else self.cancelled_at
        begins = self.starts_at + sum(batch.seconds for batch in self.batches[:position])
        batch = self.batches[position]
        if begins > at or any(earlier.fails for earlier in self.batches[:position]):
            return "pending" if self.cancelled_at is None else "submitted"
        if at >= begins + batch.seconds:
            return "aborted" if batch.fails else "completed"
        return "executing" if self.cancelled_at is None else "cancelled"

    def document(self, now: float, *, status: str = "", full: bool = True) -> dict[str, Any]:
        """The answer's body: as a read gives it, or (``full=False``) as a cancel does."""
        document: dict[str, Any] = {
            "name": self.name,
            "id": self.job_id,
            "version": self.version,
            "format": self.format,
            "status": status or self.status(now),
            "encrypted": self.encrypted,
            "batches": [self._batch(position, now, full=full) for position in range(len(self.batches))],
        }
        if full:
            document |= {"localizedStatus": document["status"], "sourceData": "LIVE"}
            if now >= self.starts_at:
                document["startTime"] = self._start_time()
        if self.partner:
            document |= {"partner": self.partner, "project": self.project}
        return document

    def _batch(self, position: int, now: float, *, full: bool) -> dict[str, Any]:
        batch, status = self.batches[position], self._batch_status(position, now)
        document: dict[str, Any] = {
            **({"name": batch.name} if batch.name else {}),
            "query": batch.query,
            "status": status,
            "recordCount": batch.rows if status == "completed" else 0,
            "batchId": new_id(self.job_id, "batch", position),
            "batchType": batch.batch_type,
        }
        if status == "aborted":
            document["message"] = "Query failed: [Unknown field] " + batch.query[:40]
        if files := self.files_of(position, now):
            document["segments" if batch.segments else "fileId"] = files if batch.segments else files[0]
        if full:
            document = {"message": ""} | document
            document |= {"apiVersion": batch.api_version, "full": self.is_full, "localizedStatus": status}
        if batch.deleted is not None:
            document["deleted"] = batch.deleted
        return document

    def files_of(self, position: int, now: float) -> list[str]:
        """The IDs of the files that a batch has written: one, or one a segment; none before it is completed."""
        if self._batch_status(position, now) != "completed":
            return []
        count = self.batches[position].segments
        if not count:
            return [new_id(self.job_id, "file", position)]
        return [new_id(self.job_id, "segment", position, n) for n in range(count)]

    def _start_time(self) -> str:
        start = self.began + timedelta(seconds=self.starts_at - self.submitted_at)
        return start.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
