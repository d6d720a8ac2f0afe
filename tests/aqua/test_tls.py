"""A server that cannot prove who it is never gets to see a request, nor credentials."""

import re
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from jobs.aqua import AquaClient, NotSent, Unknown, sockets
from jobs.aqua.transport import Transport
from jobs.sandbox import Sandbox
from tests.aqua.conftest import LOOPBACK
from tests.certificates import Authority
from tests.speaker import await_request, request_of, reset, speaking

JOB = "e20b07474688ad5001468daf10e501de"
AQUA = Path(__file__).parents[2] / "jobs" / "aqua"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("another"), "Another authority")


def impostors(authority: Authority, another: Authority) -> dict[str, tuple[tuple[str, str], str]]:
    """Certificate and key, and what is said of them."""
    return {
        "for another host": (authority.issue("rest.zuora.com", "localhost"), "IP address mismatch"),
        "for another address": (authority.issue("127.0.0.2"), "IP address mismatch"),
        "expired": (authority.issue("127.0.0.1", ends_in=timedelta(minutes=-1)), "certificate has expired"),
        "of a foreign authority": (another.issue("127.0.0.1"), "unable to get local issuer certificate"),
        "self-signed": (authority.self_signed("127.0.0.1"), "self-signed certificate"),
    }


@pytest.mark.parametrize("auth", ["keys", "oauth"])
@pytest.mark.parametrize("method", ["read_job", "cancel_job"])
@pytest.mark.parametrize(
    "which", ["for another host", "for another address", "expired", "of a foreign authority", "self-signed"]
)
def test_with_a_bad_certificate_nothing_is_sent(
    make_client: Callable[..., AquaClient], authority: Authority, another: Authority, which: str, method: str, auth: str
) -> None:
    certificate, says = impostors(authority, another)[which]
    with Sandbox(tls=certificate) as server:
        client = make_client(
            "keys", base_url=server.url, transport=Transport(rules=LOOPBACK, ca_file=str(authority.ca_file))
        )
        if auth == "oauth":
            sign_in = make_client("oauth").sign_in
            sign_in.token_url = f"{server.url}/oauth/token"  # type: ignore[attr-defined]
            client = make_client(base_url=server.url, sign_in=sign_in, transport=client.transport)
        with pytest.raises(NotSent) as caught:
            getattr(client, method)(JOB, track_id="t")
        assert (caught.value.kind, server.requests) == ("tls", [])
        assert says in caught.value.words
        assert "certificate is not trusted" in caught.value.words


def test_a_certificate_for_the_address_alone_is_none_for_the_name(
    make_client: Callable[..., AquaClient], authority: Authority
) -> None:
    with Sandbox(tls=authority.issue("127.0.0.1")) as server:
        transport = Transport(rules=LOOPBACK, ca_file=str(authority.ca_file))
        assert make_client(base_url=server.url, transport=transport).read_job(server.jobs["running"]).job
        by_name = server.url.replace("127.0.0.1", "localhost")
        with pytest.raises(NotSent, match="not trusted: Hostname mismatch") as caught:
            make_client(base_url=by_name, transport=transport).cancel_job(server.jobs["running"], track_id="t")
        assert (caught.value.kind, server.seen("DELETE", "")) == ("tls", [])


def test_without_a_private_authority_in_the_settings_its_servers_are_foreign(
    make_client: Callable[..., AquaClient], authority: Authority
) -> None:
    with Sandbox(tls=authority.issue("127.0.0.1")) as server:
        with pytest.raises(NotSent, match="not trusted"):
            make_client(base_url=server.url).cancel_job(server.jobs["running"], track_id="t")
        assert server.requests == []


def test_the_private_authority_replaces_the_usual_ones(authority: Authority) -> None:
    adapter = Transport(rules=LOOPBACK, ca_file=str(authority.ca_file))._adapter
    names = [dict(pair[0] for pair in known["subject"])["commonName"] for known in adapter._tls.get_ca_certs()]
    assert names == ["An authority of tests"]


def test_verification_is_on_and_there_is_no_way_to_turn_it_off() -> None:
    tls = Transport(rules=LOOPBACK)._adapter._tls
    assert (tls.verify_mode, tls.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert tls.minimum_version >= ssl.TLSVersion.TLSv1_2
    for file in AQUA.glob("*.py"):
        assert not re.search(r"verify\s*=\s*False|CERT_NONE|check_hostname\s*=|_create_unverified", file.read_text())


def test_a_server_that_resets_instead_of_shaking_hands_got_nothing(
    make_client: Callable[..., AquaClient], authority: Authority
) -> None:
    transport = Transport(rules=LOOPBACK, ca_file=str(authority.ca_file))
    with speaking(reset) as url:
        client = make_client(base_url=url.replace("http:", "https:"), transport=transport)
        with pytest.raises(NotSent) as caught:
            client.cancel_job(JOB, track_id="t")
    assert caught.value.kind in ("connect", "tls")


@pytest.mark.parametrize("reads", [False, True])
def test_a_server_that_resets_after_the_handshake_may_have_got_it(
    make_client: Callable[..., AquaClient], authority: Authority, reads: bool
) -> None:
    got: list[bytes] = []

    def part(connection: socket.socket) -> None:
        await_request(connection)
        got.append(request_of(connection) if reads else b"")
        reset(connection)

    transport = Transport(rules=LOOPBACK, ca_file=str(authority.ca_file))
    with speaking(part, tls=authority.issue("127.0.0.1")) as url:
        client = make_client(base_url=url, transport=transport)
        with pytest.raises(Unknown) as caught:
            client.cancel_job(JOB, track_id="t")
    assert caught.value.kind == "cut_off"
    assert [head[:6] for head in got] == [b"DELETE" if reads else b""]


def test_a_server_that_is_gone_when_the_request_is_written_is_no_failure_of_tls(
    make_client: Callable[..., AquaClient], authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = threading.Event()
    connect = sockets._TimedHTTPS.connect

    def part(connection: socket.socket) -> None:
        reset(connection)
        gone.set()

    def connect_and_wait(self: sockets._TimedHTTPS) -> None:
        connect(self)
        assert gone.wait(10)

    monkeypatch.setattr(sockets._TimedHTTPS, "connect", connect_and_wait)
    transport = Transport(rules=LOOPBACK, ca_file=str(authority.ca_file))
    with speaking(part, tls=authority.issue("127.0.0.1")) as url:
        client = make_client(base_url=url, transport=transport)
        with pytest.raises(Unknown) as caught:
            client.cancel_job(JOB, track_id="t")
    assert (caught.value.kind, "No TLS connection" in caught.value.words) == ("cut_off", False)
