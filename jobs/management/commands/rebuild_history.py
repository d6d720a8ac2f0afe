"""``manage.py rebuild_history``: the words by which cancellations are found, made anew from the rows."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from jobs.history.words import keep_words
from jobs.models import Cancellation, SearchWord

PAGE = 500


class Command(BaseCommand):
    """Page by page, in any state: what people search for meanwhile may be missed, never what they do."""

    help = "Make the words by which cancellations are found anew from the rows."

    def handle(self, *args: Any, **options: Any) -> None:
        last, count = 0, 0
        rows = Cancellation.objects.select_related("lookup__snapshot").order_by("pk")
        while page := list(rows.filter(pk__gt=last)[:PAGE]):
            with transaction.atomic():
                SearchWord.objects.filter(cancellation_id__in=[row.pk for row in page]).delete()
                for row in page:
                    keep_words(row)
            last, count = page[-1].pk, count + len(page)
        self.stdout.write(f"The words of {count:,} cancellations were made anew.")
