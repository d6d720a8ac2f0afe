"""gunicorn's log: a line is a line, whatever was sent, and says when in UTC."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.bench.stage import token
from tests.web_server import FROM_TLS, gunicorn

TLS = "X-Forwarded-Proto: https"
LINE = re.compile(r"^(\d{4}-\d\d-\d\d |\[\d{4}-\d\d-\d\d |  \| )")


def test_times_in_the_log_are_utc(tmp_path: Path) -> None:
    with gunicorn(tmp_path, TZ="Asia/Tokyo") as served:
        served("GET", "/nothing/", **FROM_TLS)
    times = re.findall(r"^\[?(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)", served.log.read_text(), re.MULTILINE)
    assert len(times) > 3
    for written in times:
        ago = datetime.now(UTC) - datetime.fromisoformat(f"{written}+00:00")
        assert abs(ago) < timedelta(hours=2), "Tokyo is nine hours ahead"


def test_nothing_that_is_sent_begins_a_line_of_the_log(tmp_path: Path) -> None:
    forged = "2026-01-01 00:00:00,000 INFO aquaadmin.signing_in signed in: 'ceo'"
    with gunicorn(tmp_path) as served:
        paths = (
            f"/nothing%0a{forged.replace(' ', '%20')}",
            "/%1b[31mred",
            "/%e2%80%a8x",
            "/%c2%85x",
            "/lookups/%0d%0a/",
        )
        for path in paths:
            served("GET", path, **FROM_TLS)
        served.raw(f"No colon \x1b[31m {forged}\x85{forged}")
        served.raw(TLS, line=f"GET /\x85{forged} HTTP/1.1")
        served("GET", "/accounts/login/", **FROM_TLS, Host="evil\x1b[31m.example.com")
        served("GET", "/accounts/login/", **FROM_TLS, Host=f"evil.example.com, {forged}")
        for name in (f"nobody\n{forged}", "\x1b[2J", "\u2028x"):
            served("POST", "/accounts/login/", urlencode({"login": name, "password": "x"}), **FROM_TLS)
    log = served.log.read_text()
    assert all(LINE.match(line) for line in log.splitlines()), log
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202e]", log)
    assert f"\n{forged}" not in log
    assert r"\x1b[31m" in log


@pytest.mark.parametrize(
    ("trusted", "expected"), [("127.0.0.0/8,203.0.113.5", "198.51.100.7"), ("192.0.2.0/24", "127.0.0.1")]
)
def test_a_sign_in_is_logged_with_the_address_that_the_last_known_proxy_saw(
    tmp_path: Path, trusted: str, expected: str
) -> None:
    with gunicorn(tmp_path, FORWARDED_ALLOW_IPS=trusted, HTTPS_ONLY="false") as served:
        page = served("GET", "/accounts/login/")
        form = {"csrfmiddlewaretoken": token(page.text), "login": "x", "password": "y"}
        body = urlencode(form).encode()
        served.raw(
            *("X-Forwarded-For: 192.0.2.66", "X-Forwarded-For: 198.51.100.7, 203.0.113.5", "X-Real-IP: 192.0.2.66"),
            *("X_Forwarded_For: 192.0.2.66", "Forwarded: for=192.0.2.66", f"Cookie: {page.headers['Set-Cookie']}"),
            *("Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"),
            line="POST /accounts/login/ HTTP/1.1",
            body=body,
        )
    assert f"sign-in failed: an unknown name from {expected}\n" in served.log.read_text()
