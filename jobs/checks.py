"""Settings that are wrong stop the start, with what to do about it."""

import re
import ssl
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import DEFAULT_DB_ALIAS

from jobs.ledger import guarding


@checks.register()
def upstream_ca_file(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """UPSTREAM_CA_FILE holds certificates."""
    if not settings.UPSTREAM_CA_FILE:
        return []
    try:
        ssl.create_default_context(cafile=settings.UPSTREAM_CA_FILE)
    except OSError as error:
        hint = "Give the path of a PEM file that this user may read, or leave the setting out."
        message = (
            f"UPSTREAM_CA_FILE {settings.UPSTREAM_CA_FILE!r} cannot be used: {error.strerror or 'no certificates'}."
        )
        return [checks.Error(message, hint=hint, id="jobs.E001")]
    return []


@checks.register()
def loopback(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """ALLOW_LOOPBACK_HTTP is for trying out."""
    if not settings.ALLOW_LOOPBACK_HTTP:
        return []
    hint = "Unset it wherever real credentials are stored."
    return [checks.Warning("ALLOW_LOOPBACK_HTTP lets connections lead to this machine.", hint=hint, id="jobs.W001")]


@checks.register(checks.Tags.database)
def append_only(
    app_configs: Sequence[Any] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """The database itself refuses to change the past."""
    if not databases or DEFAULT_DB_ALIAS not in databases or not (missing := guarding.problems()):
        return []
    hint = (
        "manage.py verify_ledger tells whether anything was changed meanwhile;"
        " manage.py migrate --skip-checks puts the triggers back."
    )
    return [checks.Error(f"The database does not keep the past: {'; '.join(missing)}.", hint=hint, id="jobs.E002")]


@checks.register(deploy=True)
def everybody(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Neither every host name nor every proxy is this installation's own, nor whoever answers as the database."""
    found: list[checks.CheckMessage] = []
    if any(re.fullmatch(r"\*|\.[^.]*", host) for host in settings.ALLOWED_HOSTS):
        hint = "Name the hosts under which people reach aquaadmin."
        found.append(checks.Warning("ALLOWED_HOSTS accepts every host name.", hint=hint, id="jobs.W002"))
    if any(known == "*" or known.endswith("/0") for known in settings.FORWARDED_ALLOW_IPS):
        hint = "Name the addresses of the proxies that speak TLS before it."
        words = "FORWARDED_ALLOW_IPS believes everybody who says that they came over TLS, and from where."
        found.append(checks.Warning(words, hint=hint, id="jobs.W003"))
    database = settings.DATABASES[DEFAULT_DB_ALIAS]
    is_elsewhere = database.get("HOST", "").strip("[]") not in ("", "localhost", "127.0.0.1", "::1")
    if is_elsewhere and database.get("OPTIONS", {}).get("sslmode") != "verify-full":
        hint = "Add ?sslmode=verify-full (and &sslrootcert=…) to DATABASE_URL."
        words = "The way to the database on another machine is not encrypted, or anybody may answer there."
        found.append(checks.Warning(words, hint=hint, id="jobs.W004"))
    return found
