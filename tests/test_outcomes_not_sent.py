"""The fault matrix before the cancel leaves: nothing was sent, nothing is read, and that is what is said."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User

from jobs import connections
from jobs.models import Connection, Role, State
from jobs.sandbox import Fault, Sandbox
from jobs.sentences import sentence
from tests.certificates import Authority
from tests.flow import cancel, look_up
from tests.outcomes import SETTLED, what_is_read
from tests.proxy import Proxy

DEACTIVATED = b'{"code":90000011,"message":"The user is deactivated"}'

UNTRUSTED = "The server's certificate is not trusted"


@dataclass(frozen=True)
class Break:
    """What stands in the way, and how the sentence goes on after "Nothing was sent: "."""

    says: str
    token: Fault | None = None
    proxy: dict[str, Any] | None = None
    settings: tuple[tuple[str, object], ...] = ()
    auth: str = "oauth"


def token(**how: Any) -> Fault:
    return Fault("POST", "/oauth/token", **how)


BREAKS = {
    "10 no such client": Break("Invalid client id.", token(status=400, body=b'{"message":"Invalid client id"}')),
    "10 user deactivated": Break("The user is deactivated (code 90000011).", token(status=403, body=DEACTIVATED)),
    "token call 503": Break("HTTP 503 Service Unavailable", token(status=503, body=b"<html></html>")),
    "token call hung up": Break("No token: The connection broke", token(hang_up="before")),
    "token without one": Break("The answer to the token call has no token.", token(body=b"{}")),
    "proxy refuses": Break("The proxy did not connect: ", proxy={"refuses_with": 407}, auth="keys"),
    "proxy closes": Break("The proxy did not connect: it closed", proxy={"fault": "closes"}, auth="keys"),
    "proxy closes, token": Break("No token: The proxy did not connect: it closed", proxy={"fault": "closes"}),
    "certificate": Break(f"{UNTRUSTED}: ", settings=(("UPSTREAM_CA_FILE", ""),), auth="keys"),
    "certificate, token": Break(f"No token: {UNTRUSTED}: ", settings=(("UPSTREAM_CA_FILE", ""),)),
    "no authority": Break("", settings=(("UPSTREAM_CA_FILE", "/no/such/file.pem"),)),
    "secret": Break("", settings=(("CREDENTIAL_KEYS", ["A" * 43 + "="]),)),
    "address": Break("127.0.0.1 is this machine itself", settings=(("ALLOW_LOOPBACK_HTTP", False),)),
}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def sandbox(authority: Authority) -> Iterator[Sandbox]:
    with Sandbox(tls=authority.issue("127.0.0.1")) as running:
        yield running


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with Proxy() as running:
        yield running


@pytest.mark.parametrize("method", ["DELETE", "POST"])
@pytest.mark.parametrize("then", [then for then in SETTLED if then != "Cancelled"])
@pytest.mark.parametrize("what", BREAKS)
def test_before_it_leaves_nothing_was_sent_whatever_the_job_would_read(
    make_connection: Callable[..., Connection],
    make_person: Callable[..., User],
    sandbox: Sandbox,
    authority: Authority,
    settings: Any,
    request: pytest.FixtureRequest,
    what: str,
    then: str,
    method: str,
) -> None:
    settings.UPSTREAM_CA_FILE = str(authority.ca_file)
    broken = BREAKS[what]
    connection = make_connection(auth=broken.auth, cancel_method=method)
    user = make_person("operator", Role.OPERATOR, connection)
    job_id = sandbox.submit()
    lookup = look_up(user, connection, job_id)
    connections.forget_clients()
    sandbox.play(what_is_read(then, job_id))
    break_it(broken, sandbox, settings, request)

    cancellation = cancel(user, lookup)

    assert cancellation.state == State.NOT_SENT
    assert sentence(cancellation).startswith(f"Not cancelled. Nothing was sent: {broken.says}")
    assert [one.method for one in sandbox.requests if job_id in one.path] == ["GET"], "the look-up, and no more"
    assert cancellation.rests_on is not None
    assert (cancellation.rests_on.method, cancellation.rests_on.snapshot) == (method, None)
    assert cancellation.exchanges.count() == 1


def break_it(broken: Break, sandbox: Sandbox, settings: Any, request: pytest.FixtureRequest) -> None:
    if broken.token:
        sandbox.play(broken.token)
    if broken.proxy:
        proxy = request.getfixturevalue("proxy")
        vars(proxy).update(broken.proxy)
        settings.UPSTREAM_PROXY = proxy.url
    for name, value in broken.settings:
        setattr(settings, name, value)


@pytest.mark.parametrize("method", ["DELETE", "POST"])
@pytest.mark.parametrize(("auth", "words"), [("keys", ""), ("oauth", "No token: ")])
def test_where_nobody_listens_nothing_was_sent_and_nothing_is_read(
    make_connection: Callable[..., Connection], make_person: Callable[..., User], auth: str, words: str, method: str
) -> None:
    with Sandbox() as stopping:
        connection = make_connection(auth=auth, cancel_method=method, base_url=stopping.url)
        user = make_person("operator", Role.OPERATOR, connection)
        lookup = look_up(user, connection, stopping.jobs["running"])
    connections.forget_clients()
    cancellation = cancel(user, lookup)
    assert cancellation.state == State.NOT_SENT
    said = f"Not cancelled. Nothing was sent: {words}No connection: Connection refused."
    assert sentence(cancellation) == said
    assert cancellation.exchanges.count() == 1
