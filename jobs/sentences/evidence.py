"""What was seen: the answer to a cancel, and what a read showed of the job."""

from dataclasses import dataclass
from enum import Enum

from jobs.aqua.job import CANCELLED, LIVE, TERMINAL
from jobs.models import Cancellation, Cause, Exchange, State
from jobs.models.exchange import Outcome


class Shown(Enum):
    """What a read showed of the job."""

    CANCELLED = "cancelled"
    ENDED = "ended otherwise"
    LIVE = "waiting or running"
    STRANGE = "a status that Zuora does not document"
    NOTHING = "could not be read"
    UNREAD = "was not read"


def shown_by(read: Exchange | None) -> Shown:
    """What one read showed."""
    if read is None:
        return Shown.UNREAD
    if read.snapshot is None:
        return Shown.NOTHING
    status = read.snapshot.status
    if status == CANCELLED:
        return Shown.CANCELLED
    if status in TERMINAL:
        return Shown.ENDED
    return Shown.LIVE if status in LIVE else Shown.STRANGE


@dataclass(frozen=True)
class Evidence:
    """What a sentence about a cancellation rests on."""

    cancellation: Cancellation
    answer: Exchange | None
    read: Exchange | None

    @property
    def key(self) -> tuple[State, Outcome | None, Shown]:
        """What the sentence is chosen by."""
        outcome = Outcome(self.answer.outcome) if self.answer else None
        return State(self.cancellation.state), outcome, shown_by(self.read)


def evidence_of(cancellation: Cancellation) -> Evidence:
    """The answer and the last read among the exchanges that its state takes into account, and no later ones."""
    if cancellation.rests_on_id is None:
        return Evidence(cancellation, None, None)
    exchanges = cancellation.exchanges.select_related("snapshot").order_by("-id")
    exchanges = exchanges.filter(id__lte=cancellation.rests_on_id)
    answer = exchanges.filter(cause=Cause.CANCEL).first()
    return Evidence(cancellation, answer, exchanges.exclude(cause__in=(Cause.CANCEL, Cause.APPROVAL)).first())
