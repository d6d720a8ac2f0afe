"""Connections and access in the ledger: that they were changed, by whom, and which of their fields; never a secret.

The notes hang on the signals of Django's models, so that every door is covered: the admin, the commands, the shell.
What has no signals is not noted: ``QuerySet.update``, bulk calls, and SQL.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save

from jobs.acting import who
from jobs.fields import Sealed
from jobs.ledger import Event, append
from jobs.models import Connection, Kind, TeamAccess

NOT_TOLD = {"id", "version", "last_login", "date_joined", "first_name", "last_name", "email"}
SECRET = {"password", "secret"}
"""Of these it is told that they were changed, and nothing else."""


def note(kind: Kind, detail: dict[str, Any], *, connection: Connection | None = None) -> None:
    """Append one entry for whoever is at work, in the transaction that is open, or in one of its own."""
    actor = who()
    told = Event(
        kind=kind, actor=actor.user, actor_name=actor.name, via=actor.via, connection=connection, detail=detail
    )
    with transaction.atomic():
        append(told)


def _before(sender: type[Model], instance: Any, raw: bool, update_fields: Any, **kwargs: Any) -> None:
    """Remember how the row stood."""
    instance.__dict__.pop("_stood", None)
    if raw or instance.pk is None or (update_fields is not None and set(update_fields) <= NOT_TOLD):
        return
    instance.__dict__["_stood"] = sender._base_manager.filter(pk=instance.pk).first()


def _changes(stood: Model, row: Model) -> dict[str, list[Any]]:
    """Of each field that is told of, how it was and how it is."""
    names = [field.attname for field in row._meta.concrete_fields if field.name not in NOT_TOLD]
    changed = [name for name in names if _plain(getattr(stood, name)) != _plain(getattr(row, name))]
    return {name: [] if name in SECRET else [getattr(stood, name), getattr(row, name)] for name in changed}


def _plain(value: Any) -> Any:
    """A sealed secret is told from another by its token."""
    return value.token if isinstance(value, Sealed) else value


def _after(sender: type[Model], instance: Any, created: bool, raw: bool, **kwargs: Any) -> None:
    if raw:
        return
    stood = instance.__dict__.pop("_stood", None)
    if created:
        _TELL[sender](instance, "created", {})
    elif stood is not None and (changed := _changes(stood, instance)):
        _TELL[sender](instance, "changed", changed)


def _deleted(sender: type[Model], instance: Any, **kwargs: Any) -> None:
    _TELL[sender](instance, "deleted", {})


def _connection(connection: Connection, what: str, changed: dict[str, list[Any]]) -> None:
    """That it was changed, and which fields; what they are by now stands in the connection itself."""
    kind = Kind.CONNECTION_CREATED if what == "created" else Kind.CONNECTION_CHANGED
    if changed.get("is_active") == [True, False]:
        kind = Kind.CONNECTION_DEACTIVATED
    fields = sorted(name.removesuffix("_id") if name != "client_id" else name for name in changed)
    note(kind, {"changed": fields} if fields else {}, connection=connection)


def _team_access(access: TeamAccess, what: str, changed: dict[str, list[Any]]) -> None:
    detail: dict[str, Any] = {
        "what": f"team access {what}",
        "team": access.team.name,
        "role": access.get_role_display(),
    }
    if access.break_glass:
        detail["break_glass"] = True
    note(Kind.ACCESS_CHANGED, {**detail, **_told(changed)}, connection=access.connection)


def _person(person: User, what: str, changed: dict[str, list[Any]]) -> None:
    rights = {name: True for name in ("is_superuser", "is_staff") if what == "created" and getattr(person, name)}
    note(
        Kind.ACCESS_CHANGED,
        {"what": f"account {what}", "person": person.get_username(), **rights, **_told(changed)},
    )


def _team(team: Group, what: str, changed: dict[str, list[Any]]) -> None:
    note(Kind.ACCESS_CHANGED, {"what": f"team {what}", "team": team.name, **_told(changed)})


def _told(changed: dict[str, list[Any]]) -> dict[str, Any]:
    return {"changed": changed} if changed else {}


def _rights(
    sender: Any, instance: Any, action: str, model: type[Model], pk_set: set[Any] | None, **kwargs: Any
) -> None:
    """Somebody came into a team or left it, or a person or team got a permission or lost it."""
    if action not in ("pre_clear", "post_add", "post_remove"):
        return
    did = "added" if action == "post_add" else "removed"
    others: Any = model._base_manager.filter(pk__in=pk_set or ())
    for other in _others(instance, model, sender) if action == "pre_clear" else others:
        names = {_SIDE[type(side)]: str(_name(side)) for side in (instance, other)}
        note(Kind.ACCESS_CHANGED, {"what": f"{_WHAT[frozenset(names)]} {did}", **names})


def _others(instance: Any, model: type[Model], through: Any) -> Any:
    """Those that a ``clear`` is about to take away."""
    columns = {field.related_model: field.name for field in through._meta.fields if field.is_relation}
    rows = through._base_manager.filter(**{columns[type(instance)]: instance})
    return model._base_manager.filter(pk__in=rows.values(f"{columns[model]}_id"))


def _name(side: Any) -> str:
    return side.codename if isinstance(side, Permission) else str(side)


_SIDE = {User: "person", Group: "team", Permission: "permission"}
_WHAT = {
    frozenset({"person", "team"}): "team member",
    frozenset({"person", "permission"}): "permission of a person",
    frozenset({"team", "permission"}): "permission of a team",
}
_TELL: dict[type[Model], Callable[[Any, str, dict[str, list[Any]]], None]] = {
    Connection: _connection,
    TeamAccess: _team_access,
    User: _person,
    Group: _team,
}


def connect() -> None:
    """Listen."""
    for model in _TELL:
        pre_save.connect(_before, sender=model, dispatch_uid=f"noting {model}")
        post_save.connect(_after, sender=model, dispatch_uid=f"noting {model}")
        post_delete.connect(_deleted, sender=model, dispatch_uid=f"noting {model}")
    for through in (User.groups.through, User.user_permissions.through, Group.permissions.through):
        m2m_changed.connect(_rights, sender=through, dispatch_uid=f"noting {through}")
