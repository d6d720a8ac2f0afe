"""PostgreSQL goes away in the middle of a cancel and comes back."""

import subprocess
import threading
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection as database

from jobs.ledger.verifying import verify
from jobs.models import Cancellation, Connection, State
from jobs.sandbox import Fault, Sandbox
from tests.crash.processes import follow, wait_until, web
from tests.flow import cancel, look_up

pytestmark = pytest.mark.skipif("sqlite" in database.settings_dict["ENGINE"], reason="SQLite has no server to restart")


class Restart:
    """The tests' own PostgreSQL, whose folder it tells itself."""

    def __init__(self) -> None:
        with database.cursor() as cursor:
            cursor.execute("SHOW data_directory")
            self.folder = Path(cursor.fetchone()[0])
        self.program = max(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))

    def __call__(self, mode: str) -> None:
        database.close()
        database.close_pool()  # type: ignore[attr-defined]
        command = [
            str(self.program),
            "-D",
            str(self.folder),
            "-m",
            mode,
            "-w",
            "-l",
            str(self.folder / "log"),
            "restart",
        ]
        if self.folder.owner() != Path("/proc/self").owner():
            command = ["runuser", "-u", self.folder.owner(), "--", *command]
        subprocess.run(command, cwd="/", check=True, stdout=subprocess.DEVNULL)


@pytest.fixture
def restart(transactional_db: None) -> Restart:
    return Restart()


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_restart_between_the_cancel_and_its_answer(
    mode: str, operator: User, connection: Connection, sandbox: Sandbox, restart: Restart
) -> None:
    job_id = sandbox.submit()
    lookup = look_up(operator, connection, job_id)
    go_on = threading.Event()
    with web() as serving:
        browser = serving.browser(operator)
        browser.post_token()
        sandbox.play(Fault("DELETE", job_id, act=True, until=go_on))
        answers = []
        thread = threading.Thread(
            target=lambda: answers.append(browser.post(f"/lookups/{lookup.pk}/cancel", reason="it hangs"))
        )
        thread.start()
        wait_until(lambda: sandbox.seen("DELETE", job_id), "the cancel is at Zuora")
        restart(mode)
        go_on.set()
        thread.join()
        (answer,) = answers
        made = Cancellation.objects.get()
        assert (answer.status, answer.location) == (303, made.get_absolute_url())
        assert "Cancelled. Zuora confirmed it at" in browser.get(answer.location).text
    assert (made.state, made.exchanges.count()) == (State.CANCELLED, 2)  # nothing of what Zuora said is lost
    assert len(sandbox.seen("DELETE", job_id)) == 1
    verify(each_signature=True)


def test_follow_outlives_it(operator: User, connection: Connection, sandbox: Sandbox, restart: Restart) -> None:
    first, second = sandbox.submit(), sandbox.submit()
    made = cancel(operator, look_up(operator, connection, first))
    with follow() as process:
        wait_until(lambda: Cancellation.objects.filter(pk=made.pk, state=State.CANCELLED).exists(), "follow reads")
        restart("immediate")
        later = cancel(operator, look_up(operator, connection, second))
        wait_until(lambda: Cancellation.objects.filter(pk=later.pk, state=State.CANCELLED).exists(), "it goes on")
        assert process.poll() is None
    verify()
