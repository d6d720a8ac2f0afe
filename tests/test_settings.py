"""Every setting: from a variable or a file, and what is said of a wrong one."""

from pathlib import Path

import pytest

from tests.test_setup import GOOD, make_env, process

SHOW = ("manage.py", "shell", "--verbosity", "0", "-c")


def shown(name: str, **settings: str) -> str:
    ended = process(*SHOW, f"from django.conf import settings; print(repr(settings.{name}))", **GOOD, **settings)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("PORT", "9000\n", "9000"),
        ("HTTPS_ONLY", "false\n", "False"),
        ("UPSTREAM_HOSTS", "a.example.com, *.zuora.com\n", "['a.example.com', '*.zuora.com']"),
        ("UPSTREAM_PROXY", "http://proxy.example.com:3128\n", "'http://proxy.example.com:3128'"),
    ],
)
def test_a_setting_from_a_file(tmp_path: Path, name: str, text: str, value: str) -> None:
    (tmp_path / "value").write_text(text)
    assert shown(name, **{f"{name}_FILE": str(tmp_path / "value")}) == value
    assert shown(name, **{name: text, f"{name}_FILE": "/no/such"}) == value.strip()


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"SECRET_KEY": "", "SECRET_KEY_FILE": "/no/such"}, "SECRET_KEY_FILE names '/no/such', which cannot be read"),
        ({"HTTPS_ONLY": "ture"}, "HTTPS_ONLY is 'ture'. It must be true or false."),
        ({"DATABASE_URL": "postgres://u@h:abc/db"}, "DATABASE_URL is not a URL like"),
        ({"DATABASE_URL": "mysql://u@h/db"}, "DATABASE_URL must begin with"),
        ({"PORT": "99999"}, "It must be a number from 1 to 65535."),
    ],
)
def test_a_wrong_setting_stops_the_start_in_one_line(settings: dict[str, str], says: str) -> None:
    ended = process("manage.py", "check", **{**GOOD, **settings})
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1), ended.stderr
    assert ended.stderr.startswith("aquaadmin cannot start: ")
    assert says in ended.stderr


def test_a_wrong_number_of_workers_stops_the_web_server_in_one_line() -> None:
    ended = process("-m", "gunicorn", "-c", "aquaadmin/gunicorn.conf.py", "--check-config", **GOOD, WEB_WORKERS="x")
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1), ended.stderr


def test_an_empty_key_is_filled_in(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# mine\nSECRET_KEY=\nPORT=9000\nCREDENTIAL_KEYS=\n")
    make_env(file)
    assert process("manage.py", "check", ENV_FILE=str(file)).returncode == 0
    assert file.read_text().startswith("# mine\nPORT=9000\nSECRET_KEY=")
