"""A database that cannot be written: before the cancel nothing is sent, after it nothing is claimed."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import OperationalError
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from jobs import confirming
from jobs.ledger.verifying import verify
from jobs.models import Cancellation, Connection, State
from jobs.sandbox import Fault, Sandbox
from jobs.sentences import notices, sentence
from tests.crash.processes import nobody_writes, time_goes_by
from tests.flow import cancel, look_up

Door = Callable[[User], Client]
FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END$$;
CREATE TRIGGER full_disk BEFORE INSERT ON jobs_entry FOR EACH ROW EXECUTE FUNCTION full_disk();
"""


def run(*statements: str) -> None:
    with database.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def full_disk() -> Iterator[None]:
    """SQLite may use no page more; PostgreSQL fails as it does where a table cannot grow."""
    if database.vendor == "postgresql":
        run(FULL)
        yield
        run("DROP TRIGGER full_disk ON jobs_entry", "DROP FUNCTION full_disk")
        return
    run("VACUUM", "PRAGMA max_page_count = 1")  # as few as there are
    yield
    run("PRAGMA max_page_count = 1073741823")


@contextmanager
def read_only() -> Iterator[None]:
    if database.vendor == "postgresql":
        with connected_with("-c default_transaction_read_only=on"):
            yield
        return
    run("PRAGMA query_only = ON")
    yield
    run("PRAGMA query_only = OFF")


@contextmanager
def locked() -> Iterator[None]:
    """Somebody holds the lock for longer than one waits."""
    with nobody_writes("jobs_cancellation"):
        if database.vendor == "postgresql":
            with connected_with("-c lock_timeout=200ms"):
                yield
            return
        run("PRAGMA busy_timeout = 200")
        yield
        run("PRAGMA busy_timeout = 30000")


@contextmanager
def connected_with(options: str) -> Iterator[None]:
    """On connections to PostgreSQL that begin with other options."""
    stored = database.settings_dict["OPTIONS"]
    usual = stored["options"]
    for chosen in (options, usual):
        database.close()
        database.close_pool()  # type: ignore[attr-defined]
        stored["options"] = chosen
        if chosen == options:
            yield


BROKEN = pytest.mark.parametrize("broken", [full_disk, read_only, locked])


@pytest.fixture
def filled(operator: User, connection: Connection, sandbox: Sandbox) -> str:
    """A look-up after which the database's file has no free room."""
    return f"/lookups/{look_up(operator, connection, sandbox.jobs['running']).pk}/"


@BROKEN
def test_where_nothing_can_be_written_nothing_is_sent_and_nothing_typed_is_lost(
    broken: Callable, filled: str, operator: User, sandbox: Sandbox, door: Door
) -> None:
    browser = door(operator)
    reason = "It hangs, and blocks the close. " * 30  # more than fits into what is left of a page
    with broken():
        page = browser.post(f"{filled}cancel", {"reason": reason, "ticket": "OPS-1"})
    text = page.content.decode()
    assert page.status_code == 503
    assert str(notices.NOT_WRITTEN) in text
    assert reason.strip() in text
    assert "OPS-1" in text
    assert sandbox.seen("DELETE", "") == []
    assert not Cancellation.objects.exists()
    verify()
    assert browser.post(f"{filled}cancel", {"reason": reason}).status_code == 303  # once it can be written again


@BROKEN
def test_the_command_line_says_so_too(
    broken: Callable, operator: User, connection: Connection, sandbox: Sandbox
) -> None:
    out = io.StringIO()
    words = [connection.name, sandbox.jobs["running"], "--as=operator", f"--reason={'it hangs ' * 100}"]
    with broken(), pytest.raises((SystemExit, Exception)) as ended:
        call_command("cancel_job", *words, stdout=out, stderr=out)
    assert getattr(ended.value, "returncode", getattr(ended.value, "code", None)) == 5
    assert "othing was sent" in f"{ended.value} {out.getvalue()}"
    assert sandbox.seen("DELETE", "") == []


def test_a_disk_that_is_full_after_the_cancel_left_is_told_as_it_is(
    filled: str, operator: User, sandbox: Sandbox, door: Door
) -> None:
    """The answer to the cancel, and the job that came with it, cannot be written any more."""
    browser = door(operator)
    with full_from_the_answer_on():
        page = browser.post(f"{filled}cancel", {"reason": "it hangs"}, follow=True)
    made = Cancellation.objects.get()
    assert str(notices.NOT_SEEN_TO_THE_END) in page.content.decode()
    assert sentence(made) in page.content.decode()
    assert (made.state, len(sandbox.seen("DELETE", made.job_id))) == (State.SENDING, 1)
    time_goes_by(made)
    call_command("follow", "--once")
    made.refresh_from_db()
    assert made.state == State.CANCELLED
    assert len(sandbox.seen("DELETE", made.job_id)) == 1
    verify(each_signature=True)


@contextmanager
def full_from_the_answer_on() -> Iterator[None]:
    """Every insertion of an exchange fails, as it does on a full disk."""

    def refuse(execute: Callable, sql: str, params: object, many: bool, context: object) -> object:
        if sql.startswith('INSERT INTO "jobs_exchange"'):
            raise OperationalError("database or disk is full")
        return execute(sql, params, many, context)

    with database.execute_wrapper(refuse):
        yield


def test_a_late_retry_after_is_waited_for(operator: User, connection: Connection, sandbox: Sandbox) -> None:
    job_id = sandbox.submit()
    lookup = look_up(operator, connection, job_id)
    sandbox.play(Fault("GET", job_id, status=429, body=b"{}", headers={"Retry-After": "90"}))
    made = cancel(operator, lookup, wait=1)
    assert made.next_read_at
    assert timedelta(seconds=80) < made.next_read_at - timezone.now() <= timedelta(seconds=90)
    assert confirming.next_due() is None
