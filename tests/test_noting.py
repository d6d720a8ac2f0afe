"""Who changed a connection, or somebody's access, stands in the ledger; never a secret."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.test import Client

from jobs.acting import os_user
from jobs.ledger.verifying import verify
from jobs.models import Connection, Entry, Kind, Role, TeamAccess
from tests.admin_pages import ADD, filled_in, page_of

Door = Callable[[User], Client]


def told(*kinds: Kind) -> list[tuple[str, str, str, dict[str, object]]]:
    """Kind, who, connection and detail of each entry about connections and access since the last call; oldest first."""
    rows = Entry.objects.filter(kind__in=kinds or MANAGED, number__gt=told.since).order_by("number")  # type: ignore[attr-defined]
    found = [(row.kind, row.actor_name, row.connection_name, row.detail) for row in rows]
    told.since = Entry.objects.order_by("-number").values_list("number", flat=True).first() or 0  # type: ignore[attr-defined]
    return found


MANAGED = (Kind.CONNECTION_CREATED, Kind.CONNECTION_CHANGED, Kind.CONNECTION_DEACTIVATED, Kind.ACCESS_CHANGED)


@pytest.fixture(autouse=True)
def from_here(admin: User, operator: User, connection: Connection) -> None:
    told.since = 0  # type: ignore[attr-defined]
    told()


def test_a_connection_is_told_by_which_fields_changed(admin: User, door: Door, connection: Connection) -> None:
    browser = door(admin)
    assert browser.post(ADD, filled_in(name="New", new_secret="first-secret")).status_code == 302
    assert told() == [("connection_created", "admin", "New", {})]
    new = Connection.objects.get(name="New")
    browser.post(page_of(new), filled_in(new, tenant="ACME", client_id="another", new_secret="second-secret"))
    assert told() == [("connection_changed", "admin", "New", {"changed": ["client_id", "secret", "tenant"]})]
    new.refresh_from_db()
    browser.post(page_of(new), filled_in(new, is_active=""))
    ((kind, *_, detail),) = told()
    assert (kind, detail) == ("connection_deactivated", {"changed": ["is_active"]})
    new.refresh_from_db()
    browser.post(page_of(new), filled_in(new))
    assert told() == []
    everything = " ".join(json.dumps(entry.detail) for entry in Entry.objects.all())
    assert "first-secret" not in everything
    assert "second-secret" not in everything
    verify(each_signature=True)


def test_the_command_line_is_the_operating_systems_user(connection: Connection, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("another secret")
    call_command("set_connection", connection.name, secret_file=str(file), team=["New team:operator"], tenant="T")
    changed, team, access = told()
    assert changed == ("connection_changed", os_user(), connection.name, {"changed": ["secret", "tenant"]})
    assert team == ("access_changed", os_user(), "", {"what": "team created", "team": "New team"})
    detail = {"what": "team access created", "team": "New team", "role": "operator"}
    assert access == ("access_changed", os_user(), connection.name, detail)


def test_roles_of_teams(connection: Connection) -> None:
    access = TeamAccess.objects.get()
    access.role = Role.APPROVER
    access.save()
    access.save()
    access.delete()
    name = "team of operator"
    assert [detail for *_, detail in told()] == [
        {"what": "team access changed", "team": name, "role": "approver", "changed": {"role": [20, 30]}},
        {"what": "team access deleted", "team": name, "role": "approver"},
    ]


def test_members_and_permissions_from_both_sides(operator: User) -> None:
    team = Group.objects.create(name="New")
    audit = Permission.objects.get(codename="audit")
    told()
    operator.groups.add(team)
    operator.groups.add(team)
    team.user_set.remove(operator)
    operator.groups.clear()
    operator.user_permissions.set([audit])
    team.permissions.add(audit)
    audit.group_set.clear()
    assert [detail for *_, detail in told()] == [
        {"what": "team member added", "person": "operator", "team": "New"},
        {"what": "team member removed", "team": "New", "person": "operator"},
        {"what": "team member removed", "person": "operator", "team": "team of operator"},
        {"what": "permission of a person added", "person": "operator", "permission": "audit"},
        {"what": "permission of a team added", "team": "New", "permission": "audit"},
        {"what": "permission of a team removed", "permission": "audit", "team": "New"},
    ]


def test_accounts_without_their_passwords(operator: User, door: Door, client: Client) -> None:
    operator.set_password("quite another password")
    operator.save()
    operator.is_active = False
    operator.is_superuser = True
    operator.save()
    operator.first_name = "Olga"
    operator.save()
    new = User.objects.create_superuser("root", password="x")
    door(new)  # signs in, which writes last_login
    new.delete()
    changed = {"is_active": [True, False], "is_superuser": [False, True]}
    assert [detail for *_, detail in told()] == [
        {"what": "account changed", "person": "operator", "changed": {"password": []}},
        {"what": "account changed", "person": "operator", "changed": changed},
        {"what": "account created", "person": "root", "is_superuser": True, "is_staff": True},
        {"what": "account deleted", "person": "root"},
    ]


def test_where_the_ledger_cannot_be_written_the_admin_changes_nothing(
    admin: User, door: Door, connection: Connection, settings: object
) -> None:
    browser = door(admin)
    browser.raise_request_exception = False
    settings.LEDGER_SIGNING_KEY = "A" * 43 + "="  # type: ignore[attr-defined]
    assert browser.post(page_of(connection), filled_in(connection, tenant="ACME")).status_code == 500
    connection.refresh_from_db()
    assert connection.tenant == ""
