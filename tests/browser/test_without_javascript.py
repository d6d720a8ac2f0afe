"""The whole way where no script runs: everything works, and an open cancellation still keeps itself up to date."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Window
from tests.browser.served import Demo, Stage


@pytest.fixture
def window(open_window: Callable[..., Window]) -> Window:
    return open_window(java_script_enabled=False)


def test_the_whole_way(demo: Demo, stage: Stage, window: Window) -> None:
    job_id, page = stage.sandbox.submit(), window.page
    window.sign_in("operator")
    window.look_up("Tests live", f"job id={job_id} is slow")
    page.get_by_role("button", name="Cancel this job").click()
    page.get_by_role("alert").get_by_role("link", name="Reason").click()
    page.get_by_label("Reason").fill("It blocks the close.")
    page.get_by_label("Type the connection's name to confirm").fill("Tests live")
    page.get_by_role("button", name="Cancel this job").click()
    page.wait_for_url("**/cancellations/*/")
    assert window.sentence.startswith("Cancelled. Zuora confirmed it at ")
    page.get_by_role("button", name="Look the job up again").click()
    page.wait_for_url("**/lookups/*/")
    assert window.sentence == "The job has been cancelled already. There is nothing to cancel."
    assert stage.deletes(job_id) == 1
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")


def test_an_open_cancellation_keeps_itself_up_to_date(
    demo: Demo, stage: Stage, window: Window, open_window: Callable[..., Window], session_of: Callable[[str], Any]
) -> None:
    window.sign_in("operator")
    page = window.page
    page.goto(demo.url + stage.pages["unconfirmed"])
    assert window.sentence.startswith("Not confirmed yet.")
    stage.sandbox.set_status(stage.sandbox.jobs["accepts the cancel but keeps running"], "cancelled")
    colleague = open_window(storage_state=session_of("colleague")).page
    colleague.goto(page.url)
    colleague.get_by_role("button", name="Check again").click()
    page.locator(".sentence", has_text=re.compile(r"^Cancelled\.")).wait_for()
    assert page.url == demo.url + stage.pages["unconfirmed"]
    assert page.locator("meta[http-equiv=refresh]").count() == 0
