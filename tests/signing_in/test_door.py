"""The door: what it says to whom, whom it lets wait, and what of it stands in the log."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from tests.conftest import PASSWORD
from tests.process import manage

SIGN_IN = "/accounts/login/"
TOO_MANY = "There were too many failed attempts."

TRY = """
from django.test import Client
door = Client(SERVER_NAME="localhost")
for password in {passwords!r}:
    answer = door.post("/accounts/login/", {{"login": {name!r}, "password": password}})
    print(answer.status_code, {said!r} in answer.content.decode())
"""


def sign_in(name: str, password: str, **of_the_request: str) -> HttpResponse:
    return Client().post(SIGN_IN, {"login": name, "password": password}, **of_the_request)


def page(answer: HttpResponse) -> str:
    """What the answer says, without what differs from one to the next in any case."""
    return re.sub(r'value="[^"]*"', "", answer.content.decode())


def from_another_process(name: str, *passwords: str) -> list[str]:
    done = manage("shell", "--verbosity", "0", "-c", TRY.format(passwords=passwords, name=name, said=TOO_MANY))
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_an_unknown_name_a_wrong_password_and_a_closed_account_look_the_same(make_person: Callable[..., User]) -> None:
    make_person("closed", is_active=False)
    make_person("nina")
    other_way = make_person("by another way")
    other_way.set_unusable_password()
    other_way.save()
    wrong = sign_in("nina", "wrong")
    assert "Please enter a correct username and password." in wrong.content.decode()
    for name, password in (("nobody", "wrong"), ("closed", PASSWORD), ("by another way", "wrong")):
        other = sign_in(name, password)
        assert (other.status_code, page(other), dict(other.headers).keys()) == (
            wrong.status_code,
            page(wrong),
            dict(wrong.headers).keys(),
        )


def test_too_many_failures_hold_in_every_process(make_person: Callable[..., User]) -> None:
    make_person("nina")
    for _ in range(6):
        assert TOO_MANY not in page(sign_in("nina", "wrong"))
    assert from_another_process("nina", *["wrong"] * 4, PASSWORD) == [*["200 False"] * 4, "200 True"]
    for answer in (sign_in("nina", PASSWORD), sign_in("NINA", PASSWORD, HTTP_HOST="localhost")):
        assert (answer.status_code, TOO_MANY in page(answer)) == (200, True)


def test_others_sign_in_while_a_name_must_wait_whether_it_exists_or_not(make_person: Callable[..., User]) -> None:
    make_person("nina")
    make_person("omar")
    said = []
    for name in ("nina", "nobody"):
        for _ in range(10):
            sign_in(name, "wrong", REMOTE_ADDR=f"2001:db8:{len(said)}::1")
        said.append(page(sign_in(name, PASSWORD)))
    assert said[0] == said[1]
    assert TOO_MANY in said[0]
    assert sign_in("omar", PASSWORD).status_code == 302


def test_an_address_must_wait_whatever_names_it_tries(make_person: Callable[..., User]) -> None:
    """The address is the one that our proxy saw; what a caller claims beside it counts for nothing."""
    make_person("nina")
    for number in range(20):
        sign_in(f"name {number}", "wrong", HTTP_X_FORWARDED_FOR=f"198.51.100.{number}, 203.0.113.7")
    held = sign_in("nina", PASSWORD, HTTP_X_FORWARDED_FOR="192.0.2.1, 203.0.113.7")
    assert TOO_MANY in page(held)
    assert sign_in("nina", PASSWORD, HTTP_X_FORWARDED_FOR="203.0.113.7, 203.0.113.8").status_code == 302


def test_who_is_no_proxy_of_ours_is_taken_for_who_they_are(make_person: Callable[..., User]) -> None:
    make_person("nina")
    for number in range(20):
        sign_in(f"name {number}", "wrong", REMOTE_ADDR="203.0.113.7", HTTP_X_FORWARDED_FOR=f"198.51.100.{number}")
    held = sign_in("nina", PASSWORD, REMOTE_ADDR="203.0.113.7", HTTP_X_FORWARDED_FOR="192.0.2.1")
    assert TOO_MANY in page(held)


def test_sign_ins_stand_in_the_log_and_nothing_typed_can_look_like_one(
    make_person: Callable[..., User], caplog: pytest.LogCaptureFixture
) -> None:
    make_person("nina")
    caplog.set_level("INFO", "aquaadmin.signing_in")
    browser = Client()
    sign_in("nina", "wrong")
    sign_in("my password, in the wrong field", "x")
    sign_in("x\nsigned in: 'nina' from 127.0.0.1", "x")
    browser.post(SIGN_IN, {"login": "nina", "password": PASSWORD})
    browser.post("/accounts/logout/")
    lines = [record.getMessage() for record in caplog.records if record.name == "aquaadmin.signing_in"]
    unknown = "sign-in failed: an unknown name from 127.0.0.1"
    failed = "sign-in failed: 'nina' from 127.0.0.1"
    entered, left = "signed in: 'nina' from 127.0.0.1", "signed out: 'nina' from 127.0.0.1"
    assert lines == [failed, unknown, unknown, entered, left]
