"""``manage.py reset_second_factor NAME``: for when no administrator can sign in to do it in the admin."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from jobs.signing_in.second_factors import reset_second_factor


class Command(BaseCommand):
    """Exit code 1 where there is nothing to reset."""

    help = (
        "Take the app, passkeys and recovery codes of somebody away, and end their sessions. It stands in the ledger."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the name under which they sign in")

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        person = User.objects.filter(username=name).first()
        if person is None or not reset_second_factor(person):
            raise CommandError(f"There is nobody called {name!a} with a second factor.")
        self.stdout.write(f"The second factor of {name} is gone, and their sessions have ended.")
