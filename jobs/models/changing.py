"""Change a row by a conditional update, without what the ORM needs to make one up anew each time."""

from typing import Any

from django.db import connection as database
from django.db import models


def change(row: models.Model, *, while_empty: str, **values: Any) -> bool:
    """Update fields of a row, and the object that stands for it, unless the column ``while_empty`` has a value by now.

    False where it has; then nothing is changed.
    """
    meta = row._meta
    fields: list[Any] = [meta.get_field(name) for name in values]
    columns = ", ".join(f'"{field.column}" = %s' for field in fields)
    sql = f'UPDATE "{meta.db_table}" SET {columns} WHERE "{meta.pk.column}" = %s AND "{while_empty}" IS NULL'  # noqa: S608
    plain = [value.pk if isinstance(value, models.Model) else value for value in values.values()]
    prepared = [field.get_db_prep_save(value, database) for field, value in zip(fields, plain, strict=True)]
    with database.cursor() as cursor:
        cursor.execute(sql, [*prepared, row.pk])
        if cursor.rowcount == 0:
            return False
    for name, value in values.items():
        setattr(row, name, value)
    return True
