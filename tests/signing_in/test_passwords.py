"""Passwords, and what a sign-in and a sign-out with one begin and end."""

import re

import pytest
from django.conf import global_settings, settings
from django.contrib.auth.models import User
from django.test import Client

import aquaadmin.settings
from tests.conftest import PASSWORD
from tests.signing_in.own import OWN, SIGN_IN, sign_in

LONG = "x y" * 40


@pytest.mark.parametrize(
    ("new", "says"),
    [
        ("Zuora-Billing-2026", "consist of words like"),
        ("AquaAdminOperator1", "consist of words like"),
        ("cancelcancelcancel", "consist of words like"),
        ("iloveyou1", "too common"),
        ("1357924680135", "entirely numeric"),
        ("nina-the-person", "similar to the username"),
        ("sh0rt", "too short"),
        ("aqua billing has a long way to go", ""),
        ("ÄÖÜ äöü 🔒 x", ""),
        (LONG, ""),
    ],
)
def test_what_is_easily_guessed_is_refused_and_anything_else_is_taken_as_it_is(
    make_person: object, new: str, says: str
) -> None:
    make_person("nina-the-person")  # type: ignore[operator]
    browser, _ = sign_in("nina-the-person")
    answer = browser.post("/accounts/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    if says:
        assert says in answer.content.decode().replace("&#x27;", "'")
        assert User.objects.get().check_password(PASSWORD)
    else:
        assert answer["Location"] == OWN
        assert sign_in("nina-the-person", new)[1].status_code == 302
        assert sign_in("nina-the-person", new[:-1])[1].status_code == 200


def test_password_fields_mask_and_take_what_is_pasted(make_person: object) -> None:
    make_person("nina")  # type: ignore[operator]
    browser, _ = sign_in("nina")
    for client, page, fields in ((Client(), "/accounts/login/", 1), (browser, "/accounts/password/", 3)):
        text = client.get(page).content.decode()
        found = re.findall(r"<input[^>]*password[^>]*>", text)
        assert len([tag for tag in found if 'type="password"' in tag and 'autocomplete="' in tag]) == fields
        assert not re.search(r"onpaste|maxlength|autocomplete=.off", "".join(found))


def test_passwords_are_hashed_as_django_recommends() -> None:
    assert not hasattr(aquaadmin.settings, "PASSWORD_HASHERS")
    assert global_settings.PASSWORD_HASHERS[0].endswith(".PBKDF2PasswordHasher")


def test_each_sign_in_has_a_session_of_its_own(make_person: object) -> None:
    make_person("nina")  # type: ignore[operator]
    keys = set()
    browser = Client()
    for _ in range(3):
        browser.post(SIGN_IN, {"login": "nina", "password": PASSWORD})
        keys.add(browser.cookies[settings.SESSION_COOKIE_NAME].value)
        browser.post("/accounts/logout/")
    assert len(keys) == 3


def test_signing_out_ends_the_session_on_the_server(make_person: object) -> None:
    make_person("nina")  # type: ignore[operator]
    browser, _ = sign_in("nina")
    assert "Sign out" in browser.get("/").content.decode()
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    browser.post("/accounts/logout/")
    browser.cookies[settings.SESSION_COOKIE_NAME] = key
    assert browser.get("/")["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)"])
def test_a_sign_in_leads_to_no_other_host(make_person: object, to: str) -> None:
    make_person("nina")  # type: ignore[operator]
    _, answer = sign_in("nina", next=to)
    assert (answer.status_code, answer["Location"]) == (302, "/")
