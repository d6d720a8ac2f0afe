"""Append to the ledger: the only way to write it.

The lock is taken last in a transaction and held to its end, so that numbers have no gaps and are given in the order
of the commits, from any number of processes and machines.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction
from django.db import connection as database
from django.utils import timezone

from jobs.fields import to_json
from jobs.ledger import canonical, keys
from jobs.models import Cancellation, Connection, Entry, Exchange, Kind

logger = logging.getLogger("aquaadmin.ledger")
LOCK = 0x61717561
"""Of PostgreSQL's advisory locks the ledger's own: "aqua" in ASCII."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """What is to be appended. A cancellation or an exchange brings its connection and its job along."""

    kind: Kind
    actor: User | None = None
    actor_name: str
    via: str = ""
    connection: Connection | None = None
    cancellation: Cancellation | None = None
    exchange: Exchange | None = None
    detail: dict[str, Any] = field(default_factory=dict)


class AnotherKey(DatabaseError):
    """The ledger cannot be written with the key of the settings."""


def append(*events: Event, is_locked: bool = False, is_lasting: bool = True) -> None:
    """Append events in their order, inside the transaction that writes what they record.

    ``is_locked``: the transaction has called ``lock`` before, with this ``is_lasting``.

    Raises:
        RuntimeError: there is no transaction: an entry would stand without what it records, or the other way round.
        DatabaseError: the ledger cannot be written; the whole transaction must end with it.
    """
    if not database.in_atomic_block:
        raise RuntimeError("The ledger is appended to inside the transaction of what it records.")
    if not is_locked:
        lock()
    last = _last()
    key = _key_after(last)
    if last is None:
        events = (_first_key(), *events)
    number, before = (last.number, last.sha256) if last else (0, canonical.FIRST)
    entries = []
    for event in events:
        number += 1
        entry = _entry(number, event)
        before = seal(entry, before, key)
        entries.append(entry)
    Entry.objects.insert_all(entries)
    if is_lasting:  # a head that a crash may still take back is told to nobody
        transaction.on_commit(partial(_log_head, number, before))


@dataclass(frozen=True)
class _Last:
    """What the next entry needs of the last one."""

    number: int
    sha256: str
    next_key_id: str


def _last() -> _Last | None:
    with database.cursor() as cursor:
        cursor.execute("SELECT number, sha256, kind, key_id, detail FROM jobs_entry ORDER BY number DESC LIMIT 1")
        row = cursor.fetchone()
    if row is None:
        return None
    number, digest, kind, key_id, detail = row
    return _Last(number, digest, json.loads(detail)["key_id"] if kind == Kind.KEY_CHANGED else key_id)


def change_key(old: Ed25519PrivateKey, *, actor_name: str) -> None:
    """Let the old key sign the entry that announces the key of the settings, which signs from then on.

    Raises:
        AnotherKey: the ledger does not go on with the old key.
    """
    with transaction.atomic():
        lock()
        last = _last()
        if last is None or last.next_key_id != keys.key_id(old.public_key()):
            raise AnotherKey("The ledger does not go on with this key.")
        announced = keys.announced(keys.current_key().public_key())
        entry = _entry(last.number + 1, Event(kind=Kind.KEY_CHANGED, actor_name=actor_name, detail=announced))
        seal(entry, last.sha256, old)
        Entry.objects.insert_all([entry])
        transaction.on_commit(partial(_log_head, entry.number, entry.sha256))


def _key_after(last: _Last | None) -> Ed25519PrivateKey:
    """The key of the settings, which must be the one that the ledger goes on with."""
    key = keys.current_key()
    if last is not None and keys.own_id(key) != last.next_key_id:
        raise AnotherKey(
            "LEDGER_SIGNING_KEY is another key than the ledger's. Put the old one back,"
            " or change it with: manage.py change_ledger_key --old-key-file FILE"
        )
    return key


def _first_key() -> Event:
    return Event(kind=Kind.KEY_CHANGED, actor_name="aquaadmin", detail=keys.announced(keys.current_key().public_key()))


def _log_head(number: int, digest: str) -> None:
    """For a log collector to keep, so that a tail that is cut off later is missed."""
    logger.info("ledger head number=%d sha256=%s", number, digest)


def lock(*, is_lasting: bool = True) -> None:
    """Wait until nobody else appends, and keep others waiting to the end of the transaction.

    Without ``is_lasting`` PostgreSQL does not wait for its disk when it commits: until the next commit of anybody that
    does, a crash of its machine may take back this transaction, as a whole and with all that came after it.
    """
    if database.vendor != "postgresql":  # SQLite's transactions are one at a time from their beginning on
        return
    with database.cursor() as cursor:
        cursor.execute(_LOCK if is_lasting else _LOCK_WITHOUT_DISK, [LOCK])


_LOCK = "SELECT pg_advisory_xact_lock(%s)"
_LOCK_WITHOUT_DISK = f"{_LOCK}, set_config('synchronous_commit', 'off', true)"


def _entry(number: int, event: Event) -> Entry:
    exchange, cancellation = event.exchange, event.cancellation
    about = cancellation or exchange
    connection = event.connection or (about.connection if about else None)
    return Entry(
        number=number,
        at=timezone.now(),
        kind=event.kind,
        actor=event.actor,
        actor_name=event.actor_name,
        via=event.via,
        connection=connection,
        connection_name=connection.name if connection else "",
        job_id=about.job_id if about else "",
        cancellation=cancellation,
        exchange=exchange,
        exchange_sha256=canonical.of_exchange(exchange) if exchange else "",
        detail=event.detail,
    )


def seal(entry: Entry, before: str, key: Ed25519PrivateKey) -> str:
    """Sign an entry that follows the one with the digest ``before``; its own digest."""
    entry.key_id = keys.own_id(key)
    link = before + canonical.entry_content(columns_of(entry))
    entry.signature = key.sign(link.encode()).hex()
    entry.sha256 = canonical.sha256(link + entry.signature)
    return entry.sha256


def columns_of(entry: Entry) -> Sequence[Any]:
    """An entry's columns in the order of its text."""
    values = {name: getattr(entry, name) for name in canonical.ENTRY}
    values |= {"at": canonical.moment(entry.at), "detail": to_json(entry.detail), "kind": str(entry.kind)}
    return [str(value) if name == "via" else value for name, value in values.items()]
