"""Whatever a server answers: one of the client's own errors, or the job that was asked for."""

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.aqua import Answer, AquaClient, AquaError, Job, NotSent, Unknown
from jobs.aqua import client as client_module
from jobs.aqua.body import parse_object
from jobs.aqua.judging import MAX_WORDS, No, judge
from tests.aqua.test_job import documents, values
from tests.speaker import await_request, request_of, reset, speaking

JOB = "e20b07474688ad5001468daf10e501de"
OF_ERRORS = ("success", "code", "errorCode", "message", "reasons", "error", "status", "id", "processId")
complaints = st.dictionaries(
    st.sampled_from(OF_ERRORS),
    values | st.just(JOB) | st.just("cancelled") | st.booleans() | st.lists(st.dictionaries(st.text(), values)),
)
bodies = (
    st.binary()
    | st.text().map(lambda text: text.encode("utf-8", "surrogatepass"))
    | values.map(lambda value: json.dumps(value).encode())
    | (documents | complaints).map(lambda document: json.dumps(document).encode())
    | (documents | complaints).map(lambda document: json.dumps({**document, "id": JOB}).encode())
)
statuses = st.sampled_from([0, 199, 200, 204, 302, 400, 401, 404, 429, 500, 503, 599, 999]) | st.integers(0, 999)


def no_or_job(status: int, body: bytes) -> No | Job:
    try:
        return judge(http_status=status, body=body, job_id=JOB)
    except No as no:
        return no


@given(statuses, bodies)
@settings(max_examples=200, deadline=None)
def test_no_body_whatever_makes_the_judge_raise_anything_but_no(status: int, body: bytes) -> None:
    judged = no_or_job(status, body)
    if isinstance(judged, No):
        assert judged.kind
        assert judged.words
        assert len(judged.words) <= MAX_WORDS + 100
        assert not (judged.refused and (status >= 500 or 300 <= status < 400)), "these refuse nothing"
    else:
        assert status < 300 or 400 <= status < 500, "a redirect and a 5xx are no jobs, whatever they say"
        assert judged.job_id == JOB
        assert judged.document() == parse_object(body)


class Mouth:
    """Says ``says``, byte for byte, whatever it is asked."""

    def __init__(self) -> None:
        self.says = b""
        self.asked = 0

    def part(self, connection: socket.socket) -> None:
        request_of(connection)
        self.asked += 1
        with contextlib.suppress(OSError):
            connection.sendall(self.says)


@pytest.fixture
def mouth() -> Iterator[tuple[Mouth, str]]:
    one = Mouth()
    with speaking(one.part) as url:
        yield one, url


def answer(status: int, body: bytes, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace") + body


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(status=st.sampled_from([200, 200, 302, 400, 401, 503]), body=bodies)
def test_whatever_the_body_says_the_call_ends_in_a_job_or_in_an_error_of_the_clients(
    make_client: Callable[..., AquaClient], mouth: tuple[Mouth, str], status: int, body: bytes
) -> None:
    mouth[0].says, mouth[0].asked = answer(status, body), 0
    got = error_or_answer(make_client(base_url=mouth[1]))
    assert mouth[0].asked == 1
    if isinstance(got, AquaError):
        assert not isinstance(got, NotSent)
        assert got.answer.body == body
    else:
        assert got.job is not None
        assert (got.job.job_id, got.job.status) == (JOB, "cancelled")
        assert got.http_status in (200, 400, 401), "the body is judged first"


def error_or_answer(client: AquaClient) -> AquaError | Answer:
    try:
        return client.cancel_job(JOB, track_id="t")
    except AquaError as error:
        return error


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary()
    | st.binary().map(lambda more: b"HTTP/1.1 200 OK\r\n" + more)
    | st.binary().map(lambda more: b"HTTP/1.1 200 OK\r\n\r\n" + more)
)
def test_whatever_bytes_come_instead_of_http_it_is_unknown(
    make_client: Callable[..., AquaClient], mouth: tuple[Mouth, str], says: bytes
) -> None:
    mouth[0].says, mouth[0].asked = says, 0
    client = make_client(base_url=mouth[1])
    with pytest.raises(AquaError) as caught:
        client.cancel_job(JOB, track_id="t")
    assert not isinstance(caught.value, NotSent)
    assert mouth[0].asked == 1


