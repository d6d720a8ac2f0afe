"""What the product says of a cancellation, each sentence with the evidence it needs.

A sentence is chosen by the state, by what the answer to the cancel was and by what the job
looked like when it was read, and by nothing else. Times are UTC.
"""

from dataclasses import dataclass
from datetime import timedelta

from jobs.models import Cancellation, State
from jobs.models.exchange import Outcome
from jobs.sentences.approval import approval_facts
from jobs.sentences.evidence import Evidence, Shown, evidence_of
from jobs.sentences.words import clock, span, stop

ACCEPTED, REFUSED, UNCLEAR, NOT_SENT = Outcome.ANSWERED, Outcome.REFUSED, Outcome.UNKNOWN, Outcome.NOT_SENT
NO_ANSWER = None
ANY_ANSWER = (ACCEPTED, REFUSED, UNCLEAR, NO_ANSWER)


@dataclass(frozen=True)
class Sentence:
    """Said of a cancellation in ``state`` when the answer and the read are among these."""

    state: State
    answers: tuple[Outcome | None, ...]
    shown: tuple[Shown, ...]
    text: str


_UNSETTLED = (Shown.LIVE, Shown.STRANGE, Shown.NOTHING, Shown.UNREAD)

SENTENCES = (
    Sentence(State.REQUESTED, (NO_ANSWER,), (Shown.UNREAD,), "Asked for; nothing has been sent to Zuora yet."),
    Sentence(State.AWAITING_APPROVAL, (NO_ANSWER,), (Shown.UNREAD,), "{waiting}"),
    Sentence(State.WITHDRAWN, (NO_ANSWER,), (Shown.UNREAD,), "Withdrawn: nothing was sent to Zuora. {why}"),
    Sentence(State.SENDING, (NO_ANSWER,), (Shown.UNREAD,), "The cancel is being sent to Zuora; nothing is known yet."),
    Sentence(
        State.CANCELLED,
        (ACCEPTED,),
        (Shown.CANCELLED,),
        "Cancelled. Zuora confirmed it at {read_at}, {after} after {since}.",
    ),
    Sentence(
        State.CANCELLED,
        (REFUSED,),
        (Shown.CANCELLED,),
        "The job is cancelled, but Zuora refused this request: {words} Zuora showed it as cancelled at {read_at}.",
    ),
    Sentence(
        State.CANCELLED,
        (UNCLEAR,),
        (Shown.CANCELLED,),
        "Cancelled. Zuora confirmed it at {read_at}, {after} after {since}, whose own answer was lost.",
    ),
    Sentence(
        State.CANCELLED,
        (NO_ANSWER,),
        (Shown.CANCELLED,),
        "The job is cancelled; it is not known whether by this request. Zuora showed it as cancelled at {read_at}.",
    ),
    Sentence(State.FINISHED_FIRST, ANY_ANSWER, (Shown.ENDED,), "The job ended as {status}; it was not cancelled."),
    Sentence(State.REFUSED, (REFUSED,), (Shown.LIVE,), "Not cancelled. Zuora said: {words}"),
    Sentence(
        State.STILL_RUNNING,
        (ACCEPTED,),
        (Shown.LIVE,),
        "Zuora accepted the cancel, and the job is still running: it was {status} at {read_at}.",
    ),
    Sentence(
        State.UNKNOWN,
        (UNCLEAR, NO_ANSWER),
        (Shown.LIVE,),
        "The job is still running: it was {status} at {read_at}. It is not known whether Zuora got the cancel.",
    ),
    Sentence(
        State.UNKNOWN,
        (UNCLEAR, NO_ANSWER),
        (Shown.NOTHING,),
        "The job cannot be read, and it is not known whether Zuora got the cancel.",
    ),
    Sentence(
        State.UNKNOWN,
        (ACCEPTED,),
        (Shown.NOTHING,),
        "Zuora accepted the cancel, but the job cannot be read: it is not known whether it was cancelled.",
    ),
    Sentence(
        State.UNKNOWN,
        (REFUSED,),
        (Shown.NOTHING,),
        "Zuora refused the cancel, and the job cannot be read: it is not known what became of it. Zuora said: {words}",
    ),
    Sentence(
        State.UNKNOWN,
        ANY_ANSWER,
        (Shown.STRANGE,),
        "Zuora gives the job's status as “{status}”, which it does not document:"
        " it is not known whether it was cancelled.",
    ),
    Sentence(State.NOT_SENT, (NOT_SENT,), tuple(Shown), "Not cancelled. Nothing was sent: {words}"),
    Sentence(State.UNCONFIRMED, (ACCEPTED,), _UNSETTLED, "Not confirmed yet. Zuora accepted the cancel; {seen}{until}"),
    Sentence(
        State.UNCONFIRMED,
        (REFUSED,),
        _UNSETTLED,
        "Not confirmed yet. Zuora refused the cancel ({words}); {seen}{until}",
    ),
    Sentence(
        State.UNCONFIRMED,
        (UNCLEAR,),
        _UNSETTLED,
        "Not confirmed yet. No answer to the cancel came that can be understood; {seen}{until}",
    ),
    Sentence(
        State.UNCONFIRMED,
        (NO_ANSWER,),
        _UNSETTLED,
        "Not confirmed yet. It is not known whether the cancel was sent; {seen}{until}",
    ),
)

_SEEN = {
    Shown.LIVE: "the job was still {status} at {read_at}.",
    Shown.STRANGE: "at {read_at} Zuora gave the job's status as “{status}”, which it does not document.",
    Shown.NOTHING: "the job could not be read at {read_at}.",
    Shown.UNREAD: "the job has not been read since.",
}


def sentence_for(evidence: Evidence) -> str:
    """What became of a cancellation, in one sentence.

    Raises:
        LookupError: nothing may be said on this evidence; there is a fault in the product.
    """
    state, outcome, shown = evidence.key
    for sentence in SENTENCES:
        if sentence.state == state and outcome in sentence.answers and shown in sentence.shown:
            return sentence.text.format(**_facts(evidence, shown)).rstrip()
    raise LookupError(f"No sentence for {state}, {outcome}, {shown}.")


def _facts(evidence: Evidence, shown: Shown) -> dict[str, str]:
    cancellation, answer, read = evidence.cancellation, evidence.answer, evidence.read
    facts = {"words": stop(answer.words) if answer else "", "status": "", "read_at": "", "after": "", "until": ""}
    facts |= approval_facts(cancellation)
    if read:
        read_at = read.at + timedelta(seconds=read.duration)
        facts["status"] = (read.snapshot.status or "") if read.snapshot else ""
        facts["read_at"] = clock(read_at, beside=cancellation.requested_at)
        facts["after"] = span(read_at - (cancellation.decided_at or cancellation.requested_at))
    if cancellation.is_open:
        facts["until"] = f" It is read again until {clock(cancellation.deadline_at, beside=cancellation.requested_at)}."
        facts["seen"] = _SEEN.get(shown, "").format(**facts)
    return facts


def sentence(cancellation: Cancellation) -> str:
    """What became of a cancellation, in one sentence, from the rows that were kept."""
    return sentence_for(evidence_of(cancellation))
