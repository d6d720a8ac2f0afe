"""What the network does to a call, against a real socket."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from jobs.aqua import AquaClient, NotSent, Unknown, sockets
from jobs.aqua import client as client_module
from jobs.aqua.transport import MAX_BODY
from jobs.sandbox import Fault, Sandbox

JOB = "e20b07474688ad5001468daf10e501de"


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "READ_SECONDS", 0.6)
    monkeypatch.setattr(client_module, "CANCEL_SECONDS", 0.6)
    monkeypatch.setattr(sockets, "CONNECT_SECONDS", 0.3)


@pytest.fixture
def silent() -> Iterator[str]:
    """A port that accepts connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_where_nobody_listens_nothing_was_sent(make_client: Callable[..., AquaClient]) -> None:
    with pytest.raises(NotSent, match="Connection refused") as caught:
        make_client(base_url=f"http://127.0.0.1:{unused_port()}").cancel_job(JOB, track_id="t")
    assert caught.value.kind == "connect"


def test_where_no_tls_is_spoken_nothing_was_sent(make_client: Callable[..., AquaClient], sandbox: Sandbox) -> None:
    with pytest.raises(NotSent) as caught:
        make_client(base_url=sandbox.url.replace("http:", "https:")).cancel_job(JOB, track_id="t")
    assert caught.value.kind == "tls"
    assert sandbox.requests == []


def test_a_tls_handshake_that_never_answers_ends_at_the_deadline(
    make_client: Callable[..., AquaClient], silent: str, short: None
) -> None:
    with pytest.raises(NotSent):
        make_client(base_url=silent.replace("http:", "https:")).cancel_job(JOB, track_id="t")


def test_silence_after_sending_is_unknown(make_client: Callable[..., AquaClient], silent: str, short: None) -> None:
    with pytest.raises(Unknown) as caught:
        make_client(base_url=silent).cancel_job(JOB, track_id="t")
    assert caught.value.kind == "timeout"


@pytest.mark.parametrize(
    "fault", [Fault("DELETE", act=True, drip_headers=0.05), Fault("DELETE", act=True, drip_body=0.05)]
)
def test_dripping_does_not_stretch_the_deadline(
    client: AquaClient, sandbox: Sandbox, short: None, fault: Fault
) -> None:
    sandbox.play(fault)
    with pytest.raises(Unknown) as caught:
        client.cancel_job(sandbox.jobs["running"], track_id="t")
    assert caught.value.kind == "timeout"
    assert caught.value.answer.duration < 5, "it would have taken over ten seconds"


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault("DELETE", hang_up="before"), "cut_off"),
        (Fault("DELETE", hang_up="before", reset=True), "cut_off"),
        (Fault("DELETE", act=True, hang_up="before"), "cut_off"),
        (Fault("DELETE", act=True, hang_up="before", reset=True), "cut_off"),
        (Fault("DELETE", act=True, hang_up="middle"), "cut_off"),
        (Fault("DELETE", body=b"\x1f\x8bno", headers={"Content-Encoding": "gzip"}), "garbled"),
    ],
)
def test_a_broken_answer_is_unknown_and_never_repeated(
    client: AquaClient, sandbox: Sandbox, fault: Fault, kind: str
) -> None:
    client.read_job(sandbox.jobs["running"])  # so that a pooled connection is met
    sandbox.play(fault)
    with pytest.raises(Unknown) as caught:
        client.cancel_job(sandbox.jobs["running"], track_id="t")
    assert caught.value.kind == kind
    assert len(sandbox.seen("DELETE", "")) == 1


def test_a_body_without_end_is_stopped_at_the_cap(client: AquaClient, sandbox: Sandbox) -> None:
    sandbox.play(Fault("GET", body=b"{", padding=400 * 1024 * 1024))
    with pytest.raises(Unknown, match="8 MiB") as caught:
        client.read_job(JOB)
    assert caught.value.kind == "too_large"
    assert len(caught.value.answer.body or b"") == MAX_BODY


def test_a_bomb_is_stopped_at_the_cap(client: AquaClient, sandbox: Sandbox) -> None:
    sandbox.play(Fault("GET", body=gzip.compress(b" " * 100 * 1024 * 1024), headers={"Content-Encoding": "gzip"}))
    with pytest.raises(Unknown, match="8 MiB"):
        client.read_job(JOB)


def test_a_packed_answer_is_unpacked(client: AquaClient, sandbox: Sandbox) -> None:
    plain = b'{"id":"abc","status":"executing"}'
    sandbox.play(Fault("GET", body=gzip.compress(plain), headers={"Content-Encoding": "gzip"}))
    assert client.read_job("abc").body == plain


def test_connections_are_reused(client: AquaClient, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = count_connections(monkeypatch)
    for _ in range(3):
        client.read_job(sandbox.jobs["running"])
    assert len(opened) == 1


def test_a_connection_that_was_idle_for_long_is_opened_anew(
    client: AquaClient, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = count_connections(monkeypatch)
    client.read_job(sandbox.jobs["running"])
    monkeypatch.setattr(sockets, "IDLE_SECONDS", 0.0)
    client.read_job(sandbox.jobs["running"])
    assert len(opened) == 2


def count_connections(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    opened: list[float] = []
    connect = sockets._Timed.connect

    def counted(self: sockets._Timed) -> None:
        opened.append(time.monotonic())
        connect(self)

    monkeypatch.setattr(sockets._Timed, "connect", counted)
    return opened


def test_no_setting_of_the_environment_is_believed(
    client: AquaClient, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert client.read_job(sandbox.jobs["running"]).job


def test_no_cookie_is_kept(client: AquaClient, sandbox: Sandbox) -> None:
    sandbox.play(Fault("GET", act=True, headers={"Set-Cookie": "session=stolen; Path=/"}))
    client.read_job(sandbox.jobs["running"])
    client.read_job(sandbox.jobs["running"])
    assert "cookie" not in sandbox.requests[-1].headers


def test_threads_share_a_client(client: AquaClient, sandbox: Sandbox) -> None:
    failures: list[BaseException] = []

    def read() -> None:
        try:
            for _ in range(10):
                assert client.read_job(sandbox.jobs["running"]).job
        except BaseException as error:  # handed to the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
