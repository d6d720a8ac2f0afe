"""Apps and recovery codes: set up, used, lost, taken away; and what of them is stored."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.test import Client

from jobs.models import Entry
from tests.signing_in.own import APP, CODES, OWN, SECOND_STEP, code_of, forget_used_codes, set_up_an_app, sign_in

Door = Callable[[User], Client]


@pytest.fixture
def nina(make_person: Callable[..., User]) -> User:
    return make_person("nina")


@pytest.fixture
def app(nina: User) -> tuple[str, list[str]]:
    """The secret of nina's app, and her recovery codes."""
    return set_up_an_app(sign_in("nina")[0])


def is_in(browser: Client) -> bool:
    return browser.get("/").status_code == 200


def noted() -> list[tuple[str, str, str]]:
    """Who did what to whom, as the ledger has it."""
    rows = Entry.objects.filter(kind="access_changed").order_by("number")
    return [(row.actor_name, row.detail.get("person", ""), row.detail["what"]) for row in rows]


def test_the_password_alone_opens_nothing_then_and_a_code_does_once(nina: User, app: tuple[str, list[str]]) -> None:
    browser, half = sign_in("nina", next="/accounts/sessions/")
    assert (half["Location"], is_in(browser)) == (SECOND_STEP, False)
    wrong = browser.post(SECOND_STEP, {"code": "000000"})
    assert (is_in(browser), "This is not the right code." in wrong.content.decode()) == (False, True)
    code = code_of(app[0])
    assert browser.post(SECOND_STEP, {"code": code})["Location"] == "/accounts/sessions/"
    assert is_in(browser)
    again, _ = sign_in("nina")
    again.post(SECOND_STEP, {"code": code})
    assert not is_in(again)


def test_each_recovery_code_opens_once_however_it_is_typed(nina: User, app: tuple[str, list[str]]) -> None:
    assert len(set(app[1])) == 10
    for typed, opens in ((app[1][0], True), (app[1][0], False), (app[1][1].replace("-", " "), True)):
        browser, _ = sign_in("nina")
        browser.post(SECOND_STEP, {"code": typed})
        assert is_in(browser) == opens
    assert "You have 8 left" in browser.get(OWN).content.decode()


def test_recovery_codes_are_shown_once_and_new_ones_end_the_old(nina: User, app: tuple[str, list[str]]) -> None:
    browser, _ = sign_in("nina")
    browser.post(SECOND_STEP, {"code": code_of(app[0])})
    page = browser.get(CODES).content.decode()
    assert (app[1][0] in page, "You have 10 of 10 left" in page) == (False, True)
    new = browser.post(f"{CODES}new/", follow=True).content.decode()
    assert new.count("<li><code>") == 10
    other, _ = sign_in("nina")
    other.post(SECOND_STEP, {"code": app[1][0]})
    assert not is_in(other)


def test_wrong_codes_are_counted_however_often_the_password_is_given(nina: User, app: tuple[str, list[str]]) -> None:
    for _ in range(2):
        browser, _ = sign_in("nina")
        for _ in range(5):
            browser.post(SECOND_STEP, {"code": "000000"})
    held = browser.post(SECOND_STEP, {"code": code_of(app[0])})
    assert (is_in(browser), "too many failed attempts" in held.content.decode()) == (False, True)


def test_nobody_comes_to_the_second_step_without_the_first(nina: User, app: tuple[str, list[str]]) -> None:
    browser = Client()
    assert browser.post(SECOND_STEP, {"code": code_of(app[0])})["Location"] == "/accounts/login/"
    assert not is_in(browser)


def test_the_last_factor_takes_the_recovery_codes_along_and_ends_other_sessions(
    nina: User, app: tuple[str, list[str]]
) -> None:
    here, there = (sign_in("nina")[0] for _ in range(2))
    for browser in (here, there):
        browser.post(SECOND_STEP, {"code": code_of(app[0])})
        forget_used_codes()
    assert here.post(f"{APP}remove/")["Location"] == OWN
    assert (Authenticator.objects.exists(), is_in(here), is_in(there)) == (False, True, False)
    assert sign_in("nina")[1]["Location"] == "/"
    what = [done for who, whose, done in noted() if (who, whose) == ("nina", "nina")]
    assert what == ["second factor added", "second factor added", "second factor removed", "second factor removed"]


