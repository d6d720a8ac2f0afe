"""Read again until Zuora itself has shown what became of the job; settled is settled."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connections as databases
from django.test import Client
from django.utils import timezone

from jobs import confirming, history
from jobs.confirming import FIRST_DELAY, LONGEST_DELAY
from jobs.models import Cancellation, Cause, Connection, Exchange, State
from jobs.recording import Actor
from jobs.sandbox import Fault, Sandbox
from jobs.sentences import sentence
from tests.behind import behind_their_back
from tests.flow import at_the_deadline, cancel, look_up

Door = Callable[[User], Client]
GATEWAY = b"<html></html>"


@pytest.fixture
def job_id(sandbox: Sandbox) -> str:
    return sandbox.jobs["accepts the cancel but keeps running"]


@pytest.fixture
def cancellation(operator: User, connection: Connection, job_id: str) -> Cancellation:
    """Accepted by Zuora, and not read yet."""
    return cancel(operator, look_up(operator, connection, job_id))


def read_once(cancellation: Cancellation) -> timedelta:
    """Read as ``follow`` does, and return how long it is until the next read."""
    assert confirming.claim(cancellation, only_if_due=False)
    before = timezone.now()
    confirming.confirm(cancellation, cause=Cause.FOLLOW_UP, actor=None)
    return (cancellation.next_read_at or before) - before


def make_due(cancellation: Cancellation, **fields: object) -> None:
    now = timezone.now() - timedelta(seconds=1)
    with behind_their_back(Cancellation):
        Cancellation.objects.filter(pk=cancellation.pk).update(**{"next_read_at": now, "claimed_until": None, **fields})
    cancellation.refresh_from_db()


def near(wait: timedelta, wanted: timedelta) -> bool:
    return wanted <= wait < wanted + timedelta(seconds=5)


def test_the_time_between_reads_doubles_up_to_two_minutes(cancellation: Cancellation) -> None:
    waits = [read_once(cancellation) for _ in range(9)]
    wanted = [min(FIRST_DELAY * 2**n, LONGEST_DELAY) for n in range(9)]
    assert wanted[:3] == [timedelta(seconds=2), timedelta(seconds=4), timedelta(seconds=8)]
    assert wanted[-1] == timedelta(minutes=2)
    assert [near(wait, at_least) for wait, at_least in zip(waits, wanted, strict=True)] == [True] * 9
    assert (cancellation.state, cancellation.reads) == (State.UNCONFIRMED, 9)


@pytest.mark.parametrize(("says", "seconds"), [("90", 90), ("1", 2), ("nonsense", 2), ("0", 2)])
def test_it_waits_as_long_as_zuora_asks(
    cancellation: Cancellation, sandbox: Sandbox, job_id: str, says: str, seconds: int
) -> None:
    sandbox.play(Fault("GET", job_id, status=429, body=b'{"message":"limit"}', headers={"Retry-After": says}))
    assert near(read_once(cancellation), timedelta(seconds=seconds))


def test_no_read_is_put_off_beyond_the_deadline(cancellation: Cancellation, sandbox: Sandbox, job_id: str) -> None:
    make_due(cancellation, deadline_at=timezone.now() + timedelta(seconds=30))
    sandbox.play(Fault("GET", job_id, status=503, body=GATEWAY, headers={"Retry-After": "3000"}))
    read_once(cancellation)
    assert cancellation.next_read_at == cancellation.deadline_at


def test_what_was_not_confirmed_is_confirmed_by_a_later_read(
    cancellation: Cancellation, sandbox: Sandbox, job_id: str
) -> None:
    read_once(cancellation)
    assert sentence(cancellation).startswith("Not confirmed yet. Zuora accepted the cancel; the job was still")
    sandbox.set_status(job_id, "cancelled")
    read_once(cancellation)
    assert sentence(cancellation).startswith("Cancelled. Zuora confirmed it at ")
    assert (cancellation.next_read_at, cancellation.claimed_until) == (None, None)
    assert len(sandbox.seen("DELETE", job_id)) == 1


def test_it_settles_as_still_running_at_the_deadline(cancellation: Cancellation) -> None:
    read_once(cancellation)
    assert cancellation.is_open
    at_the_deadline(cancellation)
    assert cancellation.state == State.STILL_RUNNING
    assert sentence(cancellation).startswith("Zuora accepted the cancel, and the job is still running")


def test_what_is_settled_never_changes_and_later_reads_are_news(
    cancellation: Cancellation, operator: User, connection: Connection, sandbox: Sandbox, job_id: str, door: Door
) -> None:
    at_the_deadline(cancellation)
    before = (Cancellation.objects.values().get(), sentence(cancellation))
    sandbox.set_status(job_id, "cancelled")
    client = door(operator)
    client.post("/lookups/", {"connection": connection.pk, "job_id": job_id})
    client.post(f"{cancellation.get_absolute_url()}check")
    assert not confirming.claim(cancellation, only_if_due=False)
    cancellation.refresh_from_db()
    assert (Cancellation.objects.values().get(), sentence(cancellation)) == before
    assert [news.snapshot.status for news in history.news_of(cancellation)] == ["cancelled"]
    page = client.get(cancellation.get_absolute_url()).content.decode()
    assert page.index("and the job is still running") < page.index("Seen since") < page.index("<code>cancelled</code>")


def test_a_read_that_comes_home_after_it_was_settled_is_kept_as_news(
    cancellation: Cancellation, sandbox: Sandbox, job_id: str
) -> None:
    late = Cancellation.objects.get(pk=cancellation.pk)
    assert confirming.claim(late, only_if_due=False)
    make_due(cancellation)
    at_the_deadline(cancellation)
    sandbox.set_status(job_id, "cancelled")
    rests_on, rows = cancellation.rests_on, Exchange.objects.count()
    confirming.confirm(late, cause=Cause.FOLLOW_UP, actor=None)
    assert (late.state, late.rests_on, Exchange.objects.count()) == (State.STILL_RUNNING, rests_on, rows + 1)
    assert history.news_of(late).count() == 1


@pytest.mark.parametrize("take", ["claim", "next_due"])
def test_of_many_one_takes_the_next_read(cancellation: Cancellation, take: str) -> None:
    make_due(cancellation)
    many = 16
    together = Barrier(many)

    def one(_: int) -> bool:
        try:
            together.wait()
            if take == "next_due":
                return confirming.next_due() is not None
            return confirming.claim(cancellation, only_if_due=True)
        finally:
            databases.close_all()

    with ThreadPoolExecutor(many) as threads:
        assert sorted(threads.map(one, range(many))) == [False] * (many - 1) + [True]


def test_a_reader_that_never_came_back_is_replaced(cancellation: Cancellation) -> None:
    make_due(cancellation, claimed_until=timezone.now() + timedelta(seconds=5))
    assert confirming.next_due() is None
    make_due(cancellation, claimed_until=timezone.now() - timedelta(seconds=1))
    assert confirming.next_due() == cancellation


def test_what_is_not_due_is_not_read(cancellation: Cancellation, sandbox: Sandbox, job_id: str) -> None:
    read_once(cancellation)
    before = len(sandbox.requests)
    assert (confirming.next_due(), len(sandbox.requests)) == (None, before)


def test_the_one_that_is_due_longest_comes_first(
    cancellation: Cancellation, operator: User, connection: Connection, sandbox: Sandbox
) -> None:
    newer = cancel(operator, look_up(operator, connection, sandbox.submit(never_stops=True, waits=0.0)))
    make_due(newer, next_read_at=timezone.now() - timedelta(minutes=1))
    assert [confirming.next_due(), confirming.next_due(), confirming.next_due()] == [newer, cancellation, None]


def test_check_again_reads_at_once_and_names_who_asked(
    cancellation: Cancellation, operator: User, sandbox: Sandbox, job_id: str, door: Door
) -> None:
    read_once(cancellation)
    sandbox.set_status(job_id, "cancelled")
    answer = door(operator).post(f"{cancellation.get_absolute_url()}check")
    assert answer["Location"] == cancellation.get_absolute_url()
    cancellation.refresh_from_db()
    assert cancellation.state == State.CANCELLED
    last = cancellation.exchanges.latest("id")
    assert (last.cause, last.actor, last.method) == (Cause.FOLLOW_UP, operator, "GET")
    assert UUID(last.track_id) == cancellation.uuid
    assert not confirming.check_now(cancellation, Actor(operator))
