"""One thing that happened, in the ledger."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import models

from jobs.fields import JSONTextField
from jobs.models.cancellation import Cancellation, Via
from jobs.models.connection import Connection
from jobs.models.exchange import Exchange
from jobs.models.guard import NEVER_CHANGES
from jobs.models.inserting import insert


class Kind(models.TextChoices):
    """What happened."""

    LOOKED_UP = "looked_up", "looked up"
    REQUESTED = "requested", "requested"
    APPROVAL_ASKED = "approval_asked", "approval asked for"
    APPROVED = "approved", "approved"
    BROKE_GLASS = "broke_glass", "BREAK-GLASS: sent without approval"
    DENIED = "denied", "denied"
    EXPIRED = "expired", "expired"
    WITHDRAWN = "withdrawn", "withdrawn"
    SENDING = "sending", "sending"
    ANSWERED = "answered", "answered"
    OBSERVED = "observed", "observed"
    SETTLED = "settled", "settled"
    MAILED = "mailed", "owner told by e-mail"
    NOT_MAILED = "not_mailed", "owner not told: no e-mail could be sent"
    REFUSED = "refused", "refused"
    TESTED = "tested", "connection tested"
    CONNECTION_CREATED = "connection_created", "connection created"
    CONNECTION_CHANGED = "connection_changed", "connection changed"
    CONNECTION_DEACTIVATED = "connection_deactivated", "connection deactivated"
    ACCESS_CHANGED = "access_changed", "access changed"
    EXPORTED = "exported", "exported"
    VERIFIED = "verified", "verified"
    KEY_CHANGED = "key_changed", "key changed"


class NotByHand(TypeError):
    """The ledger is written by ``jobs.ledger.append`` alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("Entries are appended by jobs.ledger.append, and never changed or deleted.")


class Entries(models.QuerySet["Entry"]):
    """Read like any other; what would write refuses."""

    def _refuse(self, *args: Any, **kwargs: Any) -> Any:
        raise NotByHand

    create = bulk_create = bulk_update = update = delete = get_or_create = update_or_create = _refuse

    def insert_all(self, entries: Sequence["Entry"]) -> None:
        """For the ledger: sealed entries, in their order."""
        insert(*entries)


class Entry(models.Model):
    """Appended by ``jobs.ledger`` alone; never changed, never deleted.

    What the columns are for, and what the digest and the signature cover, stands in
    ``jobs.ledger.canonical``.
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=30, choices=Kind)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    actor_name = models.CharField("who", max_length=500)
    via = models.CharField(max_length=20, choices=Via, blank=True)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="entries", null=True)
    connection_name = models.CharField("connection as it was called", max_length=100, blank=True)
    job_id = models.CharField("job ID", max_length=64, blank=True)
    cancellation = models.ForeignKey(Cancellation, on_delete=models.PROTECT, related_name="entries", null=True)
    exchange = models.OneToOneField(Exchange, on_delete=models.PROTECT, related_name="entry", null=True)
    exchange_sha256 = models.CharField("SHA-256 of the exchange", max_length=64, blank=True)
    detail = JSONTextField(default=dict)
    key_id = models.CharField("key", max_length=16)
    signature = models.CharField(max_length=128)
    sha256 = models.CharField("SHA-256", max_length=64, unique=True)

    guard = NEVER_CHANGES
    objects = Entries.as_manager()

    class Meta:
        ordering = ("-number",)
        verbose_name_plural = "entries"
        indexes = (
            models.Index(fields=("job_id", "number"), name="entry_job"),
            models.Index(fields=("connection", "number"), name="entry_connection"),
            models.Index(fields=("kind", "number"), name="entry_kind"),
            models.Index(fields=("actor", "number"), name="entry_person"),
            models.Index(fields=("actor", "-number"), condition=models.Q(kind="refused"), name="entry_refused"),
        )

    def __str__(self) -> str:
        return f"{self.number}: {self.get_kind_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        raise NotByHand

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise NotByHand
