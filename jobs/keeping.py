"""What Zuora answered is in our hands only: a database that went away meanwhile is written to once more."""

from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, transaction
from django.db import connection as database

T = TypeVar("T")
_SHUT_DOWN = ("08", "57P")
"""How the states of PostgreSQL begin that say: this connection is over."""


def kept(write: Callable[[], T], *, again: Callable[[], object]) -> T:
    """``write`` in one transaction; where the connection was lost, after ``again`` once more on a new one.

    Raises:
        DatabaseError: it cannot be written.
    """
    try:
        with transaction.atomic():
            return write()
    except (OperationalError, InterfaceError) as error:
        if not _is_lost(error):
            raise
    database.close()
    database.pool.check()  # type: ignore[attr-defined]
    again()
    with transaction.atomic():
        return write()


def _is_lost(error: Exception) -> bool:
    state = getattr(error.__cause__, "sqlstate", None)
    return database.vendor == "postgresql" and (state is None or state.startswith(_SHUT_DOWN))
