"""What a signed-in person tried and may not is in the ledger, and nobody can flood it so."""

import logging
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from jobs.ledger.verifying import verify
from jobs.models import Connection, Entry, Kind
from jobs.refusing import MOST_IN_AN_HOUR
from jobs.sandbox import Sandbox
from tests.admin_pages import filled_in, page_of
from tests.flow import cancel, look_up

Door = Callable[[User], Client]


def refusals() -> list[tuple[str, str, str]]:
    rows = Entry.objects.filter(kind=Kind.REFUSED).order_by("number")
    return [(row.actor_name, row.detail["tried"], row.connection_name) for row in rows]


@pytest.fixture
def found(operator: User, connection: Connection, sandbox: Sandbox) -> str:
    return f"/lookups/{look_up(operator, connection, sandbox.jobs['running']).pk}/"


def test_to_cancel_as_a_viewer(viewer: User, connection: Connection, found: str, door: Door, sandbox: Sandbox) -> None:
    door(viewer).post(f"{found}cancel", {"reason": "it hangs"})
    assert refusals() == [("viewer", "cancel a job", connection.name)]
    assert sandbox.seen("DELETE", "") == []
    verify()


def test_to_use_a_connection_of_others(stranger: User, connection: Connection, door: Door) -> None:
    page = door(stranger).post("/lookups/", {"connection": connection.pk, "job_id": "a" * 32})
    nowhere = door(stranger).post("/lookups/", {"connection": 4711, "job_id": "a" * 32})
    assert refusals() == [("stranger", "look up a job", connection.name)]
    assert page.status_code == nowhere.status_code == 422


def test_to_act_on_what_one_may_not_see(
    stranger: User, operator: User, connection: Connection, found: str, door: Door, sandbox: Sandbox
) -> None:
    made = cancel(operator, look_up(operator, connection, sandbox.jobs["queued"]))
    browser = door(stranger)
    for url in (f"{found}cancel", f"{made.get_absolute_url()}check"):
        assert browser.post(url, {"reason": "x"}).status_code == 404
        assert browser.get(url.rpartition("/")[0] + "/").status_code == 404  # looking is no act
    assert browser.post("/lookups/4711/cancel", {"reason": "x"}).status_code == 404
    assert refusals() == [("stranger", "act on what they may not see", connection.name)] * 2


def test_to_manage_in_the_admin(auditor: User, operator: User, connection: Connection, door: Door) -> None:
    assert door(auditor).post(page_of(connection, "test")).status_code == 403
    assert door(auditor).post(page_of(connection), filled_in(connection)).status_code == 403
    assert [who for who, *_ in refusals()] == ["auditor"] * 2


def test_on_the_command_line_by_whom_it_was_claimed(viewer: User, stranger: User, connection: Connection) -> None:
    for name in ("viewer", "stranger"):
        with pytest.raises(CommandError):
            call_command("cancel_job", connection.name, "a" * 32, username=name, reason="x")
    told = refusals()
    assert [what for _, what, _ in told] == ["cancel a job", "use a connection"]
    assert told[0][0].startswith("viewer, claimed on the command line by ")


def test_nobody_floods_the_ledger(
    viewer: User, stranger: User, connection: Connection, found: str, door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    browser = door(viewer)
    with caplog.at_level(logging.WARNING, "aquaadmin.refused"):
        for _ in range(MOST_IN_AN_HOUR + 5):
            browser.post(f"{found}cancel", {"reason": "x"})
    assert len(refusals()) == MOST_IN_AN_HOUR
    assert len([r for r in caplog.records if r.name == "aquaadmin.refused"]) == MOST_IN_AN_HOUR + 5
    door(stranger).post("/lookups/", {"connection": connection.pk, "job_id": "a" * 32})
    assert len(refusals()) == MOST_IN_AN_HOUR + 1


def test_who_is_not_signed_in_writes_nothing_into_the_ledger(
    connection: Connection, found: str, client: Client
) -> None:
    before = Entry.objects.count()
    client.post(f"{found}cancel", {"reason": "x"})
    client.post("/accounts/login/", {"login": "viewer", "password": "wrong"})
    client.post("/admin/jobs/connection/add/", {})
    assert Entry.objects.count() == before
