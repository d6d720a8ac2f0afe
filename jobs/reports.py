"""What became of a job, for programs: one object of JSON, and an exit code."""

from dataclasses import asdict, dataclass
from typing import Any

from jobs.models import Cancellation, Exchange, JobSnapshot, State
from jobs.models.exchange import Outcome
from jobs.printable import printable
from jobs.sentences import fate, lookup_sentence, notices, sentence
from jobs.sentences.evidence import Shown, evidence_of, shown_by
from jobs.sentences.lookup import is_sign_in, is_user_refused

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
    """What is known at the end of one command. ``job`` is as it was last seen; None where nothing tells how it is."""

    exit_code: int
    sentence: str
    lookup: Exchange
    job: JobSnapshot | None = None
    cancellation: Cancellation | None = None

    def document(self) -> dict[str, Any]:
        """Zuora's fields in snake case, its status values verbatim; ``result`` is ours: what became of a batch."""
        cancellation, job = self.cancellation, asdict(self.job.to_job()) if self.job else None
        return {
            "cancellation": str(cancellation.uuid) if cancellation else None,
            "state": cancellation.state if cancellation else None,
            "sentence": self.sentence,
            "connection": self.lookup.connection_name,
            "job_id": self.lookup.job_id,
            "job": job and {name: value for name, value in job.items() if name != "batches"},
            "batches": self._batches(),
        }

    def text(self) -> str:
        """The sentence, and a line for each batch."""
        batches = (f"  {batch['name']}: {_in_words(batch)}" for batch in self._batches())
        return "\n".join(printable(line) for line in (self.sentence, *batches))

    def _batches(self) -> list[dict[str, Any]]:
        if self.job is None:
            return []
        rows = self.job.batches.all()
        return [asdict(row.to_batch()) | {"result": fate(row, job_status=self.job.status).word} for row in rows]


def _in_words(batch: dict[str, Any]) -> str:
    rows = "" if batch["record_count"] is None else f", {batch['record_count']:,} rows"
    return f"{batch['result']} (status {batch['status']}{rows})"


def of_look_up(lookup: Exchange, *, is_dry_run: bool) -> Report:
    """Nothing was sent: nothing could be, or it was a dry run, which is a success where it read the job."""
    code = _exit_of_look_up(lookup, is_dry_run=is_dry_run)
    return Report(code, lookup_sentence(lookup), lookup, lookup.snapshot)


def of_cancellation(cancellation: Cancellation, lookup: Exchange) -> Report:
    """What became of a cancellation. How the job was before it tells nothing, unless nothing was sent."""
    read = evidence_of(cancellation).read
    job = read.snapshot if read else None
    if cancellation.state == State.NOT_SENT:
        job = lookup.snapshot
    code = EXIT_CODES.get(State(cancellation.state), UNCONFIRMED)
    return Report(code, sentence(cancellation), lookup, job, cancellation)


def of_nothing_sent(lookup: Exchange, why: str) -> Report:
    """The product itself sent nothing."""
    return Report(NOT_SENT, why, lookup, lookup.snapshot)


def of_interruption(lookup: Exchange, why: str) -> Report:
    """The command could not see its cancel to the end."""
    return Report(UNCONFIRMED, f"{notices.NOT_SEEN_TO_THE_END} ({why})", lookup)


def _exit_of_look_up(lookup: Exchange, *, is_dry_run: bool) -> int:
    if lookup.snapshot:
        return CANCELLED if is_dry_run or shown_by(lookup) == Shown.CANCELLED else FINISHED_FIRST
    kind = lookup.error_kind
    return REFUSED if lookup.outcome == Outcome.REFUSED or is_sign_in(kind) or is_user_refused(kind) else NOT_SENT
