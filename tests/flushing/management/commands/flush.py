"""``flush`` for a database that refuses to be emptied: Django's tests call it after each test."""

from typing import Any

from django.core.management.commands import flush

from jobs.ledger import guarding


class Command(flush.Command):
    """Take the triggers away, empty the tables, put the triggers back."""

    def handle(self, **options: Any) -> None:
        guarding.remove()
        try:
            super().handle(**options)
        finally:
            guarding.install()
