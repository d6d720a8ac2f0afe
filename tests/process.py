"""The product's own processes, on the tests' database."""

import os
import subprocess
import sys
from pathlib import Path

from django.db import connection as database

ROOT = Path(__file__).resolve().parents[1]


def environment(**changes: str) -> dict[str, str]:
    """For another process that shares the tests' database and keys."""
    stored = database.settings_dict
    server = f"postgres://{stored['USER']}@{stored['HOST']}:{stored['PORT']}/"
    url = f"{'sqlite:///' if database.vendor == 'sqlite' else server}{stored['NAME']}"
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "aquaadmin.settings", "DATABASE_URL": url, **changes}


def manage(*words: str, stdin: str = "", **changes: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(
        command, cwd=ROOT, env=environment(**changes), input=stdin, capture_output=True, text=True, timeout=60
    )
