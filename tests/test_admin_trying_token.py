"""Test connection, where the token call or the settings are what is wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest

from jobs.models import Connection
from jobs.sandbox import Fault, Sandbox
from tests.conftest import Tried

TryIt = Callable[[Connection], Tried]


@pytest.mark.parametrize(
    ("status", "body", "begins"),
    [
        (429, b'{"reasons":[{"code":70,"message":"API Rate limit"}]}', "Zuora says that there were too many requests."),
        (503, b"<html></html>", "Zuora, or a gateway before it, has a fault at this moment"),
        (500, b'{"code":50000060,"message":"internal"}', "Zuora, or a gateway before it, has a fault at this moment"),
        (403, b"<html>AkamaiGHost</html>", "Something answered at 127.0.0.1, but it is not Zuora's API"),
        (200, b"<html></html>", "Something answered at 127.0.0.1, but it is not Zuora's API"),
        (302, b"", "Something answered at 127.0.0.1, but it is not Zuora's API"),
        (403, b'{"message":"deactivated"}', "Zuora gives no token for these credentials: their user may not sign in"),
        (404, b"not here", "127.0.0.1 answered, and the answer is none of Zuora's"),
    ],
)
def test_it_tells_what_the_token_call_came_to(
    try_it: TryIt, connection: Connection, sandbox: Sandbox, status: int, body: bytes, begins: str
) -> None:
    sandbox.play(Fault("POST", "/oauth/token", status=status, body=body))
    tried = try_it(connection)
    assert (tried.sentence[: len(begins)], tried.tags) == (begins, "error")


@pytest.mark.parametrize(
    "body",
    [
        b'{"message":"request exceeded limit"}',
        b'{"success":false,"code":50000070,"message":"limit"}',
        b'{"reasons":[{"code":70,"message":"limit"}]}',
    ],
)
def test_it_knows_a_limit_by_its_body_too(try_it: TryIt, connection: Connection, sandbox: Sandbox, body: bytes) -> None:
    sandbox.play(Fault("GET", body=body))
    assert try_it(connection).sentence.startswith("Zuora says that there were too many requests.")


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_it_names_a_ca_file_that_cannot_be_used(
    try_it: TryIt, connection: Connection, settings: object, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "ca.pem"
    if content:
        file.write_text(content)
    settings.UPSTREAM_CA_FILE = str(file)  # type: ignore[attr-defined]
    tried = try_it(connection)
    assert tried.sentence.startswith(f"UPSTREAM_CA_FILE '{file}' cannot be used: ")
    assert tried.sentence.endswith("Give UPSTREAM_CA_FILE a PEM file that the server may read.")


def test_a_path_that_leads_past_aqua_is_not_said_to_work(
    try_it: TryIt, make_connection: Callable[..., Connection], sandbox: Sandbox
) -> None:
    tried = try_it(make_connection(auth="keys", base_url=f"{sandbox.url}/wrong"))
    assert (tried.tags, "perhaps not as AQuA" in tried.sentence) == ("error", True)
