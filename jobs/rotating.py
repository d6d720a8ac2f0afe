"""Encrypt what is stored anew with the first of CREDENTIAL_KEYS, row by row, while everything goes on."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.db import transaction
from django.db.models import Model

from jobs.fields import EncryptedTextField, Sealed, SecretUnreadable, is_current, renewed


@dataclass
class Rotation:
    """How many stored secrets were encrypted anew, how many needed it not, and the rows whose secret no key reads."""

    renewed: int = 0
    current: int = 0
    unreadable: list[str] = field(default_factory=list)


def rotate(*, only_look: bool = False) -> Rotation:
    """Encrypt every secret anew that another key than the first encrypted; ``only_look`` counts and changes nothing.

    A row is locked while it is read and written, and no longer, so nothing that somebody changes meanwhile is lost.
    """
    done = Rotation()
    for model, column in _encrypted_columns():
        for pk in list(model._default_manager.order_by("pk").values_list("pk", flat=True)):
            with transaction.atomic():
                row = model._default_manager.select_for_update().filter(pk=pk).first()
                if row is not None:
                    _rotate(row, column, done, only_look=only_look)
    return done


def _rotate(row: Model, column: str, done: Rotation, *, only_look: bool) -> None:
    sealed: Sealed = getattr(row, column)
    if is_current(sealed.token):
        done.current += 1
        return
    try:
        token = renewed(sealed.token)
    except SecretUnreadable:
        done.unreadable.append(f"{row._meta.verbose_name} {row}")
        return
    if not only_look:
        type(row)._default_manager.filter(pk=row.pk).update(**{column: Sealed(token)})
    done.renewed += 1


def _encrypted_columns() -> Iterator[tuple[type[Model], str]]:
    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            if isinstance(column, EncryptedTextField):
                yield model, column.name
