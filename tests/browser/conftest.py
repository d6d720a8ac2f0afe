"""The product as `make run` serves it, on ports and a database of its own, and Debian's Chromium."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

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


@dataclass(frozen=True)
class Demo:
    """What the start printed."""

    printed: str

    @property
    def url(self) -> str:
        return re.findall(r"http://localhost:\d+", self.printed)[0]

    @property
    def sandbox_url(self) -> str:
        return re.findall(r"http://localhost:\d+", self.printed)[1]

    @property
    def password(self) -> str:
        return re.findall(r"Password +(\S+)", self.printed)[0]

    def job(self, situation: str) -> str:
        """The ID of a job to try, as it was printed."""
        return re.findall(rf"([0-9a-f]{{32}}) +{situation}\n", self.printed)[0]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    home = tmp_path_factory.mktemp("demo")
    env = {name: value for name, value in os.environ.items() if name not in ("SECRET_KEY", "CREDENTIAL_KEYS")}
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
            yield Demo(until_ready(process, home / "log"))
        finally:
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=30)
            process.kill()
    assert process.returncode == 0, (home / "log").read_text()


def until_ready(process: "subprocess.Popen[str]", log: Path) -> str:
    """What was printed up to its last line."""
    printed = ""
    assert process.stdout
    for line in process.stdout:
        printed += line
        if line.startswith("Ctrl-C"):
            return printed
    raise AssertionError(f"The demo ended at its start: {printed}\n{log.read_text()}")


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
