"""What is appended, in which order, and with what."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import OperationalError, transaction
from django.db import connection as database

from jobs import ledger
from jobs.ledger.verifying import verify
from jobs.models import Cancellation, Connection, Entry, Exchange, Kind
from jobs.sandbox import Sandbox
from tests.flow import at_the_deadline, cancel, look_up


def test_a_cancel_is_told_from_the_look_up_to_its_end(operator: User, connection: Connection, sandbox: Sandbox) -> None:
    cancellation = cancel(operator, look_up(operator, connection, sandbox.jobs["running"]), wait=5)
    every = list(Entry.objects.order_by("number"))
    assert [entry.number for entry in every] == list(range(1, len(every) + 1))
    assert [entry.kind for entry in every[:2]] == [Kind.KEY_CHANGED, Kind.CONNECTION_CREATED]
    entries = every[-6:]
    assert [entry.kind for entry in entries] == [
        Kind.LOOKED_UP,
        Kind.REQUESTED,
        Kind.SENDING,
        Kind.ANSWERED,
        Kind.OBSERVED,
        Kind.SETTLED,
    ]
    assert entries[1].detail == cancellation.recorded()
    assert entries[5].detail == cancellation.outcome()
    assert [entry.exchange_id for entry in entries if entry.exchange_id] == [
        exchange.pk for exchange in Exchange.objects.order_by("pk")
    ]
    assert {(entry.actor_name, entry.job_id) for entry in entries} == {("operator", sandbox.jobs["running"])}


def test_both_exchanges_of_a_repeated_cancel_are_told(operator: User, connection: Connection, sandbox: Sandbox) -> None:
    cancel(operator, look_up(operator, connection, sandbox.jobs["answers 401"]), wait=5)
    assert Entry.objects.filter(kind=Kind.ANSWERED).count() == 2
    assert Entry.objects.filter(exchange__isnull=False).count() == Exchange.objects.count()


def test_what_follow_read_is_told_as_its_own(operator: User, connection: Connection, sandbox: Sandbox) -> None:
    job_id = sandbox.jobs["accepts the cancel but keeps running"]
    at_the_deadline(cancel(operator, look_up(operator, connection, job_id)))
    last = Entry.objects.get(kind=Kind.SETTLED)
    assert (last.actor, last.actor_name, last.detail["state"]) == (None, "follow", "still_running")


def test_without_the_transaction_of_what_it_records_nothing_is_appended(transactional_db: None) -> None:
    with pytest.raises(RuntimeError, match="inside the transaction"):
        ledger.append(ledger.Event(kind=Kind.EXPORTED, actor_name="x"))


def test_where_the_ledger_cannot_be_written_nothing_is_sent(
    operator: User, connection: Connection, sandbox: Sandbox, door: Callable
) -> None:
    lookup = look_up(operator, connection, sandbox.jobs["running"])

    def refuse(execute: Callable, sql: str, params: object, many: bool, context: object) -> object:
        if sql.startswith('INSERT INTO "jobs_entry"'):
            raise OperationalError("database or disk is full")
        return execute(sql, params, many, context)

    with database.execute_wrapper(refuse):
        page = door(operator).post(f"/lookups/{lookup.pk}/cancel", {"reason": "x"}, follow=True).content.decode()
    assert "The request cannot be written down, so nothing was sent." in page
    assert sandbox.seen("DELETE", "") == []
    assert not Cancellation.objects.exists()


def test_another_key_than_the_ledgers_stops_everything(
    operator: User, connection: Connection, sandbox: Sandbox, door: Callable, settings: object
) -> None:
    lookup = look_up(operator, connection, sandbox.jobs["running"])
    settings.LEDGER_SIGNING_KEY = "A" * 43 + "="  # type: ignore[attr-defined]
    page = door(operator).post(f"/lookups/{lookup.pk}/cancel", {"reason": "x"}, follow=True).content.decode()
    assert "so nothing was sent." in page
    assert sandbox.seen("DELETE", "") == []


def test_eight_at_once_leave_no_gap(transactional_db: None) -> None:
    def write() -> None:
        for _ in range(25):
            with transaction.atomic():
                ledger.append(*[ledger.Event(kind=Kind.EXPORTED, actor_name="x")] * 2)
        database.close()

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        verify()  # no false alarm while they write
    for thread in threads:
        thread.join()
    assert verify(each_signature=True).number == 1 + 8 * 25 * 2


def test_a_new_key_is_announced_by_the_old_one(
    operator: User, connection: Connection, sandbox: Sandbox, settings: object, tmp_path: Path
) -> None:
    look_up(operator, connection, sandbox.jobs["running"])
    (tmp_path / "old").write_text(settings.LEDGER_SIGNING_KEY)  # type: ignore[attr-defined]
    settings.LEDGER_SIGNING_KEY = "B" * 43 + "="  # type: ignore[attr-defined]
    call_command("change_ledger_key", old_key_file=str(tmp_path / "old"))
    look_up(operator, connection, sandbox.jobs["running"])
    verify(each_signature=True)
    last = list(Entry.objects.order_by("-number").values_list("kind", flat=True)[:3])
    assert last == [Kind.LOOKED_UP, Kind.KEY_CHANGED, Kind.LOOKED_UP]
    with pytest.raises(CommandError, match="does not go on with this key"):
        call_command("change_ledger_key", old_key_file=str(tmp_path / "old"))
