"""A job and its batches as Zuora returned them."""

import zlib

from django.db import models
from django.db.models import Q
from django.utils import timezone

from jobs.aqua.job import Batch, Job
from jobs.fields import JSONTextField
from jobs.models.connection import Connection
from jobs.models.guard import NEVER_CHANGES


class JobSnapshot(models.Model):
    """One row per distinct content of one job. Never changed, never deleted.

    None in a column means that Zuora did not say; ``extra`` holds what the columns do not,
    verbatim, so that ``to_job`` gives back all that was parsed. ``body`` is the answer in
    which this content was first seen, compressed.
    """

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="snapshots")
    job_id = models.CharField("job ID", max_length=64)
    content_sha256 = models.CharField("SHA-256 of the content", max_length=64)
    body = models.BinaryField()
    body_sha256 = models.CharField("SHA-256 of the body", max_length=64)
    sha256 = models.CharField("SHA-256 of the row and its batches", max_length=64)
    name = models.TextField(null=True)
    status = models.TextField(null=True)
    version = models.TextField(null=True)
    format = models.TextField(null=True)
    encrypted = models.TextField(null=True)
    partner = models.TextField(null=True)
    project = models.TextField(null=True)
    start_time = models.TextField(null=True, help_text="As Zuora gave it, without a time zone.")
    source_data = models.TextField(null=True)
    localized_status = models.TextField(null=True)
    has_batches = models.BooleanField(default=True)
    extra = JSONTextField(default=dict)
    first_seen_at = models.DateTimeField(default=timezone.now)

    guard = NEVER_CHANGES

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("connection", "job_id", "content_sha256"), name="one_row_per_content"),
        )
        indexes = (models.Index(fields=("job_id", "id"), name="snapshot_job"),)

    def __str__(self) -> str:
        return f"{self.job_id}: {self.status}"

    @property
    def body_plain(self) -> bytes:
        """The answer in which this content was first seen."""
        return zlib.decompress(self.body)

    def to_job(self) -> Job:
        """The job as the client parsed it."""
        batches = tuple(batch.to_batch() for batch in self.batches.all()) if self.has_batches else None
        columns = {attribute: getattr(self, attribute) for attribute, _ in Job.FIELDS.values()}
        return Job(**columns, batches=batches, extra=self.extra)


class BatchSnapshot(models.Model):
    """One batch of that job: one query and the file that it wrote."""

    snapshot = models.ForeignKey(JobSnapshot, on_delete=models.PROTECT, related_name="batches")
    position = models.PositiveIntegerField()
    batch_id = models.CharField("batch ID", max_length=255, null=True)
    name = models.TextField(null=True)
    status = models.TextField(null=True)
    record_count = models.BigIntegerField(null=True)
    message = models.TextField(null=True)
    batch_type = models.TextField(null=True)
    file_id = models.CharField("file ID", max_length=255, null=True)
    segments = JSONTextField(null=True)
    query = models.TextField(null=True)
    source_object = models.CharField(max_length=255, blank=True, help_text="The object that the query reads from.")
    api_version = models.TextField(null=True)
    full = models.BooleanField(null=True)
    localized_status = models.TextField(null=True)
    deleted = JSONTextField(null=True)
    extra = JSONTextField(default=dict)

    guard = NEVER_CHANGES

    class Meta:
        ordering = ("snapshot", "position")
        constraints = (models.UniqueConstraint(fields=("snapshot", "position"), name="one_batch_per_position"),)
        indexes = (
            models.Index(fields=("batch_id",), condition=Q(batch_id__isnull=False), name="batch_batch_id"),
            models.Index(fields=("file_id",), condition=Q(file_id__isnull=False), name="batch_file_id"),
        )

    def __str__(self) -> str:
        return f"{self.name or self.batch_id}: {self.status}"

    def to_batch(self) -> Batch:
        """The batch as the client parsed it."""
        columns = {attribute: getattr(self, attribute) for attribute, _ in Batch.FIELDS.values()}
        segments = None if self.segments is None else tuple(self.segments)
        return Batch(**{**columns, "segments": segments}, extra=self.extra)
