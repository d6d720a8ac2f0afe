"""Connections in the admin: add and edit; and the secret, which can be written and never read."""

from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.test import Client

from jobs.models import Connection, Role, TeamAccess
from jobs.models.exchange import Outcome
from jobs.sandbox import Sandbox
from tests.admin_pages import ADD, LIST, filled_in, form_error, page_of
from tests.flow import look_up

Door = Callable[[User], Client]
WRONG = "a wrong secret planted by a test"
GIVEN = "PASTED-into-the-form-<&'\">"


@pytest.fixture
def browser(admin: User, door: Door) -> Client:
    return door(admin)


def test_it_adds_a_connection_with_a_team_that_then_works(
    browser: Client, sandbox: Sandbox, make_person: Callable[..., User]
) -> None:
    team = Group.objects.create(name="billing")
    row = {"access-TOTAL_FORMS": 1, "access-0-team": team.pk, "access-0-role": int(Role.OPERATOR)}
    client_id, secret = sandbox.describe()["oauth"].values()
    where = {"environment": "custom", "base_url": f"{sandbox.url}/v1/", "client_id": client_id, "new_secret": secret}
    response = browser.post(ADD, filled_in(**where, **row))
    assert (response.status_code, response["Location"]) == (302, LIST)
    stored = Connection.objects.get()
    assert (stored.base_url, stored.version, stored.open_secret()) == (sandbox.url, 1, secret)
    assert TeamAccess.objects.get(connection=stored, team=team).role == Role.OPERATOR

    person = make_person("somebody")
    person.groups.add(team)
    assert look_up(person, stored, sandbox.jobs["running"]).outcome == Outcome.ANSWERED


def test_a_new_connection_needs_its_secret(browser: Client, db: None) -> None:
    response = browser.post(ADD, filled_in())
    assert form_error(response, "new_secret") == "A new connection needs its secret."
    assert not Connection.objects.exists()


def test_two_connections_cannot_have_one_name(browser: Client, connection: Connection) -> None:
    response = browser.post(ADD, filled_in(name=connection.name, new_secret="x"))
    assert "already exists" in form_error(response, "name")


@pytest.mark.parametrize("minutes", ["", "-1", "soon", "1.5"])
def test_minutes_that_are_none_are_refused(browser: Client, connection: Connection, minutes: str) -> None:
    response = browser.post(page_of(connection), filled_in(connection, confirm_minutes=minutes))
    assert form_error(response, "confirm_minutes")


def test_it_edits_a_connection_and_an_empty_secret_keeps_the_stored_one(
    browser: Client, operator: User, connection: Connection, sandbox: Sandbox
) -> None:
    response = browser.post(page_of(connection), filled_in(connection, tenant="ACME", org_ids="o-1"))
    assert response.status_code == 302
    changed = Connection.objects.get()
    assert (changed.tenant, changed.org_ids, changed.version) == ("ACME", "o-1", connection.version + 1)
    assert changed.open_secret() == connection.open_secret()
    assert look_up(operator, changed, sandbox.jobs["running"]).outcome == Outcome.ANSWERED
    assert sandbox.seen("GET", "")[-1].headers["zuora-org-ids"] == "o-1"


def test_a_changed_secret_renews_the_pooled_client(
    browser: Client, operator: User, connection: Connection, sandbox: Sandbox
) -> None:
    assert look_up(operator, connection, sandbox.jobs["running"]).outcome == Outcome.ANSWERED
    browser.post(page_of(connection), filled_in(connection, new_secret=WRONG))
    changed = Connection.objects.get()
    assert (changed.version, changed.open_secret()) == (2, WRONG)
    refused = look_up(operator, changed, sandbox.jobs["running"])
    assert (refused.outcome, refused.error_kind, refused.words) == (Outcome.NOT_SENT, "sign_in", "Invalid client id")

    browser.post(page_of(connection), filled_in(changed, new_secret=sandbox.describe()["oauth"]["client_secret"]))
    assert look_up(operator, Connection.objects.get(), sandbox.jobs["running"]).outcome == Outcome.ANSWERED


def test_a_secret_keeps_its_blanks(browser: Client, connection: Connection) -> None:
    browser.post(page_of(connection), filled_in(connection, new_secret="  two blanks  "))
    assert Connection.objects.get().open_secret() == "  two blanks  "


def test_the_secret_is_on_no_page_also_after_a_form_that_failed(browser: Client, connection: Connection) -> None:
    stored = Connection.objects.get()
    pages = [
        browser.get(LIST),
        browser.get(ADD),
        browser.get(page_of(stored)),
        browser.get(page_of(stored, "history")),
        browser.post(ADD, filled_in(name="", new_secret=GIVEN)),
        browser.post(page_of(stored), filled_in(stored, name="", new_secret=GIVEN)),
        browser.post(page_of(stored), filled_in(stored, new_secret=GIVEN), follow=True),
        browser.get(page_of(stored, "history")),
    ]
    pages += [browser.get(page_of(stored))]
    for page in pages:
        text = page.content.decode()
        assert page.status_code == 200
        assert stored.open_secret() not in text
        assert stored.secret.token not in text
        assert "PASTED-into" not in text
    assert Connection.objects.get().open_secret() == GIVEN


def test_a_form_that_failed_changes_nothing(browser: Client, connection: Connection) -> None:
    browser.post(page_of(connection), filled_in(connection, name="", new_secret=GIVEN))
    kept = Connection.objects.get()
    assert (kept.name, kept.version, kept.open_secret()) == (connection.name, 1, connection.open_secret())


def test_the_log_of_the_admin_names_the_change_and_holds_no_secret(browser: Client, connection: Connection) -> None:
    browser.post(ADD, filled_in(new_secret=GIVEN))
    browser.post(page_of(connection), filled_in(connection, new_secret=WRONG))
    entries = list(LogEntry.objects.values_list("object_repr", "change_message"))
    assert len(entries) == 2
    assert "Secret" in LogEntry.objects.first().get_change_message()  # type: ignore[union-attr]
    for entry in entries:
        assert GIVEN not in str(entry)
        assert WRONG not in str(entry)


def test_none_is_deleted_for_it_is_in_the_ledger_from_its_first_day(browser: Client, connection: Connection) -> None:
    assert page_of(connection, "delete") not in browser.get(page_of(connection)).content.decode()
    assert browser.get(page_of(connection, "delete")).status_code == 403
    assert browser.post(page_of(connection, "delete"), {"post": "yes"}).status_code == 403
    assert Connection.objects.exists()


def test_none_is_deleted_in_bulk(browser: Client, connection: Connection) -> None:
    assert "delete_selected" not in browser.get(LIST).content.decode()
    browser.post(LIST, {"action": "delete_selected", "_selected_action": [connection.pk], "post": "yes"})
    assert Connection.objects.exists()
