"""``manage.py export_ledger``: the ledger for whoever reviews it elsewhere, with what verifies it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from jobs import acting
from jobs.ledger.bundle import export
from jobs.models import Cancellation

FAILED, USAGE = 1, 2


class Command(BaseCommand):
    """Exit code 0: it is written; 1: it could not be; 2: there is something of this name, or no such cancellation."""

    help = "Write the ledger, all that it records and what verifies it to a new directory or .zip file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, metavar="DIR|FILE.zip", help="what does not exist yet")
        parser.add_argument(
            "--cancellation", action="append", metavar="UUID", help="only what tells of it (can be given repeatedly)"
        )

    def handle(self, *args: Any, path: Path, cancellation: list[str] | None, **options: Any) -> None:
        some = [_find(uuid) for uuid in cancellation] if cancellation else None
        who = acting.who()
        try:
            written = export(path, actor=who.user, actor_name=who.name, via=who.via, cancellations=some)
        except FileExistsError as error:
            raise CommandError(str(error), returncode=USAGE) from error
        except (OSError, DatabaseError) as error:
            raise CommandError(f"Nothing was written: {error}", returncode=FAILED) from error
        counts = ", ".join(f"{count:,} {name}" for name, count in reversed(written.lines.items()))
        self.stdout.write(f"{path}: {counts}. Head: entry {written.number}, {written.sha256}")
        self.stdout.write("README.txt in it says how to verify it without aquaadmin.")


def _find(uuid: str) -> Cancellation:
    try:
        return Cancellation.objects.get(uuid=uuid)
    except (Cancellation.DoesNotExist, ValidationError) as error:
        raise CommandError(f"There is no cancellation {uuid}.", returncode=USAGE) from error
