"""How it speaks HTTP: framing, packing, limits."""

import base64
import gzip
import http.client
import threading
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
import requests

from jobs.sandbox import Fault, Sandbox

Ask = Callable[..., requests.Response]
JOBS = "/v1/batch-query/jobs"
ORDER = b'{"name":"June","queries":[{"name":"a","query":"select Id from Account"}]}'


@pytest.fixture
def line(sandbox: Sandbox) -> Iterator[http.client.HTTPConnection]:
    """One connection that is kept."""
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(sandbox.url).port or 0, timeout=10)
    yield connection
    connection.close()


def signed_in(sandbox: Sandbox, **more: str) -> dict[str, str]:
    key, secret = sandbox.describe()["keys"].values()
    named = {name.replace("_", "-"): value for name, value in more.items()}
    return {"apiAccessKeyId": key, "apiSecretAccessKey": secret, **named}


def answer_of(line: http.client.HTTPConnection) -> tuple[int, bytes, bool]:
    answer = line.getresponse()
    return answer.status, answer.read(), answer.will_close


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_body_is_drained_however_it_is_framed(
    line: http.client.HTTPConnection, sandbox: Sandbox, is_chunked: bool
) -> None:
    bodies = {"DELETE": [b"{}", b"x" * 70_000], "POST": [ORDER[:30], ORDER[30:]], "GET": [b"{}"]}
    for method, parts in bodies.items():
        path = "/v1/batch-query/" if method == "POST" else f"{JOBS}/{sandbox.submit()}"
        body = iter(parts) if is_chunked else b"".join(parts)
        line.request(method, path, body, signed_in(sandbox), encode_chunked=is_chunked)
        status, answer, closes = answer_of(line)
        assert (method, status, answer[:1], closes) == (method, 200, b"{", False)
        assert sandbox.requests[-1].body == b"".join(parts)
        assert ("transfer-encoding" in sandbox.requests[-1].headers) == is_chunked


def test_a_packed_request_is_unpacked(line: http.client.HTTPConnection, sandbox: Sandbox) -> None:
    packed = gzip.compress(ORDER)
    line.request("POST", "/v1/batch-query/", packed, signed_in(sandbox, Content_Encoding="gzip"))
    status, answer, _ = answer_of(line)
    assert (status, b'"submitted"' in answer) == (200, True)
    line.request("POST", "/v1/batch-query/", b"\x1f\x8bno", signed_in(sandbox, Content_Encoding="gzip"))
    assert b"cannot be parsed" in answer_of(line)[1]


def test_an_answer_over_1000_bytes_is_packed_for_those_who_can(
    line: http.client.HTTPConnection, sandbox: Sandbox
) -> None:
    paths = {"long": f"{JOBS}/{sandbox.jobs['running']}", "short": f"{JOBS}/{sandbox.jobs['unknown ID']}"}
    for accepts, name, is_packed in (("gzip", "long", True), ("gzip", "short", False), ("identity", "long", False)):
        line.request("GET", paths[name], headers=signed_in(sandbox, Accept_Encoding=accepts))
        answer = line.getresponse()
        body = answer.read()
        assert (answer.headers["Content-Encoding"] == "gzip") == is_packed
        assert int(answer.headers["Content-Length"]) == len(body)
        assert (gzip.decompress(body) if is_packed else body)[:1] == b"{"


def test_a_head_is_a_get_without_its_body(line: http.client.HTTPConnection, sandbox: Sandbox) -> None:
    path = f"{JOBS}/{sandbox.jobs['running']}"
    line.request("GET", path, headers=signed_in(sandbox))
    length = len(answer_of(line)[1])
    line.request("HEAD", path, headers=signed_in(sandbox))
    answer = line.getresponse()
    assert (answer.status, answer.read(), answer.headers["Content-Length"]) == (200, b"", str(length))
    line.request("GET", path, headers=signed_in(sandbox))
    assert answer_of(line)[0] == 200, "the connection is still usable"


def test_one_request_too_many_at_once_is_429_and_told_when_to_come_again(ask: Ask) -> None:
    with Sandbox(concurrent_requests=1) as small:
        path = f"{JOBS}/{small.jobs['running']}"
        small.play(Fault("GET", path, delay=20.0))
        first = threading.Thread(target=lambda: ask_quietly(ask, path, small), daemon=True)
        first.start()
        while not small.requests:
            pass
        limited = ask("GET", path, at=small.url)
        document = {"success": False, "code": 50000070, "message": "Request exceeded limit"}
        assert (limited.status_code, limited.json()) == (429, document)
        assert (limited.headers["Retry-After"], limited.headers["Concurrency-Limit-Type"]) == ("120", "Default")
        assert small.requests[-1].status == 429
    first.join(10)


def ask_quietly(ask: Ask, path: str, small: Sandbox) -> None:
    try:
        ask("GET", path, at=small.url)
    except requests.RequestException:
        return


def test_every_answer_says_how_much_may_still_be_asked(ask: Ask, sandbox: Sandbox) -> None:
    path = f"{JOBS}/{sandbox.jobs['running']}"
    first, second = ask("GET", path), requests.get(sandbox.url + path, timeout=10)
    assert first.headers["RateLimit-Limit"] == "50000, 50000;w=60"
    assert 0 < int(first.headers["RateLimit-Reset"]) <= 60
    assert 49_990 < int(second.headers["RateLimit-Remaining"]) < 50_000
    assert (first.status_code, second.status_code) == (200, 401)


def test_too_many_in_a_minute_are_429(ask: Ask) -> None:
    with Sandbox(requests_a_minute=2) as small:
        path = f"{JOBS}/{small.jobs['running']}"
        small.advance(60 - small.now() % 60)  # a minute begins
        answers = [ask("GET", path, at=small.url) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[-1].json()["reasons"][0]["code"] == 70
        assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
        small.advance(60)
        assert ask("GET", path, at=small.url).status_code == 200


def test_a_token_is_given_for_a_basic_header_as_well(sandbox: Sandbox) -> None:
    client_id, secret = sandbox.describe()["oauth"].values()
    url, form = f"{sandbox.url}/oauth/token", {"grant_type": "client_credentials"}
    given = requests.post(url, data=form, auth=(client_id, secret), timeout=10).json()
    read = f"{sandbox.url}{JOBS}/{sandbox.jobs['running']}"
    headers = {"authorization": f"bearer {given['access_token']}"}
    assert requests.get(read, headers=headers, timeout=10).status_code == 200
    assert requests.post(url, data=form, auth=(client_id, "wrong"), timeout=10).status_code == 400
    broken = base64.b64encode(b"\xff").decode()
    assert requests.post(url, data=form, headers={"Authorization": f"Basic {broken}"}, timeout=10).status_code == 400


@pytest.mark.parametrize("reset", [False, True])
def test_it_hangs_up_during_a_request_and_does_nothing(ask: Ask, sandbox: Sandbox, reset: bool) -> None:
    path = f"{JOBS}/{sandbox.submit()}"
    sandbox.play(Fault("DELETE", path, hang_up="during", reset=reset))
    with pytest.raises(requests.ConnectionError):
        ask("DELETE", path)
    assert ask("GET", path).json()["status"] != "cancelled"
    assert [one.method for one in sandbox.requests] == ["DELETE", "GET"]
