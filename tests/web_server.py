"""gunicorn as it is deployed, on a database of its own."""

import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.stage import free_port, wait_for
from tests.process import ROOT
from tests.test_setup import GOOD

HOST = "aquaadmin.example.com"
FROM_TLS = {"X-Forwarded-Proto": "https"}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str


@dataclass(frozen=True)
class Served:
    """Ask it as a browser does, or write to it what no browser would."""

    port: int
    log: Path

    def __call__(self, method: str, path: str, body: str = "", **headers: str) -> Answer:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request(method, path, body or None, {"Host": HOST, **headers})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read().decode())

    def raw(self, *lines: str, body: bytes = b"", line: str = "GET /accounts/login/ HTTP/1.1") -> bytes:
        """What comes back on a connection of its own, which the request asks to be closed."""
        with self.connect() as client:
            head = "\r\n".join([line, f"Host: {HOST}", "Connection: close", *lines, "", ""])
            client.sendall(head.encode("latin-1") + body)
            return all_of(client)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)


def all_of(client: socket.socket) -> bytes:
    """Everything until the other side closes."""
    received = b""
    try:
        while data := client.recv(65536):
            received += data
    except ConnectionResetError:
        pass
    return received


@contextmanager
def gunicorn(folder: Path, **settings: str) -> Iterator[Served]:
    port = free_port()
    env = {
        "PATH": os.environ["PATH"],
        "ENV_FILE": os.devnull,
        "PORT": str(port),
        "WEB_WORKERS": "1",
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "ALLOWED_HOSTS": HOST,
        **GOOD,
        **settings,
    }
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=env, check=True)
    command = [sys.executable, "-m", "gunicorn", "--config", "aquaadmin/gunicorn.conf.py"]
    log = folder / "gunicorn.log"
    with log.open("w") as file, subprocess.Popen(command, cwd=ROOT, env=env, stdout=file, stderr=file) as process:
        try:
            wait_for(port)
            yield Served(port, log)
        finally:
            process.terminate()
