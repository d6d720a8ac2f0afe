"""Is the ledger what it was when it was written? Finds the first thing that is not, and says why."""

import json
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from jobs.ledger import canonical, keys, rows
from jobs.ledger.canonical import ENTRY
from jobs.models import Kind

_NUMBER, _KIND, _KEY, _DETAIL = (1 + ENTRY.index(name) for name in ("number", "kind", "key_id", "detail"))


class Broken(Exception):
    """The ledger is not what it was. The message says where first, and why."""


@dataclass
class Head:
    """The last entry, and how much there is."""

    number: int = 0
    sha256: str = canonical.FIRST
    snapshots: int = 0
    cancellations: int = 0


def verify(*, each_signature: bool = False, checkpoint: dict[str, Any] | None = None) -> Head:
    """Check every link, the head's signature, and all that the entries record against their digests.

    ``checkpoint`` is a head that was kept elsewhere: ``number`` and ``sha256``.

    Raises:
        Broken: something was changed, removed or added.
    """
    with rows.one_moment():
        head = _chain(each_signature=each_signature, checkpoint=checkpoint)
        _exchanges()
        head.snapshots = _snapshots()
        _strays()
        head.cancellations = _cancellations()
    return head


def _chain(*, each_signature: bool, checkpoint: dict[str, Any] | None) -> Head:
    number, before, link, signature, key_id = 0, canonical.FIRST, "", "", ""
    signer: Ed25519PublicKey | None = None
    next_signer: Ed25519PublicKey | None = None
    for entry, content, signature, digest in rows.entries():
        if entry[_NUMBER] != number + 1:
            raise Broken(f"Entry {number + 1} is missing: {entry[_NUMBER]} follows {number}.")
        number += 1
        link = before + content
        if canonical.sha256(link + signature) != digest:
            raise Broken(f"Entry {number} is not what or where it was.")
        before = digest
        signer = next_signer = next_signer or _announced(entry)
        key_id = key_id or keys.key_id(signer)
        if entry[_KEY] != key_id:
            raise Broken(f"Entry {number} is signed with another key than it must be.")
        if each_signature:
            _require_signature(signer, signature, link, number)
        if entry[_KIND] == Kind.KEY_CHANGED:
            _require_signature(signer, signature, link, number)
            next_signer, key_id = _announced(entry), ""
        if checkpoint and number == checkpoint["number"]:
            _require(digest == checkpoint["sha256"], f"entry {number} is another than the checkpoint's")
    if signer and next_signer:
        _require_signature(signer, signature, link, number)
        current = keys.current_key().public_key()
        _require(keys.key_id(next_signer) == keys.key_id(current), "the ledger goes on with another key than this one")
    cut_off = f"the ledger ends at entry {number}; the checkpoint is of a later one"
    _require(checkpoint is None or checkpoint["number"] <= number, cut_off)
    return Head(number, before)


def _require(is_so: bool, why: str) -> None:
    if not is_so:
        raise Broken(f"{why[0].upper()}{why[1:]}.")


def _exchanges() -> None:
    for number, exchange, recorded, now in rows.exchanges():
        if now is None:
            raise Broken(f"Exchange {exchange}, which entry {number} records, is gone.")
        if now != recorded:
            raise Broken(f"Exchange {exchange}, which entry {number} records, is not what it was.")


def _require_signature(key: Ed25519PublicKey, signature: str, link: str, number: int) -> None:
    _require(keys.is_signed(key, signature, link), f"the signature of entry {number} is not its key's")


def _announced(entry: rows.Row) -> Ed25519PublicKey:
    try:
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(json.loads(entry[_DETAIL])["public_key"]))
    except (ValueError, KeyError, TypeError):
        raise Broken(f"Entry {entry[_NUMBER]} announces no key.") from None


def _snapshots() -> int:
    count = 0
    for key, stored, recomputed in rows.snapshots():
        _require(stored == recomputed, f"snapshot {key} or one of its batches is not what it was")
        count += 1
    return count


_STRAYS = {
    "exchange {} is in no entry": """
        SELECT x.id FROM jobs_exchange x LEFT JOIN jobs_entry e ON e.exchange_id = x.id
        WHERE e.number IS NULL ORDER BY x.id LIMIT 1""",
    "snapshot {} is in no exchange": """
        SELECT s.id FROM jobs_jobsnapshot s
        WHERE NOT EXISTS (SELECT 1 FROM jobs_exchange x WHERE x.snapshot_id = s.id) ORDER BY s.id LIMIT 1""",
    "batch {} is in no snapshot": """
        SELECT b.id FROM jobs_batchsnapshot b LEFT JOIN jobs_jobsnapshot s ON s.id = b.snapshot_id
        WHERE s.id IS NULL ORDER BY b.id LIMIT 1""",
    "cancellation {} is in no entry": """
        SELECT c.id FROM jobs_cancellation c
        WHERE NOT EXISTS (SELECT 1 FROM jobs_entry e WHERE e.cancellation_id = c.id AND e.kind = 'requested')
        ORDER BY c.id LIMIT 1""",
    "the cancellation of entry {} is gone": """
        SELECT e.number FROM jobs_entry e LEFT JOIN jobs_cancellation c ON c.id = e.cancellation_id
        WHERE e.cancellation_id IS NOT NULL AND c.id IS NULL ORDER BY e.number LIMIT 1""",
}


def _strays() -> None:
    for why, sql in _STRAYS.items():
        for (key,) in rows.ask(sql):
            raise Broken(f"{why[0].upper()}{why[1:]}.".format(key))


_NO_STATE = (Kind.REQUESTED, Kind.MAILED, Kind.NOT_MAILED)
"""Entries of a cancellation that do not say how far it came."""


def _cancellations() -> int:
    """Each cancellation against its first entry (who, what, why) and its last (how far it came)."""
    count = 0
    for key, recorded, outcome, told in rows.cancellations():
        asked = [detail for kind, detail in told if kind == Kind.REQUESTED]
        came_to = [detail for kind, detail in told if kind not in _NO_STATE]
        if asked[-1:] != [recorded]:
            raise Broken(f"Cancellation {key} is not what was asked for.")
        if came_to[-1:] != [outcome]:
            raise Broken(f"Cancellation {key} did not come to what it says.")
        count += 1
    return count
