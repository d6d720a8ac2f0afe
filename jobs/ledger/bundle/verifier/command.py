"""The command."""

import argparse
import json
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any

from jobs.ledger.bundle.verifier.chain import Chain, key_id
from jobs.ledger.bundle.verifier.ed25519 import is_signed
from jobs.ledger.bundle.verifier.files import Broken, Bundle
from jobs.ledger.bundle.verifier.recorded import Recorded


def verify(bundle: Bundle, key: str, checkpoint: dict[str, Any], each_signature: bool) -> str:
    """What was found, in words.

    Raises:
        Broken: something is not what was exported.
    """
    signed = bundle.read("manifest.json")
    try:
        manifest = json.loads(signed)
        number, files, head = manifest["exported"], dict(manifest["files"]), manifest["head"]["number"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Broken("manifest.json cannot be read.") from None
    chain, recorded = Chain(bundle, each_signature), Recorded(bundle)
    chain.walk(recorded, {number, checkpoint.get("number")})
    if key and key not in (chain.keys[0], key_id(chain.keys[0])):
        raise Broken(f"The ledger begins with the key {key_id(chain.keys[0])}, not with {key}.")
    if manifest["head"] != {"number": chain.number, "sha256": chain.sha256}:
        what = f"Entry {chain.number + 1} is missing: " if str(head) > str(chain.number) else ""
        raise Broken(f"{what}entries.jsonl ends with entry {chain.number}, and manifest.json's head is {head}.")
    recorded.finish()
    compare_manifest(bundle, signed, files, chain.keys[-1])
    exported = chain.remembered.get(number, {})
    if exported.get("kind") != "exported":
        raise Broken(f"Entry {number} does not say that this was exported.")
    return "\n".join([*words(chain, files, exported), *compare_checkpoint(chain, checkpoint)])


def compare_manifest(bundle: Bundle, signed: bytes, files: dict[str, Any], key: str) -> None:
    """The manifest with its signature, and every file with the manifest."""
    if not is_signed(bytes.fromhex(key), bundle.read("manifest.sig"), signed):
        raise Broken("manifest.json is not what was signed: manifest.sig is not its signature by the ledger's key.")
    for name, is_to_be in files.items():
        if name not in bundle.seen:
            bundle.read(name)
        if bundle.seen[name] != is_to_be:
            raise Broken(f"{name} is not the file that was exported.")


def compare_checkpoint(chain: Chain, checkpoint: dict[str, Any]) -> list[str]:
    """What is to be said of a head that was kept elsewhere."""
    if not checkpoint:
        return []
    number = checkpoint["number"]
    if number > chain.number:
        raise Broken(f"The bundle ends at entry {chain.number}; the checkpoint is of a later one.")
    if number not in chain.remembered:
        return [f"The checkpoint was not compared: its entry {number} is left out here."]
    if chain.remembered[number]["sha256"] != checkpoint["sha256"]:
        raise Broken(f"Entry {number} is another than the checkpoint's.")
    return [f"Entry {number} is the checkpoint's."]


def words(chain: Chain, files: dict[str, Any], exported: dict[str, Any]) -> list[str]:
    """A result that nothing contradicted."""
    by_content = chain.number - chain.in_full - chain.left_out
    names = ("exchanges", "snapshots", "batches", "cancellations")
    counts = ", ".join(f"{files[f'{name}.jsonl']['lines']:,} {name}" for name in names)
    lines = [f"The bundle is whole: {chain.in_full:,} of {chain.number:,} entries in full, {counts}."]
    if by_content:
        lines.append(f"{by_content:,} entries are not shown; the chain was walked across them.")
    if chain.left_out:
        lines.append(f"{chain.left_out:,} entries are left out; what follows them is proved by its signature.")
    return [
        *lines,
        f"Exported by {exported['actor_name']} at {exported['at']} (entry {exported['number']}).",
        f"Head: entry {chain.number}, {chain.sha256}",
        f"First key: {chain.keys[0]} (ID {key_id(chain.keys[0])}). Compare it with one that was kept elsewhere.",
    ]


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Verify a bundle of aquaadmin's ledger.")
    parser.add_argument("bundle", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--key", default="", help="the ledger's first public key (or its ID), as kept elsewhere")
    parser.add_argument("--checkpoint", type=Path, help="a head that was kept elsewhere (verify_ledger writes it)")
    parser.add_argument("--each-signature", action="store_true", help="check every signature: some milliseconds each")
    options = parser.parse_args()
    try:
        checkpoint = json.loads(options.checkpoint.read_text()) if options.checkpoint else {}
        checkpoint = checkpoint and {"number": int(checkpoint["number"]), "sha256": str(checkpoint["sha256"])}
        bundle = Bundle(options.bundle)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        parser.error(f"This cannot be read: {error}")
    try:
        print(verify(bundle, options.key.lower(), checkpoint, options.each_signature))
    except (Broken, OSError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        print(f"The bundle is broken. {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
