"""``manage.py change_ledger_key``: go on with the key of LEDGER_SIGNING_KEY, by an entry that the old one signs."""

import getpass
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from jobs.ledger.appending import AnotherKey, change_key
from jobs.ledger.keys import signing_key

USAGE = 2


class Command(BaseCommand):
    """Stop gunicorn and follow, set the new LEDGER_SIGNING_KEY, run this, start them again."""

    help = "Go on with the key of LEDGER_SIGNING_KEY. The entry that says so is signed with the old key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--old-key-file", required=True, help="a file that holds the old LEDGER_SIGNING_KEY")

    def handle(self, *args: Any, old_key_file: str, **options: Any) -> None:
        try:
            change_key(signing_key(Path(old_key_file).read_text().strip()), actor_name=getpass.getuser())
        except (OSError, ValueError, AnotherKey) as error:
            raise CommandError(f"The key was not changed: {error}", returncode=USAGE) from error
        self.stdout.write("The ledger goes on with the key of LEDGER_SIGNING_KEY.")
