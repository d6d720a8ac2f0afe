"""Every HTTP exchange with Zuora."""

from django.contrib import admin
from django.utils.safestring import SafeString

from jobs import access
from jobs.admin.filters import ByActor, ByConnection
from jobs.admin.read_only import ReviewAdmin
from jobs.admin.snapshot import received
from jobs.models import Exchange


@admin.register(Exchange)
class ExchangeAdmin(ReviewAdmin):
    """The audit row of each answer."""

    visible = staticmethod(access.visible_exchanges)
    list_display = ("at", "cause", "job_id", "connection_name", "actor_name", "outcome", "http_status", "words")
    list_filter = (ByConnection, "cause", "outcome", ByActor, "at")
    search_fields = ("job_id__exact", "request_id__exact")
    search_help_text = "A whole job ID or Zuora-Request-Id."
    exclude = ("body",)
    readonly_fields = ("body_as_received",)

    @admin.display(description="body as received")
    def body_as_received(self, exchange: Exchange) -> SafeString:
        return received(exchange.body_received)
