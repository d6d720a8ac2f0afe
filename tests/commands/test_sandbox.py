"""``manage.py sandbox``: a real process that can be found, used and ended."""

import io
import json
import re
import signal
import subprocess
import sys
from urllib.parse import urlsplit

import requests
from django.core.management import call_command

from jobs.sandbox import Sandbox
from jobs.sandbox.server import describe
from tests.bench.stage import free_port
from tests.process import ROOT, environment, manage

SITUATIONS = {
    "running",
    "queued",
    "already completed",
    "aborted",
    "finishes while you confirm",
    "accepts the cancel but keeps running",
    "loses the answer after doing the work",
    "answers 401",
    "answers 403",
    "answers 429",
    "answers 503 as HTML",
    "unknown ID",
}


def test_describe_names_credentials_and_situations() -> None:
    out = io.StringIO()
    call_command("sandbox", "--describe", stdout=out)
    described = json.loads(out.getvalue())
    assert {name: list(described[name]) for name in ("oauth", "keys", "basic")} == {
        "oauth": ["client_id", "client_secret"],
        "keys": ["access_key_id", "secret_access_key"],
        "basic": ["username", "password"],
    }
    assert len(described["oauth"]["client_id"]) == len(described["keys"]["access_key_id"]) == 36
    jobs = described["jobs"]
    assert set(jobs) >= SITUATIONS
    assert all(re.fullmatch(r"[0-9a-f]{32}", job_id) for job_id in jobs.values())
    assert len(set(jobs.values())) == len(jobs)


def test_describe_says_the_same_at_every_start_and_needs_no_database() -> None:
    ended = manage("sandbox", "--describe", DATABASE_URL="sqlite:////no/such/folder/db.sqlite3")
    assert (ended.returncode, ended.stderr) == (0, "")
    with Sandbox() as sandbox:
        assert json.loads(ended.stdout) == sandbox.describe()


def test_as_a_process_it_serves_on_its_port_until_it_is_told_to_stop() -> None:
    port = free_port()
    command = [sys.executable, "manage.py", "sandbox", "--port", str(port), "--accept-post-cancel"]
    with subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == f"A pretend Zuora answers at http://127.0.0.1:{port}\n"
            described = describe()
            job_id, user = described["jobs"]["running"], tuple(described["basic"].values())
            url = f"http://127.0.0.1:{port}/v1/batch-query/jobs/{job_id}"
            assert requests.post(url, auth=user, timeout=10).json()["status"] == "cancelled"
            assert requests.get(url, auth=user, timeout=10).json()["status"] == "cancelled"
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.stdout.read() == "Stopped.\n"
    assert process.returncode == 0


def test_a_port_in_use_is_said_so() -> None:
    with Sandbox() as sandbox:
        port = urlsplit(sandbox.url).port
        ended = manage("sandbox", "--port", str(port))
    said = f"CommandError: Port {port} cannot be used (Address already in use). Give another with --port.\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", said)
