"""A bundle that tells of one cancellation alone."""

import json
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from jobs.models import Cancellation, Connection
from jobs.sandbox import Sandbox
from tests.flow import cancel, look_up
from tests.ledger.bundle.conftest import Verify
from tests.ledger.bundle.test_exporting import lines
from tests.ledger.bundle.test_mutations import said
from tests.ledger.test_verifying import other


@pytest.fixture
def wanted(told: None, operator: User, connection: Connection, sandbox: Sandbox) -> Cancellation:
    """Many look-ups before it, and one after."""
    sandbox.faults.clear()
    for _ in range(102):
        look_up(operator, connection, sandbox.jobs["running"])
    cancellation = cancel(operator, look_up(operator, connection, sandbox.submit()), wait=5)
    look_up(operator, connection, sandbox.jobs["running"])
    return cancellation


def test_what_tells_of_one_cancellation_alone_is_verified_by_the_same_verifier(
    wanted: Cancellation, sandbox: Sandbox, tmp_path: Path, verify: Verify
) -> None:
    call_command("export_ledger", str(tmp_path / "part"), "--cancellation", str(wanted.uuid))
    part = tmp_path / "part"
    for words in ((), ("--each-signature",)):
        done = verify(part / "verify.py", *words)
        assert done.code == 0, done.said
    assert "entries are left out; what follows them is proved by its signature" in done.said
    assert "1 entries are not shown; the chain was walked across them" in done.said
    (only,) = lines(part, "cancellations.jsonl")
    assert only["asked"]["uuid"] == str(wanted.uuid)
    assert {line["job_id"] for line in lines(part, "exchanges.jsonl")} == {wanted.job_id}
    assert {line["job_id"] for line in lines(part, "snapshots.jsonl")} == {wanted.job_id}
    text = "".join(file.read_text() for file in part.glob("*.jsonl"))
    assert sandbox.jobs["running"] not in text


def test_there_is_no_such_cancellation(told: None, tmp_path: Path) -> None:
    for uuid in ("00000000-0000-4000-8000-000000000000", "x"):
        with pytest.raises(CommandError, match="There is no cancellation") as caught:
            call_command("export_ledger", str(tmp_path / "part"), "--cancellation", uuid)
        assert caught.value.returncode == 2


def test_a_part_is_as_safe(wanted: Cancellation, tmp_path: Path) -> None:
    part = tmp_path / "part"
    call_command("export_ledger", str(part), "--cancellation", str(wanted.uuid))
    file = part / "entries.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    (gap,) = (at for at, line in enumerate(lines) if "from" in line)
    (hidden,) = (at for at, line in enumerate(lines) if "content" in line)
    for at, column in [(gap, name) for name in lines[gap]] + [(hidden, name) for name in lines[hidden]]:
        changed = [dict(line) for line in lines]
        changed[at][column] = other(changed[at][column])
        file.write_text("".join(json.dumps(line) + "\n" for line in changed))
        assert "ntry " in said(part), column
    for at in (gap, hidden):
        file.write_text("".join(json.dumps(line) + "\n" for line in lines[:at] + lines[at + 1 :]))
        assert "is missing" in said(part)
    over_all = {"from": lines[gap]["from"], "to": lines[-1]["number"], "sha256": lines[-1]["sha256"]}
    file.write_text("".join(json.dumps(line) + "\n" for line in [*lines[:gap], over_all]))
    assert "ends before the head" in said(part)
