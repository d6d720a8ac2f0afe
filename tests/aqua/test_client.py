from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from jobs.aqua import AquaClient, NotSent, Refused, SignInRefused, Unknown
from jobs.aqua.auth import HeaderPair, OAuth
from jobs.aqua.transport import Transport
from jobs.sandbox import Fault, Sandbox
from jobs.sandbox.signin import TOKEN_SECONDS


@pytest.mark.parametrize("auth", ["oauth", "keys", "basic"])
def test_it_reads_and_cancels_with_every_sign_in(
    make_client: Callable[..., AquaClient], sandbox: Sandbox, auth: str
) -> None:
    client, job_id = make_client(auth), sandbox.jobs["running"]
    before = client.read_job(job_id)
    answer = client.cancel_job(job_id, track_id="track-1")
    after = client.read_job(job_id)
    assert [a.job and a.job.status for a in (before, answer, after)] == ["executing", "cancelled", "cancelled"]
    assert answer.http_status == 200
    assert answer.request_id
    assert [request.method for request in sandbox.requests if job_id in request.path] == ["GET", "DELETE", "GET"]
    assert sandbox.seen("DELETE", job_id)[0].headers["zuora-track-id"] == "track-1"


def test_it_keeps_the_body_as_received(client: AquaClient, sandbox: Sandbox) -> None:
    body = b'{ "id" : "abc",\n "status":"executing", "batches": [] }'
    sandbox.play(Fault("GET", body=body))
    assert client.read_job("abc").body == body


@pytest.mark.parametrize("auth", ["oauth", "keys", "basic"])
def test_wrong_credentials_are_refused(make_client: Callable[..., AquaClient], sandbox: Sandbox, auth: str) -> None:
    wrong = {"oauth": OAuth(f"{sandbox.url}/oauth/token", "x" * 36, "wrong"), "keys": HeaderPair("x", "wrong")}
    client = make_client("basic" if auth == "basic" else auth)
    if auth in wrong:
        client = make_client(auth, sign_in=wrong[auth])
    else:
        sandbox.play(Fault("GET", status=401, body=b'{"message":"Authentication error"}'))
    with pytest.raises((Refused, SignInRefused)) as caught:
        client.read_job(sandbox.jobs["running"])
    assert "wrong" not in f"{caught.value!r} {caught.value.words} {client!r}"


def test_a_token_is_fetched_once_and_shared(make_client: Callable[..., AquaClient], sandbox: Sandbox) -> None:
    client = make_client("oauth")
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: client.read_job(sandbox.jobs["running"]), range(64)))
    assert all(answer.job for answer in answers)
    assert len([request for request in sandbox.requests if request.path == "/oauth/token"]) == 1


def test_after_a_401_it_is_sent_once_more_with_a_new_token(
    make_client: Callable[..., AquaClient], sandbox: Sandbox
) -> None:
    client, job_id = make_client("oauth"), sandbox.jobs["running"]
    client.read_job(job_id)
    sandbox.advance(TOKEN_SECONDS + 1)  # the client's clock does not know that its token has run out
    answer = client.cancel_job(job_id, track_id="t")
    assert answer.job is not None
    assert answer.job.status == "cancelled"
    assert answer.earlier is not None
    assert answer.earlier.http_status == 401
    assert [request.status for request in sandbox.seen("DELETE", job_id)] == [401, 200]


def test_a_second_401_is_an_answer(make_client: Callable[..., AquaClient], sandbox: Sandbox) -> None:
    job_id = sandbox.jobs["answers 401"]
    with pytest.raises(Refused) as caught:
        make_client("oauth").cancel_job(job_id, track_id="t")
    assert caught.value.answer.earlier is not None
    assert len(sandbox.seen("DELETE", job_id)) == 2


def test_keys_are_not_sent_again_after_a_401(make_client: Callable[..., AquaClient], sandbox: Sandbox) -> None:
    job_id = sandbox.jobs["answers 401"]
    with pytest.raises(Refused):
        make_client("keys").cancel_job(job_id, track_id="t")
    assert len(sandbox.seen("DELETE", job_id)) == 1


def test_where_no_new_token_is_to_be_had_the_401_stands(
    make_client: Callable[..., AquaClient], sandbox: Sandbox
) -> None:
    client, job_id = make_client("oauth"), sandbox.jobs["answers 401"]
    client.read_job(job_id)
    sandbox.play(Fault("POST", "/oauth/token", status=503, body=b"<html>"))
    with pytest.raises(Refused, match="Authentication error"):
        client.cancel_job(job_id, track_id="t")


def test_post_where_a_gateway_blocks_delete(make_client: Callable[..., AquaClient]) -> None:
    with Sandbox(accepts_post_cancel=True) as accepting:
        client = make_client(base_url=accepting.url, cancel_method="POST")
        answer = client.cancel_job(accepting.jobs["running"], track_id="t")
        assert answer.job is not None
        assert answer.job.status == "cancelled"
        assert accepting.seen("DELETE", "") == []


def test_post_is_refused_where_zuora_knows_only_delete(
    make_client: Callable[..., AquaClient], sandbox: Sandbox
) -> None:
    with pytest.raises(Refused, match="not supported"):
        make_client(cancel_method="POST").cancel_job(sandbox.jobs["running"], track_id="t")


def test_entity_and_org_headers(make_client: Callable[..., AquaClient], sandbox: Sandbox) -> None:
    make_client(entity_ids="e1,e2", org_ids="o1").read_job(sandbox.jobs["running"])
    headers = sandbox.requests[-1].headers
    assert (headers["zuora-entity-ids"], headers["zuora-org-ids"]) == ("e1,e2", "o1")
    make_client().read_job(sandbox.jobs["running"])
    assert "zuora-entity-ids" not in sandbox.requests[-1].headers


def test_the_legacy_dialect(make_client: Callable[..., AquaClient], sandbox: Sandbox) -> None:
    assert make_client("basic", base_url=f"{sandbox.url}/apps").read_job(sandbox.jobs["running"]).job
    assert sandbox.requests[-1].path.startswith("/apps/api/batch-query/jobs/")


@pytest.mark.parametrize("job_id", ["", "../x", "a b", "a\nb", "%2e%2e", "x" * 65, "x" * 10_000, "ä"])
def test_a_hostile_id_is_never_sent(client: AquaClient, sandbox: Sandbox, job_id: str) -> None:
    with pytest.raises(NotSent):
        client.cancel_job(job_id, track_id="t")
    assert sandbox.requests == []


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://rest.zuora.com", "https://"),
        ("https://evil.example.com", "UPSTREAM_HOSTS"),
        ("https://zuora.com.evil.example.com", "UPSTREAM_HOSTS"),
        ("https://127.0.0.1:9", "ALLOW_LOOPBACK_HTTP"),
        ("http://localhost:9", "ALLOW_LOOPBACK_HTTP"),
        ("https://[::1]:9", "ALLOW_LOOPBACK_HTTP"),
    ],
)
def test_an_address_that_is_not_allowed_is_never_called(
    make_client: Callable[..., AquaClient], url: str, says: str
) -> None:
    with pytest.raises(NotSent, match=says):
        make_client(base_url=url, transport=Transport()).read_job("a" * 32)


def test_an_answer_that_is_the_job_but_not_cancelled_is_no_acceptance(client: AquaClient, sandbox: Sandbox) -> None:
    sandbox.play(Fault("DELETE", body=b'{"id":"abc","status":"executing"}'))
    with pytest.raises(Unknown, match="executing"):
        client.cancel_job("abc", track_id="t")
