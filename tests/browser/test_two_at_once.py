"""Two people, two tabs, a double click, the way back: each time one DELETE and one cancellation, shown to all."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from jobs.sandbox import Fault
from tests.browser.conftest import Window
from tests.browser.served import Stage

ALREADY = "A cancel of this job had been asked for already. This is it; nothing more was sent."


@pytest.fixture
def job_id(stage: Stage) -> str:
    return stage.sandbox.submit()


@pytest.fixture
def someone(open_window: Callable[..., Window], session_of: Callable[[str], Any]) -> Callable[..., Window]:
    return lambda name, **options: open_window(storage_state=session_of(name), **options)


def ready_to_cancel(window: Window, job_id: str) -> Page:
    window.look_up("Tests", job_id)
    window.page.get_by_label("Reason").fill("It blocks the close.")
    return window.page


def cancel(page: Page) -> str:
    page.get_by_role("button", name="Cancel this job").click()
    page.wait_for_url("**/cancellations/*/")
    return page.url


def test_two_people(stage: Stage, someone: Callable[..., Window], job_id: str) -> None:
    first = ready_to_cancel(someone("operator"), job_id)
    second = ready_to_cancel(someone("colleague"), job_id)
    stage.sandbox.play(Fault("DELETE", job_id, delay=1.0, act=True))
    first.get_by_role("button", name="Cancel this job").click(no_wait_after=True)
    address = cancel(second)
    first.wait_for_url(address)
    told = [page.get_by_text(ALREADY).count() for page in (first, second)]
    assert (sorted(told), stage.deletes(job_id)) == ([0, 1], 1)


def test_two_tabs(stage: Stage, someone: Callable[..., Window], job_id: str) -> None:
    window = someone("operator")
    first = ready_to_cancel(window, job_id)
    second = window.page.context.new_page()
    second.goto(first.url)
    second.get_by_label("Reason").fill("Again?")
    address = cancel(first)
    assert cancel(second) == address
    assert second.get_by_text(ALREADY).is_visible()
    assert second.locator(".said", has_text="It blocks the close.").is_visible()
    assert stage.deletes(job_id) == 1


@pytest.mark.parametrize("scripts", [True, False])
def test_the_way_back(stage: Stage, someone: Callable[..., Window], job_id: str, scripts: bool) -> None:
    page = ready_to_cancel(someone("operator", java_script_enabled=scripts), job_id)
    address = cancel(page)
    page.go_back()
    button = page.get_by_role("button", name="Cancel this job")
    if button.count():  # the browser kept the page as it was
        page.get_by_label("Reason").fill("Once more.")
        assert cancel(page) == address
    else:
        page.get_by_role("link", name="see what became of it").click()
        assert page.url == address
    page.reload()
    assert (page.url, stage.deletes(job_id)) == (address, 1)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_double_click(stage: Stage, someone: Callable[..., Window], job_id: str, scripts: bool) -> None:
    page = ready_to_cancel(someone("operator", java_script_enabled=scripts), job_id)
    posts = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    stage.sandbox.play(Fault("DELETE", job_id, delay=1.0, act=True))
    button = page.get_by_role("button", name="Cancel this job")
    button.scroll_into_view_if_needed()
    place = button.bounding_box()
    assert place
    for _ in range(2):
        page.mouse.click(place["x"] + 9, place["y"] + 9)
        time.sleep(0.2)
    page.get_by_role("heading", name="Cancellation of a job").wait_for()  # the first click's navigation is cut short
    assert (len(posts), stage.deletes(job_id)) == (1 if scripts else 2, 1)
    page.goto(page.url.partition("/cancellations")[0])
    assert page.get_by_role("link", name=job_id).count() == 1
