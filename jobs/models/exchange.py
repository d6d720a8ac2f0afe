"""One HTTP exchange with Zuora: the audit row of each answer."""

import zlib

from django.conf import settings
from django.db import models

from jobs.models.cancellation import Cancellation
from jobs.models.connection import Connection
from jobs.models.guard import NEVER_CHANGES
from jobs.models.snapshot import JobSnapshot


class Cause(models.TextChoices):
    """Why Zuora was asked."""

    LOOK_UP = "look_up", "look-up"
    APPROVAL = "approval", "read before a decision"
    CANCEL = "cancel", "cancel"
    CONFIRMATION = "confirmation", "confirmation"
    FOLLOW_UP = "follow_up", "follow-up"
    TEST = "test", "connection test"


class Outcome(models.TextChoices):
    """What the answer was: the job, or one of the client's errors."""

    ANSWERED = "answered", "answered with the job"
    REFUSED = "refused", "refused"
    UNKNOWN = "unknown", "not understood"
    NOT_SENT = "not_sent", "not sent"


class Exchange(models.Model):
    """Never changed, never deleted.

    ``body`` is None where nothing came back, and where the snapshot keeps the very same
    bytes; ``body_received`` gives them in both cases.
    """

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="exchanges")
    connection_name = models.CharField("connection as it was called", max_length=100)
    environment_name = models.CharField("environment as it was", max_length=255)
    cancellation = models.ForeignKey(Cancellation, on_delete=models.PROTECT, related_name="exchanges", null=True)
    cause = models.CharField(max_length=20, choices=Cause)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    actor_name = models.CharField("who", max_length=500)
    job_id = models.CharField("job ID", max_length=64)
    method = models.CharField(max_length=10)
    url = models.CharField("URL", max_length=1000)
    at = models.DateTimeField()
    duration = models.FloatField(help_text="Seconds.")
    http_status = models.PositiveSmallIntegerField("HTTP status", null=True)
    request_id = models.CharField("Zuora-Request-Id", max_length=255, blank=True)
    track_id = models.CharField("Zuora-Track-Id", max_length=64, blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome)
    error_kind = models.CharField(max_length=50, blank=True)
    words = models.TextField("in Zuora's words", blank=True)
    snapshot = models.ForeignKey(JobSnapshot, on_delete=models.PROTECT, related_name="exchanges", null=True)
    body = models.BinaryField(null=True)
    body_sha256 = models.CharField("SHA-256 of the body", max_length=64, blank=True)

    guard = NEVER_CHANGES

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("job_id", "id"), name="exchange_job"),
            models.Index(fields=("connection", "id"), name="exchange_connection"),
            models.Index(fields=("cancellation", "id"), name="exchange_cancellation"),
            models.Index(fields=("cause", "id"), name="exchange_cause"),
            models.Index(fields=("actor", "id"), name="exchange_person"),
            models.Index(fields=("at",), name="exchange_at"),
            models.Index(fields=("request_id",), condition=~models.Q(request_id=""), name="exchange_request_id"),
        )

    def __str__(self) -> str:
        return f"{self.get_cause_display()}: {self.method} {self.job_id}"

    @property
    def body_received(self) -> bytes | None:
        """The bytes as they came, unpacked; None where nothing came."""
        packed = self.body
        if packed is None and self.snapshot and self.snapshot.body_sha256 == self.body_sha256:
            packed = self.snapshot.body
        return None if packed is None else zlib.decompress(packed)

    @property
    def body_text(self) -> str | None:
        """The same for reading; bytes that are no text are shown as �."""
        body = self.body_received
        return None if body is None else body.decode("utf-8", "replace")
