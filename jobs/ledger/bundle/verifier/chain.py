"""The chain: every entry's digest covers the one before it, and its signature."""

import hashlib
import json
from typing import Any

from jobs.ledger.bundle.verifier.ed25519 import is_signed
from jobs.ledger.bundle.verifier.files import ENTRY, ENTRY_FORM, Broken, Bundle, digest, sha256
from jobs.ledger.bundle.verifier.recorded import Recorded

FIRST = "0" * 64
KEY_CHANGED = "key_changed"


def key_id(key: str) -> str:
    """What names a public key in the entries: the first 16 hex digits of the SHA-256 of its 32 bytes."""
    return hashlib.sha256(bytes.fromhex(key)).hexdigest()[:16]


class Chain:
    """Walks entries.jsonl. A line is one of three:

    - an entry in full: its columns, its signature and its SHA-256;
    - an entry without its columns: ``number``, ``content`` (the SHA-256 of its text), ``signature`` and ``sha256``,
      over which the chain is walked all the same;
    - a gap: ``from``, ``to`` and the ``sha256`` of the last entry left out. What follows is proved by its signature.
    """

    def __init__(self, bundle: Bundle, each_signature: bool) -> None:
        self.bundle, self.each_signature = bundle, each_signature
        self.number, self.sha256 = 0, FIRST
        self.keys: list[str] = []
        self.in_full = self.left_out = 0
        self.remembered: dict[int, dict[str, Any]] = {}

    def walk(self, recorded: Recorded, remember: set[object]) -> None:
        """From the first line to the last. ``remember`` are numbers of entries whose lines are kept."""
        is_proved, proof = True, ("", "", "")
        for line in self.bundle.lines("entries.jsonl"):
            if "from" in line:
                self._leave_out(line)
                is_proved = False
                continue
            link = self._link(line)
            is_full = "kind" in line
            if not self.keys:
                self.keys.append(self._announced(line))
            if is_full and line["key_id"] != key_id(self.keys[-1]):
                raise Broken(f"Entry {self.number} is signed with another key than it must be.")
            proof = (self.keys[-1], line["signature"], link)
            changes = is_full and line["kind"] == KEY_CHANGED
            if self.each_signature or changes or not is_proved:
                self._require_signature(*proof)
            is_proved = True
            if changes and self.number > 1:
                self.keys.append(self._announced(line))
            if is_full:
                self.in_full += 1
                recorded.compare(line)
            if self.number in remember:
                self.remembered[self.number] = line
        if not self.keys or not is_proved:
            raise Broken("entries.jsonl ends before the head.")
        self._require_signature(*proof)

    def _leave_out(self, line: dict[str, Any]) -> None:
        first, last = line["from"], line.get("to")
        if first != self.number + 1 or not isinstance(last, int) or last < first or self.number == 0:
            raise Broken(f"Entry {self.number + 1} is missing.")
        self.left_out += last - self.number
        self.number, self.sha256 = last, str(line.get("sha256"))

    def _link(self, line: dict[str, Any]) -> str:
        number, before = line.get("number"), self.number
        if number != before + 1:
            raise Broken(f"Entry {before + 1} is missing: {number} follows {before}.")
        self.number = before + 1
        content = digest(ENTRY_FORM, line, ENTRY) if "kind" in line else str(line.get("content"))
        link = self.sha256 + content
        self.sha256 = sha256(link + str(line.get("signature")))
        if self.sha256 != line.get("sha256"):
            raise Broken(f"Entry {self.number} is not what or where it was.")
        return link

    def _require_signature(self, key: str, signature: str, link: str) -> None:
        try:
            is_valid = is_signed(bytes.fromhex(key), bytes.fromhex(signature), link.encode())
        except ValueError:
            is_valid = False
        if not is_valid:
            raise Broken(f"The signature of entry {self.number} is not its key's.")

    def _announced(self, line: dict[str, Any]) -> str:
        try:
            key = json.loads(line["detail"])["public_key"]
            return bytes.fromhex(key).hex()
        except (ValueError, KeyError, TypeError):
            raise Broken(f"Entry {self.number} announces no key.") from None