def test_no_secret_of_a_factor_stands_in_the_database_in_clear(nina: User, app: tuple[str, list[str]]) -> None:
    with database.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        stored = " ".join(str(row) for row in cursor.fetchall())
    assert (stored.count("gAAAA"), app[0] in stored) == (2, False)


def test_factors_go_on_working_under_a_new_key(nina: User, app: tuple[str, list[str]], settings: Any) -> None:
    old, new = settings.CREDENTIAL_KEYS[0], Fernet.generate_key().decode()
    settings.CREDENTIAL_KEYS = [new, old]
    said = StringIO()
    call_command("rotate_keys", stdout=said)
    assert "Stored secrets: 2 encrypted anew" in said.getvalue()
    settings.CREDENTIAL_KEYS = [new]
    for code in (code_of(app[0]), app[1][0]):
        browser, _ = sign_in("nina")
        browser.post(SECOND_STEP, {"code": code})
        assert is_in(browser)


def test_an_administrator_takes_a_lost_factor_away(
    nina: User, app: tuple[str, list[str]], admin: User, operator: User, door: Door
) -> None:
    signed_in, _ = sign_in("nina")
    signed_in.post(SECOND_STEP, {"code": code_of(app[0])})
    assert is_in(signed_in)
    address = f"/admin/auth/user/{nina.pk}/second-factor/"
    staff = User.objects.create_user("staff", password="x", is_staff=True)
    for other in (operator, staff, nina):
        assert door(other).post(address).status_code in (302, 403)
    assert Authenticator.objects.count() == 2
    page = door(admin).get(address)
    assert (page.status_code, Authenticator.objects.count()) == (200, 2)
    done = door(admin).post(address, follow=True)
    assert "The second factor of nina is gone" in done.content.decode()
    assert (Authenticator.objects.count(), is_in(signed_in)) == (0, False)
    assert noted()[-1] == ("admin", "nina", "second factor reset")
    assert sign_in("nina")[1]["Location"] == "/"
    door(admin).post(address)
    assert noted().count(("admin", "nina", "second factor reset")) == 1


def test_an_administrator_ends_sessions(nina: User, admin: User, door: Door) -> None:
    browsers = [sign_in("nina")[0] for _ in range(2)]
    done = door(admin).post(f"/admin/auth/user/{nina.pk}/sessions/", follow=True)
    assert "Sessions of nina that were ended: 2." in done.content.decode()
    assert [is_in(browser) for browser in browsers] == [False, False]
    assert noted()[-1] == ("admin", "nina", "sessions ended")


def test_a_session_that_gets_another_key_can_still_be_ended(admin: User, door: Door) -> None:
    browser, _ = sign_in("admin")
    new = {"password1": "another password of tests", "password2": "another password of tests"}
    browser.post(f"/admin/auth/user/{admin.pk}/password/", new | {"usable_password": "true"})
    assert "(this one)" in browser.get("/accounts/sessions/").content.decode()
    admin.refresh_from_db()
    door(admin).post(f"/admin/auth/user/{admin.pk}/sessions/")
    assert not is_in(browser)


def test_on_the_machine_a_lost_factor_is_taken_away_too(nina: User, app: tuple[str, list[str]]) -> None:
    call_command("reset_second_factor", "nina", stdout=StringIO())
    assert (Authenticator.objects.count(), noted()[-1][1:]) == (0, ("nina", "second factor reset"))
    assert sign_in("nina")[1]["Location"] == "/"
    for name in ("nina", "nobody"):
        with pytest.raises(CommandError, match=f"There is nobody called '{name}' with a second factor."):
            call_command("reset_second_factor", name)


def test_a_person_ends_their_other_sessions(nina: User) -> None:
    here, there = (sign_in("nina")[0] for _ in range(2))
    assert here.get("/accounts/sessions/").content.decode().count("Since") == 2
    here.post("/accounts/sessions/")
    assert (is_in(here), is_in(there)) == (True, False)
