"""gunicorn and follow as processes on the tests' database, and ways to stop the world around them."""

import http.client
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import psycopg
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from jobs.models import Cancellation
from tests.behind import behind_their_back
from tests.bench.stage import free_port, wait_for
from tests.process import ROOT, environment

PATIENCE = 60.0
"""Seconds after which a condition that does not come true is a failure."""


def wait_until(is_so: Callable[[], object], what: str) -> None:
    give_up = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < give_up, f"not within {PATIENCE} s: {what}"
        time.sleep(0.02)


@dataclass
class Answer:
    status: int
    location: str
    text: str


@dataclass
class Web:
    """gunicorn: its port, and a session for whoever asks."""

    port: int
    process: subprocess.Popen[bytes]
    sessions: dict[int, str] = field(default_factory=dict)

    def destroy(self) -> None:
        """kill -9, for the master and its workers alike."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def browser(self, user: User) -> "Browser":
        client = Client()
        client.force_login(user)
        return Browser(self.port, client.cookies[settings.SESSION_COOKIE_NAME].value)


@dataclass
class Browser:
    """A person's browser: one connection for each request."""

    port: int
    session: str
    token: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, **typed: str) -> Answer:
        if not self.token:
            page = self._ask("GET", "/")
            found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
            assert found, page.text
            self.token = found[1]
        return self._ask("POST", path, urlencode({**typed, "csrfmiddlewaretoken": self.token}))

    def post_and_forget(self, path: str, **typed: str) -> threading.Thread:
        """Nobody waits for the answer, which may never come."""

        def work() -> None:
            with suppress(OSError, http.client.HTTPException):
                self.post(path, **typed)

        self.post_token()
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return thread

    def post_token(self) -> None:
        if not self.token:
            self.post("/lookups/")

    def _ask(self, method: str, path: str, body: str | None = None) -> Answer:
        cookies = {f"aquaadmin_{self.port}_session": self.session, **self.cookies}
        sent = "; ".join(f"{name}={value}" for name, value in cookies.items())
        headers = {"Cookie": sent, "Host": f"127.0.0.1:{self.port}"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=90)) as connection:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            for value in response.headers.get_all("Set-Cookie") or ():
                self.cookies |= {name: morsel.coded_value for name, morsel in SimpleCookie(value).items()}
            return Answer(response.status, response.getheader("Location") or "", response.read().decode())


@contextmanager
def web(**changes: str) -> Iterator[Web]:
    """gunicorn as it is delivered, with the tests' keys and database."""
    port = free_port()
    env = environment(**{"PORT": str(port), "WEB_WORKERS": "1", **changes})
    command = [sys.executable, "-m", "gunicorn", "--config", "aquaadmin/gunicorn.conf.py", "--log-level", "warning"]
    process = subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True, stderr=subprocess.DEVNULL)
    running = Web(port, process)
    try:
        wait_for(port)
        yield running
    finally:
        running.destroy()


@contextmanager
def follow(**changes: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "manage.py", "follow", "--skip-checks"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(**changes), stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def nobody_writes(table: str) -> Iterator[None]:
    """Whoever wants to write the table waits (on SQLite any table: it has one writer); readers read on."""
    if database.vendor == "sqlite":
        with closing(sqlite3.connect(database.settings_dict["NAME"], isolation_level=None, timeout=PATIENCE)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
        return
    stored = database.settings_dict
    address = f"host={stored['HOST']} port={stored['PORT']} user={stored['USER']} dbname={stored['NAME']}"
    with psycopg.connect(address) as other:
        other.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
        yield
        other.rollback()


def somebody_waits_for_a_lock() -> bool:
    """As far as the database tells; SQLite does not."""
    if database.vendor == "sqlite":
        time.sleep(0.5)
        return True
    with database.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def time_goes_by(cancellation: Cancellation) -> None:
    """The leases of those who died have run out."""
    past = timezone.now() - timedelta(seconds=1)
    Cancellation.objects.filter(pk=cancellation.pk, settled_at=None).update(next_read_at=past, claimed_until=past)
    cancellation.refresh_from_db()


def the_deadline_is_over(cancellation: Cancellation) -> None:
    """And its next read is due; what has settled stays as it is."""
    with behind_their_back(Cancellation):
        past = timezone.now() - timedelta(seconds=1)
        Cancellation.objects.filter(pk=cancellation.pk, settled_at=None).update(deadline_at=past)
    time_goes_by(cancellation)
