"""A bundle's files: a directory or a .zip, line by line."""
# ruff: noqa: SIM905

import base64
import hashlib
import json
import zipfile
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

ENTRY_FORM, EXCHANGE_FORM, SNAPSHOT_FORM = "aquaadmin-entry-1", "aquaadmin-exchange-1", "aquaadmin-snapshot-1"
ENTRY = (
    "number at kind actor_id actor_name via connection_id connection_name job_id cancellation_id exchange_id"
    " exchange_sha256 detail key_id"
).split()
EXCHANGE = (
    "connection_id connection_name environment_name cancellation_id cause actor_id actor_name job_id method url at"
    " duration http_status request_id track_id outcome error_kind words snapshot_id body_sha256"
).split()
SNAPSHOT = (
    "connection_id job_id content_sha256 body_sha256 name status version format encrypted partner project start_time"
    " source_data localized_status has_batches extra first_seen_at"
).split()
BATCH = (
    "position batch_id name status record_count message batch_type file_id segments query source_object api_version"
    " full localized_status deleted extra"
).split()


class Broken(Exception):
    """Something is not what was exported. The message says where first, and why."""


def sha256(text: str) -> str:
    """In hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def plain(value: object) -> str:
    """One text for one value: sorted names, no spaces, ASCII only."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def digest(form: str, row: dict[str, Any], names: list[str], *more: object) -> str:
    """The SHA-256 of a row's text; "" where the row has not the columns that it must have."""
    try:
        return sha256(json.dumps([form, *(row[name] for name in names), *more], separators=(",", ":")))
    except (KeyError, TypeError, ValueError):
        return ""


def digest_of_body(row: dict[str, Any]) -> object:
    """Of the stored bytes, which the line holds in base64; None where there are none."""
    body = row.get("body")
    try:
        return None if body is None else hashlib.sha256(base64.b64decode(body, validate=True)).hexdigest()
    except (TypeError, ValueError):
        return "not base64"


class Bundle:
    """The files; ``seen`` holds, of each that was read to its end, how many lines it has, and its SHA-256."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.zip = zipfile.ZipFile(path) if path.is_file() else None
        self.seen: dict[str, dict[str, Any]] = {}

    def open(self, name: str) -> IO[bytes]:
        try:
            return self.zip.open(name) if self.zip else (self.path / name).open("rb")
        except (KeyError, OSError):
            raise Broken(f"{name} is missing.") from None

    def read(self, name: str) -> bytes:
        with self.open(name) as file:
            content = file.read()
        self.seen[name] = {"sha256": hashlib.sha256(content).hexdigest()}
        return content

    def lines(self, name: str) -> Iterator[dict[str, Any]]:
        """Each line's object."""
        count, whole = 0, hashlib.sha256()
        with self.open(name) as file:
            for line in file:
                count += 1
                whole.update(line)
                yield self._object(line, f"{name}, line {count}")
        self.seen[name] = {"lines": count, "sha256": whole.hexdigest()}

    @staticmethod
    def _object(line: bytes, where: str) -> dict[str, Any]:
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise Broken(f"{where}, cannot be read.")
        return found


class Index:
    """Digests under ascending keys, in 8 bytes and the digests' own for each."""

    def __init__(self, name: str, width: int) -> None:
        self.name, self.width = name, width
        self.keys, self.digests, self.marks = array("q"), bytearray(), bytearray()

    def check(self, key: object) -> None:
        """A key that can be added."""
        if not isinstance(key, int) or (self.keys and key <= self.keys[-1]) or key >= 2**63:
            raise Broken(f"{self.name}: {key} is there twice, or not in its place.")

    def add(self, key: int, digests: str) -> None:
        """``digests`` in hex, of the width of all; what is none is kept as one that nothing has."""
        self.keys.append(key)
        self.digests += bytes.fromhex(digests) if len(digests) == 2 * self.width else bytes(self.width)
        self.marks.append(0)

    def find(self, key: object) -> int:
        """Its position, or -1."""
        at = bisect_left(self.keys, key) if isinstance(key, int) else 0
        return at if at < len(self.keys) and self.keys[at] == key else -1

    def digest(self, at: int, which: int = 0) -> str:
        """The digest that was given, in hex."""
        begin = at * self.width + which * 32
        return self.digests[begin : begin + 32].hex()
