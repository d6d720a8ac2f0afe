"""``/healthz`` and ``/readyz``: whether the process is up, and what keeps it from its work."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from django.conf import settings as stored_settings
from django.db import connection as database
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from jobs.models import Connection
from tests.process import ROOT, environment

OTHER_KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
ASK = """
import django; django.setup()
from django.test import Client
for path in ("/healthz", "/readyz"):
    answer = Client().get(path, headers={"host": "localhost"})
    print(answer.status_code, answer.text)
"""


def without_secrets(said: str) -> bool:
    known = [*stored_settings.CREDENTIAL_KEYS, OTHER_KEY, stored_settings.SECRET_KEY]
    known += [str(database.settings_dict["NAME"]), "sandbox-client-secret", "Traceback"]
    return not any(secret in said for secret in known)


def test_both_are_open_to_everybody_and_ok(client: Client, connection: Connection) -> None:
    for path in ("/healthz", "/readyz"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
        assert "no-store" in answer.headers["Cache-Control"]
        assert client.head(path).status_code == 200
        assert client.post(path).status_code == 405


def test_it_is_ready_without_connections(client: Client, transactional_db: None) -> None:
    assert client.get("/readyz").json() == {"status": "ok"}


def test_missing_migrations_are_named(client: Client, transactional_db: None) -> None:
    recorder = MigrationRecorder(database)
    recorder.record_unapplied("jobs", "0001_initial")
    try:
        answer = client.get("/readyz")
        healthy = client.get("/healthz")
    finally:
        recorder.record_applied("jobs", "0001_initial")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "migrations": "not applied: run manage.py migrate"}
    assert healthy.status_code == 200


def test_keys_that_do_not_read_the_stored_secrets_are_named(
    client: Client, connection: Connection, settings: object
) -> None:
    settings.CREDENTIAL_KEYS = [OTHER_KEY]  # type: ignore[attr-defined]
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "keys": "CREDENTIAL_KEYS does not read the stored secrets"}
    assert without_secrets(answer.text)


def test_the_oldest_of_several_secrets_must_be_readable_too(
    client: Client, make_connection: Callable[..., Connection], settings: object
) -> None:
    make_connection("the oldest")
    old_keys = stored_settings.CREDENTIAL_KEYS
    settings.CREDENTIAL_KEYS = [OTHER_KEY]  # type: ignore[attr-defined]
    make_connection("the newest")
    assert client.get("/readyz").status_code == 503
    settings.CREDENTIAL_KEYS = [OTHER_KEY, *old_keys]  # type: ignore[attr-defined]
    assert client.get("/readyz").status_code == 200


def test_a_database_that_is_away_is_named_and_the_process_stays_healthy(tmp_path: Path) -> None:
    away = f"sqlite:///{tmp_path}/away/db.sqlite3"
    command = [sys.executable, "-W", "error", "-c", ASK]
    ended = subprocess.run(
        command, cwd=ROOT, env=environment(DATABASE_URL=away), capture_output=True, text=True, timeout=60, check=True
    )
    healthy, ready = ended.stdout.splitlines()
    assert healthy == '200 {"status": "ok"}'
    status, _, said = ready.partition(" ")
    assert (status, json.loads(said)) == ("503", {"status": "not ready", "database": "cannot be reached or read"})
    assert str(tmp_path) not in ready
    assert without_secrets(ready)
