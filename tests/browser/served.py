"""What the browser tests meet: the demonstration as it was started, and a stage with a page of each kind."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from jobs.sandbox import Sandbox


@dataclass(frozen=True)
class Demo:
    """What the start printed, and the environment it runs in."""

    printed: str
    env: dict[str, str]

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


def until_ready(process: "subprocess.Popen[str]", log: Path) -> str:
    """What was printed up to its last line."""
    printed = ""
    assert process.stdout
    for line in process.stdout:
        printed += line
        if line.startswith("Ctrl-C"):
            return printed
    raise AssertionError(f"The demo ended at its start: {printed}\n{log.read_text()}")


@dataclass(frozen=True)
class Stage:
    """The demonstration with a colleague of the operator, and a pretend Zuora in which the tests see what arrives.

    On it: the connections ``Tests`` and ``Tests live``, and a page of each kind.
    """

    sandbox: Sandbox
    pages: dict[str, str]

    def deletes(self, job_id: str) -> int:
        return len(self.sandbox.seen("DELETE", job_id))
