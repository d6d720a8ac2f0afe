"""The intent is committed before the DELETE leaves, and the database is not held while it is on its way."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import User
from django.db import connection as database
from django.db import connections as databases
from django.db import transaction
from django.test import Client

from jobs import connections
from jobs.models import Cancellation, Connection, Exchange, State
from jobs.sandbox import Fault, Sandbox
from jobs.sentences import sentence
from tests.flow import cancel, look_up

Door = Callable[[User], Client]


@pytest.fixture
def under_way(operator: User, connection: Connection, sandbox: Sandbox, door: Door) -> Callable[[], object]:
    """While this context lasts, a DELETE has arrived at Zuora and is not answered."""

    @contextmanager
    def while_it_is_sent() -> Iterator[str]:
        lookup, client = look_up(operator, connection, sandbox.jobs["running"]), door(operator)
        release = threading.Event()
        arrived = threading.Event()
        answer = sandbox.api.answer

        def held(method: str, path: str, headers: dict[str, str], body: bytes) -> object:
            if method == "DELETE":
                arrived.set()
                release.wait(10)
            return answer(method, path, headers, body)

        sandbox.api.answer = held  # type: ignore[method-assign, assignment]
        thread = threading.Thread(target=press, args=(client, lookup))
        thread.start()
        try:
            assert arrived.wait(10)
            yield lookup.job_id
        finally:
            release.set()
            thread.join()

    return while_it_is_sent


def press(client: Client, lookup: Exchange) -> None:
    try:
        client.post(f"/lookups/{lookup.pk}/cancel", {"reason": "it hangs"})
    finally:
        databases.close_all()


def test_others_can_read_the_intent_while_the_cancel_is_on_its_way(
    under_way: Callable, operator: User, sandbox: Sandbox, door: Door
) -> None:
    with under_way() as job_id:
        cancellation = Cancellation.objects.get()
        assert (cancellation.state, cancellation.job_id, cancellation.reason) == (State.SENDING, job_id, "it hangs")
        assert cancellation.requested_by == operator
        assert [seen.headers["zuora-track-id"] for seen in sandbox.seen("DELETE", job_id)] == [str(cancellation.uuid)]
        page = door(operator).get(cancellation.get_absolute_url()).content.decode()
        assert "The cancel is being sent to Zuora; nothing is known yet." in page
    cancellation.refresh_from_db()
    assert cancellation.state == State.CANCELLED


def test_another_look_up_leads_to_the_cancel_that_is_on_its_way(
    under_way: Callable, operator: User, connection: Connection, sandbox: Sandbox, door: Door
) -> None:
    with under_way() as job_id:
        lookup = look_up(operator, connection, job_id)
        answer = door(operator).post(f"/lookups/{lookup.pk}/cancel", {"reason": "I too"})
        assert answer["Location"] == Cancellation.objects.get().get_absolute_url()
    assert len(sandbox.seen("DELETE", job_id)) == 1


def test_nobody_reads_the_job_before_the_answer_is_in(
    under_way: Callable, operator: User, sandbox: Sandbox, door: Door
) -> None:
    with under_way() as job_id:
        before = len(sandbox.requests)
        path = Cancellation.objects.get().get_absolute_url()
        page = door(operator).post(f"{path}check", follow=True).content.decode()
        assert "Zuora is being asked at this moment." in page
        assert len(sandbox.requests) == before
    assert len(sandbox.seen("DELETE", job_id)) == 1


def test_no_database_connection_is_held_while_the_cancel_is_on_its_way(under_way: Callable) -> None:
    if database.vendor != "postgresql":
        pytest.skip("SQLite has no pool")
    with under_way():
        database.close()
        stats = database.pool.get_stats()
        assert stats["pool_available"] == stats["pool_size"]
        with database.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'")
            assert cursor.fetchone() == (0,)


def test_others_can_write_while_the_cancel_is_on_its_way(under_way: Callable, make_person: Callable[..., User]) -> None:
    with under_way():
        assert make_person("written meanwhile").pk


def test_zuora_is_never_called_inside_a_transaction(operator: User, connection: Connection, sandbox: Sandbox) -> None:
    before = len(sandbox.requests)
    with transaction.atomic(), pytest.raises(RuntimeError, match="never called inside a transaction"):
        connections.read_job(connection, sandbox.jobs["running"])
    assert len(sandbox.requests) == before


def test_where_the_intent_cannot_be_written_nothing_is_sent(
    operator: User, connection: Connection, sandbox: Sandbox, door: Door
) -> None:
    lookup = look_up(operator, connection, sandbox.jobs["running"])
    client = door(operator)
    client.raise_request_exception = False
    with database.cursor() as cursor:
        cursor.execute("ALTER TABLE jobs_cancellation RENAME TO jobs_cancellation_away")
    try:
        answer = client.post(f"/lookups/{lookup.pk}/cancel", {"reason": "it hangs"})
    finally:
        with database.cursor() as cursor:
            cursor.execute("ALTER TABLE jobs_cancellation_away RENAME TO jobs_cancellation")
    assert (answer.status_code, sandbox.seen("DELETE", "")) == (500, [])
    assert "what is not listed there was not sent" in answer.content.decode()


def test_after_a_401_it_is_sent_once_more_with_a_new_token_and_the_same_track_id(
    operator: User, connection: Connection, sandbox: Sandbox
) -> None:
    lookup = look_up(operator, connection, sandbox.jobs["running"])
    sandbox.play(Fault("DELETE", lookup.job_id, status=401, body=b'{"message":"Authentication error"}'))
    cancellation = cancel(operator, lookup, wait=5)
    assert [seen.headers["zuora-track-id"] for seen in sandbox.seen("DELETE", lookup.job_id)] == [
        str(cancellation.uuid)
    ] * 2
    assert sentence(cancellation).startswith("Cancelled. Zuora confirmed it at ")
