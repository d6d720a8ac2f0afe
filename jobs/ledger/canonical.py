"""The one text of each row, which digests and signatures cover.

A row's text is a JSON array of ASCII without spaces: a name for the form, then the columns in the order given here.
Times are UTC with six digits of a second (``2026-11-24T12:03:36.060263Z``), numbers are numbers (seconds as the
shortest decimal that gives the same double: 0.25), what is absent is ``null``, and JSON columns stand as the text that
is stored. A body's SHA-256 is that of the bytes as they are stored, compressed; ``null`` where there is none.

::

    snapshot text   ["aquaadmin-snapshot-1", column…, SHA-256 of the body, [[batch's column…], …]]
    exchange text   ["aquaadmin-exchange-1", column…, SHA-256 of the body, SHA-256 of the snapshot]
    entry text      ["aquaadmin-entry-1", column…]

    SHA-256 of a snapshot or an exchange = SHA-256(text)
    content of an entry                  = SHA-256(text)
    link of an entry                     = SHA-256 of the entry before + content
    signature of an entry                = Ed25519(link)
    SHA-256 of an entry                  = SHA-256(link + signature)

Every SHA-256 and signature stands in lower-case hex, and ``+`` puts such texts behind one another: a link is 128
characters, of which the first entry's begin with 64 zeros. So an entry's digest covers the exchange, snapshot and
batches that it records, and through the entry before, its signature included, everything that was ever appended; and
whoever knows of an entry no more than its content and its signature can still walk the chain across it.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from jobs.fields import to_json
from jobs.models import BatchSnapshot, Exchange, JobSnapshot

ENTRY_FORM, EXCHANGE_FORM, SNAPSHOT_FORM = "aquaadmin-entry-1", "aquaadmin-exchange-1", "aquaadmin-snapshot-1"
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
_encode = json.JSONEncoder(ensure_ascii=True, check_circular=False, separators=(",", ":"), allow_nan=False).encode


def moment(at: datetime) -> str:
    """A time as it stands in a text."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def sha256(text: str | bytes) -> str:
    """In hex."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def digest_of_body(stored: bytes | memoryview | None) -> str | None:
    """Of a body's bytes as they are stored: compressed."""
    return None if stored is None else hashlib.sha256(stored).hexdigest()


def digest(row: Sequence[Any]) -> str:
    """The SHA-256 of a row's text; it begins with the name of its form."""
    return hashlib.sha256(_encode(row).encode()).hexdigest()


def of_snapshot(snapshot: JobSnapshot, batches: Sequence[BatchSnapshot]) -> str:
    """The SHA-256 of a snapshot that is about to be written."""
    columns = [getattr(snapshot, name) for name in SNAPSHOT[:-2]]
    columns += [to_json(snapshot.extra), moment(snapshot.first_seen_at)]
    return digest([SNAPSHOT_FORM, *columns, digest_of_body(snapshot.body), [_of_batch(batch) for batch in batches]])


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
    return digest([EXCHANGE_FORM, *columns, digest_of_body(exchange.body), snapshot])


def entry_content(columns: Sequence[Any]) -> str:
    """The SHA-256 of an entry's text; ``columns`` in the order of ``ENTRY``."""
    return digest([ENTRY_FORM, *columns])
