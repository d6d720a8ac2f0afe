"""A no, and by whom: of the token call, and beside the job itself."""

import json
from collections.abc import Callable

import pytest

from jobs.aqua import AquaClient, NotSent, Refused, SignInRefused, Unknown
from jobs.sandbox import Fault, Sandbox


@pytest.mark.parametrize(
    ("status", "body", "error", "kind"),
    [
        (400, b'{"message":"Invalid client id"}', SignInRefused, "sign_in"),
        (401, b'{"message":"Authentication error"}', SignInRefused, "sign_in"),
        (403, b'{"message":"The user is deactivated"}', SignInRefused, "user_refused"),
        (403, b"<html>AkamaiGHost</html>", NotSent, "token_page"),
        (408, b'{"message":"too slow"}', NotSent, "no_token"),
        (429, b'{"reasons":[{"code":70,"message":"API Rate limit exceeded"}]}', NotSent, "token_too_many"),
        (503, b"<html></html>", NotSent, "token_fault"),
        (200, b'{"token_type":"bearer"}', NotSent, "no_token"),
    ],
)
def test_why_there_is_no_token(
    make_client: Callable[..., AquaClient], sandbox: Sandbox, status: int, body: bytes, error: type, kind: str
) -> None:
    sandbox.play(Fault("POST", "/oauth/token", status=status, body=body, headers={"Retry-After": "120"}))
    with pytest.raises(NotSent) as caught:
        make_client("oauth").cancel_job(sandbox.jobs["running"])
    assert (type(caught.value), caught.value.kind) == (error, kind)
    assert caught.value.retry_after == 120
    assert sandbox.seen("DELETE", "") == []


@pytest.mark.parametrize(("status", "error"), [(404, Refused), (409, Refused), (200, Unknown), (500, Unknown)])
def test_a_job_that_is_not_cancelled_beside_a_status(
    client: AquaClient, sandbox: Sandbox, status: int, error: type
) -> None:
    body = json.dumps({"id": "abc", "status": "executing"}).encode()
    sandbox.play(Fault("DELETE", status=status, body=body))
    with pytest.raises(error):
        client.cancel_job("abc")


@pytest.mark.parametrize("lifetime", [10**400, -5, 1.5, True, "soon", None], ids=lambda value: str(value)[:9])
def test_a_token_of_any_lifetime_signs_in(
    make_client: Callable[..., AquaClient], sandbox: Sandbox, lifetime: object
) -> None:
    sandbox.play(Fault("POST", "/oauth/token", body=json.dumps({"access_token": "x", "expires_in": lifetime}).encode()))
    answer = make_client("oauth").read_job(sandbox.jobs["running"])
    assert answer.earlier is not None, "the token was sent; it is none of the sandbox's, so a new one was fetched"
