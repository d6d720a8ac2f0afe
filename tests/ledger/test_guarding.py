"""The database refuses to change the past: whoever asks, and however."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError, transaction
from django.db import connection as database
from django.db.models import Model
from django.test import Client

from jobs.ledger import guarding
from jobs.models import BatchSnapshot, Cancellation, Connection, Entry, Exchange, JobSnapshot
from jobs.models.cancellation import OPEN, RECORDED, SETTLED
from jobs.models.entry import NotByHand

KEPT: list[type[Model]] = [Entry, Exchange, JobSnapshot, BatchSnapshot]
GUARDED: list[type[Model]] = [*KEPT, Cancellation]
REFUSAL = "is never changed and never deleted"


def run(sql: str, *values: Any) -> None:
    with transaction.atomic(), database.cursor() as cursor:
        cursor.execute(sql, values)


def names(model: type[Model]) -> tuple[str, str, list[str]]:
    return (
        model._meta.db_table,
        str(model._meta.pk.column),
        [str(field.column) for field in model._meta.concrete_fields],
    )


def rows(model: type[Model]) -> list[dict[str, Any]]:
    return list(model.objects.order_by("pk").values())  # type: ignore[attr-defined]


def update(model: type[Model]) -> None:
    table, _, columns = names(model)
    run(f'UPDATE {table} SET "{columns[2]}" = "{columns[2]}"')


def delete(model: type[Model]) -> None:
    run(f"DELETE FROM {names(model)[0]}")


def truncate(model: type[Model]) -> None:
    if database.vendor == "sqlite":  # which has no TRUNCATE: a DELETE without a condition is its own
        delete(model)
    run(f"TRUNCATE {names(model)[0]} CASCADE")


def replace(model: type[Model]) -> None:
    table, key, columns = names(model)
    listed = ", ".join(f'"{column}"' for column in columns)
    if database.vendor == "sqlite":
        run(f"INSERT OR REPLACE INTO {table} ({listed}) SELECT {listed} FROM {table} LIMIT 1")
    column = "job_id" if "job_id" in columns else "name"
    insert = f"INSERT INTO {table} ({listed}) SELECT {listed} FROM {table} LIMIT 1"
    run(f"{insert} ON CONFLICT (\"{key}\") DO UPDATE SET {column} = 'another'")


def by_the_orm(model: type[Model]) -> None:
    row: Any = model._base_manager.first()
    with transaction.atomic():
        row.save_base(force_update=True)


def by_a_bulk_update(model: type[Model]) -> None:
    row: Any = model._base_manager.first()
    name = "job_id" if hasattr(row, "job_id") else "name"
    setattr(row, name, "another")
    model._base_manager.bulk_update([row], [name])


def by_a_queryset(model: type[Model]) -> None:
    model._base_manager.all()._raw_delete(database.alias)  # type: ignore[attr-defined]


WAYS = [update, delete, truncate, replace, by_the_orm, by_a_bulk_update, by_a_queryset]


@pytest.mark.parametrize("way", WAYS)
def test_no_way_leads_to_another_past(told: None, way: Callable[[type[Model]], None]) -> None:
    for model in KEPT:
        before = rows(model)
        assert before
        with pytest.raises((DatabaseError, NotByHand), match="never changed"):
            way(model)
        assert rows(model) == before


@pytest.mark.parametrize("way", [delete, truncate, replace, by_a_bulk_update, by_a_queryset])
def test_a_cancellation_is_never_lost_or_made_another(told: None, way: Callable[[type[Model]], None]) -> None:
    before = rows(Cancellation)
    with pytest.raises(DatabaseError, match=REFUSAL):
        way(Cancellation)
    assert rows(Cancellation) == before


def test_what_was_asked_for_never_changes(told: None) -> None:
    for column in RECORDED:
        with pytest.raises(DatabaseError, match=REFUSAL):
            run(f'UPDATE jobs_cancellation SET "{column}" = {"requested_at" if column == "expires_at" else "NULL"}')


def test_a_settled_one_stays_as_it_is(told: None) -> None:
    for change in ("state = 'unknown'", "settled_at = NULL", "rests_on_id = NULL", "reads = 7", "state = 'sending'"):
        with pytest.raises(DatabaseError, match=REFUSAL):
            run(f"UPDATE jobs_cancellation SET {change}")


@pytest.mark.parametrize("here", OPEN)
def test_the_state_goes_forwards_only(told: None, here: str) -> None:
    row = Cancellation.objects.first()
    assert row
    values = {field.attname: getattr(row, field.attname) for field in Cancellation._meta.concrete_fields}
    lookup = Exchange.objects.filter(cause="test").get()
    values |= {"id": None, "uuid": None, "state": here, "settled_at": None, "lookup_id": lookup.pk, "job_id": "new"}
    values.pop("uuid")
    new = Cancellation.objects.create(**values)
    for state in (*OPEN[: OPEN.index(here)], *SETTLED, "nonsense"):  # back; settled without a time; unknown
        with pytest.raises(DatabaseError, match=REFUSAL):
            run("UPDATE jobs_cancellation SET state = %s WHERE id = %s", state, new.pk)
    for state in OPEN[OPEN.index(here) :]:
        run("UPDATE jobs_cancellation SET state = %s WHERE id = %s", state, new.pk)
    with pytest.raises(DatabaseError, match=REFUSAL):  # a time, and not settled
        run("UPDATE jobs_cancellation SET settled_at = requested_at WHERE id = %s", new.pk)
    run("UPDATE jobs_cancellation SET state = 'unknown', settled_at = requested_at WHERE id = %s", new.pk)


def test_the_ledger_is_not_written_by_hand(told: None) -> None:
    last = Entry.objects.first()
    assert last
    ways: list[Callable[[], Any]] = [
        last.save,
        last.delete,
        Entry.objects.all().delete,
        lambda: Entry.objects.update(kind="x"),
        lambda: Entry.objects.create(number=1),
        lambda: Entry.objects.bulk_create([last]),
        lambda: Entry.objects.bulk_update([last], ["kind"]),
        lambda: Entry.objects.get_or_create(number=0),
        lambda: Entry.objects.update_or_create(number=0),
    ]
    for way in ways:
        with pytest.raises(NotByHand, match="appended by"):
            way()


def test_what_is_missing_is_told_and_put_back(transactional_db: None, client: Client) -> None:
    assert guarding.problems() == []
    assert client.get("/readyz").json() == {"status": "ok"}
    call_command("check", databases=["default"])
    guarding.remove(Exchange)
    assert guarding.problems()
    answer = client.get("/readyz")
    assert (answer.status_code, "jobs_exchange lacks" in answer.json()["ledger"]) == (503, True)
    with pytest.raises(SystemCheckError, match="does not keep the past"):
        call_command("check", databases=["default"])
    call_command("migrate", verbosity=0, skip_checks=True)
    assert guarding.problems() == []


def test_a_trigger_that_was_changed_or_switched_off_is_missed(transactional_db: None) -> None:
    with database.cursor() as cursor:
        if database.vendor == "sqlite":
            name = "aquaadmin_keeps_jobs_entry"
            cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute(f"CREATE TRIGGER {name} BEFORE DELETE ON jobs_entry WHEN 0 BEGIN SELECT 1; END")
        else:
            cursor.execute("ALTER TABLE jobs_entry DISABLE TRIGGER USER")
    assert [problem for problem in guarding.problems() if "aquaadmin_keeps_jobs_entry" in problem]
    guarding.install()
    assert guarding.problems() == []


def test_a_migration_that_makes_a_table_anew_loses_no_guard(transactional_db: None) -> None:
    """On SQLite an altered column means another table, without the triggers of the old one."""
    field = Exchange._meta.get_field("words")
    with database.schema_editor() as editor:
        editor._remake_table(Exchange) if database.vendor == "sqlite" else editor.alter_field(Exchange, field, field)  # type: ignore[attr-defined]
    assert bool(guarding.problems()) == (database.vendor == "sqlite")
    call_command("migrate", verbosity=0, skip_checks=True)
    assert guarding.problems() == []
    with pytest.raises(DatabaseError, match=REFUSAL):
        insert_and_delete()


def insert_and_delete() -> None:
    connection = Connection.objects.create(name="C", environment="us-production")
    Exchange.objects.create(
        connection=connection, connection_name="C", cause="test", method="GET", at="2026-01-01T00:00Z", duration=0.1,
        outcome="answered",
    )  # fmt: skip
    delete(Exchange)
