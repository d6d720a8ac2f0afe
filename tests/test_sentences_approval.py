"""What is said of a cancellation that needs approval: each decision has its sentence, and none claims more."""

from datetime import timedelta

import pytest
from django.utils import timezone

from jobs.models import Decision, State
from jobs.models.decision import SENDS
from jobs.models.exchange import Outcome
from jobs.sentences.approval import STARTED, WITHDRAWN, decision_sentence
from jobs.sentences.cancellation import sentence_for
from tests.test_sentences import evidence_for, read_of


@pytest.mark.parametrize("decision", [each for each in Decision if each not in SENDS])
def test_a_withdrawn_one_says_why_and_that_nothing_was_sent(decision: Decision) -> None:
    said = sentence_for(evidence_for(State.WITHDRAWN, None, None, decision))
    assert said.startswith("Withdrawn: nothing was sent to Zuora. ")
    assert len(said.split(". ")) >= 2
    assert {"denied": "dora denied it", "taken_back": "dora took it back", "right_lost": "rita may no longer"}.get(
        decision, ""
    ) in said
    assert ("Some {own} words." in said) == ("{reason}" in WITHDRAWN[decision])
    assert said.endswith(".")


def test_every_decision_is_said_and_each_sends_or_withdraws() -> None:
    assert set(WITHDRAWN) == set(Decision) - set(SENDS)
    assert set(STARTED) == set(SENDS)
    for decision in SENDS:
        for state in (State.SENDING, State.UNCONFIRMED, State.CANCELLED):
            row = evidence_for(state, Outcome.ANSWERED, None, decision).cancellation
            assert "dora" in decision_sentence(row)
        said = sentence_for(evidence_for(State.CANCELLED, Outcome.ANSWERED, read_of("cancelled"), decision))
        assert said.startswith("Cancelled. Zuora confirmed it at 14:03:22 UTC, 0.8 s after ")
        assert "the request" not in said


def test_what_waits_says_so_until_its_time_is_over() -> None:
    waiting = evidence_for(State.AWAITING_APPROVAL, None, None)
    waiting.cancellation.expires_at = timezone.now() + timedelta(minutes=1)
    assert sentence_for(waiting).startswith("Waiting for approval until ")
    assert waiting.cancellation.state_shown == State.AWAITING_APPROVAL
    waiting.cancellation.expires_at = timezone.now() - timedelta(seconds=1)
    assert sentence_for(waiting).startswith("Withdrawn: nothing was sent to Zuora. Nobody approved it before ")
    assert waiting.cancellation.state_shown == State.WITHDRAWN
