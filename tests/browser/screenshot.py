"""Makes the README's picture from the running product:  python -m tests.browser.screenshot

Needs `make run` beside it, on the ports that PORT and SANDBOX_PORT name (8000 and 8001 without them).
"""

import os
from pathlib import Path

from playwright.sync_api import sync_playwright

from jobs.sandbox.server import describe
from tests.browser.conftest import CHROMIUM, CHROMIUM_FLAGS

FILE = Path(__file__).resolve().parents[2] / "docs" / "screenshot.png"


def main() -> None:
    """Sign in, look the running job up, and picture the review page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(CHROMIUM_FLAGS))
        page = browser.new_page(viewport={"width": 900, "height": 900}, color_scheme="light")
        page.goto(f"http://localhost:{os.environ.get('PORT', '8000')}/")
        page.get_by_label("Username").fill("operator")
        page.get_by_label("Password").fill("aquaadmin-demo")
        page.get_by_role("button", name="Sign in").click()
        page.get_by_label("Connection").select_option("Demo Production")
        page.get_by_label("Job ID").fill(describe()["jobs"]["running"])
        page.get_by_role("button", name="Look up job").click()
        page.get_by_label("Reason").fill("It has been running for three hours and blocks the month-end close.")
        page.get_by_label("Ticket").fill("OPS-4711")
        page.screenshot(path=FILE, full_page=True)


if __name__ == "__main__":
    main()
