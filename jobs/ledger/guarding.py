"""The database itself refuses to change the past: triggers, which also bind raw SQL and other programs.

What is guarded, and how, the models say: ``guard`` of a model is ``NEVER_CHANGES`` or a ``Moves``. The triggers are
installed after every ``migrate`` (a migration that rebuilds a table on SQLite drops them silently), and ``problems``
tells what is missing. They keep out accidents and careless hands; the owner of a database can take them away, which
the ledger's chain is there to show.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection as database
from django.db.models import Model

from jobs.models.guard import NEVER_CHANGES, Moves

PREFIX = "aquaadmin_"
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {PREFIX}refuse() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN RAISE EXCEPTION '% is never changed and never deleted', TG_TABLE_NAME
USING ERRCODE = 'integrity_constraint_violation'; END$$
"""


def guarded() -> list[type[Model]]:
    """The models that the database guards."""
    return [model for model in apps.get_app_config("jobs").get_models() if hasattr(model, "guard")]


def install(*models: type[Model]) -> None:
    """Put the triggers of these models (or of all) in place, where they are not yet; safe to repeat."""
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            cursor.execute(_FUNCTION)
        standing = _standing(cursor)
        for table, name, sql in _wanted(models):
            if standing.get(name) == _mark(sql):
                continue
            _drop(cursor, table, name)
            cursor.execute(sql)
            if database.vendor == "postgresql":
                cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
                cursor.execute(f"COMMENT ON TRIGGER {name} ON {table} IS '{_mark(sql)}'")


def remove(*models: type[Model]) -> None:
    """Take the triggers of these models (or of all) away. The product never does; tests that tamper do."""
    with database.cursor() as cursor:
        for table, name, _ in _wanted(models):
            _drop(cursor, table, name)


def problems() -> list[str]:
    """What does not stand in the database as it must; nothing before the tables are there."""
    tables = database.introspection.table_names()
    with database.cursor() as cursor:
        standing = _standing(cursor)
    wanted = [(table, name, sql) for table, name, sql in _wanted(()) if table in tables]
    return [f"{table} lacks {name}" for table, name, sql in wanted if standing.get(name) != _mark(sql)]


def _wanted(models: tuple[type[Model], ...]) -> Iterator[tuple[str, str, str]]:
    """Table, name and statement of each trigger."""
    for model in models or guarded():
        table = model._meta.db_table
        make = _for_postgresql if database.vendor == "postgresql" else _for_sqlite
        for what, sql in make(model):
            name = f"{PREFIX}{what}_{table}"
            yield table, name, sql.format(name=name, table=table)


def _for_postgresql(model: type[Model]) -> Iterator[tuple[str, str]]:
    refuse = f"EXECUTE FUNCTION {PREFIX}refuse()"
    guard = _guard(model)
    if guard is NEVER_CHANGES:
        yield "keeps", f"CREATE TRIGGER {{name}} BEFORE UPDATE OR DELETE ON {{table}} FOR EACH ROW {refuse}"
    else:
        when = guard.refused(model, "IS DISTINCT FROM")
        yield "moves", f"CREATE TRIGGER {{name}} BEFORE UPDATE ON {{table}} FOR EACH ROW WHEN ({when}) {refuse}"
        yield "keeps", f"CREATE TRIGGER {{name}} BEFORE DELETE ON {{table}} FOR EACH ROW {refuse}"
    yield "stays", f"CREATE TRIGGER {{name}} BEFORE TRUNCATE ON {{table}} FOR EACH STATEMENT {refuse}"


def _for_sqlite(model: type[Model]) -> Iterator[tuple[str, str]]:
    refuse = "BEGIN SELECT RAISE(ABORT, '{table} is never changed and never deleted'); END"
    guard = _guard(model)
    if guard is NEVER_CHANGES:
        yield "moves", f"CREATE TRIGGER {{name}} BEFORE UPDATE ON {{table}} {refuse}"
    else:
        when = guard.refused(model, "IS NOT")
        yield "moves", f"CREATE TRIGGER {{name}} BEFORE UPDATE ON {{table}} WHEN {when} {refuse}"
    yield "keeps", f"CREATE TRIGGER {{name}} BEFORE DELETE ON {{table}} {refuse}"
    for number, (columns, condition) in enumerate(_unique(model)):
        same = " AND ".join(f'"{column}" = NEW."{column}"' for column in columns)
        exists = f"EXISTS (SELECT 1 FROM {{table}} WHERE {same}{condition})"  # noqa: S608 (names of columns)
        yield f"stays_{number}", f"CREATE TRIGGER {{name}} BEFORE INSERT ON {{table}} WHEN {exists} {refuse}"


def _unique(model: type[Model]) -> Iterator[tuple[list[str], str]]:
    """The columns by which an INSERT OR REPLACE would take another row away."""
    columns = {field.name: str(field.column) for field in model._meta.concrete_fields}
    for field in model._meta.concrete_fields:
        if field.unique:
            yield [columns[field.name]], ""
    for constraint in model._meta.total_unique_constraints:
        yield [columns[name] for name in constraint.fields], ""
    guard = _guard(model)
    if guard is not NEVER_CHANGES and guard.one_open:
        yield [columns[name] for name in guard.one_open], f' AND "{guard.settled_at}" IS NULL'


def _guard(model: type[Model]) -> Any:
    guard: str | Moves = model.guard  # type: ignore[attr-defined]
    return guard


def _drop(cursor: Any, table: str, name: str) -> None:
    on = f" ON {table}" if database.vendor == "postgresql" else ""
    cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def _mark(sql: str) -> str:
    plain = " ".join(sql.replace('"', "").split())  # SQLite puts quotes around a table's name when it renames it
    return hashlib.sha256(plain.encode()).hexdigest()


def _standing(cursor: Any) -> dict[str, str]:
    """Of each trigger of ours a mark of how it stands; of one that is switched off an empty one."""
    if database.vendor == "postgresql":
        cursor.execute(
            "SELECT t.tgname, CASE WHEN t.tgenabled = 'A' AND p.proname = %s AND p.prosrc LIKE %s"
            " THEN obj_description(t.oid, 'pg_trigger') ELSE '' END"
            " FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE t.tgname LIKE %s AND pg_table_is_visible(c.oid)",
            [f"{PREFIX}refuse", "BEGIN RAISE EXCEPTION%", f"{PREFIX}%"],
        )
        return {name: mark or "" for name, mark in cursor.fetchall()}
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s", [f"{PREFIX}%"])
    return {name: _mark(sql) for name, sql in cursor.fetchall()}