OK = "HTTP/1.1 200 OK\r\n"
JOB_BODY = json.dumps({"id": JOB, "status": "cancelled"})
ODDITIES = {
    "nothing": "",
    "not HTTP": "SSH-2.0-OpenSSH_9.2\r\n",
    "a status that is none": "HTTP/1.1 abc OK\r\n\r\n",
    "a status line without end": "HTTP/1.1 200 " + "O" * 100_000,
    "a header without end": OK + "X: " + "x" * 100_000,
    "a thousand headers": OK + "X: y\r\n" * 1000 + "\r\n" + JOB_BODY,
    "lengths that differ": OK + f"Content-Length: 5, 6\r\n\r\n{JOB_BODY}",
    "a length that is longer": OK + f"Content-Length: 5000\r\n\r\n{JOB_BODY}",
    "a length that is shorter": OK + f"Content-Length: 20\r\n\r\n{JOB_BODY}",
    "chunks that are none": OK + f"Transfer-Encoding: chunked\r\n\r\nzz\r\n{JOB_BODY}",
    "a chunk too few": OK + f"Transfer-Encoding: chunked\r\n\r\n{len(JOB_BODY):x}\r\n{JOB_BODY}\r\n",
    "another encoding than it says": OK + f"Content-Encoding: deflate\r\nContent-Length: 70\r\n\r\n{JOB_BODY}",
    "many encodings": OK + f"Content-Encoding: {'gzip, ' * 50}gzip\r\nContent-Length: 70\r\n\r\n{JOB_BODY}",
    "no content": "HTTP/1.1 204 No Content\r\n\r\n",
    "switching protocols": "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
}


@pytest.mark.parametrize("oddity", ODDITIES)
def test_an_oddity_of_http_is_unknown_and_never_repeated(
    make_client: Callable[..., AquaClient], mouth: tuple[Mouth, str], oddity: str
) -> None:
    mouth[0].says = ODDITIES[oddity].encode()
    client = make_client(base_url=mouth[1])
    with pytest.raises(Unknown):
        client.cancel_job(JOB, track_id="t")
    assert mouth[0].asked == 1


def test_an_answer_in_chunks_is_an_answer(make_client: Callable[..., AquaClient], mouth: tuple[Mouth, str]) -> None:
    half = len(JOB_BODY) // 2
    chunks = f"{half:x}\r\n{JOB_BODY[:half]}\r\n{len(JOB_BODY) - half:x};x=y\r\n{JOB_BODY[half:]}\r\n0\r\nX: y\r\n\r\n"
    mouth[0].says = f"{OK}Transfer-Encoding: chunked\r\n\r\n{chunks}".encode()
    got = make_client(base_url=mouth[1]).cancel_job(JOB, track_id="t")
    assert (got.job and got.job.status, got.body) == ("cancelled", JOB_BODY.encode())


def test_a_server_that_says_continue_for_ever_is_stopped_at_the_deadline(
    make_client: Callable[..., AquaClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "CANCEL_SECONDS", 0.4)
    over = threading.Event()

    def part(connection: socket.socket) -> None:
        request_of(connection)
        while not over.wait(0.01):
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")

    with speaking(part) as url:
        client = make_client(base_url=url)
        with pytest.raises(Unknown) as caught:
            client.cancel_job(JOB, track_id="t")
        over.set()
    assert caught.value.kind == "timeout"


@pytest.mark.parametrize("reads", [False, True])
def test_a_reset_before_or_after_the_request_was_read_is_unknown(
    make_client: Callable[..., AquaClient], reads: bool
) -> None:
    got: list[bytes] = []

    def part(connection: socket.socket) -> None:
        await_request(connection)
        got.append(request_of(connection) if reads else b"")
        reset(connection)

    with speaking(part) as url:
        client = make_client(base_url=url)
        with pytest.raises(Unknown) as caught:
            client.cancel_job(JOB, track_id="t")
    assert (caught.value.kind, [head[:6] for head in got]) == ("cut_off", [b"DELETE" if reads else b""])
