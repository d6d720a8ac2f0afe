"""Through a proxy: where its tunnel does not stand, nothing was sent; afterwards, who knows."""

from collections.abc import Callable, Iterator

import pytest

from jobs.aqua import AquaClient, NotSent, Refused, Unknown, sockets
from jobs.aqua import client as client_module
from jobs.aqua.transport import Transport, TransportError
from jobs.sandbox import Sandbox
from tests.aqua.conftest import LOOPBACK
from tests.certificates import Authority
from tests.proxy import Proxy

Make = Callable[..., AquaClient]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def server(authority: Authority) -> Iterator[Sandbox]:
    with Sandbox(tls=authority.issue("127.0.0.1")) as running:
        yield running


@pytest.fixture
def through(make_client: Make, server: Sandbox, authority: Authority) -> Callable[[str], AquaClient]:
    def make(proxy: str) -> AquaClient:
        return make_client(
            base_url=server.url, transport=Transport(rules=LOOPBACK, proxy=proxy, ca_file=str(authority.ca_file))
        )

    return make


def test_a_job_is_read_and_cancelled_through_one_tunnel(through: Callable[[str], AquaClient], server: Sandbox) -> None:
    job_id = server.jobs["running"]
    with Proxy() as proxy:
        client = through(proxy.url)
        answers = [client.read_job(job_id), client.cancel_job(job_id, track_id="t"), client.read_job(job_id)]
        client.close()
    assert [a.job.status for a in answers if a.job] == ["executing", "cancelled", "cancelled"]
    assert proxy.requests == [f"CONNECT {server.url.removeprefix('https://')}"]


def test_the_proxy_sees_neither_path_nor_credentials_but_its_own(
    through: Callable[[str], AquaClient], server: Sandbox
) -> None:
    with Proxy() as proxy:
        client = through(proxy.url.replace("http://", "http://user:proxy-secret@"))
        client.read_job(server.jobs["running"])
        client.close()
    (head,) = proxy.heads
    assert b"Proxy-Authorization: Basic " in head
    assert b"batch-query" not in head
    assert b"apiAccessKeyId" not in head
    assert all("proxy-authorization" not in request.headers for request in server.requests)


@pytest.mark.parametrize("status", [407, 403, 502])
def test_a_proxy_that_refuses_lets_nothing_out(
    through: Callable[[str], AquaClient], server: Sandbox, status: int
) -> None:
    with Proxy(refuses_with=status) as proxy, pytest.raises(NotSent, match="The proxy did not connect") as caught:
        through(proxy.url).cancel_job(server.jobs["running"], track_id="t")
    assert (caught.value.kind, server.requests, len(proxy.requests)) == ("proxy", [], 1)
    assert str(status) in caught.value.words


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("hangs", "no answer within the time allowed"),
        ("closes", "it closed the connection"),
        ("closes in the middle", "it closed the connection"),
    ],
)
def test_a_proxy_that_never_connects_lets_nothing_out_and_is_named(
    through: Callable[[str], AquaClient], server: Sandbox, monkeypatch: pytest.MonkeyPatch, fault: str, reason: str
) -> None:
    if fault == "hangs":
        monkeypatch.setattr(client_module, "CANCEL_SECONDS", 0.4)
    with Proxy(fault=fault) as proxy, pytest.raises(NotSent) as caught:
        through(proxy.url).cancel_job(server.jobs["running"], track_id="t")
    assert (server.requests, len(proxy.requests)) == ([], 1)
    assert (caught.value.kind, caught.value.words) == ("proxy", f"The proxy did not connect: {reason}.")


def test_a_call_whose_time_is_over_before_it_begins_blames_no_proxy() -> None:
    with pytest.raises(TransportError, match=r"^No whole answer within the time allowed\.$") as caught:
        Transport(rules=LOOPBACK, proxy="http://127.0.0.1:9").exchange(
            "GET", "https://127.0.0.1", headers={}, seconds=0
        )
    assert (caught.value.kind, caught.value.sent) == ("timeout", False)


