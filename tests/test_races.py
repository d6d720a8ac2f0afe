"""Two at once: what one reads while the other writes."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.db import connection as database
from django.test import Client

from jobs import confirming
from jobs.models import Cancellation, Cause, Connection
from jobs.sandbox import Fault, Sandbox
from jobs.sentences import sentence
from tests.commands.test_cancel_job import run_json
from tests.flow import cancel, look_up
from tests.process import ROOT, environment


def settle(cancellation: Cancellation) -> None:
    assert confirming.claim(cancellation, only_if_due=False)
    confirming.confirm(cancellation, cause=Cause.FOLLOW_UP, actor=None)
    database.close()


def test_a_page_that_is_shown_while_the_cancellation_settles(
    operator: User, connection: Connection, sandbox: Sandbox, door: Callable[[User], Client]
) -> None:
    sent = cancel(operator, look_up(operator, connection, sandbox.submit()))
    settled: list[bool] = []

    def settle_after_the_row_was_read(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if not settled and sql.startswith("SELECT") and '"jobs_cancellation"."uuid" = ' in sql:
            settled.append(True)
            other = threading.Thread(target=settle, args=(sent,))
            other.start()
            other.join()
        return result

    browser = door(operator)
    with database.execute_wrapper(settle_after_the_row_was_read):
        shown = browser.get(sent.get_absolute_url())
    assert settled
    assert "Not confirmed yet." in shown.content.decode()
    assert "Cancelled. Zuora confirmed it at " in browser.get(sent.get_absolute_url()).content.decode()


def test_a_row_read_before_it_settled_says_what_was_known_then(
    operator: User, connection: Connection, sandbox: Sandbox
) -> None:
    sent = cancel(operator, look_up(operator, connection, sandbox.submit()))
    before = Cancellation.objects.get(pk=sent.pk)
    settle(sent)
    assert sentence(before).startswith("Not confirmed yet. Zuora accepted the cancel; the job has not been read since.")


def test_the_second_of_two_waits_for_the_first(operator: User, sandbox: Sandbox) -> None:
    job_id = sandbox.jobs["running"]
    accepted = json.dumps({"id": job_id, "status": "cancelled"}).encode()
    sandbox.play(Fault("DELETE", job_id, body=accepted, delay=1.5))
    command = [sys.executable, "manage.py", "cancel_job", "ACME test", job_id, "--as", "operator", "--reason", "x"]
    with subprocess.Popen([*command, "--json"], cwd=ROOT, env=environment(), stdout=subprocess.PIPE) as first:
        while not sandbox.seen("DELETE", job_id):
            assert first.poll() is None
        threading.Timer(1.0, lambda: sandbox.set_status(job_id, "cancelled")).start()
        code, second = run_json("ACME test", job_id, "--wait", "20")
        printed, _ = first.communicate()
    assert json.loads(printed)["cancellation"] == second["cancellation"]
    assert (code, second["state"], first.returncode) == (0, "cancelled", 0)
    assert len(sandbox.seen("DELETE", job_id)) == 1
