"""From the first page to the auditor's: what a person does who has never seen it."""

import re
from collections.abc import Callable

from tests.browser.conftest import Window
from tests.browser.served import Demo


def test_from_the_printed_job_id_to_the_auditors_page(demo: Demo, open_window: Callable[..., Window]) -> None:
    job_id = demo.job("running")
    operator = open_window()
    operator.sign_in("operator")
    operator.look_up("Demo Production", f"{demo.sandbox_url}/v1/batch-query/jobs/{job_id}")
    page = operator.page
    assert operator.sentence == "The job is executing: it can be cancelled."
    assert page.locator(".environment").inner_text().split("\n")[0].upper() == "PRODUCTION"
    page.get_by_role("button", name="Cancel this job").click()
    assert page.get_by_text("Say why this job is to be cancelled.").is_visible()
    page.get_by_label("Reason").fill("It blocks the month-end close.")
    page.get_by_label("Ticket").fill("OPS-4711")
    page.get_by_label("Type the connection's name to confirm").fill("Demo Production")
    page.get_by_role("button", name="Cancel this job").click()
    page.wait_for_url("**/cancellations/*/")
    assert operator.sentence.startswith("Cancelled. Zuora confirmed it at ")
    assert page.locator(".counts").inner_text().split("\n") == ["2 finished", "1 stopped", "2 never started"]
    address = page.url

    page.reload()
    assert page.url == address
    page.goto(demo.url)
    assert page.get_by_role("link", name=job_id).get_attribute("href") in address
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")

    auditor = open_window()
    auditor.sign_in("auditor")
    auditor.page.get_by_role("link", name="Admin and history").click()
    auditor.page.get_by_role("link", name="Cancellations", exact=True).click()
    auditor.page.get_by_role("textbox").fill(job_id)
    auditor.page.get_by_role("button", name="Search").click()
    auditor.page.get_by_role("link", name=job_id).click()
    shown = auditor.page.locator("#content").inner_text()
    for words in ("It blocks the month-end close.", "OPS-4711", "operator", "Cancelled. Zuora confirmed it at "):
        assert words in shown
    auditor.page.get_by_text("Body as received").last.click()
    assert '"status": "cancelled"' in auditor.page.locator("pre.received").last.inner_text()


def test_an_open_cancellation_keeps_itself_up_to_date(demo: Demo, open_window: Callable[..., Window]) -> None:
    window = open_window()
    window.sign_in("operator")
    window.page.goto(demo.sandbox_url)
    row = window.page.get_by_role("row").filter(has_text="cannot be read afterwards")
    window.look_up("Demo Sandbox", row.locator("code").inner_text())
    window.page.get_by_label("Reason").fill("It hangs.")
    window.page.get_by_role("button", name="Cancel this job").click()
    window.page.wait_for_url("**/cancellations/*/", timeout=40_000)
    assert window.sentence.startswith("Not confirmed yet.")
    settled = window.page.locator(".sentence", has_text=re.compile(r"^Cancelled\."))
    settled.wait_for(timeout=90_000)
    assert window.page.url.endswith("/"), "no reload was needed"
