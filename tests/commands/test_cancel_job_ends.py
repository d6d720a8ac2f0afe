"""How ``cancel_job`` ends where it cannot see its cancel to the end, and what it tells the second who asks."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import User
from django.db import OperationalError
from django.db import connection as database

from jobs.models import Cancellation, Connection, State
from jobs.sandbox import Fault, Sandbox
from tests.commands.test_cancel_job import run_json
from tests.flow import cancel, look_up
from tests.process import ROOT, environment, manage


def test_interrupted_it_says_that_nothing_is_known(operator: User, connection: Connection, sandbox: Sandbox) -> None:
    job_id = sandbox.jobs["running"]
    sandbox.play(Fault("DELETE", job_id, act=True, delay=20))
    words = ["cancel_job", "ACME test", job_id, "--as", "operator", "--reason", "x", "--json"]
    command = [sys.executable, "manage.py", *words]
    with subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True) as process:
        while not sandbox.seen("DELETE", job_id):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        printed, _ = process.communicate(timeout=30)
    report = json.loads(printed)
    assert (process.returncode, report["state"], report["job"], report["batches"]) == (6, None, None, [])
    assert report["sentence"].startswith("It is not known what became of the cancel: it may have been sent.")
    assert report["sentence"].endswith("(the command was interrupted)")
    assert Cancellation.objects.get().state == State.SENDING


@contextmanager
def broken_after(first_read: int, sandbox: Sandbox) -> Iterator[None]:
    """Once the sandbox has seen so many requests, no batch can be written any more."""
    done: list[bool] = []

    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("INSERT INTO") and "jobs_batchsnapshot" in sql and len(sandbox.requests) >= first_read:
            done.append(True)
            raise OperationalError("the disk is full")
        return execute(sql, params, many, context)

    with database.execute_wrapper(refuse):
        yield
    assert done


def test_a_database_that_fails_after_the_cancel(operator: User, connection: Connection, sandbox: Sandbox) -> None:
    job_id = sandbox.jobs["running"]
    with broken_after(3, sandbox):  # token, look-up, cancel
        code, report = run_json("ACME test", job_id)
    assert (code, report["state"]) == (6, None)
    assert "(the database cannot be used: the disk is full)" in str(report["sentence"])
    assert len(sandbox.seen("DELETE", job_id)) == 1


def test_the_second_is_told_that_theirs_was_not_needed(
    operator: User, connection: Connection, sandbox: Sandbox
) -> None:
    job_id = sandbox.jobs["accepts the cancel but keeps running"]
    first = cancel(operator, look_up(operator, connection, job_id))
    ended = manage(
        *("cancel_job", "ACME test", job_id, "--as", "operator", "--reason", "x", "--json", "--wait", "0"),
    )
    assert json.loads(ended.stdout)["cancellation"] == str(first.uuid)
    assert "had been asked for already. This is it; nothing more was sent. (operator, " in ended.stderr
    assert len(sandbox.seen("DELETE", job_id)) == 1


def test_how_the_job_was_before_is_not_given_as_what_became_of_it(
    operator: User, connection: Connection, sandbox: Sandbox
) -> None:
    code, report = run_json("ACME test", sandbox.jobs["cannot be read afterwards"], "--wait", "0.1")
    assert (code, report["state"], report["job"], report["batches"]) == (6, "unconfirmed", None, [])
