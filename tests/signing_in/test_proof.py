"""On production: signed in with a second factor, and not too long ago; what was typed waits, and nothing is sent."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jobs.models import Cancellation, Connection, Exchange, Role, TeamAccess
from jobs.sandbox import Sandbox
from tests.conftest import PASSWORD
from tests.flow import look_up
from tests.pages import Page
from tests.signing_in.own import OWN, SECOND_STEP, code_of, forget_used_codes, secret_of, set_up_an_app, sign_in

TYPED = {"reason": "It blocks\r\nthe close.", "ticket": "OPS-1", "typed_name": "ACME live"}
AGAIN = "/accounts/again"


@pytest.fixture
def production(make_connection: Callable[..., Connection]) -> Connection:
    return make_connection("ACME live", is_production=True)


@pytest.fixture
def nina(make_person: Callable[..., User], production: Connection) -> User:
    return make_person("nina", Role.OPERATOR, production)


@pytest.fixture
def lookup(nina: User, production: Connection, sandbox: Sandbox) -> Exchange:
    return look_up(nina, production, sandbox.jobs["running"])


@pytest.fixture
def page(lookup: Exchange) -> str:
    return f"/lookups/{lookup.pk}/"


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    def go_on(minutes: float) -> None:
        monkeypatch.setattr("jobs.signing_in.sessions.time.time", lambda now=time.time: now() + minutes * 60)

    return go_on


def waits(browser: Client, page: str, sandbox: Sandbox) -> bool:
    """What was typed is in its form, and nothing was done."""
    form = browser.get(page).context["form"]
    assert (Cancellation.objects.count(), sandbox.seen("DELETE", sandbox.jobs["running"])) == (0, [])
    return {name: form[name].value() for name in TYPED} == TYPED


def test_an_old_sign_in_is_proved_anew(nina: User, page: str, sandbox: Sandbox, later: Callable[[float], None]) -> None:
    browser, _ = sign_in("nina")
    later(16)
    assert "you are asked to prove that it is you" in Page(browser.get(page).content.decode()).text
    asked = browser.post(f"{page}cancel", TYPED)
    assert asked["Location"] == f"{AGAIN}/password/?next={page}"
    assert "Your sign-in was some time ago" in Page(browser.get(asked["Location"]).content.decode()).text
    wrong = browser.post(asked["Location"], {"password": "wrong"})
    assert wrong.status_code == 200
    assert browser.post(f"{page}cancel", TYPED).status_code == 302
    assert browser.post(asked["Location"], {"password": PASSWORD})["Location"] == page
    assert waits(browser, page, sandbox)
    assert browser.post(f"{page}cancel", TYPED)["Location"] == Cancellation.objects.get().get_absolute_url()


def test_a_sandbox_asks_for_nothing(
    nina: User, make_connection: Callable[..., Connection], sandbox: Sandbox, settings: Any, later: Callable[..., None]
) -> None:
    settings.REQUIRE_MFA_ON_PRODUCTION = True
    other = make_connection("ACME test")
    TeamAccess.objects.create(team=nina.groups.get(), connection=other, role=Role.OPERATOR)
    browser, _ = sign_in("nina")
    later(59)
    found = look_up(nina, other, sandbox.jobs["running"])
    browser.post(f"/lookups/{found.pk}/cancel", {"reason": "It hangs."})
    assert Cancellation.objects.count() == 1


def test_who_may_not_cancel_is_asked_for_nothing(
    make_person: Callable[..., User], production: Connection, page: str, settings: Any
) -> None:
    settings.REQUIRE_MFA_ON_PRODUCTION = True
    make_person("viewer", Role.VIEWER, production)
    browser, _ = sign_in("viewer")
    assert browser.post(f"{page}cancel", TYPED)["Location"] == page


def test_without_a_second_factor_they_are_led_to_set_one_up_and_back(
    nina: User, page: str, sandbox: Sandbox, settings: Any
) -> None:
    settings.REQUIRE_MFA_ON_PRODUCTION = True
    browser, _ = sign_in("nina")
    assert browser.post(f"{page}cancel", TYPED)["Location"] == OWN
    assert "which needs a sign-in with a second factor" in Page(browser.get(OWN).content.decode()).text
    assert waits(browser, page, sandbox)
    set_up_an_app(browser)
    assert f'<a href="{page}">Go back to what you were doing</a>' in browser.get(OWN).content.decode()
    assert waits(browser, page, sandbox)
    assert browser.post(f"{page}cancel", TYPED)["Location"] == Cancellation.objects.get().get_absolute_url()


def test_who_signed_in_with_one_goes_on(nina: User, page: str, settings: Any) -> None:
    settings.REQUIRE_MFA_ON_PRODUCTION = True
    set_up_an_app(sign_in("nina")[0])
    browser, _ = sign_in("nina")
    browser.post(SECOND_STEP, {"code": code_of(secret_of(nina))})
    browser.post(f"{page}cancel", TYPED)
    assert Cancellation.objects.count() == 1


def test_a_session_from_before_the_factor_proves_it_with_a_code(
    nina: User, page: str, sandbox: Sandbox, settings: Any
) -> None:
    browser, _ = sign_in("nina")
    secret, _ = set_up_an_app(sign_in("nina")[0])
    settings.REQUIRE_MFA_ON_PRODUCTION = True
    asked = browser.post(f"{page}cancel", TYPED)
    assert asked["Location"] == f"{AGAIN}/code/?next={page}"
    forget_used_codes()
    assert browser.post(asked["Location"], {"code": code_of(secret)})["Location"] == page
    assert waits(browser, page, sandbox)
    browser.post(f"{page}cancel", TYPED)
    assert Cancellation.objects.count() == 1


def test_what_was_typed_comes_through_both_steps_of_the_sign_in(nina: User, page: str, sandbox: Sandbox) -> None:
    secret, _ = set_up_an_app(sign_in("nina")[0])
    browser = Client()
    draft = browser.post(f"{page}cancel", TYPED).context["draft"]
    assert browser.post("/accounts/login/", {"login": "nina", "password": PASSWORD, "draft": draft}).status_code == 302
    back = browser.post(SECOND_STEP, {"code": code_of(secret)})
    assert (back.status_code, back["Location"]) == (303, page)
    assert "Your session had ended, so nothing was sent." in Page(browser.get(page).content.decode()).text
    assert waits(browser, page, sandbox)


def test_second_factors_are_changed_only_after_a_proof(nina: User, later: Callable[[float], None]) -> None:
    browser, _ = sign_in("nina")
    later(16)
    for path in ("app/", "passkeys/add/", "recovery-codes/new/"):
        for method in (browser.get, browser.post):
            assert method(f"/accounts/{path}")["Location"].startswith(f"{AGAIN}/password/?next=")
    browser.post(f"{AGAIN}/password/", {"password": PASSWORD})
    assert browser.get("/accounts/app/").status_code == 200


def test_a_changed_password_ends_the_other_sessions(nina: User) -> None:
    here, there = (sign_in("nina")[0] for _ in range(2))
    form = {"oldpassword": PASSWORD, "password1": "short", "password2": "short"}
    assert "too short" in here.post("/accounts/password/", form).content.decode()
    new = "another password of tests"
    assert here.post("/accounts/password/", form | {"password1": new, "password2": new})["Location"] == OWN
    assert [browser.get("/").status_code for browser in (here, there)] == [200, 302]
    assert sign_in("nina")[1].status_code == 200
    assert sign_in("nina", new)[1].status_code == 302


def test_a_password_set_by_an_administrator_ends_all_sessions(nina: User, admin: User, door: Any) -> None:
    browser, _ = sign_in("nina")
    new = {"password1": "set by the administrator", "password2": "set by the administrator"}
    door(admin).post(f"/admin/auth/user/{nina.pk}/password/", new | {"usable_password": "true"})
    assert browser.get("/").status_code == 302


@pytest.mark.parametrize("change", ["is_active", "role"])
def test_rights_taken_away_are_gone_at_the_next_request(nina: User, page: str, change: str) -> None:
    browser, _ = sign_in("nina")
    assert browser.get(page).status_code == 200
    if change == "role":
        nina.groups.clear()
    else:
        User.objects.filter(pk=nina.pk).update(is_active=False)
    assert browser.get(page).status_code == {"role": 404, "is_active": 302}[change]
