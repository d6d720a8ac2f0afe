"""gunicorn behind a proxy that speaks TLS, as it is deployed."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

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
