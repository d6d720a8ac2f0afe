"""Every setting: from a variable or a file, and what is said of a wrong one."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from aquaadmin import environment
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
        ("UPSTREAM_HOSTS", "REST.Example.com,*\n", "['rest.example.com', '*']"),
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
        ({"UPSTREAM_HOSTS": "https://rest.zuora.com"}, "Entry 1 of UPSTREAM_HOSTS is not a host like *.zuora.com"),
        ({"UPSTREAM_PROXY": "u:planted@proxy:3128"}, "UPSTREAM_PROXY must be a URL like http://"),
    ],
)
def test_a_wrong_setting_stops_the_start_in_one_line(settings: dict[str, str], says: str) -> None:
    ended = process("manage.py", "check", **{**GOOD, **settings})
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1), ended.stderr
    assert ended.stderr.startswith("aquaadmin cannot start: ")
    assert says in ended.stderr


HOST = "is not a host like *.zuora.com or rest.example.com (no https://, no port, no path)."


@pytest.mark.parametrize(
    ("given", "position"),
    [
        ("https://rest.zuora.com", 1),
        ("*.zuora.com,rest.zuora.com:443", 2),
        ("rest.zuora.com/v1", 1),
        ("*.zuora.com rest.example.com", 1),
        (".zuora.com", 1),
        ("a..b", 1),
        ("bücher.example", 1),
        ("[a-z].zuora.com", 1),
    ],
)
def test_a_host_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, given: str, position: int) -> None:
    monkeypatch.setenv("UPSTREAM_HOSTS", given)
    with pytest.raises(ImproperlyConfigured) as caught:
        environment.hosts("UPSTREAM_HOSTS", [])
    assert str(caught.value) == f"Entry {position} of UPSTREAM_HOSTS {HOST}"


@pytest.mark.parametrize(
    "given",
    [
        "proxy.example.com:3128",
        "socks5://u:planted@proxy.example.com",
        "http://",
        "http://u:planted@",
        "http://u:planted@:3128",
        "http://proxy.example.com/planted",
        "http://proxy.example.com?planted",
        "http://proxy.example.com#planted",
        "http://u:pl/anted@proxy.example.com:3128",
        "http://proxy.example.com:planted",
        "http://proxy.example.com:0",
        "http://proxy.example.com:99999",
        "http://proxy example.com",
        "http://proxy.example\n.com",
        "http://[planted",
        "http://[planted]:1",
        "http://pro*xy:1",
    ],
)
def test_a_proxy_that_is_none_is_refused_without_a_word_of_it(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("UPSTREAM_PROXY", given)
    with pytest.raises(ImproperlyConfigured, match=r"^UPSTREAM_PROXY must be a URL like") as caught:
        environment.proxy("UPSTREAM_PROXY")
    assert "anted" not in str(caught.value)


@pytest.mark.parametrize(
    "given",
    ["", "http://proxy:3128/", "https://u:p%40ss@proxy.example.com", "HTTP://10.0.0.1:8080", "http://u@[::1]:3128"],
)
def test_a_proxy_stays_as_it_was_given(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("UPSTREAM_PROXY", given)
    assert environment.proxy("UPSTREAM_PROXY") == given


def test_a_wrong_number_of_workers_stops_the_web_server_in_one_line() -> None:
    ended = process("-m", "gunicorn", "-c", "aquaadmin/gunicorn.conf.py", "--check-config", **GOOD, WEB_WORKERS="x")
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1), ended.stderr


def test_an_empty_key_is_filled_in(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# mine\nSECRET_KEY=\nPORT=9000\nCREDENTIAL_KEYS=\n")
    make_env(file)
    assert process("manage.py", "check", ENV_FILE=str(file)).returncode == 0
    assert file.read_text().startswith("# mine\nPORT=9000\nSECRET_KEY=")
