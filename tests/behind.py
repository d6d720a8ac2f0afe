"""What an owner of the database can do, and nobody else: change the past behind the product's back."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection as database
from django.db.models import Model

from jobs.ledger import guarding


@contextmanager
def behind_their_back(*models: type[Model]) -> Iterator[None]:
    """Without the triggers of these models (or of all), and without foreign keys."""
    guarding.remove(*models)
    is_sqlite = database.vendor == "sqlite"
    with database.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys=OFF" if is_sqlite else "SET session_replication_role = replica")
    try:
        yield
    finally:
        with database.cursor() as cursor:
            cursor.execute("PRAGMA foreign_keys=ON" if is_sqlite else "SET session_replication_role = DEFAULT")
        guarding.install(*models)
