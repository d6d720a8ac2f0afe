"""Cancellations, each with all that belongs to it on one page."""

from textwrap import shorten
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jobs import access, history
from jobs.admin.filters import ByConnection, ByPerson
from jobs.admin.read_only import ReviewAdmin
from jobs.models import Cancellation
from jobs.sentences import sentence


@admin.register(Cancellation)
class CancellationAdmin(ReviewAdmin):
    """Who asked for what, why, and what became of it."""

    visible = staticmethod(access.visible_cancellations)
    list_display = ("job_id", "connection", "state", "asked_for_by", "requested_at", "why", "ticket")
    list_filter = (ByConnection, "state", ByPerson, "requested_at")
    list_select_related = ("connection",)
    search_fields = ("job_id__exact", "ticket__exact")
    search_help_text = "A whole job ID or ticket."
    change_form_template = "admin/jobs/cancellation/change_form.html"
    fields = (
        "result",
        "job_id",
        "connection",
        "state",
        "reason",
        "ticket",
        "notify",
        "asked_for_by",
        "requested_at",
        "via",
        "settled_at",
        "deadline_at",
        "page",
    )
    readonly_fields = ("result", "asked_for_by", "page")

    @admin.display(description="reason")
    def why(self, cancellation: Cancellation) -> str:
        return shorten(cancellation.reason, 80, placeholder="…")

    @admin.display(description="what became of it")
    def result(self, cancellation: Cancellation) -> str:
        return sentence(cancellation)

    @admin.display(description="asked for by", ordering="requested_by_name")
    def asked_for_by(self, cancellation: Cancellation) -> str:
        return cancellation.who

    @admin.display(description="its page")
    def page(self, cancellation: Cancellation) -> SafeString:
        return format_html('<a href="{}">{}</a>', cancellation.get_absolute_url(), cancellation.uuid)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        shown = self.get_object(request, object_id)
        exchanges = history.exchanges_of(shown) if shown else []
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "exchanges": exchanges})
