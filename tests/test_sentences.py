"""Every sentence about a job: each has its evidence, and whatever can be known has exactly one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from jobs.aqua.job import LIVE, TERMINAL
from jobs.confirming import verdict
from jobs.models import Cancellation, Decision, Exchange, JobSnapshot, State
from jobs.models.cancellation import OPEN
from jobs.models.decision import SENDS
from jobs.models.exchange import Outcome
from jobs.sentences import lookup_sentence
from jobs.sentences.cancellation import SENTENCES, sentence_for
from jobs.sentences.evidence import Evidence, Shown, shown_by
from jobs.sentences.lookup import LOOKUP_SENTENCES

AT = datetime(2026, 8, 1, 14, 3, 22, tzinfo=UTC)
STATUSES = (*sorted(LIVE | TERMINAL), "Cancelled", "pausing", None)
ANSWERS = (Outcome.ANSWERED, Outcome.REFUSED, Outcome.UNKNOWN, None)
Key = tuple[State, Outcome | None, Shown]


def read_of(status: str | None) -> Exchange:
    """A read that ended 0.8 s after the request; None: the job could not be read."""
    snapshot = JobSnapshot(status=status) if status else None
    return Exchange(at=AT, duration=0.8, snapshot=snapshot, outcome=Outcome.ANSWERED if status else Outcome.UNKNOWN)


def answer_of(outcome: Outcome | None) -> Exchange | None:
    return outcome and Exchange(at=AT, duration=0.1, outcome=outcome, words="Zuora's {own} words")


def evidence_for(
    state: State, outcome: Outcome | None, read: Exchange | None, decision: Decision | None = None
) -> Evidence:
    is_open = state in OPEN
    settled_at = None if is_open else AT
    cancellation = Cancellation(state=state, requested_at=AT, deadline_at=AT + timedelta(minutes=15))
    cancellation.settled_at, cancellation.expires_at = settled_at, AT + timedelta(minutes=30)
    if decision is not None:
        cancellation.decision, cancellation.decided_at = decision, AT
        cancellation.requested_by_name, cancellation.decided_by_name = "rita", "dora"
        cancellation.decision_reason = "Some {own} words"
    return Evidence(cancellation, answer_of(outcome), read)


def all_evidence() -> Iterator[Evidence]:
    """Whatever the flow can come to."""
    yield evidence_for(State.REQUESTED, None, None)
    yield evidence_for(State.AWAITING_APPROVAL, None, None)
    yield evidence_for(State.SENDING, None, None)
    for decision in set(Decision) - set(SENDS):
        yield evidence_for(State.WITHDRAWN, None, None, decision)
    for status in (*STATUSES, "never read"):
        read = None if status == "never read" else read_of(status)
        if status not in TERMINAL:  # a late sender, after somebody else's read that settled nothing
            yield evidence_for(State.NOT_SENT, Outcome.NOT_SENT, read)
            for outcome in ANSWERS:
                yield evidence_for(State.UNCONFIRMED, outcome, read)
    for status, outcome, is_deadline in product(STATUSES, ANSWERS, (True, False)):
        read = read_of(status)
        state = verdict(read=read, answer=answer_of(outcome), is_deadline=is_deadline)
        yield evidence_for(state or State.UNCONFIRMED, outcome, read)


EVIDENCE = {evidence.key: evidence for evidence in all_evidence()}


def texts_for(key: Key) -> list[str]:
    state, outcome, shown = key
    return [
        sentence.text
        for sentence in SENTENCES
        if sentence.state == state and outcome in sentence.answers and shown in sentence.shown
    ]


@pytest.mark.parametrize("key", EVIDENCE, ids=str)
def test_whatever_can_be_known_has_one_sentence(key: Key) -> None:
    assert len(texts_for(key)) == 1
    said = sentence_for(EVIDENCE[key])
    assert said[0].isupper()
    assert said[-1] in ".”"
    assert not [odd for odd in ("{status", "{words", "{read_at", "{after", "{seen", "None", "..", "  ") if odd in said]


def test_every_sentence_is_said_of_something() -> None:
    assert [sentence for sentence in SENTENCES if not any(sentence.text in texts_for(key) for key in EVIDENCE)] == []


@pytest.mark.parametrize("key", list(product(State, (*Outcome, None), Shown)), ids=str)
def test_no_evidence_has_two_sentences_and_none_is_made_up(key: Key) -> None:
    assert len(texts_for(key)) <= 1
    if not texts_for(key):
        state, outcome, shown = key
        status = {Shown.CANCELLED: "cancelled", Shown.ENDED: "completed", Shown.LIVE: "executing", Shown.STRANGE: "x"}
        read = None if shown == Shown.UNREAD else read_of(status.get(shown))
        with pytest.raises(LookupError):
            sentence_for(evidence_for(state, outcome, read))


def test_cancelled_is_said_only_where_zuora_showed_it() -> None:
    for sentence in SENTENCES:
        if sentence.text.startswith(("Cancelled.", "The job is cancelled")):
            assert (sentence.state, sentence.shown) == (State.CANCELLED, (Shown.CANCELLED,))
        if sentence.state == State.CANCELLED:
            assert sentence.shown == (Shown.CANCELLED,)
    assert {key[0] for key in EVIDENCE if key[2] == Shown.CANCELLED} == {State.CANCELLED}
    assert [key for key, evidence in EVIDENCE.items() if sentence_for(evidence).startswith("Cancelled.")] != []
    assert not [sentence for sentence in LOOKUP_SENTENCES if sentence.text.startswith("Cancelled.")]


@pytest.mark.parametrize("status", ["Cancelled", "CANCELLED", " cancelled", "canceled", "cancelled\n"])
def test_only_zuoras_very_word_is_cancelled(status: str) -> None:
    assert shown_by(read_of(status)) == Shown.STRANGE
    assert verdict(read=read_of(status), answer=answer_of(Outcome.ANSWERED), is_deadline=True) == State.UNKNOWN


@pytest.mark.parametrize("status", [*sorted(LIVE), "strange", None])
@pytest.mark.parametrize("outcome", ANSWERS)
def test_before_the_deadline_only_a_refusal_of_a_live_job_settles_what_has_not_ended(
    status: str | None, outcome: Outcome | None
) -> None:
    state = verdict(read=read_of(status), answer=answer_of(outcome), is_deadline=False)
    assert state == (State.REFUSED if (status in LIVE and outcome == Outcome.REFUSED) else None)


def test_the_best_sentence_has_time_and_span() -> None:
    said = sentence_for(evidence_for(State.CANCELLED, Outcome.ANSWERED, read_of("cancelled")))
    assert said == "Cancelled. Zuora confirmed it at 14:03:22 UTC, 0.8 s after the request."


LOOKUPS = {
    (Outcome.ANSWERED, "executing", ""): "The job is executing: it can be cancelled.",
    (Outcome.ANSWERED, "submitted", ""): "The job is submitted: it can be cancelled.",
    (Outcome.ANSWERED, "cancelled", ""): "The job has been cancelled already. There is nothing to cancel.",
    (Outcome.ANSWERED, "completed", ""): "The job has ended as completed. There is nothing to cancel.",
    (Outcome.ANSWERED, "error", ""): "The job has ended as error. There is nothing to cancel.",
    (Outcome.ANSWERED, "pausing", ""): "Zuora gives the job's status as “pausing”, which it does not document.",
    (Outcome.REFUSED, None, "aqua_90002"): "Zuora knows no job with this ID on this connection. It said: no.",
    (Outcome.REFUSED, None, "aqua_50000040"): "Zuora knows no job with this ID on this connection. It said: no.",
    (Outcome.REFUSED, None, "http_404"): "Zuora refused the look-up. It said: no.",
    (Outcome.REFUSED, None, "http_401"): "Zuora did not let this connection in. It said: no. Either the stored",
    (Outcome.REFUSED, None, "aqua_50000011"): "Zuora did not let this connection in. It said: no. Either the stored",
    (Outcome.REFUSED, None, "http_403"): "Zuora says that this connection's user may not do this. It said: no.",
    (Outcome.REFUSED, None, "aqua_50000010"): "Zuora says that this connection's user may not do this. It said: no.",
    (Outcome.REFUSED, None, "aqua_50000070"): "Zuora refused the look-up. It said: no.",
    (Outcome.REFUSED, None, "aqua_40"): "Zuora refused the look-up. It said: no.",
    (Outcome.UNKNOWN, None, "timeout"): "The job cannot be read: no answer came that can be understood. no.",
    (Outcome.NOT_SENT, None, "sign_in"): "Zuora gave this connection no token. It said: no. Either the stored",
    (Outcome.NOT_SENT, None, "user_refused"): "Zuora gave this connection no token: its user may not sign in, or was",
    (Outcome.NOT_SENT, None, "tls"): "Zuora was not reached. no.",
}


def said_of(outcome: Outcome, status: str | None, kind: str) -> str:
    snapshot = JobSnapshot(status=status) if status else None
    return lookup_sentence(Exchange(outcome=outcome, snapshot=snapshot, error_kind=kind, words="no"))


@pytest.mark.parametrize("key", LOOKUPS, ids=str)
def test_a_look_up_is_said_in_one_sentence(key: tuple[Outcome, str | None, str]) -> None:
    assert said_of(*key).startswith(LOOKUPS[key])


def test_every_sentence_of_a_look_up_is_said_of_something() -> None:
    said = [said_of(*key) for key in LOOKUPS]
    beginnings = [sentence.text.partition("{")[0] for sentence in LOOKUP_SENTENCES]
    assert [begins for begins in beginnings if not any(words.startswith(begins) for words in said)] == []


@pytest.mark.parametrize("kind", ["", "x", "http_500", "aqua_", "aqua_abc", "aqua_5000001"])
@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.UNKNOWN, Outcome.NOT_SENT])
def test_no_kind_of_error_is_left_without_a_sentence(outcome: Outcome, kind: str) -> None:
    assert said_of(outcome, None, kind).endswith("no.")
