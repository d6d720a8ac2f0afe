"""``manage.py rotate_keys``: the stored secrets under the first of CREDENTIAL_KEYS, while everything goes on."""

import logging
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from jobs.rotating import Rotation, rotate

logger = logging.getLogger(__name__)

LEFT, UNREADABLE = 1, 2


class Command(BaseCommand):
    """Exit code 0: done; 1: ``--check`` found some that are to be encrypted anew; 2: some cannot be read."""

    help = (
        "Encrypt the stored secrets anew with the first of CREDENTIAL_KEYS. It may be run at any time, and again."
        " Exit code 1: --check found some to do; 2: some cannot be read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say what is to be done")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        done = rotate(only_look=check)
        logger.info(
            "rotate_keys check=%s renewed=%d current=%d unreadable=%d",
            check, done.renewed, done.current, len(done.unreadable),
        )  # fmt: skip
        verb = "are to be encrypted anew" if check else "encrypted anew"
        self.stdout.write(
            f"Stored secrets: {done.renewed} {verb} with the first of CREDENTIAL_KEYS,"
            f" {done.current} under it already, {len(done.unreadable)} unreadable."
        )
        if done.unreadable:
            rows = "\n".join(f"  {row}" for row in done.unreadable)
            raise CommandError(
                f"No key of CREDENTIAL_KEYS reads the secret of:\n{rows}\n"
                "Add the key that does and run this again, or enter these secrets anew.",
                returncode=UNREADABLE,
            )
        if check and done.renewed:
            raise CommandError("The old keys are still needed: run manage.py rotate_keys.", returncode=LEFT)
        self.stdout.write(_what_next(done))


def _what_next(done: Rotation) -> str:
    if len(settings.CREDENTIAL_KEYS) == 1:
        return "CREDENTIAL_KEYS has no other key."
    if done.renewed:
        return (
            "The old keys must stay until every gunicorn and follow runs with this list of keys: one that was started"
            " with another may still store a secret with its own. Then run this once more."
        )
    return "If every gunicorn and follow runs with this list of keys, all but the first may go from CREDENTIAL_KEYS."
