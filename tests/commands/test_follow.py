"""``manage.py follow``: what is due is read once, by whoever is first."""

import logging
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection as database
from django.utils import timezone

from jobs import confirming
from jobs.models import Cancellation, Cause, Connection
from jobs.sandbox import Fault, Sandbox
from tests.behind import behind_their_back
from tests.flow import cancel, look_up
from tests.process import ROOT, environment


@pytest.fixture(autouse=True)
def signals_as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def make_due(operator: User, connection: Connection, sandbox: Sandbox) -> Callable[[], Cancellation]:
    """A cancel that was sent, and whose job nobody has read since."""

    def make() -> Cancellation:
        sent = cancel(operator, look_up(operator, connection, sandbox.submit()))
        assert (sent.state, sent.reads) == ("unconfirmed", 0)
        return sent

    return make


def reads(sandbox: Sandbox, sent: Cancellation) -> int:
    """How often the job was read after its look-up."""
    return len(sandbox.seen("GET", sent.job_id)) - 1


def start(*words: str, **changes: str) -> subprocess.Popen[str]:
    command = [sys.executable, "manage.py", "follow", *words]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment(**changes), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def end(process: subprocess.Popen[str]) -> str:
    """What a process that ends well wrote to stderr."""
    _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said
    return said


def wait_until(is_so: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def test_once_settles_what_is_due_and_ends(make_due: Callable[[], Cancellation], sandbox: Sandbox) -> None:
    due, later = make_due(), make_due()
    Cancellation.objects.filter(pk=later.pk).update(next_read_at=timezone.now() + timedelta(minutes=1))
    call_command("follow", "--once")
    due.refresh_from_db()
    later.refresh_from_db()
    assert (due.state, later.state) == ("cancelled", "unconfirmed")
    assert due.rests_on is not None
    assert (due.rests_on.cause, due.rests_on.actor, due.rests_on.actor_name) == (Cause.FOLLOW_UP, None, "follow")
    assert (reads(sandbox, due), reads(sandbox, later)) == (1, 0)
    assert len(sandbox.seen("DELETE", "")) == 2


def test_what_shows_nothing_yet_is_read_later(make_due: Callable[[], Cancellation], sandbox: Sandbox) -> None:
    due = make_due()
    sandbox.set_status(due.job_id, "executing")
    call_command("follow", "--once")
    due.refresh_from_db()
    assert (due.state, due.reads, due.claimed_until) == ("unconfirmed", 1, None)
    assert due.next_read_at is not None
    assert due.next_read_at > timezone.now()
    assert reads(sandbox, due) == 1


def test_a_sender_that_crashed_is_found_out_about(make_due: Callable[[], Cancellation], sandbox: Sandbox) -> None:
    due = make_due()
    past = timezone.now() - timedelta(seconds=1)
    with behind_their_back(Cancellation):
        Cancellation.objects.filter(pk=due.pk).update(state="sending", claimed_until=past, next_read_at=past)
    call_command("follow", "--once")
    due.refresh_from_db()
    assert (due.state, len(sandbox.seen("DELETE", due.job_id))) == ("cancelled", 1)


def test_two_processes_at_once_read_each_job_once(make_due: Callable[[], Cancellation], sandbox: Sandbox) -> None:
    made = [make_due() for _ in range(6)]
    for sent in made:
        sandbox.play(Fault("GET", sent.job_id, act=True, delay=0.1, times=None))
    for process in [start("--once"), start("--once")]:
        end(process)
    assert [reads(sandbox, sent) for sent in made] == [1] * 6
    assert set(Cancellation.objects.values_list("state", flat=True)) == {"cancelled"}


def test_what_another_process_is_reading_is_left_to_it(make_due: Callable[[], Cancellation], sandbox: Sandbox) -> None:
    due = make_due()
    sandbox.play(Fault("GET", due.job_id, act=True, delay=1.0))
    process = start("--once")
    wait_until(lambda: reads(sandbox, due) == 1)
    call_command("follow", "--once")
    end(process)
    due.refresh_from_db()
    assert (due.state, reads(sandbox, due)) == ("cancelled", 1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_read_under_way_be_recorded(
    make_due: Callable[[], Cancellation], sandbox: Sandbox, number: signal.Signals
) -> None:
    due, next_one = make_due(), make_due()
    sandbox.play(Fault("GET", due.job_id, act=True, delay=0.5))
    process = start()
    wait_until(lambda: reads(sandbox, due) == 1)
    process.send_signal(number)
    assert "Traceback" not in end(process)
    due.refresh_from_db()
    assert (due.state, reads(sandbox, next_one)) == ("cancelled", 0)


@pytest.mark.skipif(database.vendor != "sqlite", reason="moves the file of the database")
def test_a_database_that_is_away_is_waited_for(make_due: Callable[[], Cancellation], tmp_path: Path) -> None:
    due = make_due()
    file, away = Path(str(database.settings_dict["NAME"])), tmp_path / "away"
    process = start(DATABASE_URL=f"sqlite:///{away}/{file.name}")
    log = process.stderr
    assert log is not None
    wait_until(lambda: "The database does not answer; trying again." in log.readline())
    away.symlink_to(file.parent)
    wait_until(lambda: not Cancellation.objects.get(pk=due.pk).is_open)
    process.terminate()
    end(process)


def test_an_error_of_the_database_in_this_process_is_survived(
    make_due: Callable[[], Cancellation], caplog: pytest.LogCaptureFixture
) -> None:
    due = make_due()
    with database.cursor() as cursor:
        cursor.execute("ALTER TABLE jobs_cancellation RENAME TO away")
    try:
        with caplog.at_level(logging.ERROR):
            call_command("follow", "--once")
    finally:
        with database.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO jobs_cancellation")
    assert "The database does not answer; trying again." in caplog.text
    call_command("follow", "--once")
    assert not Cancellation.objects.get(pk=due.pk).is_open
    assert confirming.next_due() is None
