"""``manage.py verify_ledger``: is the ledger what it was when it was written?"""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from jobs import acting
from jobs.ledger import verified
from jobs.ledger.verifying import Broken, Head, verify

BROKEN, USAGE = 1, 2


class Command(BaseCommand):
    """Exit code 0: it is; 1: it is not, and the first thing that is not is named."""

    help = "Check every link of the ledger, its signature, and all that it records. Exit code 1: something is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--each-signature", action="store_true", help="check every signature, not the last alone")
        parser.add_argument("--write-checkpoint", metavar="FILE", help="keep the head, to be compared with later")
        parser.add_argument("--checkpoint", metavar="FILE", help="compare with a head that was kept elsewhere")

    def handle(self, *args: Any, **options: Any) -> None:
        checkpoint = _read(options["checkpoint"]) if options["checkpoint"] else None
        try:
            head = verify(each_signature=options["each_signature"], checkpoint=checkpoint)
        except Broken as error:
            raise CommandError(f"The ledger is broken. {error}", returncode=BROKEN) from error
        if file := options["write_checkpoint"]:
            Path(file).write_text(json.dumps({"number": head.number, "sha256": head.sha256}) + "\n")
        self.stdout.write(
            f"The ledger is whole: {head.number:,} entries, {head.snapshots:,} snapshots,"
            f" {head.cancellations:,} cancellations. Head: {head.sha256}"
        )
        self._note(head, options)

    def _note(self, head: Head, options: dict[str, Any]) -> None:
        """The admin shows when each entry was verified. A copy that cannot be written is verified all the same."""
        try:
            verified.note(head, each_signature=options["each_signature"], who=acting.who())
        except DatabaseError as error:
            self.stderr.write(f"That it was verified could not be written into the ledger: {error}")


def _read(file: str) -> dict[str, Any]:
    try:
        checkpoint = json.loads(Path(file).read_text())
        return {"number": int(checkpoint["number"]), "sha256": str(checkpoint["sha256"])}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{file} is no checkpoint: {error}", returncode=USAGE) from error
