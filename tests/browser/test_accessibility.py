"""axe-core finds nothing on any page, in light and dark, on a desk and on a phone; and no page scrolls sideways.

The policy is off here, because axe sets styles of its own; ``test_content_security_policy`` walks with it on.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import ROOT, Window
from tests.browser.looking import Eyes
from tests.browser.served import Demo, Stage

Open = Callable[..., Window]
Session = Callable[[str], Any]

LOOKUPS = ("production", "sandbox", "unusual ID", "stateful", "ended", "unknown ID", "unreachable")
RESULTS = ("cancelled", "refused", "finished first", "unconfirmed", "still running", "unknown")
REFUSED_BY_US = ("400 /?%00", "403 /admin/", "404 /nothing/", "405 /accounts/logout/")


def check(page: Page) -> None:
    assert "Something went wrong" not in page.title() or page.url.endswith("/fault/")
    assert Eyes(page).see() == []


def test_the_eyes_are_open(window: Window) -> None:
    window.page.goto(window.demo.url)
    window.page.evaluate(
        """() => { const wide = document.createElement("p"); wide.style = "color: #888; background: #999; width: 400px";
        wide.textContent = "not to be read"; document.querySelector("main").append(wide);
        document.querySelector("label").remove(); }"""
    )
    seen = "\n".join(Eyes(window.page).see())
    for words in ("320 px: 96 px to scroll sideways", "320 px, dark: color-contrast", "1280 px, light: select-name"):
        assert words in seen


@pytest.fixture
def window(open_window: Open, session_of: Session) -> Window:
    return open_window(storage_state=session_of("operator"), bypass_csp=True)


@pytest.mark.parametrize("kind", LOOKUPS + RESULTS)
def test_review_and_result(stage: Stage, window: Window, kind: str) -> None:
    window.page.goto(window.demo.url + stage.pages[kind])
    assert window.page.locator(".sentence").is_visible()
    for summary in window.page.locator("summary").all():
        summary.click()
    check(window.page)


def test_start(stage: Stage, window: Window, open_window: Open, session_of: Session) -> None:
    window.page.goto(window.demo.url)
    check(window.page)
    window.page.get_by_role("button", name="Look up job").click()
    assert window.page.get_by_text("Choose the connection on which the job runs.").is_visible()
    check(window.page)
    administrator = open_window(storage_state=session_of("admin"), bypass_csp=True)
    administrator.page.goto(window.demo.url)
    check(administrator.page)


def test_review_with_errors(stage: Stage, window: Window) -> None:
    window.page.goto(window.demo.url + stage.pages["production"])
    window.page.get_by_role("button", name="Cancel this job").click()
    assert window.page.get_by_text("Say why this job is to be cancelled.").is_visible()
    check(window.page)


def test_sign_in(stage: Stage, window: Window) -> None:
    page = window.page
    page.goto(window.demo.url + stage.pages["production"])
    page.get_by_label("Reason").fill("It blocks the close.")
    page.context.clear_cookies(name=re.compile("session"))
    page.get_by_role("button", name="Cancel this job").click()
    assert page.get_by_text("What you typed is kept").is_visible()
    check(page)
    page.goto(f"{window.demo.url}/accounts/login/")
    check(page)
    page.get_by_role("button", name="Sign in").click()
    assert page.get_by_text("This field is required.").count() == 2
    page.get_by_label("Username").fill("operator")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    assert page.get_by_role("alert").is_visible()
    check(page)


@pytest.mark.parametrize("case", REFUSED_BY_US)
def test_error_pages(window: Window, case: str) -> None:
    status, _, path = case.partition(" ")
    answer = window.page.goto(window.demo.url + path)
    assert answer
    assert answer.status == int(status)
    check(window.page)
    window.page.get_by_role("link", name="start page").click()
    assert window.page.url == f"{window.demo.url}/"


def test_a_form_from_elsewhere(window: Window) -> None:
    window.page.goto(window.demo.sandbox_url)
    window.page.evaluate(
        """url => { const form = document.createElement("form"); form.method = "post"; form.action = url;
        document.body.append(form); form.submit(); }""",
        f"{window.demo.url}/lookups/",
    )
    window.page.get_by_role("heading", name="Please send it again").wait_for()
    check(window.page)


def test_a_fault_of_ours(window: Window) -> None:
    """Its page is made of nothing but its file."""
    body = Path(ROOT / "templates" / "500.html").read_text()
    assert not re.search("{[{%]", body)
    window.page.route("**/fault/", lambda route: route.fulfill(body=body, content_type="text/html"))
    window.page.goto(f"{window.demo.url}/fault/")
    check(window.page)
    window.page.get_by_role("link", name="start page").click()
    assert window.page.url == f"{window.demo.url}/"


MODELS = ("jobs/cancellation", "jobs/exchange", "jobs/jobsnapshot", "jobs/connection", "jobs/teamaccess")
MANAGED = ("auth/user", "auth/group", "jobs/connection", "jobs/teamaccess")


@pytest.fixture
def admin(open_window: Open, session_of: Session) -> Window:
    return open_window(storage_state=session_of("admin"), bypass_csp=True)


def first_of(admin: Window, model: str) -> Page:
    admin.page.goto(f"{admin.demo.url}/admin/{model}/")
    check(admin.page)
    admin.page.locator("#result_list tbody a").first.click()
    return admin.page


def test_admin_index(stage: Stage, admin: Window) -> None:
    for path in ("", "jobs/", "password_change/", "jobs/cancellation/?q=nothing", "jobs/exchange/?cause=cancel"):
        admin.page.goto(f"{admin.demo.url}/admin/{path}")
        check(admin.page)


@pytest.mark.parametrize("model", [*MODELS[:3], "jobs/entry"])
def test_admin_reviews(stage: Stage, admin: Window, model: str) -> None:
    page = first_of(admin, model)
    for summary in page.locator("summary").all():
        summary.click()
    check(page)


@pytest.mark.parametrize("model", MANAGED)
def test_admin_manages(stage: Stage, admin: Window, model: str) -> None:
    page = first_of(admin, model)
    check(page)
    address = page.url
    for link in ("delete", "history"):
        page.goto(address.replace("change", link))
        check(page)
    page.goto(f"{admin.demo.url}/admin/{model}/add/")
    check(page)
    page.get_by_role("button", name="Save", exact=True).click()
    check(page)


def test_admin_tries_a_connection(stage: Stage, admin: Window) -> None:
    admin.page.goto(f"{admin.demo.url}/admin/jobs/connection/")
    for name in ("Tests", "Tests, unreachable"):
        admin.page.get_by_role("link", name=name, exact=True).click()
        admin.page.get_by_role("button", name="Test connection").click()
        admin.page.locator(".messagelist").wait_for()
        check(admin.page)
        admin.page.goto(f"{admin.demo.url}/admin/jobs/connection/")


def test_the_auditors_admin(demo: Demo, stage: Stage, open_window: Open, session_of: Session) -> None:
    window = open_window(storage_state=session_of("auditor"), bypass_csp=True)
    for path in ("/", "/admin/", "/admin/jobs/connection/", "/admin/jobs/cancellation/", stage.pages["cancelled"]):
        window.page.goto(demo.url + path)
        check(window.page)
