"""The product's settings with keys of their own, and loopback allowed: the sandbox answers there."""

import os
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet

os.environ["ENV_FILE"] = os.devnull
os.environ.update(
    SECRET_KEY="for tests only " * 5,
    CREDENTIAL_KEYS=Fernet.generate_key().decode(),
    LEDGER_SIGNING_KEY=Fernet.generate_key().decode(),
    ALLOW_LOOPBACK_HTTP="true",
    HTTPS_ONLY="false",
    REQUIRE_MFA_ON_PRODUCTION="false",
)
_directory = tempfile.TemporaryDirectory(prefix="aquaadmin-tests-")
os.environ.setdefault("DATABASE_URL", f"sqlite:///{_directory.name}/db.sqlite3")

from aquaadmin.settings import *  # noqa: E402, F403
from aquaadmin.settings import DATABASES, INSTALLED_APPS  # noqa: E402

INSTALLED_APPS = ["tests.flushing", *INSTALLED_APPS]  # its flush before Django's

# A database in a file: the threads of a live server share it as those of gunicorn do.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": Path(_directory.name) / "test.sqlite3"}
    _options = DATABASES["default"]["OPTIONS"]  # the tests' own writes need not survive a loss of power
    _options["init_command"] = _options["init_command"].replace("synchronous=FULL", "synchronous=OFF")

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SILENCED_SYSTEM_CHECKS = ["jobs.W001"]
