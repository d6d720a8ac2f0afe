"""Jobs and batches as Zuora returned them."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jobs import access
from jobs.admin.filters import ByConnection
from jobs.admin.read_only import ReadOnly, ReviewAdmin
from jobs.models import BatchSnapshot, JobSnapshot


class BatchInline(ReadOnly, admin.TabularInline):
    """The batches of one job."""

    model = BatchSnapshot
    extra = 0
    can_delete = False
    fields = (
        "position",
        "name",
        "status",
        "record_count",
        "file_id",
        "segment_list",
        "batch_id",
        "source_object",
        "query",
        "message",
    )
    readonly_fields = ("segment_list",)

    @admin.display(description="segments")
    def segment_list(self, batch: BatchSnapshot) -> str:
        return "\n".join(batch.segments or ()) or "–"


@admin.register(JobSnapshot)
class JobSnapshotAdmin(ReviewAdmin):
    """One row per distinct content of one job."""

    visible = staticmethod(access.visible_snapshots)
    list_display = ("job_id", "status", "name", "connection", "first_seen_at")
    list_filter = (ByConnection, "status", "first_seen_at")
    list_select_related = ("connection",)
    search_fields = ("job_id__exact",)
    search_help_text = "A whole job ID."
    inlines = (BatchInline,)
    exclude = ("body", "has_batches")
    readonly_fields = ("body_as_received",)

    @admin.display(description="body as received")
    def body_as_received(self, snapshot: JobSnapshot) -> SafeString:
        return received(snapshot.body_plain)


def received(body: bytes | None) -> SafeString:
    """The body as text for reading; bytes that are none are shown as �."""
    if body is None:
        return format_html("{}", "nothing came back")
    return format_html('<pre class="received">{}</pre>', body.decode("utf-8", "replace"))
