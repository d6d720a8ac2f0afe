"""kill -9 at each arrow of the way of one cancel: what is true is found by reading alone, and nothing is sent twice."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from jobs.ledger.verifying import verify
from jobs.models import Cancellation, Connection, State
from jobs.sandbox import Fault, Sandbox
from jobs.sentences import sentence
from tests.crash.processes import (
    Browser,
    Web,
    nobody_writes,
    somebody_waits_for_a_lock,
    the_deadline_is_over,
    time_goes_by,
    wait_until,
    web,
)
from tests.crash.processes import follow as follow_process
from tests.flow import look_up


class Scene:
    """A person presses, and at some arrow everything stands still."""

    def __init__(self, browser: Browser, sandbox: Sandbox, path: str, job_id: str, stack: ExitStack) -> None:
        self.browser, self.sandbox, self.path, self.job_id, self.stack = browser, sandbox, path, job_id, stack
        self.go_on = threading.Event()

    def press(self) -> None:
        self.browser.post_and_forget(f"{self.path}cancel", reason="it hangs")

    def hold(self, method: str, path: str, *, act: bool = False) -> None:
        self.sandbox.play(Fault(method, path, act=act, until=self.go_on))

    def wait_for(self, method: str, path: str, times: int = 1) -> None:
        wait_until(lambda: len(self.sandbox.seen(method, path)) >= times, f"{method} {path}")

    def stop_writing(self, table: str) -> None:
        self.stack.enter_context(nobody_writes(table))

    # Each leaves the worker standing at its arrow.

    def before_the_request_is_committed(self) -> None:
        self.browser.post_token()
        self.stop_writing("jobs_cancellation")
        self.press()
        wait_until(somebody_waits_for_a_lock, "the worker waits for the database")

    def before_the_delete_leaves(self) -> None:
        """A worker that has just started has no token yet."""
        self.hold("POST", "/oauth/token")
        self.press()
        self.wait_for("POST", "/oauth/token", times=2)

    def while_the_delete_is_under_way(self) -> None:
        self.hold("DELETE", self.job_id)
        self.press()
        self.wait_for("DELETE", self.job_id)

    def after_zuora_acted(self) -> None:
        self.hold("DELETE", self.job_id, act=True)
        self.press()
        self.wait_for("DELETE", self.job_id)

    def before_the_answer_is_recorded(self) -> None:
        self.after_zuora_acted()
        self.stop_writing("jobs_exchange")
        self.go_on.set()
        wait_until(lambda: self.sandbox.seen("DELETE", self.job_id)[0].status, "the answer is on its way")
        wait_until(somebody_waits_for_a_lock, "the worker waits for the database")

    def while_the_job_is_read(self) -> None:
        self.hold("GET", self.job_id)
        self.press()
        self.wait_for("GET", self.job_id, times=2)

    def before_it_is_settled(self) -> None:
        self.while_the_job_is_read()
        self.stop_writing("jobs_exchange")
        self.go_on.set()
        wait_until(lambda: self.sandbox.seen("GET", self.job_id)[1].status, "the answer is on its way")
        wait_until(somebody_waits_for_a_lock, "the worker waits for the database")


@pytest.fixture
def serving(connection: Connection) -> Iterator[Web]:
    with web() as running:
        yield running


@pytest.fixture
def scene(operator: User, connection: Connection, sandbox: Sandbox, serving: Web) -> Iterator[Scene]:
    job_id = sandbox.submit()
    lookup = look_up(operator, connection, job_id)
    with ExitStack() as stack:
        yield Scene(serving.browser(operator), sandbox, f"/lookups/{lookup.pk}/", job_id, stack)


ARROWS = {
    "before_the_delete_leaves": (State.UNCONFIRMED, State.UNKNOWN),
    "while_the_delete_is_under_way": (State.UNCONFIRMED, State.UNKNOWN),
    "after_zuora_acted": (State.CANCELLED, State.CANCELLED),
    "before_the_answer_is_recorded": (State.CANCELLED, State.CANCELLED),
    "while_the_job_is_read": (State.CANCELLED, State.CANCELLED),
    "before_it_is_settled": (State.CANCELLED, State.CANCELLED),
}
"""The state after the next read, and the one at the deadline."""


@pytest.mark.parametrize("arrow", ARROWS)
def test_after_kill_9_reading_finds_what_is_true(arrow: str, scene: Scene, serving: Web, sandbox: Sandbox) -> None:
    getattr(scene, arrow)()
    serving.destroy()
    scene.stack.close()
    scene.go_on.set()
    made = Cancellation.objects.get()
    assert made.is_open
    deletes = len(sandbox.seen("DELETE", scene.job_id))
    time_goes_by(made)
    call_command("follow", "--once")
    made.refresh_from_db()
    first, last = ARROWS[arrow]
    assert made.state == first, sentence(made)
    verify(each_signature=True)
    the_deadline_is_over(made)
    call_command("follow", "--once")
    made.refresh_from_db()
    assert (made.state, made.is_open) == (last, False)
    assert len(sandbox.seen("DELETE", scene.job_id)) == deletes == (arrow != "before_the_delete_leaves")
    verify(each_signature=True)


def test_what_was_not_committed_was_not_sent(scene: Scene, serving: Web, sandbox: Sandbox) -> None:
    scene.before_the_request_is_committed()
    serving.destroy()
    scene.stack.close()
    assert not Cancellation.objects.exists()
    assert sandbox.seen("DELETE", scene.job_id) == []
    verify()


def test_follow_that_dies_in_the_middle_of_a_read_is_followed_by_another(
    scene: Scene, serving: Web, sandbox: Sandbox
) -> None:
    scene.after_zuora_acted()
    serving.destroy()
    scene.go_on.set()
    made = Cancellation.objects.get()
    time_goes_by(made)
    scene.go_on = threading.Event()
    scene.hold("GET", scene.job_id)
    with follow_process() as process:
        scene.wait_for("GET", scene.job_id, times=2)
        process.kill()
        process.wait()
    scene.go_on.set()
    made.refresh_from_db()
    assert (made.state, made.is_open) == (State.SENDING, True)
    call_command("follow", "--once")  # the lease of the dead one keeps others away
    made.refresh_from_db()
    assert made.is_open
    time_goes_by(made)
    call_command("follow", "--once")
    made.refresh_from_db()
    assert made.state == State.CANCELLED
    assert len(sandbox.seen("DELETE", scene.job_id)) == 1
    verify(each_signature=True)
