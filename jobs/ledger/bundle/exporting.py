"""Write a bundle. That it was exported, by whom, is an entry of the ledger before the first line is written."""

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from jobs.ledger import canonical, keys, rows
from jobs.ledger.appending import Event, append, lock
from jobs.ledger.bundle import reading, target
from jobs.ledger.bundle.verifier import single_file
from jobs.models import Cancellation, Entry, Kind

FORMAT = "aquaadmin-bundle-1"
README = Path(__file__).with_name("README.txt")
_DER = bytes.fromhex("302a300506032b6570032100")
"""Stands before the 32 bytes of an Ed25519 public key in its DER form (RFC 8410)."""


@dataclass(frozen=True)
class Exported:
    """What was written: the head, and how many lines each file has."""

    number: int
    sha256: str
    lines: dict[str, int]


def export(
    path: Path, *, actor: User | None, actor_name: str, via: str, cancellations: Sequence[Cancellation] | None = None
) -> Exported:
    """Write everything, or what tells of some cancellations, to a directory or a ``.zip`` that does not exist yet.

    Raises:
        OSError: it cannot be written; nothing is left of it.
        DatabaseError: the entry that says so cannot be written, or the ledger cannot be read.
    """
    readable = single_file()
    with target.new(path) as to:
        number = _announce(actor, actor_name, via, cancellations, readable)
        with rows.one_moment():
            keys_of = _public_keys()
            some = [cancellation.pk for cancellation in cancellations or ()]
            chosen = reading.Everything() if cancellations is None else reading.choose(some, number)
            for read in (reading.cancellations, reading.batches, reading.snapshots, reading.exchanges, reading.entries):
                to.write(f"{read.__name__}.jsonl", _lines(read(chosen)), are_lines=True)
            ((head, digest),) = rows.ask("SELECT number, sha256 FROM jobs_entry ORDER BY number DESC LIMIT 1")
        for public in keys_of:
            to.write(f"key-{_id(public)}.pem", _pem(public))
        readme = README.read_text().replace("KEY_ID", keys.own_id(keys.current_key()))
        to.write("README.txt", readme.encode())
        to.write("verify.py", readable.encode())
        exported = Entry.objects.get(number=number)
        manifest = {
            "format": FORMAT,
            "made_at": canonical.moment(exported.at),
            "made_by": actor_name,
            "exported": number,
            "head": {"number": head, "sha256": digest},
            "files": dict(to.files),
        }
        signed = json.dumps(manifest, indent=1).encode() + b"\n"
        to.write("manifest.json", signed)
        to.write("manifest.sig", keys.current_key().sign(signed))
    counts = {name.removesuffix(".jsonl"): file["lines"] for name, file in to.files.items() if "lines" in file}
    return Exported(head, digest, counts)


def _announce(
    actor: User | None, name: str, via: str, cancellations: Sequence[Cancellation] | None, verifier: str
) -> int:
    """Append the entry that says what is exported; its number."""
    detail: dict[str, Any] = {"what": "bundle", "verifier_sha256": canonical.sha256(verifier)}
    if cancellations is not None:
        detail["cancellations"] = [str(cancellation.uuid) for cancellation in cancellations]
    with transaction.atomic():
        lock()
        if last := Entry.objects.order_by("-number").first():
            detail["head"] = {"number": last.number, "sha256": last.sha256}
        event = Event(kind=Kind.EXPORTED, actor=actor, actor_name=name, via=via, detail=detail)
        append(event, is_locked=True)
        return Entry.objects.latest("number").number


def _lines(found: Iterator[reading.Line]) -> Iterator[bytes]:
    encode = json.JSONEncoder(check_circular=False, separators=(",", ":"), allow_nan=False).encode
    for line in found:
        yield encode(line).encode() + b"\n"


def _public_keys() -> list[bytes]:
    """Every key that the ledger announces, in order."""
    found = rows.ask("SELECT detail FROM jobs_entry WHERE kind = 'key_changed' ORDER BY number")
    return [bytes.fromhex(json.loads(detail)["public_key"]) for (detail,) in found]


def _id(public: bytes) -> str:
    return hashlib.sha256(public).hexdigest()[:16]


def _pem(public: bytes) -> bytes:
    """As openssl reads it."""
    return b"-----BEGIN PUBLIC KEY-----\n" + base64.b64encode(_DER + public) + b"\n-----END PUBLIC KEY-----\n"
