"""Read one row, and rows that it points to, by a statement that is made up once instead of each time."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection as database
from django.db import models

Row = TypeVar("Row", bound=models.Model)


def one(model: type[Row], *joined: str, **equal: Any) -> Row | None:
    """The row whose columns ``equal`` these values, with what its foreign keys ``joined`` point to; None without one.

    The columns are unique together.
    """
    plan = _plan(model, joined, tuple(equal))
    values = [field.get_db_prep_value(value, database) for field, value in zip(plan.asked, equal.values(), strict=True)]
    try:
        with database.cursor() as cursor:
            cursor.execute(plan.sql, values)
            found = cursor.fetchone()
    except OverflowError:  # a number that no row can have
        return None
    if found is None:
        return None
    columns = list(found)
    for place, column in plan.converted:
        for convert in _converters(column):
            columns[place] = convert(columns[place], column, database)
    row = plan.parts[0].made_of(columns)
    for part in plan.parts[1:]:
        part.key.set_cached_value(row, part.made_of(columns))
    return row  # type: ignore[return-value]


@dataclass(frozen=True)
class _Part:
    """One of the rows: its columns are a stretch of what is selected."""

    model: type[models.Model]
    names: list[str]
    first: int
    key: Any

    def made_of(self, columns: list[Any]) -> models.Model | None:
        own = columns[self.first : self.first + len(self.names)]
        if own[self.names.index(self.model._meta.pk.attname)] is None:
            return None
        return self.model.from_db(database.alias, self.names, own)


@dataclass(frozen=True)
class _Plan:
    sql: str
    asked: list[models.Field]
    parts: list[_Part]
    converted: list[tuple[int, Any]]


@lru_cache(maxsize=32)
def _plan(model: type[models.Model], joined: tuple[str, ...], asked: tuple[str, ...]) -> _Plan:
    part, tables = _Part(model, _names(model), 0, None), [f'"{model._meta.db_table}" t']
    parts, selected = [part], _columns(model, "t")
    for name in joined:
        key: Any = model._meta.get_field(name)
        other: type[models.Model] = key.related_model
        parts.append(_Part(other, _names(other), len(selected), key))
        selected += _columns(other, name)
        on = f'"{name}"."{other._meta.pk.column}" = t."{key.column}"'
        tables.append(f'LEFT JOIN "{other._meta.db_table}" "{name}" ON {on}')
    fields: list[Any] = [model._meta.get_field(name) for name in asked]
    names = ", ".join(f'"{column.alias}"."{column.target.column}"' for column in selected)
    where = " AND ".join(f't."{field.column}" = %s' for field in fields)
    sql = f"SELECT {names} FROM {' '.join(tables)} WHERE {where}"  # noqa: S608 (names of tables and columns)
    return _Plan(sql, fields, parts, [(place, column) for place, column in enumerate(selected) if _converters(column)])


def _names(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def _columns(model: type[models.Model], table: str) -> list[Any]:
    return [field.get_col(table) for field in model._meta.concrete_fields]


def _converters(column: Any) -> list[Any]:
    """What makes of a value in the database the value of a field."""
    return [*database.ops.get_db_converters(column), *column.get_db_converters(database)]
