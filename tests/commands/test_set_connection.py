"""``manage.py set_connection``: twice the same is once, and the secret goes in and never out."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.db import connection as database

from jobs import access
from jobs.models import Connection, Role, TeamAccess
from jobs.sandbox import Sandbox
from tests.process import manage

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "a secret of Zuora's"


@pytest.fixture
def secret_file(tmp_path: Path) -> str:
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")
    return str(file)


@pytest.fixture
def new(secret_file: str) -> list[str]:
    """What a new connection needs."""
    return ["ACME", "--environment", "eu-cloud-production", "--client-id", "abc", "--secret-file", secret_file]


def run(*words: str) -> tuple[int, str]:
    """Exit code, and what is printed."""
    out = io.StringIO()
    try:
        call_command("set_connection", *words, stdout=out)
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


def test_it_creates_a_connection_with_its_defaults(new: list[str]) -> None:
    assert run(*new) == (0, "ACME: created\n")
    made = Connection.objects.get()
    assert (made.name, made.environment, made.client_id, made.auth) == ("ACME", "eu-cloud-production", "abc", "oauth")
    assert (made.cancel_method, made.confirm_minutes, made.is_active, made.version) == ("DELETE", 15, True, 1)
    assert made.open_secret() == SECRET


def test_the_same_again_changes_nothing(new: list[str]) -> None:
    more = ["--tenant", "ACME Corp", "--entity-ids", "1,2", "--team", "Billing:operator"]
    run(*new, *more)
    sealed = Connection.objects.get().secret.token
    assert run(*new, *more) == (0, "ACME: unchanged\n")
    assert run("ACME") == (0, "ACME: unchanged\n")
    same = Connection.objects.get()
    assert (same.version, same.secret.token) == (1, sealed)
    assert TeamAccess.objects.count() == 1


def test_what_is_given_is_changed_and_the_rest_is_kept(new: list[str]) -> None:
    run(*new, "--tenant", "ACME Corp")
    given = ["--auth", "keys", "--method", "POST", "--confirm-minutes", "3", "--org-ids", "7", *new[-2:]]
    assert run("ACME", *given) == (0, "ACME: changed\n")
    made = Connection.objects.get()
    assert (made.auth, made.cancel_method, made.confirm_minutes, made.org_ids) == ("keys", "POST", 3, "7")
    assert (made.is_production, made.version) == (True, 2)
    assert (made.tenant, made.client_id, made.environment) == ("ACME Corp", "abc", "eu-cloud-production")
    assert made.open_secret() == SECRET


def test_a_new_secret_replaces_the_stored_one(new: list[str], tmp_path: Path) -> None:
    run(*new)
    (tmp_path / "next").write_text(" with spaces \r\n")
    assert run("ACME", "--secret-file", str(tmp_path / "next")) == (0, "ACME: changed\n")
    changed = Connection.objects.get()
    assert (changed.open_secret(), changed.version) == (" with spaces ", 2)


@pytest.mark.parametrize(
    ("words", "is_production"),
    [
        (["--environment", "us-production"], True),
        (["--environment", "us-api-sandbox"], False),
        (["--environment", "us-api-sandbox", "--production"], True),
        (["--base-url", "https://rest.copy.zuora.com/v1/"], True),
    ],
)
def test_a_new_connection_is_production_where_its_environment_is(
    secret_file: str, words: list[str], is_production: bool
) -> None:
    run("ACME", "--client-id", "abc", "--secret-file", secret_file, *words)
    assert Connection.objects.get().is_production is is_production


@pytest.mark.parametrize(
    ("url", "stored"),
    [
        ("https://REST.Copy.Zuora.com:443/v1/", "https://rest.copy.zuora.com"),
        ("https://copy.zuora.com/apps/", "https://copy.zuora.com/apps"),
        ("http://127.0.0.1:8001", "http://127.0.0.1:8001"),
    ],
)
def test_a_base_url_is_stored_in_one_form(secret_file: str, url: str, stored: str) -> None:
    assert run("ACME", "--client-id", "abc", "--secret-file", secret_file, "--base-url", url)[0] == 0
    made = Connection.objects.get()
    assert (made.environment, made.base_url, made.address) == ("custom", stored, stored)


@pytest.mark.parametrize(
    ("url", "what_to_do"),
    [
        ("rest.zuora.com", "A base URL looks like https://rest.example.zuora.com."),
        ("ftp://rest.zuora.com", "A base URL looks like https://rest.example.zuora.com."),
        ("https://me:secret@rest.zuora.com", "A base URL has no user name"),
        ("https://rest.zuora.com?a=b", "A base URL has no user name, no question mark"),
        ("http://rest.zuora.com", "must begin with https://"),
        ("https://rest.example.org", "UPSTREAM_HOSTS"),
        ("https://zuora.com.example.org", "UPSTREAM_HOSTS"),
        ("http://127.0.0.1:8001", "ALLOW_LOOPBACK_HTTP"),
        ("https://localhost", "ALLOW_LOOPBACK_HTTP"),
    ],
)
def test_an_address_that_may_not_be_called_is_not_stored(
    secret_file: str, settings: object, url: str, what_to_do: str
) -> None:
    settings.ALLOW_LOOPBACK_HTTP = False  # type: ignore[attr-defined]
    code, said = run("ACME", "--client-id", "abc", "--secret-file", secret_file, "--base-url", url)
    assert (code, what_to_do in said) == (2, True), said
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--secret-file", "/no/such/file"], "The secret cannot be read from /no/such/file: No such file"),
        (["--team", "Billing"], "--team takes NAME:ROLE, with a role of viewer, operator, approver; not 'Billing'."),
        (["--team", "Billing:boss"], "--team takes NAME:ROLE"),
        (["--team", ":viewer"], "--team takes NAME:ROLE"),
        (["--confirm-minutes", "-1"], "--confirm-minutes"),
        (["--client-id", ""], "--client-id"),
    ],
)
def test_bad_input_stores_nothing(new: list[str], words: list[str], said: str) -> None:
    code, message = run(*new, "--team", "Others:viewer", *words)
    assert (code, said in message) == (2, True), message
    assert not Connection.objects.exists()
    assert not Group.objects.exists()


def test_teams_get_their_roles(new: list[str], make_person: Callable[..., User]) -> None:
    person = make_person("operator")
    person.groups.add(Group.objects.create(name="Billing: EMEA"))
    run(*new, "--team", "Billing: EMEA:operator", "--team", "Readers:viewer")
    made = Connection.objects.get()
    assert access.role_on(person, made) == Role.OPERATOR
    assert made.access.get(team__name="Readers").role == Role.VIEWER
    run("ACME", "--team", "Billing: EMEA:Viewer")
    assert access.role_on(User.objects.get(), made) == Role.VIEWER


def test_as_a_process_it_takes_the_secret_from_stdin_and_keeps_it_to_itself(sandbox: Sandbox) -> None:
    client_id, secret = sandbox.describe()["oauth"].values()
    words = ["set_connection", "ACME", "--base-url", sandbox.url, "--client-id", client_id, "--secret-file", "-"]
    ended = manage(*words, stdin=secret + "\n")
    assert (ended.returncode, ended.stdout) == (0, "ACME: created\n")
    assert secret not in ended.stdout + ended.stderr
    assert Connection.objects.get().open_secret() == secret
    with database.cursor() as cursor:
        cursor.execute("SELECT * FROM jobs_connection")
        assert secret not in repr(cursor.fetchall())
    if database.vendor == "sqlite":
        files = Path(str(database.settings_dict["NAME"])).parent.glob("*.sqlite3*")
        assert not any(secret.encode() in file.read_bytes() for file in files)


def test_as_a_process_its_usage_errors_are_exit_code_2() -> None:
    both = manage("set_connection", "ACME", "--environment", "us-production", "--base-url", "https://rest.zuora.com")
    unknown = manage("set_connection", "ACME", "--environment", "moon")
    without = manage("set_connection", "ACME", "--environment", "us-production", "--client-id", "abc")
    assert [ended.returncode for ended in (both, unknown, without)] == [2, 2, 2]
    assert "not allowed with argument" in both.stderr
    assert "us-production" in unknown.stderr
    assert "A new connection needs its secret." in without.stderr
    assert not Connection.objects.exists()
