"""The processes of one benchmark: the pretend Zuora, gunicorn on a fresh database, and people who have signed in."""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from cryptography.fernet import Fernet

from jobs.sandbox.server import describe

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a password of the benchmark"
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_PEOPLE = """
from django.contrib.auth.models import Group, User
team = Group.objects.get(name="Bench")
for n in range({count}):
    User.objects.create_user(f"person{{n}}", password="{password}").groups.add(team)
"""


@dataclass
class Browser:
    """One person's, with one connection that is kept open, as browsers do."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, where to go on, and body."""
        self.connection = self.connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "Host": "localhost"}
        body = urlencode(form) if form else None
        if body:
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):  # idle for long, and nothing was sent on it
            self.connection = None
            return self.ask(method, path, form)
        text = response.read().decode()
        for line in response.headers.get_all("Set-Cookie") or ():
            name, _, value = line.split(";", 1)[0].partition("=")
            self.cookies[name] = value
        return response.status, response.headers.get("Location", ""), text

    def sign_in(self, name: str) -> None:
        """Through the door."""
        _, _, page = self.ask("GET", "/accounts/login/")
        form = {"csrfmiddlewaretoken": token(page), "login": name, "password": PASSWORD}
        status, _, _ = self.ask("POST", "/accounts/login/", form)
        assert status == 302

    def review(self, job_id: str) -> tuple[str, dict[str, str]]:
        """Look a job up; the address to confirm at, and the form to send there."""
        _, _, page = self.ask("GET", "/")
        form = {"csrfmiddlewaretoken": token(page), "connection": "1", "job_id": job_id}
        status, address, _ = self.ask("POST", "/lookups/", form)
        assert status == 303, status
        _, _, page = self.ask("GET", address)
        return f"{address}cancel", {"csrfmiddlewaretoken": token(page), "reason": "benchmark"}


def token(page: str) -> str:
    """The CSRF token of the page's last form."""
    return _TOKEN.findall(page)[-1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def upstream(certificate: tuple[str, str], *, line: float = 0.0, cancel: float = 0.0) -> Iterator[str]:
    """The pretend Zuora's URL; seconds are added to each round trip and to each cancel."""
    command = [sys.executable, "-m", "tests.bench.upstream", *certificate, str(line), str(cancel)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


@contextmanager
def product(folder: Path, url: str, ca_file: Path, *, database: str, people: int) -> Iterator[tuple[int, int]]:
    """gunicorn as it is delivered; its port and its process ID."""
    port = free_port()
    env = os.environ | {
        "ENV_FILE": os.devnull,
        "SECRET_KEY": "for the benchmark only " * 4,
        "CREDENTIAL_KEYS": Fernet.generate_key().decode(),
        "LEDGER_SIGNING_KEY": Fernet.generate_key().decode(),
        "DATABASE_URL": database,
        "UPSTREAM_CA_FILE": str(ca_file),
        "ALLOW_LOOPBACK_HTTP": "true",
        "HTTPS_ONLY": "false",
        "PORT": str(port),
        "DJANGO_SETTINGS_MODULE": "aquaadmin.settings",
    }
    (folder / "secret").write_text(describe()["keys"]["secret_access_key"])
    client_id = describe()["keys"]["access_key_id"]
    manage(env, "migrate", "--verbosity", "0")
    manage(
        env, "set_connection", "Bench", "--base-url", url, "--auth", "keys", "--client-id", client_id,
        "--secret-file", str(folder / "secret"), "--no-production", "--team", "Bench:operator",
    )  # fmt: skip
    manage(env, "shell", "-c", _PEOPLE.format(count=people, password=PASSWORD))
    command = [sys.executable, "-m", "gunicorn", "--config", "aquaadmin/gunicorn.conf.py", "--log-level", "error"]
    with (
        (folder / "gunicorn.log").open("ab") as log,
        subprocess.Popen(command, cwd=ROOT, env=env, stderr=log) as process,
    ):
        try:
            wait_for(port)
            yield port, process.pid
        finally:
            process.terminate()


def manage(env: dict[str, str], *words: str) -> None:
    """Run a management command."""
    subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=env, check=True, capture_output=True)


def wait_for(port: int) -> None:
    """Until somebody listens there."""
    for _ in range(300):
        with socket.socket() as probe:
            probe.settimeout(0.1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"Nobody listens on port {port}.")
