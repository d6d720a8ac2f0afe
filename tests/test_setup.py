"""From a clean checkout to a start, and every setting that stops it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parents[1]
GOOD = {
    "SECRET_KEY": "for tests only " * 5,
    "CREDENTIAL_KEYS": Fernet.generate_key().decode(),
    "LEDGER_SIGNING_KEY": Fernet.generate_key().decode(),
}
REGISTRIES = [
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "npmjs" + ".org",
    "npmjs" + ".com",
    "registry" + ".yarnpkg",
    "crates" + ".io",
    "rubygems" + ".org",
    "proxy.golang" + ".org",
    "docker" + ".io",
    "ghcr" + ".io",
    "quay" + ".io",
]


def process(*command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run it with these settings and nothing of the tests' own."""
    clean = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, **settings}
    return subprocess.run([sys.executable, *command], cwd=ROOT, env=clean, capture_output=True, text=True, timeout=60)


def make_env(file: Path) -> str:
    ended = process("scripts/make_env.py", ENV_FILE=str(file))
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert listed.returncode == 0, listed.stderr
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]


def test_make_env_writes_fresh_keys_for_its_owner_alone(tmp_path: Path) -> None:
    one, other = tmp_path / "one.env", tmp_path / "other.env"
    assert make_env(one) == "one.env: made SECRET_KEY, CREDENTIAL_KEYS, LEDGER_SIGNING_KEY\n"
    make_env(other)
    assert one.stat().st_mode & 0o777 == 0o600
    lines = [dict(line.split("=", 1) for line in file.read_text().splitlines()) for file in (one, other)]
    assert [list(keys) for keys in lines] == [list(GOOD)] * 2
    assert all(lines[0][name] != lines[1][name] for name in GOOD)
    assert process("manage.py", "check", ENV_FILE=str(one)).returncode == 0


@pytest.mark.parametrize(
    ("before", "made"),
    [
        ("PORT=9000", ["SECRET_KEY", "CREDENTIAL_KEYS", "LEDGER_SIGNING_KEY"]),
        ("# mine\n\nSECRET_KEY=x\n", ["CREDENTIAL_KEYS", "LEDGER_SIGNING_KEY"]),
        ("export CREDENTIAL_KEYS=a,b\n", ["SECRET_KEY", "LEDGER_SIGNING_KEY"]),
        ("#SECRET_KEY=x\nCREDENTIAL_KEYS_FILE=/run/keys\n", ["SECRET_KEY", "LEDGER_SIGNING_KEY"]),
        ("SECRET_KEY_FILE=/run/secret\nCREDENTIAL_KEYS = b\nLEDGER_SIGNING_KEY=c\n", []),
    ],
)
def test_make_env_adds_only_what_is_missing(tmp_path: Path, before: str, made: list[str]) -> None:
    file = tmp_path / ".env"
    file.write_text(before)
    assert make_env(file) == (f".env: made {', '.join(made)}\n" if made else "")
    after = file.read_text()
    assert after.startswith(before)
    added = after[len(before) :].split()
    assert [line.partition("=")[0] for line in added] == made
    assert make_env(file) == ""
    assert file.read_text() == after


WRONG = [
    ({"SECRET_KEY": ""}, "SECRET_KEY is not set. Run `make setup`"),
    ({"LEDGER_SIGNING_KEY": ""}, "LEDGER_SIGNING_KEY is not set. Run `make setup`"),
    ({"LEDGER_SIGNING_KEY": "short"}, "LEDGER_SIGNING_KEY is not the urlsafe base64 of 32 bytes"),
    ({"CREDENTIAL_KEYS": ""}, "CREDENTIAL_KEYS is not set. Run `make setup`"),
    ({"CREDENTIAL_KEYS": "nonsense"}, "Key 1 of CREDENTIAL_KEYS is not a Fernet key"),
    ({"CREDENTIAL_KEYS": f"{GOOD['CREDENTIAL_KEYS']}, x"}, "Key 2 of CREDENTIAL_KEYS is not a Fernet key"),
    ({"PORT": "http"}, "PORT is 'http'. It must be a number from 1 to 65535."),
    ({"PORT": "0"}, "PORT is '0'. It must be a number"),
    ({"PORT": "65536"}, "PORT is '65536'. It must be a number"),
    ({"DATABASE_URL": "mysql://localhost/x"}, "DATABASE_URL must begin with sqlite:/// or postgres://."),
    ({"DATABASE_URL": "aquaadmin.sqlite3"}, "DATABASE_URL must begin with sqlite:/// or postgres://."),
]


@pytest.mark.parametrize(("settings", "said"), WRONG)
def test_a_wrong_setting_stops_manage_py_with_one_line(settings: dict[str, str], said: str) -> None:
    stopped(process("manage.py", "check", **{**GOOD, **settings}), said)


