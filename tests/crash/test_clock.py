"""A clock that is set back: rows keep their order, and nothing waits for the time that was."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from jobs import confirming
from jobs.ledger.verifying import verify
from jobs.models import Cause, Connection, Entry, Exchange, State
from jobs.sandbox import Sandbox
from tests.crash.processes import the_deadline_is_over
from tests.flow import cancel, look_up

Door = Callable[[User], Client]


def test_a_clock_that_was_set_back_an_hour_stops_nothing(
    operator: User, connection: Connection, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = timezone.now
    job_id = sandbox.jobs["accepts the cancel but keeps running"]
    made = cancel(operator, look_up(operator, connection, job_id))
    monkeypatch.setattr(timezone, "now", lambda: real() - timedelta(hours=1))
    due = confirming.next_due()
    assert due == made
    assert confirming.next_due() is None  # claimed, by the clock of now
    confirming.confirm(due, cause=Cause.FOLLOW_UP, actor=None)
    due.refresh_from_db()
    assert due.state == State.UNCONFIRMED
    assert due.next_read_at
    assert due.next_read_at - timezone.now() < timedelta(minutes=2)
    sandbox.set_status(job_id, "cancelled")
    the_deadline_is_over(due)
    call_command("follow", "--once")
    made.refresh_from_db()
    assert made.state == State.CANCELLED
    numbers = list(Entry.objects.order_by("number").values_list("number", "at"))
    assert [number for number, _ in numbers] == list(range(1, len(numbers) + 1))
    assert numbers[-1][1] < numbers[-4][1]  # by the clock it was earlier, and the order stands all the same
    assert len(sandbox.seen("DELETE", job_id)) == 1
    again = look_up(operator, connection, job_id)
    assert Exchange.objects.latest("id") == again
    verify(each_signature=True)


def test_a_clock_set_back_makes_no_old_look_up_new(
    operator: User, connection: Connection, sandbox: Sandbox, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cancellation since the look-up is found by the order of the rows."""
    job_id = sandbox.jobs["running"]
    before = look_up(operator, connection, job_id)
    made = cancel(operator, look_up(operator, connection, job_id), wait=5)
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() - timedelta(hours=1))
    page = door(operator).post(f"/lookups/{before.pk}/cancel", {"reason": "again"})
    assert page["Location"] == made.get_absolute_url()
    assert len(sandbox.seen("DELETE", job_id)) == 1
