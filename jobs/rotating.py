"""Encrypt what is stored anew with the first of CREDENTIAL_KEYS, row by row, while everything goes on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import QuerySet

from jobs.fields import EncryptedTextField, Sealed, SecretUnreadable, is_current, renewed


@dataclass
class Rotation:
    """How many rows were encrypted anew, how many needed it not, and the rows with a secret that no key reads."""

    renewed: int = 0
    current: int = 0
    unreadable: list[str] = field(default_factory=list)


def rotate(*, only_look: bool = False) -> Rotation:
    """Encrypt every secret anew that another key than the first encrypted; ``only_look`` counts and changes nothing.

    A row is locked while it is read and written, and no longer, so nothing that somebody changes meanwhile is lost.
    """
    done = Rotation()
    for rows, column in _encrypted():
        for pk in list(rows.order_by("pk").values_list("pk", flat=True)):
            with transaction.atomic():
                _rotate(rows.select_for_update().filter(pk=pk), column, done, only_look=only_look)
    return done


def _rotate(row: QuerySet[Any], column: str, done: Rotation, *, only_look: bool) -> None:
    stored = row.first()
    if stored is None:
        return
    before = getattr(stored, column)
    tokens = _tokens(before)
    if all(map(is_current, tokens)):
        done.current += bool(tokens)
        return
    try:
        after = _each(before, renewed)
    except SecretUnreadable:
        owner = f" of {stored.user}" if hasattr(stored, "user") else ""
        done.unreadable.append(f"{stored._meta.verbose_name} {stored}{owner}")
        return
    if not only_look:
        row.update(**{column: after})
    done.renewed += 1


def _tokens(value: Any) -> list[str]:
    found: list[str] = []

    def note(token: str) -> str:
        found.append(token)
        return token

    _each(value, note)
    return found


def _each(value: Any, change: Callable[[str], str]) -> Any:
    """A column's value with each of its tokens changed."""
    if isinstance(value, Sealed):
        return Sealed(change(value.token))
    if isinstance(value, dict):
        return {name: _each(part, change) for name, part in value.items()}
    if isinstance(value, list):
        return [_each(part, change) for part in value]
    return change(value) if isinstance(value, str) and value.startswith("gAAAA") else value


def _encrypted() -> Iterator[tuple[QuerySet[Any], str]]:
    """The rows with something encrypted, and the column that holds it."""
    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            if isinstance(column, EncryptedTextField):
                yield model._default_manager.all(), column.name
    # Second factors: the secret of an app, the seed of recovery codes; of a passkey nothing is secret.
    yield apps.get_model("mfa", "Authenticator")._default_manager.exclude(type="webauthn"), "data"
