"""``manage.py cancel_job``: in this process for what it decides, as a real one for what a shell sees."""

import io
import json
import os
import pwd
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.test import Client

from jobs.aqua import auth
from jobs.models import Cancellation, Connection, Role
from jobs.sandbox import Fault, Sandbox
from tests.process import manage

KEYS = ["cancellation", "state", "sentence", "connection", "job_id", "job", "batches"]


def run(*words: str, reason: str = "it hangs", who: str = "operator") -> tuple[int, str]:
    """Exit code, and what is printed."""
    out = io.StringIO()
    try:
        call_command("cancel_job", *words, "--reason", reason, "--as", who, stdout=out)
        return 0, out.getvalue()
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    finally:
        database.close()


def run_json(*words: str, who: str = "operator") -> tuple[int, dict[str, object]]:
    code, printed = run(*words, "--json", who=who)
    return code, json.loads(printed)  # exactly one object, or this fails


@pytest.mark.parametrize(
    ("situation", "minutes", "code", "state"),
    [
        ("running", 15, 0, "cancelled"),
        ("queued", 15, 0, "cancelled"),
        ("loses the answer after doing the work", 15, 0, "cancelled"),
        ("finishes while you confirm", 15, 3, "finished_first"),
        ("already completed", 15, 3, None),
        ("aborted", 15, 3, None),
        ("answers 403", 15, 4, "refused"),
        ("answers 429", 15, 4, "refused"),
        ("unknown ID", 15, 4, None),
        ("answers 503 as HTML", 15, 6, "unconfirmed"),
        ("answers 503 as HTML", 0, 6, "unknown"),
        ("cannot be read afterwards", 0, 6, "unknown"),
        ("accepts the cancel but keeps running", 15, 6, "unconfirmed"),
        ("accepts the cancel but keeps running", 0, 7, "still_running"),
    ],
)
def test_each_end_has_its_exit_code(
    operator: User, sandbox: Sandbox, situation: str, minutes: int, code: int, state: str | None
) -> None:
    Connection.objects.update(confirm_minutes=minutes)
    job_id = sandbox.jobs[situation]
    ended, report = run_json("ACME test", job_id, "--wait", "1")
    assert (ended, report["state"], list(report)) == (code, state, KEYS)
    assert (report["connection"], report["job_id"]) == ("ACME test", job_id)
    sent = (report["cancellation"] is not None, len(sandbox.seen("DELETE", job_id)))
    assert sent == ((False, 0) if state is None else (True, 1))


def test_a_job_cancelled_already_is_a_success_without_a_cancellation(operator: User, sandbox: Sandbox) -> None:
    run("ACME test", sandbox.jobs["running"])
    code, report = run_json("ACME test", sandbox.jobs["running"])
    assert (code, report["cancellation"], report["state"]) == (0, None, None)
    assert Cancellation.objects.count() == 1


def test_where_the_look_up_does_not_reach_zuora_nothing_was_sent(operator: User, sandbox: Sandbox) -> None:
    sandbox.stop()
    not_reached = (5, "Zuora was not reached. No token: No connection: Connection refused.\n")
    assert run("ACME test", sandbox.jobs["running"]) == not_reached
    assert run("ACME test", sandbox.jobs["running"], "--dry-run") == not_reached


def test_where_the_cancel_got_no_token_it_was_not_sent(
    operator: User, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "EARLY_SECONDS", 3600.0)  # each call needs a new token
    sandbox.play(Fault("POST", "/oauth/token", act=True))
    sandbox.play(Fault("POST", "/oauth/token", status=400, body=b'{"message":"Invalid client id"}', times=None))
    code, report = run_json("ACME test", sandbox.jobs["running"])
    assert (code, report["state"]) == (5, "not_sent")
    assert sandbox.seen("DELETE", "") == []


def test_a_dry_run_reads_and_cancels_nothing(viewer: User, sandbox: Sandbox) -> None:
    for situation in ("running", "already completed"):
        code, report = run_json("ACME test", sandbox.jobs[situation], "--dry-run", who="viewer")
        assert (code, report["cancellation"], report["state"]) == (0, None, None)
    assert (sandbox.seen("DELETE", ""), Cancellation.objects.count()) == ([], 0)


def test_without_json_it_says_what_became_of_each_batch(operator: User, sandbox: Sandbox) -> None:
    _, printed = run("ACME test", f"GET {sandbox.url}/v1/batch-query/jobs/{sandbox.jobs['running']}")
    sentence, *batches = printed.splitlines()
    assert sentence.startswith("Cancelled. Zuora confirmed it at ")
    assert batches[0] == "  Account: finished (status completed, 1,322 rows)"
    results = [line.split(": ")[1].split(" (")[0] for line in batches]
    assert results == ["finished", "finished", "stopped", "never started", "never started"]


