"""A sender that crashed: the row says ``sending``, nobody knows whether the DELETE left. Only reads follow."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from jobs import confirming
from jobs.models import Cancellation, Cause, Connection, State
from jobs.sandbox import Fault, Sandbox
from jobs.sentences import sentence
from tests.flow import at_the_deadline, cancel, look_up

Door = Callable[[User], Client]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def job_id(sandbox: Sandbox) -> str:
    return sandbox.jobs["running"]


@pytest.fixture
def crashed(operator: User, connection: Connection, job_id: str) -> Cancellation:
    """Committed and perhaps sent, a minute ago; its sender never came back."""
    now = timezone.now()
    return Cancellation.objects.create(
        connection=connection,
        rest_base=connection.rest_base,
        job_id=job_id,
        lookup=look_up(operator, connection, job_id),
        reason="it hangs",
        requested_by=operator,
        requested_by_name=operator.username,
        requested_at=now - MINUTE,
        via="web",
        state=State.SENDING,
        deadline_at=now + 14 * MINUTE,
        next_read_at=now - timedelta(seconds=1),
        claimed_until=now - timedelta(seconds=1),
    )


def follow(cancellation: Cancellation) -> Cancellation:
    """Read all that is due, as the command does."""
    while due := confirming.next_due():
        confirming.confirm(due, cause=Cause.FOLLOW_UP, actor=None)
    cancellation.refresh_from_db()
    return cancellation


@pytest.mark.parametrize(
    ("status", "state", "begins"),
    [
        ("cancelled", State.CANCELLED, "The job is cancelled; it is not known whether by this request. Zuora showed"),
        ("completed", State.FINISHED_FIRST, "The job ended as completed; it was not cancelled."),
        ("aborted", State.FINISHED_FIRST, "The job ended as aborted; it was not cancelled."),
        ("executing", State.UNCONFIRMED, "Not confirmed yet. It is not known whether the cancel was sent; the job was"),
        ("submitted", State.UNCONFIRMED, "Not confirmed yet. It is not known whether the cancel was sent; the job was"),
        ("Cancelled", State.UNCONFIRMED, "Not confirmed yet. It is not known whether the cancel was sent; at "),
    ],
)
def test_it_is_settled_by_what_is_read(
    crashed: Cancellation, sandbox: Sandbox, job_id: str, status: str, state: State, begins: str
) -> None:
    sandbox.set_status(job_id, status)
    follow(crashed)
    assert (crashed.state, sentence(crashed)[: len(begins)]) == (state, begins)
    assert [(seen.method, seen.status) for seen in crashed_requests(sandbox, job_id)] == [("GET", 200)]


def crashed_requests(sandbox: Sandbox, job_id: str) -> list:  # type: ignore[type-arg]
    """All but the look-up's."""
    return [seen for seen in sandbox.requests if job_id in seen.path][1:]


@pytest.mark.parametrize("fault", [None, Fault("GET", "jobs", times=None, status=503, body=b"<html></html>")])
def test_at_the_deadline_it_is_unknown(crashed: Cancellation, sandbox: Sandbox, job_id: str, fault: Fault) -> None:
    if fault:
        sandbox.play(fault)
    follow(crashed)
    assert crashed.state == State.UNCONFIRMED
    at_the_deadline(crashed)
    assert crashed.state == State.UNKNOWN
    assert "not known whether Zuora got the cancel" in sentence(crashed)
    assert sandbox.seen("DELETE", "") == []


def test_nobody_reads_while_the_sender_may_still_be_at_work(
    crashed: Cancellation, operator: User, sandbox: Sandbox, door: Door
) -> None:
    lease = timezone.now() + timedelta(seconds=40)
    Cancellation.objects.update(next_read_at=lease, claimed_until=lease)
    before = len(sandbox.requests)
    follow(crashed)
    page = door(operator).post(f"{crashed.get_absolute_url()}check", follow=True).content.decode()
    assert "Zuora is being asked at this moment." in page
    assert (len(sandbox.requests), confirming.next_due()) == (before, None)


def test_pressing_again_leads_to_it_and_sends_nothing(
    crashed: Cancellation, operator: User, connection: Connection, sandbox: Sandbox, job_id: str, door: Door
) -> None:
    client = door(operator)
    for lookup in (crashed.lookup, look_up(operator, connection, job_id)):
        answer = client.post(f"/lookups/{lookup.pk}/cancel", {"reason": "it hangs"})
        assert answer["Location"] == crashed.get_absolute_url()
    client.post(f"{crashed.get_absolute_url()}check")
    crashed.refresh_from_db()
    assert (crashed.state, sandbox.seen("DELETE", "")) == (State.UNCONFIRMED, [])


def test_after_it_is_settled_a_new_look_up_may_be_cancelled(
    crashed: Cancellation, operator: User, connection: Connection, sandbox: Sandbox, job_id: str
) -> None:
    at_the_deadline(crashed)
    assert cancel(operator, look_up(operator, connection, job_id), wait=5).state == State.CANCELLED
    assert len(sandbox.seen("DELETE", job_id)) == 1


def test_whoever_follows_reads_all_that_is_due(
    crashed: Cancellation, operator: User, connection: Connection, sandbox: Sandbox
) -> None:
    others = [cancel(operator, look_up(operator, connection, sandbox.submit())) for _ in range(3)]
    follow(crashed)
    assert {Cancellation.objects.get(pk=other.pk).state for other in others} == {State.CANCELLED}
    assert {exchange.actor_name for other in others for exchange in other.exchanges.filter(cause="follow_up")} == {
        "follow"
    }
