"""The session ends while somebody types: nothing typed is lost, nothing is sent before they confirm it again."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Window
from tests.browser.served import Demo, Stage

REASON = "It blocks the close.\nSee “run book” <7>."


def sign_in_here(demo: Demo, page: Page) -> None:
    page.get_by_label("Username").fill("operator")
    page.get_by_label("Password").fill(demo.password)
    page.get_by_role("button", name="Sign in").click()


def fill_in(page: Page) -> None:
    page.get_by_label("Reason").fill(REASON)
    page.get_by_label("Ticket").fill("OPS-4711")
    page.get_by_label("Type the connection's name to confirm").fill("Tests live")


def typed(page: Page) -> list[str]:
    return [page.get_by_label(label).input_value() for label in ("Reason", "Ticket", "Type the connection's name")]


@pytest.mark.parametrize("gone", [re.compile("session"), None], ids=["session", "all cookies"])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_what_was_typed_is_still_there(
    demo: Demo, stage: Stage, open_window: Callable[..., Window], gone: re.Pattern[str] | None, scripts: bool
) -> None:
    job_id, window = stage.sandbox.submit(), open_window(java_script_enabled=scripts)
    page = window.page
    window.sign_in("operator")
    window.look_up("Tests live", job_id)
    fill_in(page)
    review = page.url
    page.context.clear_cookies(name=gone)
    page.get_by_role("button", name="Cancel this job").click()
    page.get_by_text("What you typed is kept").wait_for()
    sign_in_here(demo, page)
    page.wait_for_url(review)
    assert page.get_by_text("nothing was sent").is_visible()
    assert typed(page) == [REASON, "OPS-4711", "Tests live"]
    assert stage.deletes(job_id) == 0
    page.get_by_role("button", name="Cancel this job").click()
    page.wait_for_url("**/cancellations/*/")
    assert page.locator(".said", has_text="See “run book” <7>.").is_visible()
    assert stage.deletes(job_id) == 1


def test_signed_in_again_in_another_tab(demo: Demo, stage: Stage, open_window: Callable[..., Window]) -> None:
    job_id, window = stage.sandbox.submit(), open_window()
    page = window.page
    window.sign_in("operator")
    window.look_up("Tests live", job_id)
    fill_in(page)
    review = page.url
    page.context.clear_cookies(name=re.compile("session"))
    other = page.context.new_page()
    other.goto(demo.url)
    sign_in_here(demo, other)
    other.wait_for_url(f"{demo.url}/")
    page.get_by_role("button", name="Cancel this job").click()
    page.get_by_text("You had signed in again since this page was opened").wait_for()
    assert (page.url, typed(page)) == (review, [REASON, "OPS-4711", "Tests live"])
    assert stage.deletes(job_id) == 0


def test_a_pasted_job_id_and_a_page_that_updates_itself(
    demo: Demo, stage: Stage, open_window: Callable[..., Window]
) -> None:
    job_id, window = stage.sandbox.submit(), open_window()
    page = window.page
    window.sign_in("operator")
    page.get_by_label("Connection").select_option("Tests live")
    page.get_by_label("Job ID").fill(f"job id={job_id}")
    page.context.clear_cookies(name=re.compile("session"))
    page.get_by_role("button", name="Look up job").click()
    page.get_by_text("What you typed is kept").wait_for()
    sign_in_here(demo, page)
    page.wait_for_url(f"{demo.url}/")
    assert page.get_by_label("Job ID").input_value() == f"job id={job_id}"
    assert page.locator("option:checked").inner_text() == "Tests live"
    assert stage.sandbox.seen("GET", job_id) == []
