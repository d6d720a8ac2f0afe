"""gunicorn behind a proxy that speaks TLS, as it is deployed."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.conftest import PASSWORD
from tests.test_setup import GOOD, process
from tests.web_server import FROM_TLS, HOST, Served, gunicorn


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with gunicorn(tmp_path_factory.mktemp("tls")) as ask:
        yield ask


def test_without_tls_one_is_sent_to_it(served: Served) -> None:
    answer = served("GET", "/accounts/login/")
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/accounts/login/")


def test_probes_need_no_tls(served: Served) -> None:
    assert [served("GET", path).status for path in ("/healthz", "/readyz")] == [200, 200]


def test_over_tls_a_form_can_be_sent_and_its_cookies_are_for_tls_alone(served: Served) -> None:
    page = served("GET", "/accounts/login/", **FROM_TLS)
    cookie = page.headers["Set-Cookie"]
    assert (page.status, "Secure" in cookie) == (200, True)
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[-1]
    form = urlencode({"csrfmiddlewaretoken": token, "login": "nobody", "password": "wrong"})
    headers = {"Cookie": cookie.split(";")[0], "Content-Type": "application/x-www-form-urlencoded", **FROM_TLS}
    answer = served("POST", "/accounts/login/", form, **headers, Origin=f"https://{HOST}")
    assert answer.status == 200
    assert "correct username and password" in answer.text
    assert served("POST", "/accounts/login/", form, **headers, Origin="https://evil.example.com").status == 403


def test_another_host_name_is_refused(served: Served) -> None:
    assert served("GET", "/accounts/login/", **FROM_TLS, Host="evil.example.com").status == 400


def test_a_stranger_cannot_claim_to_have_come_over_tls(tmp_path: Path) -> None:
    with gunicorn(tmp_path, FORWARDED_ALLOW_IPS="192.0.2.1") as ask:
        assert ask("GET", "/accounts/login/", **FROM_TLS).status == 301


def test_every_cookie_is_as_strict_as_its_purpose_allows(tmp_path: Path) -> None:
    with gunicorn(tmp_path) as ask:
        words = {"DJANGO_SUPERUSER_PASSWORD": PASSWORD, "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3", **GOOD}
        made = process("manage.py", "createsuperuser", "--noinput", "--username=a", "--email=a@example.com", **words)
        assert made.returncode == 0, made.stderr
        page = ask("GET", "/accounts/login/", **FROM_TLS)
        token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[-1]
        cookie = page.headers["Set-Cookie"]
        headers = {**FROM_TLS, "Cookie": cookie.split(";")[0], "Content-Type": "application/x-www-form-urlencoded"}
        form = urlencode({"csrfmiddlewaretoken": token, "login": "a", "password": PASSWORD})
        signed_in = ask("POST", "/accounts/login/", form, **headers, Origin=f"https://{HOST}")
        assert signed_in.status == 302
        cookies = [cookie, *signed_in.headers.get_all("Set-Cookie", [])]
    names = {one.partition("=")[0].removeprefix(f"__Host-aquaadmin_{ask.port}_") for one in cookies}
    assert {"csrf", "session"} <= names <= {"csrf", "session", "messages"}
    for one in cookies:
        attributes = {part.strip().lower() for part in one.split(";")[1:]}
        assert {"secure", "httponly", "path=/", "samesite=lax"} <= attributes
        assert not any(part.startswith("domain=") for part in attributes)
