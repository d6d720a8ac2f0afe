"""Who may do what: one table of roles and acts, asked of the rule and tried through the doors."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.http import HttpResponse
from django.test import Client

from jobs import access
from jobs.models import Cancellation, Connection, Exchange, Role
from jobs.sandbox import Sandbox
from tests.flow import cancel, look_up

SEE, LOOK_UP, CANCEL, MANAGE = "see", "look up", "cancel", "manage"
Door = Callable[[User], Client]


@dataclass(frozen=True)
class Kind:
    """A kind of person, and what they may do."""

    may: frozenset[str] = frozenset()
    role: Role | None = None
    fields: dict[str, bool] = field(default_factory=dict)
    audits: bool = False
    elsewhere: bool = False


def may(*acts: str, **rest: Any) -> Kind:
    return Kind(frozenset(acts), **rest)


ADMIN = {"is_superuser": True, "is_staff": True}
KINDS = {
    "viewer": may(SEE, LOOK_UP, role=Role.VIEWER),
    "operator": may(SEE, LOOK_UP, CANCEL, role=Role.OPERATOR),
    "approver": may(SEE, LOOK_UP, CANCEL, role=Role.APPROVER),
    "staff operator": may(SEE, LOOK_UP, CANCEL, role=Role.OPERATOR, fields={"is_staff": True}),
    "superuser without a team": may(SEE, MANAGE, fields=ADMIN),
    "superuser in a viewing team": may(SEE, MANAGE, LOOK_UP, role=Role.VIEWER, fields=ADMIN),
    "superuser in an operating team": may(SEE, MANAGE, LOOK_UP, CANCEL, role=Role.OPERATOR, fields=ADMIN),
    "auditor": may(SEE, audits=True),
    "auditor in an operating team": may(SEE, role=Role.OPERATOR, audits=True),
    "stranger": may(),
    "approver of another connection": may(role=Role.APPROVER, elsewhere=True),
    "inactive operator": may(role=Role.OPERATOR, fields={"is_active": False}),
    "inactive auditor": may(audits=True, fields={"is_active": False}),
    "inactive superuser in a team": may(role=Role.OPERATOR, fields={**ADMIN, "is_active": False}),
}


@pytest.fixture
def make_kind(make_person: Callable[..., User], make_connection: Callable[..., Connection]) -> Callable[..., User]:
    def make(name: str, connection: Connection) -> User:
        kind = KINDS[name]
        on = make_connection("Another tenant", base_url="http://127.0.0.1:9") if kind.elsewhere else connection
        user = make_person("person", kind.role, on, **kind.fields)
        if kind.audits:
            user.user_permissions.add(Permission.objects.get(codename="audit"))
        return User.objects.get(pk=user.pk)

    return make


@pytest.fixture
def open_cancellation(operator: User, connection: Connection, sandbox: Sandbox) -> Cancellation:
    """Of an operator, and still open: the job goes on running."""
    lookup = look_up(operator, connection, sandbox.jobs["accepts the cancel but keeps running"])
    return cancel(operator, lookup)


@pytest.fixture
def lookup(operator: User, connection: Connection, sandbox: Sandbox) -> Exchange:
    return look_up(operator, connection, sandbox.jobs["running"])


every_kind = pytest.mark.parametrize("name", KINDS)


@every_kind
def test_the_rule(
    make_kind: Callable[..., User],
    connection: Connection,
    lookup: Exchange,
    open_cancellation: Cancellation,
    name: str,
) -> None:
    user = make_kind(name, connection)
    allowed = {
        SEE: access.visible_connections(user).filter(pk=connection.pk).exists(),
        LOOK_UP: access.may_look_up(user, connection),
        CANCEL: access.may_cancel(user, connection),
        MANAGE: access.may_manage(user),
    }
    assert {act for act, is_allowed in allowed.items() if is_allowed} == KINDS[name].may
    sees = SEE in KINDS[name].may
    assert access.visible_exchanges(user).filter(pk=lookup.pk).exists() == sees
    assert access.visible_cancellations(user).filter(pk=open_cancellation.pk).exists() == sees
    assert access.visible_snapshots(user).filter(pk=lookup.snapshot_id).exists() == sees


def came_to(response: HttpResponse) -> str:
    """The status, and for a redirect the page it leads to; a sign-in page that keeps a draft counts as one."""
    if response.status_code in (302, 303):
        return response["Location"].strip("/").partition("/")[0]
    if response.status_code == 403 and 'name="draft"' in response.content.decode():
        return "accounts"
    return str(response.status_code)


@every_kind
def test_every_door_asks_the_rule(
    make_kind: Callable[..., User],
    connection: Connection,
    lookup: Exchange,
    open_cancellation: Cancellation,
    sandbox: Sandbox,
    door: Door,
    name: str,
) -> None:
    kind, client = KINDS[name], door(make_kind(name, connection))
    is_active = kind.fields.get("is_active", True)
    sees, looks_up, cancels, manages = (act in kind.may for act in (SEE, LOOK_UP, CANCEL, MANAGE))

    def expected(is_allowed: bool, yes: str, no: str) -> str:
        return "accounts" if not is_active else yes if is_allowed else no

    page, result = f"/lookups/{lookup.pk}/", open_cancellation.get_absolute_url()
    assert came_to(client.get("/")) == expected(is_allowed=True, yes="200", no="")
    assert came_to(client.get(page)) == expected(sees, "200", "404")
    assert came_to(client.get(result)) == expected(sees, "200", "404")
    assert (came_to(client.get("/admin/jobs/connection/add/")) == "200") == manages

    gets = len(sandbox.seen("GET", lookup.job_id))
    form = {"connection": connection.pk, "job_id": lookup.job_id}
    assert came_to(client.post("/lookups/", form)) == expected(looks_up, "lookups", "422")
    assert len(sandbox.seen("GET", lookup.job_id)) == gets + looks_up

    gets = len(sandbox.seen("GET", open_cancellation.job_id))
    assert came_to(client.post(f"{result}check")) == expected(sees, "cancellations", "404")
    assert len(sandbox.seen("GET", open_cancellation.job_id)) == gets + looks_up

    response = client.post(f"{page}cancel", {"reason": "it hangs"})
    assert came_to(response) == expected(sees, "cancellations" if cancels else "lookups", "404")
    assert len(sandbox.seen("DELETE", lookup.job_id)) == cancels


@every_kind
def test_it_uses_an_inactive_connection_for_nobody(
    make_kind: Callable[..., User],
    connection: Connection,
    lookup: Exchange,
    open_cancellation: Cancellation,
    sandbox: Sandbox,
    door: Door,
    name: str,
) -> None:
    user = make_kind(name, connection)
    Connection.objects.update(is_active=False)
    client, before = door(user), len(sandbox.requests)
    form = {"connection": connection.pk, "job_id": lookup.job_id}
    assert came_to(client.post("/lookups/", form)) in ("422", "accounts")
    client.post(f"/lookups/{lookup.pk}/cancel", {"reason": "it hangs"})
    client.post(f"{open_cancellation.get_absolute_url()}check")
    assert len(sandbox.requests) == before
    connection.refresh_from_db()
    assert (access.may_look_up(user, connection), access.may_cancel(user, connection)) == (False, False)
    assert came_to(client.get(f"/lookups/{lookup.pk}/")) in (["200"] if SEE in KINDS[name].may else ["404", "accounts"])
