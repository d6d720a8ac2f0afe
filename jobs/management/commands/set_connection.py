"""``manage.py set_connection``: create or update a connection, idempotently."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from jobs.aqua.environments import CUSTOM, ENVIRONMENTS, tidy_base_url
from jobs.connection_form import ConnectionForm
from jobs.connections import save_connection
from jobs.fields import SecretUnreadable
from jobs.models import Connection, Role, TeamAccess

USAGE = 2
MAX_TEAM_NAME = 150
"""Of a group of Django's."""


class Command(BaseCommand):
    """What is not given keeps its value, and on a new connection its default."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--environment", choices=[*ENVIRONMENTS], metavar="SLUG", help=", ".join(ENVIRONMENTS))
        where.add_argument("--base-url", help="a base URL of one's own, such as a Production Copy tenant's")
        parser.add_argument("--auth", choices=Connection.Auth.values)
        parser.add_argument("--client-id", help="client ID, access key ID or user name")
        parser.add_argument("--secret-file", help="a file that holds the secret, or - for standard input")
        parser.add_argument("--tenant")
        kind = parser.add_mutually_exclusive_group()
        kind.add_argument("--production", action="store_true", default=None, dest="is_production")
        kind.add_argument("--no-production", action="store_false", dest="is_production")
        parser.add_argument("--method", choices=Connection.CancelMethod.values, dest="cancel_method")
        parser.add_argument("--confirm-minutes", type=int)
        parser.add_argument("--entity-ids")
        parser.add_argument("--org-ids")
        parser.add_argument(
            "--team", action="append", default=[], metavar="NAME:ROLE", help="may be given several times"
        )

    @transaction.atomic
    def handle(self, *args: Any, name: str, **options: Any) -> None:
        stored = Connection.objects.filter(name=name).first()
        form = ConnectionForm(_fields(stored or Connection(name=name), options), instance=stored)
        if not form.is_valid():
            problems = [f"{_option(field)}: {error}" for field, errors in form.errors.items() for error in errors]
            raise CommandError("\n".join(problems), returncode=USAGE)
        connection: Connection = form.instance
        if stored is None or form.has_changed():
            connection = form.save(commit=False)
            save_connection(connection)
        gives_access = [_give_access(connection, team) for team in options["team"]]
        done = "created" if stored is None else "changed" if form.has_changed() or any(gives_access) else "unchanged"
        self.stdout.write(f"{connection.name}: {done}")


def _option(field: str) -> str:
    """The option in which a field of the form is given."""
    others = {
        "name": "NAME",
        "new_secret": "--secret-file",
        "environment": "--environment or --base-url",
        "is_production": "--production",
        "cancel_method": "--method",
    }
    return others.get(field, f"--{field.replace('_', '-')}")


def _fields(connection: Connection, options: dict[str, Any]) -> dict[str, Any]:
    """The form's data: what is stored (or the default), with what was given laid over it."""
    data = {name: getattr(connection, name) for name in ConnectionForm.Meta.fields}
    before = (data["environment"], data["base_url"], data["auth"])
    if options["base_url"]:
        data |= {"environment": CUSTOM, "base_url": _tidy(options["base_url"])}
    elif options["environment"]:
        data |= {"environment": options["environment"], "base_url": ""}
    if before[:2] != (
        data["environment"],
        data["base_url"],
    ):  # another place is production as it is, unless told otherwise
        known = ENVIRONMENTS.get(data["environment"])
        data["is_production"] = known.is_production if known else True
    same = ("auth", "client_id", "tenant", "is_production", "cancel_method", "confirm_minutes", "entity_ids", "org_ids")
    data |= {name: options[name] for name in same if options[name] is not None}
    is_as_before = before == (data["environment"], data["base_url"], data["auth"])
    return data | {"new_secret": _new_secret(connection, options["secret_file"], is_as_before=is_as_before)}


def _tidy(base_url: str) -> str:
    """The form in which it is stored, so that the same one twice is no change."""
    try:
        return tidy_base_url(base_url)
    except ValueError as error:
        raise CommandError(f"--base-url: {error}", returncode=USAGE) from error


def _new_secret(connection: Connection, file: str | None, *, is_as_before: bool) -> str:
    """The secret from the file; "" where none is given, or where it is the stored one, for what it was stored for."""
    if file is None:
        return ""
    try:
        secret = (sys.stdin.read() if file == "-" else Path(file).read_text()).rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise CommandError(f"The secret cannot be read from {file}: {reason}.", returncode=USAGE) from error
    return "" if connection.pk and is_as_before and secret == _stored_secret(connection) else secret


def _stored_secret(connection: Connection) -> str | None:
    try:
        return connection.open_secret()
    except SecretUnreadable:  # its key is lost, and this stores it anew
        return None


def _give_access(connection: Connection, team: str) -> bool:
    """Whether that is more, or less, than the team had."""
    name, _, role = team.rpartition(":")
    if not name or role.upper() not in Role.__members__:
        roles = ", ".join(member.label for member in Role)
        raise CommandError(f"--team takes NAME:ROLE, with a role of {roles}; not {team!r}.", returncode=USAGE)
    if len(name) > MAX_TEAM_NAME:
        raise CommandError(f"--team: a team's name has at most {MAX_TEAM_NAME} characters.", returncode=USAGE)
    group, _ = Group.objects.get_or_create(name=name)
    access, is_new = TeamAccess.objects.get_or_create(
        connection=connection, team=group, defaults={"role": Role[role.upper()]}
    )
    if is_new or access.role == Role[role.upper()]:
        return is_new
    access.role = Role[role.upper()]
    access.save()
    return True
