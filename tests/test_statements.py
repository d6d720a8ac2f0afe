"""What one cancel asks of the database: no statement more than these."""

import logging
import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobs.models import Connection
from jobs.sandbox import Fault, Sandbox
from tests.flow import look_up

Door = Callable[[User], Client]
WHO_AND_WHAT = [
    "SELECT django_session",
    "SELECT auth_user",
    "SELECT jobs_exchange",  # the look-up, with connection and snapshot
    "SELECT jobs_teamaccess",  # what this person may do
]
ANSWER = [
    "SELECT jobs_jobsnapshot",  # the same content, seen before?
    "INSERT jobs_jobsnapshot",
    "INSERT jobs_batchsnapshot",
    "INSERT jobs_exchange",
    "UPDATE jobs_cancellation",
    "SELECT jobs_entry",  # the head
    "INSERT jobs_entry",
    "COMMIT",
]
BEFORE_THE_DELETE = [
    "BEGIN",
    "INSERT jobs_cancellation",
    "SELECT jobs_cancellation",  # was one made since the look-up?
    "SELECT jobs_batchsnapshot",  # what history finds it by
    "INSERT jobs_searchword",
    "lock",
    "SELECT jobs_entry",
    "INSERT jobs_entry",
    "COMMIT",
]


def in_short(sql: str) -> str:
    if "pg_advisory_xact_lock" in sql:
        return "lock" if "synchronous_commit" not in sql else "lock, without waiting for the disk"
    found = re.match(r'\s*(SELECT|INSERT|UPDATE|DELETE)\b(?:.*?\bFROM| INTO|) "?(\w+)', sql, re.DOTALL)
    return f"{found[1]} {found[2]}" if found else sql.split()[0]


def statements(client: Client, path: str) -> list[str]:
    with CaptureQueriesContext(database) as asked:
        answer = client.post(path, {"reason": "it hangs"})
    assert answer.status_code == 303
    return [in_short(query["sql"]) for query in asked.captured_queries]


def of_this_database(wanted: list[str]) -> list[str]:
    """SQLite has no lock beside its transactions, which are one at a time."""
    return [what for what in wanted if database.vendor == "postgresql" or not what.startswith("lock")]


def test_one_cancel_asks_the_database_for_no_more_than_this(
    operator: User, connection: Connection, sandbox: Sandbox, door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    lookup, client = look_up(operator, connection, sandbox.jobs["running"]), door(operator)
    caplog.clear()
    with caplog.at_level(logging.INFO, "aquaadmin.ledger"):
        asked = statements(client, f"/lookups/{lookup.pk}/cancel")
    first, second = ["BEGIN", "lock, without waiting for the disk", *ANSWER], ["BEGIN", "lock", *ANSWER]
    assert asked == of_this_database([*WHO_AND_WHAT, *BEFORE_THE_DELETE, *first, *second])
    assert caplog.text.count("ledger head number=") == 2  # not of the commit that a crash may still take back


@pytest.mark.parametrize(("status", "act"), [(400, False), (500, True)])
def test_an_answer_that_decides_something_is_waited_for_until_it_is_on_the_disk(
    status: int, act: bool, operator: User, connection: Connection, sandbox: Sandbox, door: Door
) -> None:
    lookup, client = look_up(operator, connection, sandbox.jobs["running"]), door(operator)
    sandbox.play(Fault("DELETE", lookup.job_id, status=status, act=act, body=b'{"message":"no"}'))
    asked = statements(client, f"/lookups/{lookup.pk}/cancel")
    assert [what for what in asked if what.startswith("lock")] == of_this_database(["lock"] * 3)
