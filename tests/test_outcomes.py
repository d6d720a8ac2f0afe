"""Whatever happens to the DELETE, and whatever the job then reads: what is settled, and what is said."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from jobs import connections
from jobs.aqua import client as client_module
from jobs.models import Connection, Role, State
from jobs.sandbox import Fault, Sandbox
from jobs.sentences import sentence
from tests.flow import at_the_deadline, cancel, look_up

ACCEPTED, REFUSED, UNCLEAR = "accepted", "refused", "unclear"
NO_CONNECTION = "no connection"

ANSWERS = {
    "accepted": (ACCEPTED, Fault(act=True)),
    "errorCode with 200": (REFUSED, Fault(body=b'{"errorCode":"90003","message":"Invalid Job Id."}')),
    "400": (REFUSED, Fault(status=400, body=b'{"code":50000040,"message":"bad"}')),
    "401": (REFUSED, Fault(status=401, body=b'{"message":"Authentication error"}', times=None)),
    "403 as HTML": (REFUSED, Fault(status=403, body=b"<html><title>Access Denied</title></html>")),
    "404": (REFUSED, Fault(status=404, body=b"")),
    "429": (REFUSED, Fault(status=429, body=b'{"code":50000070,"message":"limit"}')),
    "500 with a code": (UNCLEAR, Fault(status=500, body=b'{"code":50000060,"message":"internal"}')),
    "503 as HTML": (UNCLEAR, Fault(status=503, body=b"<html></html>")),
    "200 as HTML": (UNCLEAR, Fault(body=b"<html></html>")),
    "another job": (UNCLEAR, Fault(body=b'{"id":"0","status":"cancelled"}')),
    "still executing": (UNCLEAR, Fault(body=b'{"id":"JOB","status":"executing"}')),
    "a redirect": (UNCLEAR, Fault(status=302, headers={"Location": "/"}, body=b"")),
    "hung up before acting": (UNCLEAR, Fault(hang_up="before")),
    "reset before acting": (UNCLEAR, Fault(hang_up="before", reset=True)),
    "hung up after acting": (UNCLEAR, Fault(act=True, hang_up="before")),
    "cut off in the middle": (UNCLEAR, Fault(act=True, hang_up="middle")),
    "too late": (UNCLEAR, Fault(act=True, delay=1.0)),
}
ENDED = "The job ended as {}; it was not cancelled."
SETTLED = {
    # what the job then reads: (state, beginning of the sentence) by kind of answer
    "cancelled": {
        ACCEPTED: (State.CANCELLED, "Cancelled. Zuora confirmed it at "),
        REFUSED: (State.CANCELLED, "The job is cancelled, but Zuora refused this request: "),
        UNCLEAR: (State.CANCELLED, "Cancelled. Zuora confirmed it at "),
    },
    "completed": dict.fromkeys((ACCEPTED, REFUSED, UNCLEAR), (State.FINISHED_FIRST, ENDED.format("completed"))),
    "aborted": dict.fromkeys((ACCEPTED, REFUSED, UNCLEAR), (State.FINISHED_FIRST, ENDED.format("aborted"))),
    "executing": {
        ACCEPTED: (State.STILL_RUNNING, "Zuora accepted the cancel, and the job is still running: it was executing at"),
        REFUSED: (State.REFUSED, "Not cancelled. Zuora said: "),
        UNCLEAR: (State.UNKNOWN, "The job is still running: it was executing at "),
    },
    "unreadable": {
        ACCEPTED: (State.UNKNOWN, "Zuora accepted the cancel, but the job cannot be read: it is not known whether"),
        REFUSED: (State.UNKNOWN, "Zuora refused the cancel, and the job cannot be read: it is not known what became"),
        UNCLEAR: (State.UNKNOWN, "The job cannot be read, and it is not known whether Zuora got the cancel."),
    },
    "Cancelled": dict.fromkeys(
        (ACCEPTED, REFUSED, UNCLEAR), (State.UNKNOWN, "Zuora gives the job's status as “Cancelled”, which it does not")
    ),
}
GREEN = {State.CANCELLED}


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
    monkeypatch.setattr(client_module, "CANCEL_SECONDS", 0.4)
    connection = make_connection(auth="keys", cancel_method=method)
    user = make_person("operator", Role.OPERATOR, connection)
    job_id = sandbox.submit()
    lookup = look_up(user, connection, job_id)
    kind, fault = ANSWERS[answer]
    sandbox.play(scripted(fault, method, job_id))
    sandbox.play(what_is_read(then, job_id))

    cancellation = at_the_deadline_if_open(cancel(user, lookup))

    state, begins = SETTLED[then][kind]
    said = sentence(cancellation)
    assert (cancellation.state, said[: len(begins)]) == (state, begins)
    assert len(sandbox.seen(method, job_id)) == 1
    assert cancellation.rests_on is not None
    if cancellation.state in GREEN:
        assert cancellation.rests_on.method == "GET"
        assert cancellation.rests_on.snapshot is not None
        assert cancellation.rests_on.snapshot.status == "cancelled"


def scripted(fault: Fault, method: str, job_id: str) -> Fault:
    body = fault.body
    if fault.act and not fault.hang_up and not fault.delay:  # accepted, also by POST
        body = f'{{"id":"{job_id}","status":"cancelled"}}'.encode()
    elif body is not None:
        body = body.replace(b"JOB", job_id.encode())
    return Fault(**{**vars(fault), "method": method, "path": job_id, "body": body})


def what_is_read(then: str, job_id: str) -> Fault:
    if then == "unreadable":
        return Fault("GET", job_id, times=None, status=503, body=b"<html></html>")
    return Fault("GET", job_id, times=None, body=f'{{"id":"{job_id}","status":"{then}"}}'.encode())


def at_the_deadline_if_open(cancellation):  # type: ignore[no-untyped-def]
    return at_the_deadline(cancellation) if cancellation.is_open else cancellation


def test_where_nobody_listens_nothing_was_sent_and_nothing_is_read(
    operator: User, connection: Connection, sandbox: Sandbox
) -> None:
    lookup = look_up(operator, connection, sandbox.jobs["running"])
    sandbox.stop()
    cancellation = cancel(operator, lookup)
    assert cancellation.state == State.NOT_SENT
    assert sentence(cancellation) == "Not cancelled. Nothing was sent: No connection: Connection refused."
    assert cancellation.exchanges.count() == 1


def test_without_a_token_nothing_was_sent(operator: User, connection: Connection, sandbox: Sandbox) -> None:
    lookup = look_up(operator, connection, sandbox.jobs["running"])
    connections.forget_clients()
    sandbox.play(Fault("POST", "/oauth/token", status=400, body=b'{"message":"Invalid client id"}', times=None))
    cancellation = cancel(operator, lookup)
    assert sentence(cancellation) == "Not cancelled. Nothing was sent: Invalid client id."
    assert sandbox.seen("DELETE", "") == []


def test_a_secret_that_cannot_be_read_means_that_nothing_was_sent(
    operator: User, connection: Connection, sandbox: Sandbox, settings: object
) -> None:
    lookup = look_up(operator, connection, sandbox.jobs["running"])
    connections.forget_clients()
    settings.CREDENTIAL_KEYS = ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]  # type: ignore[attr-defined]
    cancellation = cancel(operator, lookup)
    assert cancellation.state == State.NOT_SENT
    assert "CREDENTIAL_KEYS" in sentence(cancellation)
