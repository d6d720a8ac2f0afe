"""What became of a job, for programs: one object of JSON, and an exit code."""

from dataclasses import asdict, dataclass
from typing import Any

from jobs.models import Cancellation, Exchange, State
from jobs.models.exchange import Outcome
from jobs.sentences import fate, lookup_sentence, sentence
from jobs.sentences.evidence import Shown, evidence_of, shown_by
from jobs.sentences.lookup import is_sign_in

CANCELLED, FINISHED_FIRST, REFUSED, NOT_SENT, UNCONFIRMED, STILL_RUNNING = 0, 3, 4, 5, 6, 7

EXIT_CODES = {
    State.CANCELLED: CANCELLED,
    State.FINISHED_FIRST: FINISHED_FIRST,
    State.REFUSED: REFUSED,
    State.NOT_SENT: NOT_SENT,
    State.STILL_RUNNING: STILL_RUNNING,
}
"""Of every other state: ``UNCONFIRMED``."""


@dataclass(frozen=True)
class Report:
    """What is known at the end of one command. ``seen`` is the last exchange that showed the job."""

    exit_code: int
    sentence: str
    seen: Exchange
    cancellation: Cancellation | None = None

    def document(self) -> dict[str, Any]:
        """Zuora's fields in snake case, its status values verbatim; ``result`` is ours: what became of a batch."""
        cancellation, job = self.cancellation, self._job()
        return {
            "cancellation": str(cancellation.uuid) if cancellation else None,
            "state": cancellation.state if cancellation else None,
            "sentence": self.sentence,
            "connection": self.seen.connection_name,
            "job_id": self.seen.job_id,
            "job": job and {name: value for name, value in job.items() if name != "batches"},
            "batches": self._batches(job),
        }

    def text(self) -> str:
        """The sentence, and a line for each batch."""
        return "\n".join(
            [self.sentence, *(f"  {batch['name']}: {_in_words(batch)}" for batch in self._batches(self._job()))]
        )

    def _job(self) -> dict[str, Any] | None:
        return asdict(self.seen.snapshot.to_job()) if self.seen.snapshot else None

    def _batches(self, job: dict[str, Any] | None) -> list[dict[str, Any]]:
        if job is None or self.seen.snapshot is None:
            return []
        rows = self.seen.snapshot.batches.all()
        words = [fate(row, job_status=self.seen.snapshot.status).word for row in rows]
        return [batch | {"result": word} for batch, word in zip(job["batches"] or (), words, strict=True)]


def _in_words(batch: dict[str, Any]) -> str:
    rows = "" if batch["record_count"] is None else f", {batch['record_count']:,} rows"
    return f"{batch['result']} (status {batch['status']}{rows})"


def of_look_up(lookup: Exchange, *, is_dry_run: bool) -> Report:
    """Nothing was sent: nothing could be, or it was a dry run, which is a success where it read the job."""
    return Report(_exit_of_look_up(lookup, is_dry_run=is_dry_run), lookup_sentence(lookup), lookup)


def of_cancellation(cancellation: Cancellation, lookup: Exchange) -> Report:
    """What became of a cancellation, with the job as it was last seen."""
    read = evidence_of(cancellation).read
    seen = read if read and read.snapshot else lookup
    return Report(EXIT_CODES.get(State(cancellation.state), UNCONFIRMED), sentence(cancellation), seen, cancellation)


def of_nothing_sent(lookup: Exchange, why: str) -> Report:
    """The product itself sent nothing."""
    return Report(NOT_SENT, why, lookup)


def _exit_of_look_up(lookup: Exchange, *, is_dry_run: bool) -> int:
    if lookup.snapshot:
        return CANCELLED if is_dry_run or shown_by(lookup) == Shown.CANCELLED else FINISHED_FIRST
    if lookup.outcome == Outcome.REFUSED or is_sign_in(lookup.error_kind):
        return REFUSED
    return NOT_SENT
