"""Test connection: a POST that reads, never cancels, and says what it learnt."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jobs.aqua import client as client_module
from jobs.models import Connection
from jobs.sandbox import Fault, Sandbox
from tests.admin_pages import last_exchange
from tests.conftest import Tried

Door = Callable[[User], Client]
Make = Callable[..., Connection]
WORKS = "ACME test works: Zuora let it in and looked for a job. Whether it may cancel shows only at a cancel."
WRONG = (
    "Zuora did not accept the credentials. It said: {} Either the {} are wrong, or they belong to another environment"
    " than {}: Zuora answers both with the same error."
)


TryIt = Callable[[Connection], Tried]


@pytest.mark.parametrize("auth", ["oauth", "keys", "basic"])
def test_it_says_that_a_connection_works(try_it: TryIt, make_connection: Make, sandbox: Sandbox, auth: str) -> None:
    tried = try_it(make_connection(auth=auth))
    assert (tried.sentence, tried.tags) == (WORKS, "success")


@pytest.mark.parametrize(
    ("auth", "words", "credentials"),
    [
        ("oauth", "Invalid client id.", "client ID and client secret"),
        ("keys", "Authentication error.", "access key ID and secret access key"),
        ("basic", "Authentication error.", "user name and password"),
    ],
)
def test_it_says_that_a_secret_or_the_environment_is_wrong(
    try_it: TryIt, make_connection: Make, sandbox: Sandbox, auth: str, words: str, credentials: str
) -> None:
    tried = try_it(make_connection(auth=auth, secret="wrong"))
    assert tried == Tried(WRONG.format(words, credentials, sandbox.url), "error")


def test_it_says_that_a_client_id_has_another_length_than_zuoras(try_it: TryIt, make_connection: Make) -> None:
    tried = try_it(make_connection(client_id="short"))
    assert tried.sentence.endswith(" The stored client ID has 5 characters; Zuora's have 36.")


@pytest.mark.parametrize(
    ("auth", "words"),
    [("oauth", "No token: No connection: Connection refused."), ("keys", "No connection: Connection refused.")],
)
def test_it_says_that_nobody_listens(
    try_it: TryIt, make_connection: Make, sandbox: Sandbox, auth: str, words: str
) -> None:
    connection = make_connection(auth=auth)
    sandbox.stop()
    told = f"127.0.0.1 cannot be reached. {words} A firewall may stand between, or the base URL is wrong."
    assert try_it(connection) == Tried(told, "error")


def test_it_says_that_no_tls_is_spoken(try_it: TryIt, make_connection: Make, sandbox: Sandbox) -> None:
    tried = try_it(make_connection(auth="keys", base_url=sandbox.url.replace("http:", "https:")))
    assert tried.sentence.startswith("127.0.0.1 was reached, but not securely, so nothing was sent. ")
    assert "UPSTREAM_CA_FILE" in tried.sentence


def test_it_says_that_a_name_cannot_be_resolved(try_it: TryIt, make_connection: Make, settings: object) -> None:
    settings.UPSTREAM_HOSTS = ["*.invalid"]  # type: ignore[attr-defined]
    tried = try_it(make_connection(auth="keys", base_url="https://no-such-host.invalid"))
    assert tried.sentence.startswith("The host name cannot be resolved: ")


def test_it_says_that_the_proxy_is_not_there_and_shows_no_password(
    try_it: TryIt, make_connection: Make, settings: object
) -> None:
    settings.UPSTREAM_PROXY = "http://jane:planted@127.0.0.1:9"  # type: ignore[attr-defined]
    tried = try_it(make_connection(auth="keys", base_url="https://127.0.0.1:1"))
    assert "It is the proxy of UPSTREAM_PROXY, 127.0.0.1:9: check its address" in tried.sentence
    assert "planted" not in tried.sentence


def test_it_says_that_no_answer_came_in_time(
    try_it: TryIt, connection: Connection, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "READ_SECONDS", 0.3)
    sandbox.play(Fault(delay=1.0))
    assert try_it(connection).sentence.startswith("127.0.0.1 was reached, and did not answer within 10 seconds.")


def test_it_calls_no_host_that_the_settings_do_not_allow(try_it: TryIt, make_connection: Make) -> None:
    tried = try_it(make_connection(base_url="https://rest.evil.example"))
    words = "rest.evil.example is not one of the hosts that UPSTREAM_HOSTS allows (*.zuora.com)."
    assert tried == Tried(f"{words} Correct the base URL, or let an administrator of the server allow it.", "error")
    assert last_exchange().http_status is None


def test_it_calls_no_address_of_a_private_network(try_it: TryIt, make_connection: Make, settings: object) -> None:
    settings.UPSTREAM_HOSTS = ["10.0.0.1"]  # type: ignore[attr-defined]
    tried = try_it(make_connection(base_url="https://10.0.0.1"))
    words = "10.0.0.1 leads to 10.0.0.1, which is no address of the public internet. Nothing was sent."
    assert (tried.sentence[: len(words)], tried.tags) == (words, "error")


def test_it_says_that_the_secret_must_be_entered_again(try_it: TryIt, connection: Connection, settings: object) -> None:
    settings.CREDENTIAL_KEYS = ["A" * 43 + "="]  # type: ignore[attr-defined]
    assert try_it(connection).sentence.endswith(" Enter the secret again and save.")


@pytest.mark.parametrize(
    ("fault", "begins"),
    [
        (
            Fault(status=403, body=b'{"code":50000010,"message":"<b>No</b> API."}'),
            "Zuora knows the credentials, and says that their user may not do this. It said: <b>No</b> API.",
        ),
        (
            Fault(body=b"<html><title>Not Zuora</title></html>"),
            "Something answered at 127.0.0.1, but it is not Zuora's",
        ),
        (Fault(status=403, body=b"<html>AkamaiGHost</html>"), "Something answered at 127.0.0.1, but it is not Zuora's"),
        (Fault(status=302, headers={"Location": "/"}, body=b""), "Something answered at 127.0.0.1, but it is not"),
        (Fault(status=404, body=b"not here"), "127.0.0.1 answered, and the answer is none of Zuora's"),
        (
            Fault(status=429, body=b'{"code":50000070,"message":"limit"}'),
            "Zuora says that there were too many requests.",
        ),
        (Fault(status=503, body=b"<html></html>"), "Zuora, or a gateway before it, has a fault at this moment"),
        (Fault(hang_up="before"), "127.0.0.1 was reached, and broke the connection off."),
        (
            Fault(body=b'{"id":"00000000000000000000000000000000","status":"completed"}'),
            "127.0.0.1 showed a job that cannot exist, so it is not Zuora.",
        ),
    ],
)
def test_whatever_else_answers_is_no_success(
    try_it: TryIt, connection: Connection, sandbox: Sandbox, fault: Fault, begins: str
) -> None:
    sandbox.play(fault)
    tried = try_it(connection)
    assert (tried.sentence[: len(begins)], tried.tags) == (begins, "error")
