"""``manage.py rotate_keys``: new keys for what is stored, while people go on working."""

import io
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import decrypt
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.test import Client

from jobs import connections
from jobs.fields import SecretUnreadable
from jobs.models import Connection
from jobs.sandbox import Sandbox
from tests.admin_pages import filled_in, page_of
from tests.flow import look_up
from tests.process import ROOT, environment

Make = Callable[..., Connection]
OLD_STAY = "The old keys must stay until every gunicorn and follow runs with this list of keys"
OLD_MAY_GO = "all but the first may go from CREDENTIAL_KEYS."


def rotate(*words: str) -> tuple[int, str]:
    """The exit code, and all that was said."""
    out, code = io.StringIO(), 0
    try:
        call_command("rotate_keys", *words, stdout=out)
    except CommandError as error:
        code = error.returncode
        out.write(str(error))
    return code, out.getvalue()


def secrets_with(settings: Any, keys: list[str]) -> dict[str, str]:
    before, settings.CREDENTIAL_KEYS = settings.CREDENTIAL_KEYS, keys
    try:
        return {row.name: row.open_secret() for row in Connection.objects.all()}
    finally:
        settings.CREDENTIAL_KEYS = before


@pytest.fixture
def keys(settings: Any) -> tuple[str, str]:
    """The new and the old one, both in the settings; what exists is under the old one."""
    old, new = settings.CREDENTIAL_KEYS[0], Fernet.generate_key().decode()
    settings.CREDENTIAL_KEYS = [old, new]
    return new, old


def test_first_they_are_encrypted_anew_and_then_the_old_key_may_go(
    make_connection: Make, keys: tuple[str, str], settings: Any
) -> None:
    plain = {name: make_connection(name, secret=f"secret of {name}").open_secret() for name in ("A", "B", "C")}
    settings.CREDENTIAL_KEYS = list(keys)
    versions = list(Connection.objects.values_list("version"))
    code, said = rotate("--check")
    assert (code, said.startswith("Stored secrets: 3 are to be encrypted anew with the first")) == (1, True)
    with pytest.raises(SecretUnreadable):
        secrets_with(settings, [keys[0]])

    code, said = rotate()
    assert (code, OLD_STAY in said) == (0, True)
    assert said.startswith("Stored secrets: 3 encrypted anew with the first of CREDENTIAL_KEYS, 0 under it already, 0 ")
    assert secrets_with(settings, [keys[0]]) == plain
    assert list(Connection.objects.values_list("version")) == versions, "a pooled client need not be made anew"

    for words in ((), ("--check",)):
        code, said = rotate(*words)
        assert (code, said.endswith(f"{OLD_MAY_GO}\n"), " 3 under it already, " in said) == (0, True, True)
    settings.CREDENTIAL_KEYS = [keys[0]]
    assert "has no other key" in rotate()[1]


def test_a_secret_that_no_key_reads_is_named_and_holds_up_no_other(
    make_connection: Make, keys: tuple[str, str], settings: Any
) -> None:
    make_connection("Lost"), make_connection("Kept", secret="kept")
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    lost = Connection.objects.get(name="Lost")
    lost.secret = "lost"
    connections.save_connection(lost)
    settings.CREDENTIAL_KEYS = list(keys)
    code, said = rotate()
    assert (code, "1 encrypted anew" in said, "1 unreadable" in said) == (2, True, True)
    assert "reads the secret of:\n  connection Lost\n" in said
    assert OLD_MAY_GO not in said
    assert Connection.objects.get(name="Kept").open_secret() == "kept"


def test_what_is_encrypted_anew_still_belongs_to_its_row(
    make_connection: Make, keys: tuple[str, str], settings: Any
) -> None:
    one, other = make_connection("One", secret="of one"), make_connection("Other", secret="of other")
    with database.cursor() as cursor:
        cursor.execute(
            "UPDATE jobs_connection SET secret = (SELECT secret FROM jobs_connection WHERE id = %s) WHERE id = %s",
            [one.pk, other.pk],
        )
    settings.CREDENTIAL_KEYS = list(keys)
    assert rotate()[0] == 0
    assert Connection.objects.get(pk=one.pk).open_secret() == "of one"
    with pytest.raises(SecretUnreadable, match="belongs to another connection"):
        Connection.objects.get(pk=other.pk).open_secret()


