"""What became of a cancellation that waited for approval: decided once, and never changed."""

from django.conf import settings
from django.db import models


class Decision(models.TextChoices):
    """The first two let it be sent; with every other one nothing is sent, and it is withdrawn."""

    APPROVED = "approved", "approved"
    BROKE_GLASS = "broke_glass", "break-glass: sent without approval"
    DENIED = "denied", "denied"
    TAKEN_BACK = "taken_back", "taken back"
    EXPIRED = "expired", "expired"
    JOB_CHANGED = "job_changed", "void: the job changed"
    RIGHT_LOST = "right_lost", "void: the requester's right was taken away"
    CONNECTION_CHANGED = "connection_changed", "void: the connection changed"


SENDS = (Decision.APPROVED, Decision.BROKE_GLASS)
DECIDED = (
    "decision",
    "decided_by",
    "decided_by_name",
    "decided_at",
    "decided_via",
    "decided_os_user",
    "decision_reason",
    "decided_on",
)
"""The columns of a decision, filled once and together."""


class Decided(models.Model):
    """A row that may have to wait for somebody's decision, until ``expires_at``; None where nothing is waited for."""

    expires_at = models.DateTimeField("waits for approval until", null=True)
    decision = models.CharField(max_length=20, choices=Decision, null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    decided_by_name = models.CharField(max_length=150, null=True)
    decided_at = models.DateTimeField(null=True)
    decided_via = models.CharField(max_length=20, null=True)
    decided_os_user = models.CharField("operating-system user who decided", max_length=255, null=True)
    decision_reason = models.CharField(max_length=1024, null=True)
    decided_on = models.ForeignKey(
        "jobs.Exchange",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        help_text="The read of the job that was decided on.",
    )

    class Meta:
        abstract = True

    @property
    def broke_glass(self) -> bool:
        """It was sent without approval, by a right for emergencies."""
        return self.decision == Decision.BROKE_GLASS
