"""Whatever is changed behind the product's back is found."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.db import models

from jobs.ledger import canonical
from jobs.ledger.verifying import Broken, verify
from jobs.models import BatchSnapshot, Cancellation, Entry, Exchange, JobSnapshot
from jobs.models.cancellation import RECORDED
from tests.behind import behind_their_back

NOT_RECORDED = {"next_read_at", "claimed_until", "reads", "uuid", "id"}
"""Of a cancellation: how it is worked on. Its keys are what everything else refers to."""


def mutations() -> list[tuple[type[models.Model], str]]:
    found: list[tuple[type[models.Model], str]] = [(Entry, field.attname) for field in Entry._meta.concrete_fields]
    for model in (Exchange, JobSnapshot, BatchSnapshot):
        found += [(model, field.attname) for field in model._meta.concrete_fields if field.attname != "id"]
    return found + [(Cancellation, name) for name in (*RECORDED, "state", "settled_at") if name not in NOT_RECORDED]


def other(value: Any) -> Any:
    """Another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 7919
    if isinstance(value, bytes | memoryview):
        return bytes(value) + b"x"
    if value is None:
        return None
    text = str(value)
    return text[:-1] + ("1" if text[-1:] != "1" else "2") if text else "x"


def change(model: type[models.Model], column: str) -> bool:
    """In the last row in which it has a value; whether there was one."""
    table, key = model._meta.db_table, model._meta.pk.column
    with behind_their_back(model), database.cursor() as cursor:
        cursor.execute(f'SELECT "{key}", "{column}" FROM {table} WHERE "{column}" IS NOT NULL ORDER BY "{key}" DESC')
        row = cursor.fetchone()
        if row is None:
            return False
        cursor.execute(f'UPDATE {table} SET "{column}" = %s WHERE "{key}" = %s', [other(row[1]), row[0]])
        return True


@pytest.mark.parametrize(("model", "column"), mutations(), ids=lambda value: getattr(value, "__name__", value))
def test_a_changed_column_is_found(told: None, model: type[models.Model], column: str) -> None:
    verify(each_signature=True)
    if change(model, column):
        with pytest.raises(Broken):
            verify()
    else:
        assert column in {"deleted", "message", "partner", "project", "file_id", "segments", "batch_id", "expires_at"}


@pytest.mark.parametrize("which", ["first", "middle", "last but one"])
@pytest.mark.parametrize("model", [Entry, Exchange, JobSnapshot, BatchSnapshot, Cancellation])
def test_a_deleted_row_is_found(told: None, model: type[models.Model], which: str) -> None:
    keys = list(model.objects.order_by("pk").values_list("pk", flat=True))  # type: ignore[attr-defined]
    key = {"first": keys[0], "middle": keys[len(keys) // 2], "last but one": keys[-2]}[which]
    tampered(f"DELETE FROM {model._meta.db_table} WHERE {model._meta.pk.column} = {key}")
    with pytest.raises(Broken):
        verify()


def tampered(*statements: str) -> None:
    with behind_their_back(), database.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_two_that_changed_places_are_found(told: None) -> None:
    moves = ((4, -1), (5, 4), (-1, 5))
    tampered(*(f"UPDATE jobs_entry SET number = {to} WHERE number = {number}" for number, to in moves))
    with pytest.raises(Broken, match="4"):
        verify()


def test_one_that_was_put_behind_is_found(told: None) -> None:
    last = Entry.objects.first()
    assert last
    values = {**plain(last), "exchange_id": None, "exchange_sha256": "", "sha256": "0" * 64}
    Entry.objects.insert_all([Entry(**{**values, "number": last.number + 1})])
    with pytest.raises(Broken, match=f"Entry {last.number + 1} is not what or where it was"):
        verify()


def plain(entry: Entry) -> dict[str, Any]:
    return {field.attname: getattr(entry, field.attname) for field in Entry._meta.concrete_fields}


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_tail_that_was_cut_off_is_found_with_a_checkpoint(told: None, tmp_path: Path, count: int) -> None:
    file = tmp_path / "head.json"
    call_command("verify_ledger", write_checkpoint=str(file))
    head = json.loads(file.read_text())["number"]
    tampered(f"DELETE FROM jobs_entry WHERE number > {head - count}")
    with pytest.raises(CommandError) as caught:
        call_command("verify_ledger", checkpoint=str(file))
    assert caught.value.returncode == 1


def test_a_whole_ledger_is_said_to_be_whole(told: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "head.json"
    head = Entry.objects.latest("number")
    call_command("verify_ledger", write_checkpoint=str(file))
    call_command("verify_ledger", checkpoint=str(file), each_signature=True)
    assert f"The ledger is whole: {head.number} entries" in capsys.readouterr().out
    assert json.loads(file.read_text()) == {"number": head.number, "sha256": head.sha256}


def test_an_empty_ledger_is_whole(transactional_db: None) -> None:
    assert (verify().number, verify().sha256) == (0, canonical.FIRST)


def test_a_signature_of_another_key_is_found(told: None, settings: object, door: Callable) -> None:
    settings.LEDGER_SIGNING_KEY = "A" * 43 + "="  # type: ignore[attr-defined]
    with pytest.raises(Broken, match="another key"):
        verify()
