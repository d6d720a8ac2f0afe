"""The fault matrix: whatever happens to the cancel and whatever the job then reads, what is settled and said."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User

from jobs.aqua import client as client_module
from jobs.models import Cancellation, Cause, Connection, Role, State
from jobs.sandbox import Sandbox
from jobs.sentences import sentence
from tests.flow import at_the_deadline, cancel, look_up
from tests.outcomes import ANSWERS, SETTLED, for_the_job, is_said, what_is_read

GREEN = {State.CANCELLED}
SECONDS = 0.15
"""That a cancel may take where the answer comes after it; the connection stands already."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.mark.parametrize("method", ["DELETE", "POST"])
@pytest.mark.parametrize("then", SETTLED)
@pytest.mark.parametrize("answer", ANSWERS)
def test_what_is_settled_follows_from_the_last_read_and_the_answer(
    make_connection: Callable[..., Connection],
    make_person: Callable[..., User],
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    then: str,
    method: str,
) -> None:
    kind, fault, words = ANSWERS[answer]
    if fault.delay or fault.drip_headers or fault.drip_body:
        monkeypatch.setattr(client_module, "CANCEL_SECONDS", SECONDS)
    connection = make_connection(auth="keys", cancel_method=method)
    user = make_person("operator", Role.OPERATOR, connection)
    job_id = sandbox.submit()
    lookup = look_up(user, connection, job_id)
    sandbox.play(for_the_job(fault, method, job_id))
    sandbox.play(what_is_read(then, job_id))

    cancellation = cancel(user, lookup, wait=1.0)  # one read: the next is due after two seconds
    if cancellation.is_open:
        assert cancellation.state == State.UNCONFIRMED
        assert sentence(cancellation).startswith("Not confirmed yet. ")
        cancellation = at_the_deadline(cancellation)

    state, template = SETTLED[then][kind]
    assert cancellation.state == state
    assert is_said(sentence(cancellation), template, words), sentence(cancellation)
    assert_it_rests_on_a_read_after_one_cancel(
        cancellation, [one.method for one in sandbox.requests if job_id in one.path], method
    )


def assert_it_rests_on_a_read_after_one_cancel(cancellation: Cancellation, log: list[str], method: str) -> None:
    """``log``: the methods of the requests that the server saw for this job."""
    assert log[:3] == ["GET", method, "GET"], "look-up, cancel, confirmation"
    assert set(log[3:]) <= {"GET"}
    read = cancellation.rests_on
    assert read is not None
    assert (read.method, read.cause in (Cause.CONFIRMATION, Cause.FOLLOW_UP)) == ("GET", True)
    shows = read.snapshot.status if read.snapshot else None
    assert (cancellation.state in GREEN) == (shows == "cancelled"), "green is what a read has confirmed, and only that"
