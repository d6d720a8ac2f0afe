"""What is typed wrong, and what is not there: a message that says what to do, and no traceback."""

import json
import os
import pwd
import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from jobs.models import Cancellation, Connection
from jobs.sandbox import Fault, Sandbox
from tests.commands.test_set_connection import SECRET, run
from tests.process import manage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def secret_file(tmp_path: Path) -> str:
    file = tmp_path / "secret"
    file.write_text(SECRET)
    return str(file)


def test_who_ran_it_is_not_taken_from_the_environment(operator: User, sandbox: Sandbox) -> None:
    words = ("cancel_job", "ACME test", sandbox.jobs["running"], "--reason", "x", "--as", "operator")
    assert manage(*words, LOGNAME="ceo", USER="ceo").returncode == 0
    assert Cancellation.objects.get().os_user.partition("@")[0] == pwd.getpwuid(os.getuid()).pw_name


def test_the_same_base_url_in_another_form_is_no_change(secret_file: str) -> None:
    words = [
        "ACME",
        "--client-id",
        "abc",
        "--secret-file",
        secret_file,
        "--base-url",
        "https://rest.copy.zuora.com/v1/",
    ]
    assert run(*words) == (0, "ACME: created\n")
    assert run(*words) == (0, "ACME: unchanged\n")


def test_a_secret_whose_key_is_lost_is_stored_anew(secret_file: str, settings: object, connection: Connection) -> None:
    settings.CREDENTIAL_KEYS = ["A" * 43 + "="]  # type: ignore[attr-defined]
    assert run("ACME test", "--secret-file", secret_file) == (0, "ACME test: changed\n")
    assert Connection.objects.get().open_secret() == SECRET


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a\x00b"])
def test_a_secret_that_is_no_text(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret").write_bytes(content)
    words = ("ACME", "--environment", "us-production", "--client-id", "abc", "--secret-file", str(tmp_path / "secret"))
    assert run(*words)[0] == 2


def test_what_is_missing_is_named_by_its_option(secret_file: str) -> None:
    assert "--secret-file" in run("ACME", "--environment", "us-production", "--client-id", "abc")[1]
    assert "--environment or --base-url" in run("ACME", "--client-id", "abc", "--secret-file", secret_file)[1]


def test_a_team_with_too_long_a_name(connection: Connection) -> None:
    code, said = run("ACME test", "--team", "x" * 151 + ":viewer")
    assert (code, "150 characters" in said) == (2, True)


@pytest.mark.parametrize("wait", ["nan", "inf", "-1", "soon"])
def test_a_wait_that_is_none(operator: User, sandbox: Sandbox, wait: str) -> None:
    words = ("cancel_job", "ACME test", sandbox.jobs["running"], "--as", "operator", "--reason", "x", "--wait", wait)
    assert manage(*words).returncode == 2
    assert sandbox.requests == []


def test_where_the_database_is_away_nothing_is_sent(tmp_path: Path) -> None:
    words = ("cancel_job", "ACME", "x", "--as", "o", "--reason", "y")
    ended = manage(*words, DATABASE_URL=f"sqlite:///{tmp_path}/no/db")
    assert (ended.returncode, ended.stdout) == (5, "")
    assert "Nothing was sent." in ended.stderr
    assert "Traceback" not in ended.stderr


def test_ports_of_the_sandbox() -> None:
    for ended in (manage("sandbox", "--port", "99999"), manage("sandbox", "--describe", SANDBOX_PORT="abc")):
        assert (ended.returncode, "Traceback" in ended.stderr) == (2, False)
        assert "is no port" in ended.stderr
    assert manage("sandbox", "--describe", SANDBOX_PORT="").returncode == 0


def test_what_zuora_says_does_nothing_to_the_terminal(operator: User, connection: Connection, sandbox: Sandbox) -> None:
    name = "\x1b]0;title\x07\x1b[2J\rCancelled.\nCancelled. \u202e\u2028"
    job = {"id": sandbox.jobs["running"], "status": "completed", "batches": [{"name": name, "status": "completed"}]}
    sandbox.play(Fault("GET", body=json.dumps(job).encode()))
    ended = manage("cancel_job", "ACME test", sandbox.jobs["running"], "--as", "operator", "--reason", "x")
    assert (ended.returncode, ended.stdout.count("\n")) == (3, 2)
    assert re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2028]", ended.stdout) is None
    assert r"\x1b]0;title\x07\x1b[2J\rCancelled.\nCancelled. \u202e" in ended.stdout
