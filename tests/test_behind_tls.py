"""gunicorn behind a proxy that speaks TLS, as it is deployed."""

import http.client
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest

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


Ask = Callable[..., Answer]


@contextmanager
def gunicorn(folder: Path, **settings: str) -> Iterator[Ask]:
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
    command = [sys.executable, "-m", "gunicorn", "--config", "aquaadmin/gunicorn.conf.py", "--log-level", "error"]

    def ask(method: str, path: str, body: str = "", **headers: str) -> Answer:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            connection.request(method, path, body or None, {"Host": HOST, **headers})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read().decode())

    with subprocess.Popen(command, cwd=ROOT, env=env) as process:
        try:
            wait_for(port)
            yield ask
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    with gunicorn(tmp_path_factory.mktemp("tls")) as ask:
        yield ask


def test_without_tls_one_is_sent_to_it(served: Ask) -> None:
    answer = served("GET", "/accounts/login/")
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/accounts/login/")


def test_probes_need_no_tls(served: Ask) -> None:
    assert [served("GET", path).status for path in ("/healthz", "/readyz")] == [200, 200]


def test_over_tls_a_form_can_be_sent_and_its_cookies_are_for_tls_alone(served: Ask) -> None:
    page = served("GET", "/accounts/login/", **FROM_TLS)
    cookie = page.headers["Set-Cookie"]
    assert (page.status, "Secure" in cookie) == (200, True)
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[-1]
    form = urlencode({"csrfmiddlewaretoken": token, "login": "nobody", "password": "wrong"})
    headers = {"Cookie": cookie.split(";")[0], "Content-Type": "application/x-www-form-urlencoded", **FROM_TLS}
    answer = served("POST", "/accounts/login/", form, **headers, Origin=f"https://{HOST}")
    assert answer.status == 200
    assert "correct username and password" in answer.text
    assert served("POST", "/accounts/login/", form, **headers, Origin="https://evil.example.com").status == 403


def test_another_host_name_is_refused(served: Ask) -> None:
    assert served("GET", "/accounts/login/", **FROM_TLS, Host="evil.example.com").status == 400


def test_a_stranger_cannot_claim_to_have_come_over_tls(tmp_path: Path) -> None:
    with gunicorn(tmp_path, FORWARDED_ALLOW_IPS="192.0.2.1") as ask:
        assert ask("GET", "/accounts/login/", **FROM_TLS).status == 301
