"""The one text of each row, which digests and signatures cover.

A row's text is a JSON array of ASCII without spaces: a name for the form, then the columns in the order given here.
Times are UTC with six digits of a second (``2026-11-24T12:03:36.060263Z``), numbers are numbers, what is absent is
``null``, and JSON columns stand as the text that is stored.

::

    snapshot text   ["aquaadmin-snapshot-1", column…, SHA-256 of the stored body, [batch text, …]]
    exchange text   ["aquaadmin-exchange-1", column…, SHA-256 of the stored body, SHA-256 of the snapshot]
    entry text      ["aquaadmin-entry-1", column…, SHA-256 of the entry before]

    SHA-256 of a snapshot or an exchange = SHA-256(text)
    signature of an entry                = Ed25519(SHA-256(text))
    SHA-256 of an entry                  = SHA-256(text + signature in hex)

So an entry's digest covers the exchange, snapshot and batches that it records, and through the entry before, its
signature included, everything that was ever appended.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from jobs.fields import to_json
from jobs.models import BatchSnapshot, Exchange, JobSnapshot

FIRST = "0" * 64
"""Stands in the first entry for the digest of the one before."""

ENTRY = (
    "number",
    "at",
    "kind",
    "actor_id",
    "actor_name",
    "via",
    "connection_id",
    "connection_name",
    "job_id",
    "cancellation_id",
    "exchange_id",
    "exchange_sha256",
    "detail",
    "key_id",
)
EXCHANGE = (
    "connection_id",
    "connection_name",
    "environment_name",
    "cancellation_id",
    "cause",
    "actor_id",
    "actor_name",
    "job_id",
    "method",
    "url",
    "at",
    "duration",
    "http_status",
    "request_id",
    "track_id",
    "outcome",
    "error_kind",
    "words",
    "snapshot_id",
    "body_sha256",
)
SNAPSHOT = (
    "connection_id",
    "job_id",
    "content_sha256",
    "body_sha256",
    "name",
    "status",
    "version",
    "format",
    "encrypted",
    "partner",
    "project",
    "start_time",
    "source_data",
    "localized_status",
    "has_batches",
    "extra",
    "first_seen_at",
)
BATCH = (
    "position",
    "batch_id",
    "name",
    "status",
    "record_count",
    "message",
    "batch_type",
    "file_id",
    "segments",
    "query",
    "source_object",
    "api_version",
    "full",
    "localized_status",
    "deleted",
    "extra",
)
BATCH_JSON = ("segments", "deleted", "extra")
"""The JSON columns of a batch; of a snapshot it is ``extra`` alone."""
_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), allow_nan=False).encode


def moment(at: datetime) -> str:
    """A time as it stands in a text."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def sha256(text: str | bytes) -> str:
    """In hex."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def digest_of_body(stored: bytes | memoryview | None) -> str | None:
    """Of a body's bytes as they are stored: compressed."""
    return None if stored is None else hashlib.sha256(stored).hexdigest()


def snapshot_text(columns: Sequence[Any], body: str | None, batches: Iterable[Sequence[Any]]) -> str:
    """``columns`` in the order of ``SNAPSHOT``, each batch in that of ``BATCH``, by position."""
    return _encode(["aquaadmin-snapshot-1", *columns, body, [list(batch) for batch in batches]])


def exchange_text(columns: Sequence[Any], body: str | None, snapshot: str | None) -> str:
    """``columns`` in the order of ``EXCHANGE``."""
    return _encode(["aquaadmin-exchange-1", *columns, body, snapshot])


def of_snapshot(snapshot: JobSnapshot, batches: Sequence[BatchSnapshot]) -> str:
    """The SHA-256 of a snapshot that is about to be written."""
    columns = [getattr(snapshot, name) for name in SNAPSHOT[:-2]]
    columns += [to_json(snapshot.extra), moment(snapshot.first_seen_at)]
    return sha256(snapshot_text(columns, digest_of_body(snapshot.body), [_of_batch(batch) for batch in batches]))


def _of_batch(batch: BatchSnapshot) -> list[Any]:
    return [_json_column(batch, name) if name in BATCH_JSON else getattr(batch, name) for name in BATCH]


def _json_column(batch: BatchSnapshot, name: str) -> str | None:
    value = getattr(batch, name)
    return None if value is None else to_json(value)


def of_exchange(exchange: Exchange) -> str:
    """The SHA-256 of an exchange, its snapshot and batches included."""
    columns = [moment(exchange.at) if name == "at" else getattr(exchange, name) for name in EXCHANGE]
    columns = [str(value) if isinstance(value, str) else value for value in columns]
    snapshot = exchange.snapshot.sha256 if exchange.snapshot else None
    return sha256(exchange_text(columns, digest_of_body(exchange.body), snapshot))


def entry_text(columns: Sequence[Any], before: str) -> str:
    """``columns`` in the order of ``ENTRY``."""
    return _encode(["aquaadmin-entry-1", *columns, before])
