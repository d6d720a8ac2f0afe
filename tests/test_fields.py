"""Secrets at rest, and JSON that every database holds."""

import copy
import json
import pickle
from collections.abc import Callable

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.core import serializers
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import connection as database
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from jobs import connections
from jobs.connections import save_connection
from jobs.fields import Sealed, SecretUnreadable, seal
from jobs.models import BatchSnapshot, Connection, JobSnapshot
from jobs.models.exchange import Outcome
from jobs.sandbox import Sandbox
from tests.admin_pages import filled_in, page_of
from tests.flow import look_up

Make = Callable[..., Connection]
SECRET = "plain-text-of-a-test-ü-<&>"
NO_KEY = "CREDENTIAL_KEYS has no key that reads the stored secret."


@pytest.fixture
def stored(make_connection: Make) -> Connection:
    return make_connection("Stored", secret=SECRET)


def column(connection: Connection) -> str:
    """What the table holds, past Django's fields."""
    with database.cursor() as cursor:
        cursor.execute("SELECT secret FROM jobs_connection WHERE id = %s", [connection.pk])
        return str(cursor.fetchone()[0])


def read_again(connection: Connection) -> Connection:
    return Connection.objects.get(pk=connection.pk)


def test_the_column_never_holds_the_plain_text(stored: Connection) -> None:
    assert SECRET not in column(stored)
    assert column(stored).startswith("gAAAA")
    assert stored.open_secret() == SECRET


def test_one_secret_is_sealed_differently_each_time(make_connection: Make, stored: Connection) -> None:
    assert column(make_connection("Another", secret=SECRET)) != column(stored)
    assert seal(SECRET, stored.uuid).token != seal(SECRET, stored.uuid).token


@pytest.mark.parametrize("secret", ["", " ", "\n\nsecond line\n", "x" * 4000, "\u0000 and \U0001f512"])
def test_any_secret_survives(make_connection: Make, secret: str) -> None:
    assert make_connection(secret=secret).open_secret() == secret


def test_saving_the_row_again_keeps_the_secret(stored: Connection) -> None:
    before = column(stored)
    with transaction.atomic():
        save_connection(stored)
        save_connection(read_again(stored))
    assert column(stored) == before
    assert read_again(stored).open_secret() == SECRET


def test_a_secret_copied_to_another_row_cannot_be_read(
    make_connection: Make, stored: Connection, operator: User, sandbox: Sandbox
) -> None:
    other = make_connection("Another tenant", secret="its own")
    with database.cursor() as cursor:
        cursor.execute("UPDATE jobs_connection SET secret = %s WHERE id = %s", [column(stored), other.pk])
    with pytest.raises(SecretUnreadable, match="belongs to another connection"):
        read_again(other).open_secret()
    answer = look_up(operator, read_again(other), sandbox.jobs["running"])
    assert (answer.outcome, answer.words) == (Outcome.NOT_SENT, "The stored secret belongs to another connection.")
    assert sandbox.requests == []


@pytest.mark.parametrize("token", ["", "plain text", "gAAAAA"])
def test_a_column_that_holds_no_secret_of_ours_says_so(stored: Connection, token: str) -> None:
    with pytest.raises(SecretUnreadable, match="CREDENTIAL_KEYS"):
        Sealed(token).open(stored.uuid)


def test_a_new_first_key_reads_the_old_and_writes_the_new(stored: Connection, settings: Settings) -> None:
    old, new = settings.CREDENTIAL_KEYS[0], Fernet.generate_key().decode()
    settings.CREDENTIAL_KEYS = [new, old]
    assert read_again(stored).open_secret() == SECRET
    changed = read_again(stored)
    changed.secret = "another"
    with transaction.atomic():
        save_connection(changed)
    settings.CREDENTIAL_KEYS = [new]
    assert read_again(stored).open_secret() == "another"