def test_second_factors_are_encrypted_anew_too(admin: User, keys: tuple[str, str], settings: Any) -> None:
    app = TOTP.activate(admin, "PLANTEDSECRET234")
    codes = RecoveryCodes.activate(admin).generate_codes()
    Authenticator.objects.create(user=admin, type="webauthn", data={"name": "key", "credential": {"id": "gAAAAx"}})
    settings.CREDENTIAL_KEYS = list(keys)
    assert rotate()[1].startswith("Stored secrets: 2 encrypted anew")
    settings.CREDENTIAL_KEYS = [keys[0]]
    app.instance.refresh_from_db()
    assert decrypt(app.instance.data["secret"]) == "PLANTEDSECRET234"
    assert RecoveryCodes.activate(admin).generate_codes() == codes
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    code, said = rotate()
    assert (code, said.count(" of admin\n")) == (2, 2)


def test_who_read_a_connection_before_and_saves_it_after_does_not_bring_the_old_key_back(
    make_connection: Make, keys: tuple[str, str], settings: Any
) -> None:
    read_before = make_connection(secret="kept")
    settings.CREDENTIAL_KEYS = list(keys)
    rotate()
    read_before.tenant = "ACME renamed"
    connections.save_connection(read_before)
    assert secrets_with(settings, [keys[0]]) == {"ACME test": "kept"}
    assert Connection.objects.get().tenant == "ACME renamed"


def test_it_runs_while_people_look_up_and_change_connections(
    make_connection: Make,
    admin: User,
    door: Callable[[User], Client],
    sandbox: Sandbox,
    keys: tuple[str, str],
    settings: Any,
) -> None:
    all_of_them = [make_connection(f"Connection {number}") for number in range(20)]
    plain = secrets_with(settings, [keys[1]])
    ended, faults, rounds = threading.Event(), [], {"look-ups": 0, "changes": 0}

    def work(what: str, act: Callable[[Connection, int], str]) -> None:
        try:
            while not ended.is_set():
                row = all_of_them[rounds[what] % len(all_of_them)]
                faults.extend(filter(None, [act(Connection.objects.get(pk=row.pk), rounds[what])]))
                rounds[what] += 1
        except Exception as error:
            faults.append(repr(error))
        finally:
            database.close()

    def read(row: Connection, number: int) -> str:
        connections.forget_clients()  # so that the secret is opened
        return look_up(admin, row, sandbox.jobs["running"]).error_kind

    def change(row: Connection, number: int) -> str:
        new = plain[row.name] if number % 2 else ""
        answer = browser.post(page_of(row), filled_in(row, tenant=f"Tenant {number}", new_secret=new))
        return "" if answer.status_code == 302 else f"change: {answer.status_code}"

    browser = door(admin)
    # Some processes have the old key first, as in the middle of a restart: both read what either writes.
    threads = [threading.Thread(target=work, args=task) for task in (("look-ups", read), ("changes", change))]
    for thread in threads:
        thread.start()
    command = [sys.executable, "manage.py", "rotate_keys"]
    env = environment(CREDENTIAL_KEYS=",".join(keys))
    try:
        first = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)
        settings.CREDENTIAL_KEYS = list(keys)  # and now every process has the new one first
        second = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)
        done = {what: number + 3 for what, number in rounds.items()}
        while not faults and any(rounds[what] < number for what, number in done.items()):
            ended.wait(0.05)
    finally:
        ended.set()
        for thread in threads:
            thread.join(60)
    assert (first.returncode, second.returncode, faults) == (0, 0, []), first.stderr + second.stderr
    assert OLD_STAY in first.stdout
    rotate()  # a change that began before the second run may have ended after it
    assert rotate()[1].startswith("Stored secrets: 0 encrypted anew with the first of CREDENTIAL_KEYS, 20 under it")
    assert secrets_with(settings, [keys[0]]) == plain