def test_who_may_not_cancel_is_told_so_and_nothing_is_asked(
    viewer: User, stranger: User, auditor: User, admin: User, sandbox: Sandbox
) -> None:
    job_id = sandbox.jobs["running"]
    assert run("ACME test", job_id, who="viewer") == (2, "viewer may see jobs on ACME test, but not cancel them.")
    for name in ("stranger", "auditor", "admin"):
        assert run("ACME test", job_id, who=name) == (2, f"{name} may use no connection 'ACME test'.")
        assert run("Nowhere", job_id, who=name) == (2, f"{name} may use no connection 'Nowhere'.")
    assert run("ACME test", job_id, who="nobody") == (2, "There is no active user 'nobody'.")
    assert run("ACME test", "no such thing here", who="viewer")[1].startswith("There is no job ID in this text.")
    assert sandbox.requests == []


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1025])
def test_bad_input_asks_zuora_nothing(operator: User, sandbox: Sandbox, reason: str) -> None:
    code, said = run("ACME test", sandbox.jobs["running"], reason=reason)
    assert (code, said[:10], sandbox.requests) == (2, "--reason: ", [])


def test_two_at_once_make_one_delete_and_say_the_same(operator: User, sandbox: Sandbox) -> None:
    job_id = sandbox.jobs["running"]
    sandbox.play(Fault("GET", job_id, times=2, act=True, delay=0.7))  # both look up before either cancels
    sandbox.play(Fault("DELETE", job_id, act=True, delay=0.7))
    with ThreadPoolExecutor() as threads:
        ends = list(threads.map(lambda _: run_json("ACME test", job_id), range(2)))
    assert len({report["cancellation"] for _, report in ends}) == 1
    assert Cancellation.objects.get().state == "cancelled"
    assert len(sandbox.seen("DELETE", job_id)) == 1


def test_a_cancel_of_another_team_is_not_shown(
    operator: User, make_connection: Callable[..., Connection], make_person: Callable[..., User], sandbox: Sandbox
) -> None:
    make_person("other", Role.OPERATOR, make_connection("the same tenant"))
    job_id = sandbox.jobs["accepts the cancel but keeps running"]
    run("ACME test", job_id, "--wait", "0")
    code, report = run_json("the same tenant", job_id, who="other")
    assert (code, report["cancellation"], report["state"]) == (5, None, None)
    assert (
        report["sentence"] == "A cancel of this job is open already, asked for by another team. Nothing more was sent."
    )
    assert len(sandbox.seen("DELETE", job_id)) == 1


def test_as_a_process_it_prints_one_object_and_keeps_who_ran_it(
    operator: User, sandbox: Sandbox, door: Callable[[User], Client]
) -> None:
    ran_by = pwd.getpwuid(os.getuid()).pw_name
    words = ["ACME test", sandbox.jobs["running"], "--reason", "it hangs", "--ticket", "OPS-7", "--as", "operator"]
    ended = manage("cancel_job", *words, "--json", LOGNAME=ran_by, USER=ran_by)
    report = json.loads(ended.stdout)
    assert (ended.returncode, list(report), report["state"]) == (0, KEYS, "cancelled")
    kept = Cancellation.objects.get(uuid=report["cancellation"])
    who = f"{ran_by}@{socket.gethostname()}"
    assert (kept.via, kept.os_user, kept.reason, kept.ticket) == ("command_line", who, "it hangs", "OPS-7")
    page = door(operator).get(kept.get_absolute_url()).text
    assert page.count(f"operator, claimed on the command line by {who}") == 5  # also told to the owner


def test_as_a_process_its_errors_go_to_stderr_with_the_exit_code(operator: User, sandbox: Sandbox) -> None:
    words = ["cancel_job", "ACME test", sandbox.jobs["answers 403"], "--as", "operator", "--json"]
    refused, without, nobody = manage(*words, "--reason", "it hangs"), manage(*words), manage(*words[:3])
    assert (refused.returncode, json.loads(refused.stdout)["state"]) == (4, "refused")
    assert (without.returncode, without.stdout, nobody.returncode, nobody.stdout) == (2, "", 2, "")
    assert "--reason: Say why this job is to be cancelled." in without.stderr
    assert "Traceback" not in refused.stderr + without.stderr + nobody.stderr
