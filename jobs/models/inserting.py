"""Insert rows by one statement, without what the ORM needs to make one up anew each time."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from django.db import connection as database
from django.db import models

from jobs.fields import JSONTextField

Prepare = Callable[[Any], Any]
_PLAIN = (str, int, float, bool, type(None))
_AS_IT_IS = (models.CharField, models.TextField, models.IntegerField, models.FloatField, models.BooleanField)


def insert(*rows: models.Model) -> None:
    """Write rows of one model, in their order, and give each its key where the database makes it.

    Raises:
        DatabaseError: the database refused them.
    """
    if not rows:
        return
    table, columns, fields, key = _shape(type(rows[0]))
    marks = ", ".join([f"({', '.join(['%s'] * len(columns))})"] * len(rows))
    sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES {marks}"  # noqa: S608 (names of columns)
    values = [_prepared(row, name, field) for row in rows for name, field in fields]
    with database.cursor() as cursor:
        if key is None:
            cursor.execute(sql, values)
            return
        cursor.execute(f"{sql} RETURNING {key}", values)
        keys = cursor.fetchall()
    for row, (made,) in zip(rows, sorted(keys), strict=True):
        row.pk = made
        row._state.adding, row._state.db = False, database.alias


@lru_cache(maxsize=16)
def _shape(
    model: type[models.Model],
) -> tuple[str, Sequence[str], Sequence[tuple[str, models.Field | None]], str | None]:
    """Table, columns, the attribute of each with the field that prepares it (None: nothing to prepare), and the key."""
    meta = model._meta
    is_made = isinstance(meta.pk, models.AutoField)
    fields = [field for field in meta.concrete_fields if not (is_made and field.primary_key)]
    prepared = [(field.attname, None if _is_plain(field) else field) for field in fields]
    columns = [f'"{field.column}"' for field in fields]
    return f'"{meta.db_table}"', columns, prepared, f'"{meta.pk.column}"' if is_made else None


def _is_plain(field: models.Field) -> bool:
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    return isinstance(target, _AS_IT_IS) and not isinstance(target, JSONTextField)


def _prepared(row: models.Model, name: str, field: models.Field | None) -> Any:
    value = getattr(row, name)
    if field is None:
        return value if type(value) in _PLAIN else str(value)  # a choice is a str of its own kind
    return field.get_db_prep_save(value, database)
