"""A bundle, and its verifier as an auditor runs it."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.management import call_command


@dataclass
class Verified:
    """How the verifier ended, and what it said."""

    code: int
    said: str


Verify = Callable[..., Verified]


@pytest.fixture
def bundle(told: None, tmp_path: Path) -> Path:
    call_command("export_ledger", str(tmp_path / "bundle"))
    return tmp_path / "bundle"


@pytest.fixture
def verify(tmp_path: Path) -> Verify:
    """Python alone, without site-packages, in an empty directory that knows nothing of the product."""
    empty = tmp_path / "empty"
    empty.mkdir()

    def run(verifier: Path, *words: object) -> Verified:
        command = [sys.executable, "-I", "-S", str(verifier), *map(str, words)]
        path = {"PATH": os.environ["PATH"]}
        done = subprocess.run(command, cwd=empty, env=path, capture_output=True, text=True, timeout=60, check=False)
        return Verified(done.returncode, done.stdout + done.stderr)

    return run
