"""Passkeys, with a device as Chromium plays it: added, used in place of a password, lost, removed."""

import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page

from tests.browser.conftest import ROOT, Window
from tests.browser.looking import Eyes
from tests.browser.served import Demo, Stage
from tests.signing_in.own import code_of

Open = Callable[..., Window]

MAKE = """
from django.contrib.auth.models import Group, User
from jobs.management.commands.demo import PASSWORD, TEAM
User.objects.create_user({name!r}, password=PASSWORD).groups.add(Group.objects.get(name=TEAM))
"""


@pytest.fixture
def person(demo: Demo, request: pytest.FixtureRequest) -> str:
    """The name of somebody new, who may cancel."""
    name = re.sub(r"\W", "_", request.node.name)[:100]
    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", MAKE.format(name=name)]
    subprocess.run(command, cwd=ROOT, env=demo.env, check=True, capture_output=True)
    return name


class Device:
    """A phone or a computer that keeps passkeys, and whose owner agrees to all it asks."""

    def __init__(self, page: Page) -> None:
        self.debugger: CDPSession = page.context.new_cdp_session(page)
        self.debugger.send("WebAuthn.enable")
        options: dict[str, Any] = dict.fromkeys(
            ("automaticPresenceSimulation", "hasResidentKey", "hasUserVerification", "isUserVerified"), True
        )
        options |= {"protocol": "ctap2", "transport": "internal"}
        made: Any = self.debugger.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.name = {"authenticatorId": made["authenticatorId"]}

    def keys(self) -> int:
        found: Any = self.debugger.send("WebAuthn.getCredentials", self.name)
        return len(found["credentials"])

    def is_lost(self) -> None:
        self.debugger.send("WebAuthn.clearCredentials", self.name)


def sign_out(window: Window) -> None:
    window.page.get_by_role("button", name="Sign out").click()
    window.page.wait_for_url("**/accounts/login/")


def with_a_passkey(page: Page) -> None:
    page.get_by_role("button", name="Use a passkey").click()


def add_one(window: Window, name: str) -> Device:
    page, device = window.page, Device(window.page)
    page.goto(f"{window.demo.url}/accounts/passkeys/add/")
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/accounts/recovery-codes/")
    assert page.locator(".codes li").count() == 10
    assert device.keys() == 1
    return device


def test_added_used_and_removed(demo: Demo, stage: Stage, open_window: Open, person: str) -> None:
    window = open_window()
    page = window.page
    window.sign_in(person)
    device = add_one(window, "My laptop")
    sign_out(window)
    with_a_passkey(page)
    page.wait_for_url(f"{demo.url}/")
    page.get_by_role("link", name=person).click()
    assert page.get_by_text("You signed in with a second factor.").is_visible()
    page.get_by_role("link", name="Remove My laptop").click()
    page.get_by_role("button", name="Remove the passkey").click()
    page.get_by_role("link", name="Add a passkey").wait_for()
    assert page.get_by_text("You have no second factor").is_visible()
    sign_out(window)
    with_a_passkey(page)
    page.get_by_text("This passkey is not known here.").wait_for()
    assert device.keys() == 1
    window.sign_in(person)


def test_lost_and_signed_in_by_another_way(demo: Demo, stage: Stage, open_window: Open, person: str) -> None:
    window = open_window()
    page = window.page
    window.sign_in(person)
    device = add_one(window, "My phone")
    code = page.locator(".codes code").first.inner_text()
    sign_out(window)
    device.is_lost()
    page.get_by_label("Username").fill(person)
    page.get_by_label("Password").fill(demo.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_text("No passkey was used. Try again, or choose another way.").wait_for()
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(f"{demo.url}/")


def test_what_was_typed_waits_behind_a_passkey(demo: Demo, stage: Stage, open_window: Open, person: str) -> None:
    job_id, window = stage.sandbox.submit(), open_window()
    page = window.page
    window.sign_in(person)
    add_one(window, "My laptop")
    window.look_up("Tests", job_id)
    page.get_by_label("Reason").fill("It blocks the close.")
    review = page.url
    page.context.clear_cookies(name=re.compile("session"))
    page.get_by_role("button", name="Cancel this job").click()
    page.get_by_text("What you typed is kept").wait_for()
    with_a_passkey(page)
    page.wait_for_url(review)
    assert page.get_by_text("nothing was sent").is_visible()
    assert page.get_by_label("Reason").input_value() == "It blocks the close."
    assert stage.deletes(job_id) == 0


def test_the_pages_for_everyone(demo: Demo, open_window: Open, person: str) -> None:
    """As axe-core sees them, on a desk and on a phone, in light and dark; the app by its own code."""
    window = open_window(bypass_csp=True)
    page, eyes = window.page, Eyes(window.page)
    window.sign_in(person)
    for path in ("", "password/", "sessions/", "passkeys/add/", "again/password/", "app/"):
        page.goto(f"{demo.url}/accounts/{path}")
        assert (path, eyes.see()) == (path, [])
    secret = page.locator("main code").inner_text()
    page.get_by_label("Code", exact=True).fill("x")
    page.get_by_role("button", name="Set it up").click()
    page.get_by_text("This is not the right code.").wait_for()
    assert eyes.see() == []
    page.get_by_label("Code", exact=True).fill(code_of(secret))
    page.get_by_role("button", name="Set it up").click()
    page.wait_for_url("**/accounts/recovery-codes/")
    assert eyes.see() == []
    for path in ("", "app/remove/", "recovery-codes/", "recovery-codes/new/", "again/code/"):
        page.goto(f"{demo.url}/accounts/{path}")
        assert (path, eyes.see()) == (path, [])
    add_passkey = f"{demo.url}/accounts/passkeys/add/"
    device = Device(page)
    page.goto(add_passkey)
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("link", name="Remove Passkey").click()
    assert (device.keys(), eyes.see()) == (1, [])
    page.goto(f"{demo.url}/accounts/again/passkey/")
    assert eyes.see() == []
    sign_out(window)
    page.get_by_label("Username").fill(person)
    page.get_by_label("Password").fill(demo.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Second factor").wait_for()
    assert eyes.see() == []


def test_an_administrators_questions(demo: Demo, open_window: Open, session_of: Callable[[str], Any]) -> None:
    window = open_window(storage_state=session_of("admin"), bypass_csp=True)
    for link in ("Reset second factor", "End sessions"):
        window.page.goto(f"{demo.url}/admin/auth/user/1/change/")
        window.page.get_by_role("link", name=link).click()
        window.page.get_by_role("link", name="No, leave it").wait_for()
        assert (link, Eyes(window.page).see()) == (link, [])
