"""The ledger: each entry, whether it is what it was, and when it was verified."""

import json
from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import DateTimeField, QuerySet, Value
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jobs import access, history
from jobs.admin.filters import ByConnection, ByEntryActor
from jobs.admin.read_only import ReviewAdmin
from jobs.ledger.verified import Finding, detail_of, last_verified, look_at
from jobs.models import Entry
from jobs.templatetags.aqua import moment


class Bounded(Paginator):
    """Counts no further than ``most``: what lies deeper is found by its number, its day or its job."""

    most = 10_000

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        return rows.order_by().values("pk")[: self.most].count() if isinstance(rows, QuerySet) else len(rows)


@admin.register(Entry)
class EntryAdmin(ReviewAdmin):
    """One thing that happened. Its page recomputes it from what stands in the database now."""

    visible = staticmethod(access.visible_entries)
    paginator = Bounded
    list_display = ("number", "at", "kind", "actor_name", "connection_name", "job_id", "verified")
    list_filter = (ByConnection, "kind", ByEntryActor)
    sortable_by = ()
    search_fields = ("job_id__exact",)
    search_help_text = "An entry's number, a whole job ID, a cancellation's UUID, or a day: 2026-03-31."
    change_list_template = "admin/jobs/entry/change_list.html"
    fields = (
        *("result", "verified", "number", "at", "kind", "actor_name", "via", "connection", "connection_name"),
        *("job_id", "cancellation", "exchange", "what", "exchange_sha256", "sha256", "key_id", "signature"),
    )
    readonly_fields = ("result", "verified", "what")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Each row knows the last time that the ledger was verified: one query for all of them.

        The detail is read as it stands, in ``what``: one that was changed may be no JSON.
        """
        last, rows = last_verified(), super().get_queryset(request)
        at, by, until = (last.at, last.by, last.until) if last else (None, "", 0)
        verified_at = Value(at, output_field=DateTimeField())
        told: QuerySet[Any] = rows.annotate(verified_at=verified_at, verified_by=Value(by), verified_until=Value(until))
        return told.defer("detail")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By a key of the ledger; nothing that would walk through all of it."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if term.isascii() and term.isdigit() and len(term) < 19:
            return queryset.filter(number=term), False
        with suppress(ValueError, OverflowError):
            return history.entries_of_day(queryset, date.fromisoformat(term)), False
        if len(term) == 36:
            with suppress(ValueError):
                return queryset.filter(cancellation__uuid=UUID(term)), False
        return queryset.filter(job_id=term), False

    @admin.display(description="is it what it was?")
    def result(self, entry: Entry) -> SafeString:
        finding = look_at(entry)
        tag = "<p>{}</p>" if finding.is_whole else '<p class="errornote">{}</p>'
        return format_html(tag, words(entry, finding))

    @admin.display(description="verified at")
    def verified(self, entry: Any) -> str | SafeString:
        if entry.verified_until < entry.number:
            return "not yet"
        return format_html("{} by {}", moment(entry.verified_at), entry.verified_by)

    @admin.display(description="detail")
    def what(self, entry: Entry) -> SafeString:
        text = detail_of(entry)
        with suppress(ValueError):
            text = json.dumps(json.loads(text), indent=2)
        return format_html('<pre class="received">{}</pre>', text)


def words(entry: Entry, finding: Finding) -> str:
    """What recomputing it showed."""
    if finding.is_whole:
        recorded = " So is the exchange that it records, with its body and batches." if finding.records else ""
        return f"Yes: recomputed just now, its digest, its place in the chain and its signature fit.{recorded}"
    wrong = []
    if not finding.fits:
        wrong.append("its columns, or the entry before it, are not what its digest was made of")
    if not finding.is_signed:
        wrong.append("its signature is not that of a key of the ledger")
    if finding.records is False:
        wrong.append(f"exchange {entry.exchange_id}, its body, its snapshot or one of its batches is not what it was")
    return f"No: {'; '.join(wrong)}."
