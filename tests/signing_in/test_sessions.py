"""How long a session lasts, and what ends it."""

import time
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

Door = Callable[[User], Client]
HOUR = 3600


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let the sessions' clock go on by some seconds."""
    start, passed = time.time(), [0.0]
    monkeypatch.setattr("jobs.signing_in.sessions.time.time", lambda: start + passed[0])

    def go_on(seconds: float) -> None:
        passed[0] += seconds

    return go_on


def is_in(browser: Client, **headers: str) -> bool:
    return browser.get("/", headers=headers).status_code == 200


def test_one_that_nobody_uses_ends(operator: User, door: Door, later: Callable[[float], None]) -> None:
    browser = door(operator)
    for _ in range(3):
        later(0.9 * HOUR)
        assert is_in(browser)
    later(1.1 * HOUR)
    assert not is_in(browser)


def test_a_page_that_keeps_itself_up_to_date_does_not_use_it(
    operator: User, door: Door, later: Callable[[float], None]
) -> None:
    browser = door(operator)
    later(0.9 * HOUR)
    assert is_in(browser, **{"HX-Request": "true"})
    later(0.2 * HOUR)
    assert browser.get("/", headers={"HX-Request": "true"}).status_code == 403


def test_one_that_is_used_all_the_time_ends_too(operator: User, door: Door, later: Callable[[float], None]) -> None:
    browser, hours = door(operator), 0
    while is_in(browser):
        later(0.5 * HOUR)
        hours += 1
    assert hours / 2 == 12


def test_its_use_is_written_once_a_minute_at_most(operator: User, door: Door, later: Callable[[float], None]) -> None:
    """A page with a session reads the session and the person; nothing else is asked for signing in."""
    browser = door(operator)
    browser.get("/healthz")
    for seconds, writes in ((30, 0), (40, 1), (30, 0)):
        later(seconds)
        with CaptureQueriesContext(database) as asked:
            browser.get("/healthz")
        verbs = [query["sql"].split()[0] for query in asked]
        assert (verbs.count("SELECT"), verbs.count("UPDATE")) == (2, writes)
