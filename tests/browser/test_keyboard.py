"""The whole way with a keyboard alone: Tab, typing, Enter. Where one is can always be seen."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.browser.conftest import Window
from tests.browser.served import Demo, Stage

_FOCUS = """() => {
  const on = document.activeElement, style = getComputedStyle(on), box = on.getBoundingClientRect();
  const marked = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const inView = Math.min(box.bottom, innerHeight) - Math.max(box.top, 0);
  return {
    name: (on.labels?.[0] ?? on).textContent.trim(),
    seen: on === document.body || (marked && inView >= Math.min(box.height, innerHeight / 2) - 1),
  };
}"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until something of this name has the focus; every stop on the way can be seen."""
    stops = []
    for _ in range(30):
        page.keyboard.press("Tab")
        focus = page.evaluate(_FOCUS)
        assert focus["seen"], focus["name"]
        stops.append(focus["name"])
        if focus["name"] == name:
            return
    raise AssertionError(f"No {name} among {stops}")


def test_the_whole_way(demo: Demo, stage: Stage, open_window: Callable[..., Window]) -> None:
    job_id = stage.sandbox.submit()
    window = open_window()
    page, keys = window.page, window.page.keyboard
    page.goto(demo.url)
    assert page.get_by_label("Username").evaluate("field => field === document.activeElement")
    keys.type("operator")
    tab_to(page, "Password")
    keys.type(demo.password)
    keys.press("Enter")
    page.wait_for_url(f"{demo.url}/")

    tab_to(page, "Skip to content")
    keys.press("Enter")
    tab_to(page, "Connection")
    keys.type("Tests live")
    tab_to(page, "Job ID")
    keys.type(job_id)
    keys.press("Enter")
    page.wait_for_url("**/lookups/*/")

    tab_to(page, "Skip to content")
    keys.press("Enter")
    tab_to(page, "Query")
    keys.press("Enter")
    assert page.locator("code.query").first.is_visible()
    tab_to(page, "Cancel this job")
    keys.press("Enter")
    page.get_by_role("alert").wait_for()
    tab_to(page, "Reason")  # the link of the list of what is wrong
    keys.press("Enter")
    tab_to(page, "Ticket")
    keys.type("OPS-1")
    keys.press("Shift+Tab")
    keys.type("It blocks the close.")
    tab_to(page, "Type the connection's name to confirm")
    keys.type("Tests live")
    tab_to(page, "Cancel this job")
    keys.press("Enter")
    page.wait_for_url("**/cancellations/*/")
    assert window.sentence.startswith("Cancelled. Zuora confirmed it at ")
    assert stage.deletes(job_id) == 1

    tab_to(page, "Sign out")
    keys.press("Enter")
    page.wait_for_url("**/accounts/login/**")


def test_no_place_holds_the_focus(stage: Stage, open_window: Callable[..., Window], session_of: Any) -> None:
    """Tab goes through the page and comes back to its beginning, on a phone too."""
    for width in (1280, 320):
        window = open_window(storage_state=session_of("operator"), viewport={"width": width, "height": 700})
        for kind in ("production", "cancelled"):
            window.page.goto(window.demo.url + stage.pages[kind])
            tab_to(window.page, "Skip to content")
            tab_to(window.page, "Sign out")
            window.page.locator("button").last.focus()
            tab_to(window.page, "Skip to content")
