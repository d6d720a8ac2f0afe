"""That the ledger was verified, and whether one entry is what it was."""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import transaction

from jobs.acting import Who
from jobs.ledger import canonical, keys, rows
from jobs.ledger.appending import Event, append
from jobs.ledger.verifying import Head
from jobs.models import Entry, Exchange, Kind


@dataclass(frozen=True)
class Verified:
    """The whole ledger was verified up to the entry ``until``, which the entry ``number`` tells."""

    number: int
    at: datetime
    by: str
    until: int


def note(head: Head, *, each_signature: bool, who: Who) -> None:
    """Append that everything up to this head was what it was when it was written.

    Raises:
        DatabaseError: the ledger cannot be written.
    """
    if head.number == 0:
        return
    detail = {"head": {"number": head.number, "sha256": head.sha256}, "each_signature": each_signature}
    with transaction.atomic():
        append(Event(kind=Kind.VERIFIED, actor=who.user, actor_name=who.name, via=who.via, detail=detail))


def last_verified() -> Verified | None:
    """The last time, unless what tells of it was changed."""
    try:
        entry = Entry.objects.filter(kind=Kind.VERIFIED).order_by("-number").first()
        return (
            Verified(entry.number, entry.at, entry.actor_name, int(entry.detail["head"]["number"])) if entry else None
        )
    except (ValueError, KeyError, TypeError):
        return None


def detail_of(entry: Entry) -> str:
    """An entry's detail as it stands in the database; one that was changed may be no JSON."""
    ((text,),) = rows.ask("SELECT detail FROM jobs_entry WHERE number = %s", [entry.number])
    return str(text)


@dataclass(frozen=True)
class Finding:
    """What recomputing one entry from its columns showed.

    ``fits``: its digest, over the one of the entry before; ``is_signed``: its signature, by a key that the ledger
    announces; ``records``: the exchange with its body, snapshot and batches, None where it records none.
    """

    fits: bool
    is_signed: bool
    records: bool | None

    @property
    def is_whole(self) -> bool:
        """Nothing is another than it was."""
        return self.fits and self.is_signed and self.records is not False


def look_at(entry: Entry) -> Finding:
    """Recompute an entry of the ledger from what stands in the database now."""
    _, content, signature, digest = next(rows.entries(after=entry.number - 1, page=1))
    before = Entry.objects.filter(number=entry.number - 1).values_list("sha256", flat=True).first()
    link = (before or canonical.FIRST) + content
    fits = (before is not None or entry.number == 1) and canonical.sha256(link + signature) == digest
    key = _key(entry.key_id)
    is_signed = key is not None and keys.is_signed(key, signature, link)
    return Finding(fits, is_signed, None if entry.exchange_id is None else _records(entry))


def _key(key_id: str) -> Ed25519PublicKey | None:
    for (detail,) in rows.ask("SELECT detail FROM jobs_entry WHERE kind = 'key_changed'"):
        with suppress(ValueError, KeyError, TypeError):
            public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(json.loads(detail)["public_key"]))
            if keys.key_id(public) == key_id:
                return public
    return None


def _records(entry: Entry) -> bool:
    number, exchange, recorded, now = next(rows.exchanges(after=entry.number - 1, page=1))
    if number != entry.number or now != recorded:
        return False
    snapshot = Exchange.objects.values_list("snapshot", flat=True).get(pk=exchange)
    if snapshot is None:
        return True
    key, stored, recomputed = next(rows.snapshots(after=snapshot - 1, page=1))
    return key == snapshot and stored == recomputed
