"""Reads the settings from the environment, and says what is wrong with one.

Each ``NAME`` is an environment variable, a line in ``.env`` (the variable wins), or ``NAME_FILE``
with the path of a file that holds the value. An empty one counts as not set. What cannot be used raises
``ImproperlyConfigured`` with what to do.
"""

import base64
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

ED25519_SEED_BYTES = 32

environ.Env.read_env(os.environ.get("ENV_FILE", BASE_DIR / ".env"))


def text(name: str, default: str = "") -> str:
    """A setting as it stands."""
    if value := os.environ.get(name, "").strip():
        return value
    file = os.environ.get(f"{name}_FILE")
    if not file:
        return default
    try:
        return Path(file).read_text().strip() or default
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise ImproperlyConfigured(f"{name}_FILE names {file!r}, which cannot be read: {reason}.") from error


def required(name: str) -> str:
    """A setting without which nothing starts."""
    if value := text(name):
        return value
    raise ImproperlyConfigured(
        f"{name} is not set. Run `make setup`, which writes fresh keys into .env, or set {name} or {name}_FILE."
    )


def words(name: str, default: list[str]) -> list[str]:
    """A comma list."""
    return [word.strip() for word in text(name).split(",") if word.strip()] or default


_HOST = re.compile(r"[a-z0-9*-]+(\.[a-z0-9*-]+)*")
_PROXY_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|[0-9a-f:.]*:[0-9a-f:.]*")


def hosts(name: str, default: list[str]) -> list[str]:
    """A comma list of patterns of host names, in lower case."""
    patterns = [word.lower() for word in words(name, default)]
    for position, pattern in enumerate(patterns, start=1):
        if not _HOST.fullmatch(pattern):
            raise ImproperlyConfigured(
                f"Entry {position} of {name} is not a host like *.zuora.com or rest.example.com"
                " (no https://, no port, no path)."
            )
    return patterns


def proxy(name: str) -> str:
    """The URL of a proxy, or ""; no message repeats it, for it may hold a password."""
    url = text(name)
    if url and not _is_proxy(url):
        raise ImproperlyConfigured(
            f"{name} must be a URL like http://proxy.example.com:3128 or https://user:password@proxy.example.com:3128."
        )
    return url


def _is_proxy(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and _PROXY_HOST.fullmatch(parts.hostname or "") is not None
        and port != 0
        and parts.path in ("", "/")
        and not any(sign in "?#" or sign.isspace() or not sign.isprintable() for sign in url)
    )


def flag(name: str, *, default: bool) -> bool:
    """True or false."""
    value = text(name, str(default)).lower()
    if value in ("true", "1", "yes", "on"):
        return True
    if value in ("false", "0", "no", "off"):
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}. It must be true or false.")


def number(name: str, default: int, *, most: int) -> int:
    """A whole number from 1 on."""
    value = text(name, str(default))
    if not (value.isascii() and value.isdigit() and len(value) < 10 and 1 <= int(value) <= most):
        raise ImproperlyConfigured(f"{name} is {value!r}. It must be a number from 1 to {most}.")
    return int(value)


def fernet_keys(name: str) -> list[str]:
    """A comma list of Fernet keys, newest first."""
    required(name)
    keys = words(name, [])
    for position, key in enumerate(keys, start=1):
        try:
            Fernet(key)
        except ValueError as error:
            raise ImproperlyConfigured(
                f"Key {position} of {name} is not a Fernet key (44 characters that end with =). "
                "`make setup` writes one into a .env that has none."
            ) from error
    return keys


def ed25519_seed(name: str) -> str:
    """32 bytes in urlsafe base64."""
    seed = required(name)
    try:
        is_one = len(base64.urlsafe_b64decode(seed)) == ED25519_SEED_BYTES
    except ValueError:
        is_one = False
    if not is_one:
        raise ImproperlyConfigured(
            f"{name} is not the urlsafe base64 of 32 bytes (44 characters that end with =)."
            " `make setup` writes one into a .env that has none."
        )
    return seed


_SQLITE: dict[str, Any] = {
    "CONN_MAX_AGE": 600,
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON;"
        ),
    },
}
_POSTGRESQL: dict[str, Any] = {
    "CONN_MAX_AGE": 0,
    "OPTIONS": {
        "pool": {"min_size": 1, "max_size": 8, "timeout": 5},
        # Who waits for a lock, or holds one and does nothing, does so no longer than SQLite's writers wait.
        "options": "-c lock_timeout=30s -c idle_in_transaction_session_timeout=60s",
    },
}


def database(name: str) -> dict[str, Any]:
    """A database by its URL, with the options that make the product's promises hold."""
    url = text(name, f"sqlite:///{BASE_DIR / 'aquaadmin.sqlite3'}")
    if not url.startswith(("sqlite:///", "postgres://", "postgresql://")):
        raise ImproperlyConfigured(f"{name} must begin with sqlite:/// or postgres://.")
    try:
        config: dict[str, Any] = environ.Env.db_url_config(url)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is not a URL like postgres://user:password@host:5432/name.") from error
    options = _SQLITE if url.startswith("sqlite") else _POSTGRESQL
    return {**config, **options, "OPTIONS": {**config.get("OPTIONS", {}), **options["OPTIONS"]}}
