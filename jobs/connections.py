"""Store a connection, and talk to Zuora over it.

Talking happens with no transaction open and, on a pooled database, with no database
connection held: a slow upstream must not starve other requests.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection as database
from django.db import transaction

from jobs.aqua import Answer, AquaClient, AquaError, NotSent
from jobs.aqua.addresses import AddressRules
from jobs.aqua.auth import Basic, HeaderPair, OAuth, SignIn
from jobs.aqua.environments import job_url
from jobs.aqua.transport import Transport
from jobs.fields import Sealed, SecretUnreadable
from jobs.models import Connection


@dataclass(frozen=True)
class Reply:
    """One call's end: the HTTP exchange, and the client's error where no job came back."""

    answer: Answer
    error: AquaError | None = None


def address_rules() -> AddressRules:
    """Which addresses the settings allow."""
    return AddressRules(hosts=tuple(settings.UPSTREAM_HOSTS), allow_loopback=settings.ALLOW_LOOPBACK_HTTP)


@transaction.atomic
def save_connection(connection: Connection) -> None:
    """Store a new or changed connection; a change raises its version, and so renews its client.

    A secret that was not given anew is left as it is stored: ``rotate_keys`` may have encrypted it since it was read.
    """
    changed = None
    if connection.pk is not None:
        stored = Connection.objects.select_for_update().filter(pk=connection.pk)
        connection.version = stored.values_list("version", flat=True).get() + 1
        changed = [field.name for field in Connection._meta.concrete_fields if not field.primary_key]
        if isinstance(connection.secret, Sealed):
            changed.remove("secret")
    connection.save(update_fields=changed)


def read_job(connection: Connection, job_id: str, *, track_id: str = "", rest_base: str = "") -> Reply:
    """Read a job (GET); within 10 s in all.

    With a ``rest_base`` only there: a connection that leads elsewhere by now does not ask another tenant.
    """
    if rest_base and rest_base != connection.rest_base:
        return _not_sent(connection, job_id, "GET", "moved", "This connection leads to another address by now.")
    return _talk(connection, job_id, "GET", lambda client: client.read_job(job_id, track_id=track_id))


def cancel_job(connection: Connection, job_id: str, *, track_id: str) -> Reply:
    """Send the cancel, once; within 30 s in all."""
    return _talk(
        connection, job_id, connection.cancel_method, lambda client: client.cancel_job(job_id, track_id=track_id)
    )


def _talk(connection: Connection, job_id: str, method: str, call: Callable[[AquaClient], Answer]) -> Reply:
    try:
        client = _client_of(connection)
    except SecretUnreadable as error:
        return _not_sent(connection, job_id, method, "credentials", str(error))
    except OSError as error:
        words = f"UPSTREAM_CA_FILE {settings.UPSTREAM_CA_FILE!r} cannot be used: {error.strerror or 'no certificates'}."
        return _not_sent(connection, job_id, method, "ca_file", words)
    _release_database()
    try:
        return Reply(call(client))
    except AquaError as error:
        return Reply(error.answer, error)


def _not_sent(connection: Connection, job_id: str, method: str, kind: str, words: str) -> Reply:
    blank = Answer(method=method, url=job_url(connection.address, job_id), at=datetime.now(UTC), duration=0.0)
    return Reply(blank, NotSent(kind, words, blank))


def _release_database() -> None:
    if database.in_atomic_block:
        raise RuntimeError("Zuora is never called inside a transaction.")
    if database.vendor == "postgresql":
        database.close()


_clients: dict[int, tuple[int, AquaClient]] = {}
_lock = threading.Lock()


def _client_of(connection: Connection) -> AquaClient:
    """The pooled client of this version of a connection; made in the process that uses it."""
    with _lock:
        version, client = _clients.get(connection.pk, (0, None))
        if client is None or version != connection.version:
            client = _new_client(connection)
            _clients[connection.pk] = (connection.version, client)
        return client


def forget_clients() -> None:
    """Close every pooled client; the next call makes a new one."""
    with _lock:
        for _, client in _clients.values():
            client.close()
        _clients.clear()


def _new_client(connection: Connection) -> AquaClient:
    return AquaClient(
        base_url=connection.address,
        sign_in=_sign_in(connection),
        transport=Transport(proxy=settings.UPSTREAM_PROXY, ca_file=settings.UPSTREAM_CA_FILE, rules=address_rules()),
        cancel_method=connection.cancel_method,
        entity_ids=connection.entity_ids,
        org_ids=connection.org_ids,
    )


def _sign_in(connection: Connection) -> SignIn:
    secret = connection.open_secret()
    match connection.auth:
        case Connection.Auth.KEYS:
            return HeaderPair(connection.client_id, secret)
        case Connection.Auth.BASIC:
            return Basic(connection.client_id, secret)
        case _:
            return OAuth(f"{connection.rest_base}/oauth/token", connection.client_id, secret)