def test_a_proxy_that_is_not_there_lets_nothing_out(through: Callable[[str], AquaClient], server: Sandbox) -> None:
    with Proxy() as gone:
        pass
    with pytest.raises(NotSent, match="The proxy did not connect: Connection refused"):
        through(gone.url).cancel_job(server.jobs["running"], track_id="t")
    assert server.requests == []


def test_a_proxy_whose_host_is_unknown_lets_nothing_out(
    through: Callable[[str], AquaClient], server: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*args: object, **more: object) -> None:
        raise sockets.socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(sockets.socket, "getaddrinfo", unknown)
    with pytest.raises(NotSent, match="Name or service not known"):
        through("http://proxy.invalid:3128").cancel_job(server.jobs["running"], track_id="t")


def test_a_tunnel_that_is_cut_leaves_it_unknown(through: Callable[[str], AquaClient], server: Sandbox) -> None:
    job_id = server.jobs["running"]
    with Proxy() as proxy:
        client = through(proxy.url)
        client.read_job(job_id)  # the tunnel stands, and lets answers through
        proxy.fault = "cuts"
        with pytest.raises(Unknown) as caught:
            client.cancel_job(job_id, track_id="t")
    assert caught.value.kind == "cut_off"
    assert len(server.seen("DELETE", job_id)) == 1
    assert server.status(job_id) == "cancelled"


def test_after_a_long_pause_a_new_tunnel_is_made(
    through: Callable[[str], AquaClient], server: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "IDLE_SECONDS", 0.0)
    with Proxy() as proxy:
        client = through(proxy.url)
        for _ in range(3):
            assert client.read_job(server.jobs["running"]).job
        client.close()
    assert [request.split()[0] for request in proxy.requests] == ["CONNECT"] * 3


def test_a_bad_certificate_behind_the_proxy_is_one(make_client: Make, authority: Authority, server: Sandbox) -> None:
    with Proxy() as proxy, pytest.raises(NotSent, match="certificate is not trusted") as caught:
        make_client(base_url=server.url, transport=Transport(rules=LOOPBACK, proxy=proxy.url)).cancel_job(
            "a" * 32, track_id="t"
        )
    assert (caught.value.kind, server.requests) == ("tls", [])


def test_plain_http_goes_through_it_as_well(make_client: Make, sandbox: Sandbox) -> None:
    job_id = sandbox.jobs["running"]
    with Proxy() as proxy:
        client = make_client(base_url=sandbox.url, transport=Transport(rules=LOOPBACK, proxy=proxy.url))
        answer = client.cancel_job(job_id, track_id="t")
        client.close()
    assert answer.job is not None
    assert answer.job.status == "cancelled"
    assert proxy.requests == [f"DELETE {sandbox.url}/v1/batch-query/jobs/{job_id}"]


def test_a_no_of_the_proxy_to_plain_http_is_an_answer_like_any_other(make_client: Make, sandbox: Sandbox) -> None:
    with Proxy(refuses_with=407) as proxy, pytest.raises(Refused, match="407") as caught:
        make_client(base_url=sandbox.url, transport=Transport(rules=LOOPBACK, proxy=proxy.url)).cancel_job(
            "a" * 32, track_id="t"
        )
    assert (caught.value.kind, sandbox.requests) == ("http_407", [])


def test_plain_http_that_a_proxy_swallows_is_unknown(make_client: Make, sandbox: Sandbox) -> None:
    with Proxy(fault="closes") as proxy, pytest.raises(Unknown) as caught:
        make_client(base_url=sandbox.url, transport=Transport(rules=LOOPBACK, proxy=proxy.url)).cancel_job(
            "a" * 32, track_id="t"
        )
    assert (caught.value.kind, len(proxy.requests)) == ("cut_off", 1)
