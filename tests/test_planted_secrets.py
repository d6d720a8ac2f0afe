"""Secrets that were planted are found in no column, no log line and no answer after everything has been done."""

import base64
import html
import json
import logging
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection as database

from jobs.models import Connection, JobSnapshot, Role, State, TeamAccess
from jobs.sandbox import Sandbox
from tests.conftest import PASSWORD
from tests.planting import (
    PROXY_PASSWORD,
    WRONG_PASSWORD,
    WRONG_SECRET,
    Planted,
    Run,
    browse_what_is_refused,
    by_command,
    fail,
    fail_with_secrets_at_hand,
    look_up_and_cancel,
    manage,
    plant,
    plant_second_factors,
    sign_in,
)

SESSION_COLUMNS = {("django_session", "session_key"), ("usersessions_usersession", "session_key")}


@pytest.fixture
def run(
    make_connection: Callable[..., Connection],
    make_person: Callable[..., User],
    sandbox: Sandbox,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    settings: Any,
) -> Run:
    caplog.set_level(logging.DEBUG)
    run = Run({}, {"password": PASSWORD, "wrong password": WRONG_PASSWORD, "wrong secret": WRONG_SECRET})
    connections = {auth: make_connection(f"by {auth}", auth=auth) for auth in ("oauth", "keys", "basic")}
    team = make_person("operator", Role.OPERATOR, connections["oauth"]).groups.get()
    make_person("admin", is_staff=True, is_superuser=True)
    for auth in ("keys", "basic"):
        TeamAccess.objects.create(team=team, connection=connections[auth], role=Role.OPERATOR)
    operator, admin = sign_in(run, "operator"), sign_in(run, "admin")
    for connection in connections.values():
        assert look_up_and_cancel(operator, connection, sandbox.submit()).state == State.CANCELLED
        assert look_up_and_cancel(operator, connection, sandbox.jobs["answers 401"]).state == State.REFUSED
        manage(admin, connection)
    make_connection("refused", secret=WRONG_SECRET)
    browse_what_is_refused(admin)
    fail(operator, connections["oauth"], sandbox.submit())
    settings.UPSTREAM_PROXY = f"http://user:{PROXY_PASSWORD}@127.0.0.1:9"  # read when a client is made
    for settings.DEBUG in (True, False):
        fail_with_secrets_at_hand(admin, operator, connections["oauth"], sandbox.submit())
    settings.UPSTREAM_PROXY = ""
    plant_second_factors(run.planted)
    by_command(run, connections["keys"], sandbox.submit(), sandbox.jobs["answers 401"], tmp_path / "secret")
    assert admin.get("/readyz").status_code == 200
    plant(run.planted, sandbox)
    assert_that_a_search_finds_what_is_there(run.planted, sandbox)
    return run


def assert_that_a_search_finds_what_is_there(planted: Planted, sandbox: Sandbox) -> None:
    sent = str([(request.headers, request.body) for request in sandbox.requests])
    assert set(found(planted, sent)) >= {"secret of oauth", "secret of keys", "wrong secret", "signature 1"}


def found(planted: Planted, text: str) -> list[str]:
    """The names of the planted secrets that a text holds in any of their forms."""
    forms: dict[str, set[str]] = {}
    for name, value in planted.items():
        raw = value.encode()
        encoded = {coded(raw).decode().rstrip("=") for coded in (base64.b64encode, base64.urlsafe_b64encode)}
        forms[name] = {value, quote(value), quote_plus(value), html.escape(value), json.dumps(value)[1:-1]}
        forms[name] |= encoded | {raw.hex(), repr(value)[1:-1]}
    return [name for name, values in forms.items() if any(value in text for value in values)]


def stored() -> Iterator[tuple[str, str, str]]:
    """Every value of every table as text, with its table and column; bodies and sessions unpacked as well."""
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {database.ops.quote_name(table)}")
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    yield table, column, as_text(table, column, value)


def as_text(table: str, column: str, value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return unpacked(bytes(value)).decode("utf-8", "replace")
    if (table, column) == ("django_session", "session_data"):
        return f"{value} {SessionStore().decode(str(value))}"
    return str(value)


def unpacked(value: bytes) -> bytes:
    try:
        return zlib.decompress(value)
    except zlib.error:
        return value


def test_the_search_looks_into_every_kind_of_column(connection: Connection, admin: User) -> None:
    secret = "needle <in> a häystack"
    entry = {"connection": connection, "job_id": secret, "extra": {"a": [secret]}}
    JobSnapshot.objects.create(**entry, body=zlib.compress(secret.encode()))
    JobSnapshot.objects.create(**entry, body=secret.encode(), content_sha256="1")
    session = SessionStore()
    session["draft"] = secret
    session.save()
    places = {(table, column) for table, column, value in stored() if found({"needle": secret}, value)}
    assert places == {
        ("django_session", "session_data"),
        *(("jobs_jobsnapshot", c) for c in ("job_id", "extra", "body")),
    }


def test_no_column_of_any_table_holds_a_secret(run: Run) -> None:
    tables = set()
    for table, column, value in stored():
        tables.add(table)
        if (table, column) not in SESSION_COLUMNS:
            assert (table, column, found(run.planted, value)) == (table, column, [])
    assert {"auth_user", "django_session", "django_admin_log", "jobs_connection", "jobs_exchange"} <= tables


def test_no_log_line_holds_a_secret(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    records = caplog.get_records("setup")
    assert {"urllib3.connectionpool", "django.request"} <= {record.name for record in records}
    assert any(record.exc_info for record in records)
    for record in records:
        line = f"{logging.Formatter().format(record)} {vars(record)}"
        assert (record.name, found(run.planted, line)) == (record.name, [])


def test_no_answer_holds_a_secret(run: Run) -> None:
    assert len(run.answers) > 60
    assert (
        sum(
            "You’re seeing this error because you have <code>DEBUG = True</code>" in text
            for text in run.answers.values()
        )
        > 3
    )
    for what, text in run.answers.items():
        assert (what, found(run.planted, text)) == (what, [])
