"""Where a name may lead: what is connected to is checked, not what was looked up before."""

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jobs.aqua import AquaClient, NotSent, sockets
from jobs.aqua.addresses import AddressRules, ForbiddenAddress, require_allowed
from jobs.aqua.transport import Transport
from jobs.sandbox import Sandbox
from tests.aqua.conftest import LOOPBACK
from tests.certificates import Authority
from tests.proxy import Proxy

NAME = "rest.private.zuora.com"
Make = Callable[..., AquaClient]

NOT_PUBLIC = {
    "this machine": ["127.0.0.1", "127.255.255.254", "::1"],
    "no address yet": ["0.0.0.0", "0.1.2.3", "::"],  # noqa: S104
    "RFC 1918": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"],
    "link-local, with the clouds' metadata": ["169.254.169.254", "fe80::1", "fe80::1%eth0"],
    "unique local and site-local": ["fc00::1", "fd00:ec2::254", "fec0::1"],
    "shared by a provider's customers": ["100.64.0.1", "100.100.100.200", "100.127.255.255"],
    "multicast and broadcast": ["224.0.0.1", "239.255.255.255", "255.255.255.255", "ff02::1", "ff0e::1"],
    "reserved, for tests and documents": ["192.0.0.8", "192.0.2.1", "198.18.0.1", "203.0.113.9", "240.0.0.1"],
    "of documents": ["2001:db8::1", "3fff::1"],
    "IPv4 in IPv6": ["::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:0:0", "::10.0.0.1", "::127.0.0.1"],
    "behind NAT64": ["64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b::127.0.0.1", "64:ff9b:1::8.8.8.8"],
    "in a tunnel": ["2002:7f00:1::", "2002:a00:1::1", "2001:0:7f00:1::1"],
}
PUBLIC = ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8"]


@pytest.mark.parametrize("address", [address for group in NOT_PUBLIC.values() for address in group])
def test_a_name_leads_into_no_network_but_the_public_one(address: str) -> None:
    with pytest.raises(ForbiddenAddress) as caught:
        require_allowed(NAME, address)
    assert str(caught.value) == f"{NAME} leads to {address}, which is no address of the public internet."


@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_internet_may_be_called_and_is_not_this_machine(address: str) -> None:
    require_allowed(NAME, address)
    with pytest.raises(ForbiddenAddress):
        require_allowed("localhost", address)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_itself(host: str, address: str) -> None:
    require_allowed(host, address)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def server(authority: Authority) -> Iterator[Sandbox]:
    """What listens in the private network, with a certificate that would be trusted."""
    with Sandbox(tls=authority.issue(NAME)) as running:
        yield running


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Makes the name lead to this machine; holds the names that were asked for."""
    names: list[object] = []
    resolve = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *args: Any, **more: Any) -> Any:
        names.append(host)
        return resolve("127.0.0.1" if host == NAME else host, port, *args, **more)

    monkeypatch.setattr(sockets.socket, "getaddrinfo", getaddrinfo)
    return names


@pytest.mark.parametrize("auth", ["keys", "oauth"])
@pytest.mark.parametrize("rules", [AddressRules(), LOOPBACK])
def test_a_name_that_leads_to_this_machine_is_not_connected_to(
    make_client: Make, authority: Authority, server: Sandbox, looked_up: list[object], auth: str, rules: AddressRules
) -> None:
    url = server.url.replace("127.0.0.1", NAME)
    client = make_client("keys", base_url=url, transport=Transport(ca_file=str(authority.ca_file), rules=rules))
    if auth == "oauth":
        sign_in = make_client("oauth").sign_in
        sign_in.token_url = f"{url}/oauth/token"  # type: ignore[attr-defined]
        client = make_client(base_url=url, sign_in=sign_in, transport=client.transport)
    with pytest.raises(NotSent) as caught:
        client.cancel_job(server.jobs["running"], track_id="t")
    words = f"{NAME} leads to 127.0.0.1, which is no address of the public internet."
    assert (caught.value.kind, caught.value.words, server.requests) == ("private", words, [])
    assert looked_up == [NAME], "another look-up could have another answer"


def test_where_a_proxy_connects_it_is_the_proxy_that_decides(
    make_client: Make, authority: Authority, server: Sandbox, looked_up: list[object]
) -> None:
    with Proxy() as proxy:
        transport = Transport(proxy=proxy.url, ca_file=str(authority.ca_file))
        client = make_client(base_url=server.url.replace("127.0.0.1", NAME), auth="keys", transport=transport)
        assert client.read_job(server.jobs["running"]).job
        client.close()


def test_of_several_addresses_only_an_allowed_one_is_connected_to(
    make_client: Make, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve = socket.getaddrinfo

    def both(host: Any, port: Any, *args: Any, **more: Any) -> Any:
        elsewhere = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", port))
        return [elsewhere, *resolve("127.0.0.1", port, *args, **more)]

    monkeypatch.setattr(sockets.socket, "getaddrinfo", both)
    client = make_client(base_url=sandbox.url.replace("127.0.0.1", "localhost"))
    assert client.read_job(sandbox.jobs["running"]).job


def test_a_token_is_asked_for_at_no_host_that_is_not_allowed(make_client: Make) -> None:
    sign_in = make_client("oauth").sign_in
    sign_in.token_url = "https://rest.elsewhere.example/oauth/token"  # type: ignore[attr-defined]
    with pytest.raises(NotSent, match=r"^rest\.elsewhere\.example is not one of the hosts that UPSTREAM_HOSTS allows"):
        make_client(base_url="https://rest.zuora.com", sign_in=sign_in, transport=Transport()).read_job("a" * 32)