@pytest.mark.parametrize(("settings", "said"), [WRONG[0], WRONG[2], WRONG[4], WRONG[7]])
def test_a_wrong_setting_stops_gunicorn_with_one_line(settings: dict[str, str], said: str) -> None:
    command = ["-m", "gunicorn", "-c", "aquaadmin/gunicorn.conf.py", "--check-config"]
    stopped(process(*command, **{**GOOD, **settings}), said)


def stopped(ended: subprocess.CompletedProcess[str], said: str) -> None:
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(f"aquaadmin cannot start: {said}")
    assert ended.stderr.count("\n") == 1
    assert GOOD["CREDENTIAL_KEYS"] not in ended.stderr


def test_gunicorn_starts_with_good_settings() -> None:
    ended = process("-m", "gunicorn", "-c", "aquaadmin/gunicorn.conf.py", "--check-config", **GOOD, PORT="9000")
    assert (ended.returncode, ended.stderr) == (0, "")


def test_settings_may_stand_in_files(tmp_path: Path) -> None:
    for name, value in {**GOOD, "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3"}.items():
        (tmp_path / name).write_text(f"{value}\n")
    names = {f"{name}_FILE": str(tmp_path / name) for name in (*GOOD, "DATABASE_URL")}
    ended = process("manage.py", "migrate", "--verbosity", "0", **names)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert (tmp_path / "db.sqlite3").exists()


def test_a_wrong_ca_file_stops_the_start() -> None:
    ended = process("manage.py", "check", **GOOD, UPSTREAM_CA_FILE="/no/such.pem")
    assert ended.returncode == 1
    assert "UPSTREAM_CA_FILE '/no/such.pem' cannot be used: No such file or directory." in ended.stderr
    assert "HINT: Give the path of a PEM file" in ended.stderr


@pytest.mark.parametrize("name", ["run", "dev"])
def test_what_is_required_is_pinned_with_hashes_and_names_no_address(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    assert "://" not in text
    assert not re.search(r"^\s*-(?!-hash=)", text, re.MULTILINE)
    lines = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    pinned = re.compile(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[0-9][^ ]*( ; .+?)?( +--hash=sha256:[0-9a-f]{64})+ *")
    assert [line for line in lines if line.strip() and not pinned.fullmatch(line)] == []
    assert len(lines) > 10


def test_no_file_of_python_outgrows_200_lines() -> None:
    files = [file for file in tracked("*.py") if file.parent.name != "migrations"]
    assert files
    assert {str(file) for file in files if len(file.read_text().splitlines()) > 200} == set()


def test_no_tracked_file_names_a_registry() -> None:
    texts = {str(file): file.read_bytes().lower() for file in tracked() if file.is_file()}
    found = {name: host for name, text in texts.items() for host in REGISTRIES if host.encode() in text}
    assert found == {}


def test_the_deployment_has_nothing_to_be_warned_of() -> None:
    settings = {**GOOD, "SECRET_KEY": "".join(map(chr, range(48, 123)))}
    ended = process("manage.py", "check", "--deploy", "--fail-level", "WARNING", **settings)
    assert (ended.returncode, ended.stdout) == (0, "System check identified no issues (1 silenced).\n")
    silent = process("manage.py", "check", "--deploy", "--fail-level", "WARNING", **settings, HSTS_PRELOAD="true")
    assert (silent.returncode, silent.stdout) == (0, "System check identified no issues (0 silenced).\n")


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("HTTPS_ONLY", "false", "security.W012"),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS accepts every host name."),
        ("ALLOWED_HOSTS", "a.example.com,.com", "ALLOWED_HOSTS accepts every host name."),
        ("FORWARDED_ALLOW_IPS", "*", "FORWARDED_ALLOW_IPS believes everybody"),
        ("FORWARDED_ALLOW_IPS", "10.0.0.1,0.0.0.0/0", "FORWARDED_ALLOW_IPS believes everybody"),
        (
            "DATABASE_URL",
            "postgres://u:p@db.example.com/x",
            "The way to the database on another machine is not encrypted",
        ),
        ("DATABASE_URL", "postgres://u:p@10.0.0.1/x?sslmode=require", "or anybody may answer there."),
        ("ALLOW_LOOPBACK_HTTP", "true", "ALLOW_LOOPBACK_HTTP lets connections lead to this machine."),
    ],
)
def test_a_setting_that_opens_a_door_is_warned_of_before_a_deployment(setting: str, value: str, said: str) -> None:
    ended = process("manage.py", "check", "--deploy", "--fail-level", "WARNING", **GOOD, **{setting: value})
    assert (ended.returncode, said in ended.stderr) == (1, True)
