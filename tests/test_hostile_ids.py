"""A job ID that would reshape a path, through every door: nothing leaves, nothing breaks."""

import io
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from jobs import connections
from jobs.models import Cancellation, Connection, Exchange
from jobs.sandbox import Sandbox

HOSTILE = {
    "dots": "../",
    "dots and a path": "../../oauth/token",
    "packed dots": "%2e%2e%2f",
    "packed twice": "%252e%252e",
    "a backslash": "..\\..\\x",
    "a slash": "a/b",
    "a query": "abc?x=y",
    "a fragment": "abc#x",
    "a parameter": "abc;x",
    "spaces": "a b c",
    "a newline": "abc\nHost: evil",
    "a carriage return": "abc\r\nX: y",
    "a tab": "abc\tdef",
    "a nul": "abc\x00def",
    "too long": "a" * 10_000,
    "a little too long": "a" * 65,
    "other letters": "абв",
    "digits of another script": "٣" * 32,
    "another direction": "abc\u202edef",
    "markup": "<script>alert(1)</script>",
    "a quote": "' or 1=1 --",
}
PATHS = ["/lookups/{}/", "/lookups/{}/cancel", "/cancellations/{}/", "/cancellations/{}/check"]
hostile = pytest.mark.parametrize("job_id", HOSTILE.values(), ids=HOSTILE.keys())


@hostile
def test_the_form_says_what_is_wrong(
    operator: User, connection: Connection, sandbox: Sandbox, door: Callable[[User], Client], job_id: str
) -> None:
    answer = door(operator).post("/lookups/", {"connection": connection.pk, "job_id": job_id})
    assert answer.status_code in (400, 422)
    assert b"<script>alert" not in answer.content
    assert (sandbox.requests, Exchange.objects.count()) == ([], 0)


@hostile
def test_the_command_line_says_what_is_wrong(
    operator: User, connection: Connection, sandbox: Sandbox, job_id: str
) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("cancel_job", "ACME test", job_id, "--as", "operator", "--reason", "x", stdout=io.StringIO())
    assert caught.value.returncode == 2
    assert (sandbox.requests, Cancellation.objects.count()) == ([], 0)


@pytest.mark.parametrize(
    "path", ["/lookups/{}/", "/lookups/{}/cancel", "/cancellations/{}/", "/cancellations/{}/check"]
)
@hostile
def test_an_address_made_of_it_leads_nowhere(
    operator: User, connection: Connection, sandbox: Sandbox, door: Callable[[User], Client], job_id: str, path: str
) -> None:
    client = door(operator)
    for send in (client.get, client.post):
        assert send(path.format(job_id)).status_code in (301, 400, 404, 405)
    assert sandbox.requests == []


@hostile
def test_below_the_doors_it_is_never_sent(connection: Connection, sandbox: Sandbox, job_id: str) -> None:
    for reply in (
        connections.read_job(connection, job_id),
        connections.cancel_job(connection, job_id, track_id="t"),
    ):
        assert reply.error is not None
        assert (reply.error.kind, reply.error.outcome) == ("job_id", "not_sent")
    assert sandbox.requests == []
