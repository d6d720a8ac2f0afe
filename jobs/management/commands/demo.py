"""``manage.py demo``: the product with its sandbox, ready to cancel a job in the browser."""

import io
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from aquaadmin import environment
from jobs.aqua.addresses import is_loopback
from jobs.connections import save_connection
from jobs.models import Connection
from jobs.sandbox.server import describe

TEAM = "Billing operations"
PASSWORD = "aquaadmin-demo"  # noqa: S105 (a public password of demonstration accounts, printed at the start)
START_SECONDS = 30
MAILS = environment.BASE_DIR / "demo-mail"


class Command(BaseCommand):
    """For trying out, on this machine only: the accounts have a public password."""

    requires_system_checks: list[str] = []
    help = "Serve aquaadmin on 127.0.0.1 with a pretend Zuora, demo accounts and connections. Ctrl-C stops everything."

    def handle(self, *args: Any, **options: Any) -> None:
        port: int = settings.PORT
        sandbox_port = environment.number("SANDBOX_PORT", port + 1, most=65535)
        for number, name in ((port, "PORT"), (sandbox_port, "SANDBOX_PORT")):
            _require_free(number, name)
        call_command("migrate", verbosity=0)
        _require_own_database()
        _accounts()
        _connections(f"http://127.0.0.1:{sandbox_port}")
        os.environ.setdefault("REQUIRE_MFA_ON_PRODUCTION", "false")
        os.environ.setdefault("EMAIL_URL", f"filemail://{MAILS}")
        os.environ.setdefault("MAIL_FROM", "aquaadmin@example.com")
        os.environ["HOST"] = "127.0.0.1"  # its accounts have a public password
        for number in (signal.SIGTERM, signal.SIGINT):  # SIGINT is ignored where a shell started this in the background
            signal.signal(number, signal.default_int_handler)
        running = [subprocess.Popen(command) for command in _commands(sandbox_port)]  # noqa: S603
        try:
            _wait_until_it_answers(f"http://127.0.0.1:{port}/readyz", running)
            self.stdout.write(_welcome(port, sandbox_port))
            self.stdout.flush()
            _wait_for_the_first_to_end(running)
        except KeyboardInterrupt:
            self.stdout.write("\nStopping.")
        finally:
            _stop(running)


def _commands(sandbox_port: int) -> list[list[str]]:
    here = [sys.executable, sys.argv[0]]
    gunicorn = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        str(Path(__file__).resolve().parents[3] / "aquaadmin" / "gunicorn.conf.py"),
        "--log-level",
        "warning",
    ]
    return [[*here, "sandbox", "--port", str(sandbox_port)], gunicorn, [*here, "follow", "--skip-checks"]]


def _require_free(port: int, name: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(f"Port {port} is in use. Choose another: {name}={port + 100} make run") from error


def _require_own_database() -> None:
    """Accounts with a public password go into no database that is used for real."""
    stored = list(Connection.objects.all())
    is_for_real = any(not is_loopback(urlsplit(connection.address).hostname or "") for connection in stored)
    if is_for_real or (User.objects.exists() and not stored):
        raise CommandError(
            "DATABASE_URL names a database that is used for real, and the demo's accounts have a public password."
            " Give it another: DATABASE_URL=sqlite:////tmp/demo.sqlite3 make run"
        )


def _accounts() -> None:
    if User.objects.exists():
        return
    team, _ = Group.objects.get_or_create(name=TEAM)
    User.objects.create_superuser("admin", password=PASSWORD)
    User.objects.create_user("operator", password=PASSWORD).groups.add(team)
    audit = Permission.objects.get(codename="audit", content_type__app_label="jobs")
    User.objects.create_user("auditor", password=PASSWORD, is_staff=True).user_permissions.add(audit)


def _connections(url: str) -> None:
    accepted = describe()
    for known in Connection.objects.all():  # whatever was changed stays; the sandbox may have moved
        if known.base_url != url:
            known.base_url = url
            save_connection(known)
    if Connection.objects.exists():
        return
    for name, tenant, auth, client_id, secret, production in (
        ("Demo Sandbox", "ACME test", "oauth", *accepted["oauth"].values(), "--no-production"),
        ("Demo Production", "ACME", "keys", *accepted["keys"].values(), "--production"),
        ("Demo Sandbox with Basic", "ACME test", "basic", *accepted["basic"].values(), "--no-production"),
    ):
        with tempfile.NamedTemporaryFile("w", suffix=".secret") as file:
            file.write(secret)
            file.flush()
            call_command(
                "set_connection", name, base_url=url, auth=auth, client_id=client_id, secret_file=file.name,
                tenant=tenant, is_production=production == "--production", confirm_minutes=1,
                team=[f"{TEAM}:operator"], stdout=io.StringIO(),
            )  # fmt: skip


def _wait_until_it_answers(url: str, running: list[subprocess.Popen[bytes]]) -> None:
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up:
        if any(process.poll() is not None for process in running):
            raise CommandError("A part of the demo ended at its start; its message stands above.")
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 (our own loopback address)
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise CommandError(f"{url} did not answer within {START_SECONDS} seconds.")


def _wait_for_the_first_to_end(running: list[subprocess.Popen[bytes]]) -> None:
    while all(process.poll() is None for process in running):
        time.sleep(0.5)
    raise CommandError("A part of the demo ended; its message stands above.")


def _stop(running: list[subprocess.Popen[bytes]]) -> None:
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()


def _welcome(port: int, sandbox_port: int) -> str:
    jobs, database_url = describe()["jobs"], os.environ.get("DATABASE_URL", "…")
    return f"""
aquaadmin is ready:  http://localhost:{port}

  Sign in as   operator   cancels jobs (team {TEAM})
               auditor    reviews everything, in the admin
               admin      manages connections and teams
  Password     {PASSWORD}

  Jobs to try  {jobs["running"]}   running
               {jobs["already completed"]}   already completed
               {jobs["loses the answer after doing the work"]}   loses the answer after doing the work

  E-mails to the owners of jobs, for which the form asks, become files in {MAILS}

  On the command line:
    ALLOW_LOOPBACK_HTTP=true DATABASE_URL={database_url} \\
    .venv/bin/python manage.py cancel_job "Demo Sandbox" {jobs["running"]} --as operator --reason "Trying it"

  All of them, and what they play:  http://localhost:{sandbox_port}

Ctrl-C stops everything; what you did is kept for the next time.
"""
