"""The strict policy is broken by no page, of ours or of the admin: the browser blocks nothing, and says nothing."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.browser.conftest import Window
from tests.browser.served import Stage

Open = Callable[..., Window]
Session = Callable[[str], Any]

_LISTEN = """window.blocked = [];
addEventListener("securitypolicyviolation", on => window.blocked.push(`${on.violatedDirective} ${on.blockedURI}`));"""

ADMIN = (
    *("", "password_change/", "auth/user/", "auth/user/1/change/", "auth/user/1/password/", "auth/user/add/"),
    *("auth/group/", "auth/group/1/change/", "auth/group/1/delete/", "jobs/connection/", "jobs/connection/1/change/"),
    *("jobs/connection/1/delete/", "jobs/connection/1/history/", "jobs/connection/add/", "jobs/teamaccess/"),
    *("jobs/teamaccess/1/change/", "jobs/teamaccess/1/delete/", "jobs/cancellation/", "jobs/cancellation/1/change/"),
    *("jobs/exchange/?cause=cancel", "jobs/exchange/1/change/", "jobs/jobsnapshot/", "jobs/jobsnapshot/1/change/"),
)


def visit(window: Window, address: str) -> Page:
    window.page.goto(window.demo.url + address, wait_until="load")
    nothing_is_blocked(window.page)
    return window.page


def nothing_is_blocked(page: Page) -> None:
    assert (page.url, page.evaluate("window.blocked")) == (page.url, [])


def watching(open_window: Open, cookies: Any) -> Window:
    window = open_window(storage_state=cookies)
    window.page.add_init_script(_LISTEN)
    return window


def test_our_pages(stage: Stage, open_window: Open, session_of: Session) -> None:
    window = watching(open_window, session_of("operator"))
    for address in ("/", "/nothing/", "/admin/", *stage.pages.values()):
        visit(window, address)
    window.look_up("Tests", stage.sandbox.submit())
    window.page.get_by_role("button", name="Cancel this job").click()
    nothing_is_blocked(window.page)
    window.page.get_by_label("Reason").fill("It blocks the close.")
    window.page.get_by_role("button", name="Cancel this job").click()
    window.page.wait_for_url("**/cancellations/*/")
    nothing_is_blocked(window.page)
    visit(watching(open_window, None), "/")


def test_the_admin(stage: Stage, open_window: Open, session_of: Session) -> None:
    window = watching(open_window, session_of("admin"))
    for address in ADMIN:
        visit(window, f"/admin/{address}")
    page = visit(window, "/admin/jobs/connection/1/change/")
    page.get_by_text("Add another Team access").click()
    page.get_by_role("button", name="Toggle theme").first.click()
    nothing_is_blocked(page)


def test_the_watch_is_awake(stage: Stage, open_window: Open, session_of: Session) -> None:
    window = watching(open_window, session_of("operator"))
    page = visit(window, "/")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<p style=\"color: red\">no</p>')")
    assert page.evaluate("window.blocked") == ["style-src-attr inline"]
    assert [complaint for complaint in window.complaints if "Content Security Policy" in complaint]
    window.complaints.clear()
