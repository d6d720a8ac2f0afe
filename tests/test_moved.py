"""Connections that lead elsewhere by now, and several that lead to one tenant."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from jobs import cancelling, confirming, connections
from jobs.models import Cancellation, Connection, Exchange, Role, State
from jobs.recording import Actor
from jobs.sandbox import Sandbox
from jobs.sentences import sentence
from tests.flow import at_the_deadline, cancel, look_up


def crashed(operator: User, lookup: Exchange) -> Cancellation:
    """As a sender leaves it that died before or while it sent."""
    now = timezone.now()
    return Cancellation.objects.create(
        connection=lookup.connection,
        rest_base=lookup.connection.rest_base,
        job_id=lookup.job_id,
        lookup=lookup,
        reason="x",
        requested_by=operator,
        requested_by_name="operator",
        requested_at=now,
        via="web",
        state=State.SENDING,
        deadline_at=now + timedelta(minutes=1),
        next_read_at=now,
    )


def test_another_tenant_is_never_asked_what_became_of_a_job(
    operator: User, connection: Connection, sandbox: Sandbox
) -> None:
    job_id = sandbox.jobs["accepts the cancel but keeps running"]
    cancel(operator, look_up(operator, connection, job_id))
    with Sandbox() as other:
        other.set_status(job_id, "cancelled")
        connection.base_url = other.url
        connections.save_connection(connection)
        cancellation = Cancellation.objects.get()
        confirming.check_now(cancellation, Actor(operator))
        assert cancellation.state == State.UNCONFIRMED
        assert other.requests == []
        assert at_the_deadline(cancellation).state == State.UNKNOWN


def test_a_look_up_of_another_tenant_is_made_again(
    operator: User, connection: Connection, sandbox: Sandbox, door: Callable[[User], Client]
) -> None:
    lookup = look_up(operator, connection, sandbox.jobs["running"])
    with Sandbox() as other:
        connection.base_url, connection.is_production = other.url, True
        connections.save_connection(connection)
        form = {"reason": "it hangs", "typed_name": connection.name}
        page = door(operator).post(f"/lookups/{lookup.pk}/cancel", form, follow=True)
        assert "The connection was changed after the job was looked up." in page.content.decode()
        assert "it hangs" in page.content.decode()
        assert other.seen("DELETE", "") == []
    assert sandbox.seen("DELETE", "") == []


def test_a_legacy_address_and_the_other_lead_to_one_job(
    make_person: Callable[..., User],
    make_connection: Callable[..., Connection],
    operator: User,
    connection: Connection,
    sandbox: Sandbox,
) -> None:
    legacy = make_connection("legacy", auth="keys", base_url=f"{sandbox.url}/apps")
    other = make_person("other", Role.OPERATOR, legacy)
    job_id = sandbox.jobs["accepts the cancel but keeps running"]
    first, second = look_up(operator, connection, job_id), look_up(other, legacy, job_id)
    cancel(operator, first)
    with pytest.raises(cancelling.AlreadyAsked):
        cancel(other, second)
    assert len(sandbox.seen("DELETE", job_id)) == 1


def test_after_a_crash_an_older_look_up_sends_nothing(
    operator: User, connection: Connection, sandbox: Sandbox, door: Callable[[User], Client]
) -> None:
    job_id = sandbox.jobs["accepts the cancel but keeps running"]
    lookups = [look_up(operator, connection, job_id) for _ in range(2)]
    at_the_deadline(crashed(operator, lookups[0]))
    door(operator).post(f"/lookups/{lookups[1].pk}/cancel", {"reason": "it hangs"})
    assert sandbox.seen("DELETE", job_id) == []


def test_what_another_team_has_settled_is_not_called_open(
    make_person: Callable[..., User],
    make_connection: Callable[..., Connection],
    operator: User,
    connection: Connection,
    sandbox: Sandbox,
    door: Callable[[User], Client],
) -> None:
    twin = make_connection("ACME twin", auth="keys")
    other, job_id = make_person("other", Role.OPERATOR, twin), sandbox.jobs["running"]
    lookup = look_up(other, twin, job_id)
    cancel(operator, look_up(operator, connection, job_id), wait=5)
    page = door(other).post(f"/lookups/{lookup.pk}/cancel", {"reason": "x"}, follow=True).content.decode()
    assert "is open already" not in page
    assert "Nothing more was sent: read the job again." in page


def test_an_answer_is_not_called_lost_where_nothing_may_have_been_sent(
    operator: User, connection: Connection, sandbox: Sandbox
) -> None:
    job_id = sandbox.jobs["running"]
    cancellation = crashed(operator, look_up(operator, connection, job_id))
    sandbox.set_status(job_id, "cancelled")
    confirming.check_now(cancellation, Actor(operator))
    assert sentence(cancellation).startswith("The job is cancelled; it is not known whether by this request.")