def test_without_the_old_key_it_cannot_be_read_and_everything_says_why(
    stored: Connection, admin: User, door: Callable[[User], Client], settings: Settings
) -> None:
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(SecretUnreadable, match=NO_KEY):
        read_again(stored).open_secret()
    assert look_up(admin, stored, "0" * 32).words == NO_KEY
    browser = door(admin)
    assert NO_KEY in browser.post(page_of(stored, "test"), follow=True).content.decode()
    ready = browser.get("/readyz")
    assert (ready.status_code, ready.json()["keys"]) == (503, "CREDENTIAL_KEYS does not read the stored secrets")
    # It can be given anew.
    assert browser.post(page_of(stored), filled_in(stored, new_secret="given anew")).status_code == 302
    assert read_again(stored).open_secret() == "given anew"
    assert browser.get("/readyz").status_code == 200


def test_nothing_that_is_printed_dumped_or_copied_shows_it(
    stored: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("dumpdata", "jobs.connection")
    shown = [
        capsys.readouterr().out,
        repr(stored),
        str(stored),
        repr(stored.secret),
        str(stored.secret),
        f"{stored.secret}",
        repr(vars(stored)),
        repr(Connection.objects.values()),
        repr(Connection.objects.values_list("secret")),
        serializers.serialize("json", [stored]),
        serializers.serialize("xml", [stored]),
        repr(pickle.dumps(stored)),
        repr(copy.deepcopy(stored).__dict__),
        repr(connections._sign_in(stored)),
        repr(connections._client_of(stored)),
    ]
    for text in shown:
        assert text
        assert SECRET not in text
        assert SECRET.split("-ü")[0] not in text


@pytest.mark.parametrize("lookup", ["exact", "in", "startswith", "contains", "regex", "gt"])
def test_a_sealed_secret_cannot_be_searched(stored: Connection, lookup: str) -> None:
    with pytest.raises(FieldError):
        Connection.objects.filter(**{f"secret__{lookup}": stored.secret.token[:30]}).exists()
    assert not Connection.objects.filter(secret__isnull=True).exists()


def test_plain_text_goes_into_no_update(stored: Connection) -> None:
    with pytest.raises(TypeError, match="Plain text never goes to the database"):
        Connection.objects.update(secret=SECRET)
    assert read_again(stored).open_secret() == SECRET


VALUES = [
    {},
    {"\u0000": "\u0000"},
    {"\ud800": ["\udfff", "a\ud83d"]},
    {"big": 2**200, "small": -(2**200), "float": 1e308, "tiny": 5e-324, "zero": -0.0, "one": 1.0},
    {"deep": [[[[{"x": [None, True, False, "", "\u2028", "</script>", "\\u0000", "'"]}]]]]},
    {"emoji": "\U0001f512", "": {"": ""}},
]


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_json_of_any_kind_survives_the_database(stored: Connection, value: dict[str, object]) -> None:
    snapshot = JobSnapshot.objects.create(connection=stored, job_id="1", body=b"", extra=value)
    kept = JobSnapshot.objects.get()
    assert json.dumps(kept.extra, sort_keys=True) == json.dumps(value, sort_keys=True)
    assert kept.extra == value
    BatchSnapshot.objects.create(snapshot=snapshot, position=0, deleted=value, segments=["\u0000"], extra=value)
    batch = BatchSnapshot.objects.get()
    assert (batch.deleted, batch.segments, batch.extra) == (value, ["\u0000"], value)


def test_no_json_is_none_and_json_null_is_none(stored: Connection) -> None:
    snapshot = JobSnapshot.objects.create(connection=stored, job_id="1", body=b"")
    BatchSnapshot.objects.create(snapshot=snapshot, position=0)
    batch = BatchSnapshot.objects.get()
    assert (batch.segments, batch.deleted, batch.extra) == (None, None, {})
    assert BatchSnapshot.objects.filter(segments__isnull=True).exists()


def test_what_is_dumped_can_be_loaded(stored: Connection) -> None:
    for row in serializers.deserialize("json", serializers.serialize("json", [stored])):
        row.save()
    assert read_again(stored).open_secret() == SECRET
