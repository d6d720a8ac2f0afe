"""The product as `make run` serves it, on ports and a database of its own, and Debian's Chromium."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from jobs.sandbox import Sandbox
from tests.bench.stage import free_port
from tests.browser.served import Demo, Stage, until_ready

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    home = tmp_path_factory.mktemp("demo")
    env = {
        name: value
        for name, value in os.environ.items()
        if name not in ("SECRET_KEY", "CREDENTIAL_KEYS", "LEDGER_SIGNING_KEY")
    }
    env |= {
        "ENV_FILE": str(home / "env"),
        "DATABASE_URL": f"sqlite:///{home}/db.sqlite3",
        "PORT": str(free_port()),
        "SANDBOX_PORT": str(free_port()),
        "ALLOW_LOOPBACK_HTTP": "true",
        "HTTPS_ONLY": "false",
        "DJANGO_SETTINGS_MODULE": "aquaadmin.settings",
    }
    subprocess.run([sys.executable, "scripts/make_env.py"], cwd=ROOT, env=env, check=True, capture_output=True)
    with (
        (home / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "manage.py", "demo"], cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        try:
            yield Demo(until_ready(process, home / "log"), env)
        finally:
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=30)
            process.kill()
    assert process.returncode == 0, (home / "log").read_text()


@pytest.fixture(scope="session")
def stage(demo: Demo) -> Iterator[Stage]:
    with Sandbox() as sandbox:
        lookups = {
            "production": ("Tests live", sandbox.submit()),
            "sandbox": ("Tests", sandbox.submit()),
            "unusual ID": ("Tests", sandbox.submit(job_id="Job_42")),
            "stateful": ("Tests", sandbox.jobs["queued"]),
            "ended": ("Tests live", sandbox.jobs["aborted"]),
            "unknown ID": ("Tests live", sandbox.jobs["unknown ID"]),
            "unreachable": ("Tests, unreachable", sandbox.jobs["running"]),
        }
        command = [sys.executable, "-m", "tests.browser.prepare", sandbox.url, json.dumps(lookups)]
        done = subprocess.run(command, cwd=ROOT, env=demo.env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        yield Stage(sandbox, json.loads(done.stdout))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()


@dataclass
class Window:
    """One person's browser window. What the browser complains of fails the test."""

    demo: Demo
    page: Page
    complaints: list[str] = field(default_factory=list)

    def sign_in(self, name: str) -> None:
        self.page.goto(self.demo.url)
        self.page.get_by_label("Username").fill(name)
        self.page.get_by_label("Password").fill(self.demo.password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(f"{self.demo.url}/")

    def look_up(self, connection: str, text: str) -> None:
        self.page.goto(self.demo.url)
        self.page.get_by_label("Connection").select_option(connection)
        self.page.get_by_label("Job ID").fill(text)
        self.page.get_by_role("button", name="Look up job").click()
        self.page.wait_for_url("**/lookups/*/")

    @property
    def sentence(self) -> str:
        """What the page says of the job."""
        return self.page.locator(".sentence").inner_text()


@pytest.fixture(scope="session")
def session_of(demo: Demo, chromium: Browser) -> Callable[[str], Any]:
    """The cookies of somebody who has signed in, once for all tests that do not sign in or out."""

    @cache
    def sign_in(name: str) -> Any:
        context = chromium.new_context()
        Window(demo, context.new_page()).sign_in(name)
        cookies = context.storage_state()
        context.close()
        return cookies

    return sign_in


@pytest.fixture
def open_window(demo: Demo, chromium: Browser) -> Iterator[Callable[..., Window]]:
    contexts: list[BrowserContext] = []
    windows: list[Window] = []

    def open_one(**options: Any) -> Window:
        context = chromium.new_context(**options)
        contexts.append(context)
        window = Window(demo, context.new_page())
        windows.append(window)
        window.page.on("pageerror", lambda error: window.complaints.append(str(error)))
        window.page.on("console", lambda said: _note(window, said.type, said.text))
        return window

    yield open_one
    for context in contexts:
        context.close()
    assert [window.complaints for window in windows if window.complaints] == []


def _note(window: Window, kind: str, text: str) -> None:
    if kind == "error" and "status of 4" not in text:
        window.complaints.append(text)
