"""What the product says of one batch: what a cancel would do to it, and what became of it."""

from dataclasses import dataclass

from jobs.aqua.job import CANCELLED, LIVE, TERMINAL
from jobs.models import BatchSnapshot


@dataclass(frozen=True)
class Fate:
    """``would`` is said while the job can be cancelled, ``word`` of a batch in a job's last known state."""

    word: str
    would: str


_FINISHED = Fate("finished", "has finished: its file stays")
_FAILED = Fate("failed", "has failed already")

_IN_A_LIVE_JOB = {
    "completed": _FINISHED,
    "aborted": _FAILED,
    "executing": Fate("running", "is running: it would be stopped"),
    "submitted": Fate("waiting", "is waiting: it would never start"),
    "pending": Fate("waiting", "is waiting: it would never start"),
}
_IN_A_CANCELLED_JOB = {
    "completed": _FINISHED,
    "aborted": _FAILED,
    "executing": Fate("stopped", ""),
    "cancelled": Fate("stopped", ""),
    "submitted": Fate("never started", ""),
    "pending": Fate("never started", ""),
}
_IN_AN_ENDED_JOB = {
    "completed": _FINISHED,
    "aborted": _FAILED,
    "cancelled": Fate("stopped", ""),
    "submitted": Fate("never started", ""),
    "pending": Fate("never started", ""),
}


_IN_A_STRANGE_JOB = {"completed": _FINISHED, "aborted": _FAILED}


def fate(batch: BatchSnapshot, *, job_status: str | None) -> Fate:
    """What became of a batch in a job of this status; Zuora's own word where it is not known."""
    if job_status == CANCELLED:
        known = _IN_A_CANCELLED_JOB
    elif job_status in LIVE:
        known = _IN_A_LIVE_JOB
    else:
        known = _IN_AN_ENDED_JOB if job_status in TERMINAL else _IN_A_STRANGE_JOB
    status = batch.status or "no status"
    return known.get(status, Fate(status, f"is {status}: Zuora does not say what a cancel does to it"))
