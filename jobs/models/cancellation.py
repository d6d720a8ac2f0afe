"""One person's request to cancel one job, whatever comes of it."""

import uuid
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from jobs.models.connection import Connection
from jobs.models.decision import DECIDED, Decided
from jobs.models.guard import Moves


class State(models.TextChoices):
    """The states up to ``UNCONFIRMED`` are open; the others are settled and never change."""

    REQUESTED = "requested", "requested"
    AWAITING_APPROVAL = "awaiting_approval", "awaiting approval"
    SENDING = "sending", "sending"
    UNCONFIRMED = "unconfirmed", "unconfirmed"
    CANCELLED = "cancelled", "cancelled"
    FINISHED_FIRST = "finished_first", "finished first"
    REFUSED = "refused", "refused"
    STILL_RUNNING = "still_running", "still running"
    UNKNOWN = "unknown", "unknown"
    NOT_SENT = "not_sent", "not sent"
    WITHDRAWN = "withdrawn", "withdrawn"


OPEN = (State.REQUESTED, State.AWAITING_APPROVAL, State.SENDING, State.UNCONFIRMED)
"""In their order: from one to an earlier one there is no way."""
SETTLED = tuple(state for state in State if state not in OPEN)


class Via(models.TextChoices):
    """The door through which it was asked for."""

    WEB = "web", "web page"
    COMMAND_LINE = "command_line", "command line"


def who(name: str, via: str, os_user: str) -> str:
    """A person in words, and who claimed to be them where nobody signed in."""
    return f"{name}, claimed on the command line by {os_user}" if via == Via.COMMAND_LINE else name


RECORDED = (
    "uuid",
    "connection_id",
    "rest_base",
    "job_id",
    "lookup_id",
    "reason",
    "ticket",
    "notify",
    "requested_by_id",
    "requested_by_name",
    "requested_at",
    "via",
    "os_user",
    "expires_at",
)
_DECIDED = (f"{name}_id" if name in ("decided_by", "decided_on") else name for name in DECIDED)
OUTCOME = ("state", "deadline_at", "settled_at", "rests_on_id", *_DECIDED)


def _plain(value: Any) -> Any:
    """As JSON holds it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value if value is None or isinstance(value, int) else str(value)


class Cancellation(Decided):
    """A working row: its state goes forwards, the rest never changes.

    The open cancellation is the queue: ``next_read_at`` says when the job is due to be read
    again, ``claimed_until`` keeps two readers from doing it at once.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="cancellations")
    rest_base = models.CharField(max_length=255)
    job_id = models.CharField("job ID", max_length=64)
    lookup = models.OneToOneField("jobs.Exchange", on_delete=models.PROTECT, related_name="led_to")
    reason = models.CharField(max_length=1024)
    ticket = models.CharField(max_length=100, blank=True)
    notify = models.EmailField("tell by e-mail", max_length=254, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="cancellations")
    requested_by_name = models.CharField(max_length=150)
    requested_at = models.DateTimeField()
    via = models.CharField(max_length=20, choices=Via)
    os_user = models.CharField("operating-system user", max_length=255, blank=True)

    state = models.CharField(max_length=20, choices=State, default=State.REQUESTED)
    deadline_at = models.DateTimeField("read again until", help_text="Set anew when it is approved.")
    settled_at = models.DateTimeField(null=True)
    rests_on = models.ForeignKey(
        "jobs.Exchange",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text="The last exchange that the state takes into account; none while the cancel is being sent.",
    )
    next_read_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    reads = models.PositiveIntegerField(default=0)
    mail_due_at = models.DateTimeField(null=True)
    mail_tries = models.PositiveIntegerField(default=0)
    mail_sent_at = models.DateTimeField(null=True)
    mail_problem = models.CharField(max_length=200, blank=True)

    guard = Moves(
        state="state",
        settled_at="settled_at",
        states=OPEN,
        settled=SETTLED,
        outcome=("deadline_at", "rests_on", "next_read_at", "claimed_until", "reads", *DECIDED),
        once=DECIDED,
        working=("mail_due_at", "mail_tries", "mail_sent_at", "mail_problem"),
        one_open=("rest_base", "job_id"),
    )

    class Meta:
        ordering = ("-id",)
        permissions = (("audit", "Sees every connection's jobs, cancels none (auditor)"),)
        constraints = (
            models.UniqueConstraint(
                fields=("rest_base", "job_id"),
                condition=Q(settled_at__isnull=True),
                name="one_open_cancellation_per_job",
            ),
        )
        indexes = (
            models.Index(fields=("next_read_at",), condition=Q(settled_at__isnull=True), name="cancellation_due"),
            models.Index(
                fields=("expires_at",),
                condition=Q(settled_at__isnull=True, expires_at__isnull=False),
                name="cancellation_waiting",
            ),
            models.Index(fields=("mail_due_at",), condition=Q(mail_due_at__isnull=False), name="cancellation_mail"),
            models.Index(fields=("job_id", "id"), name="cancellation_job"),
            models.Index(fields=("connection", "id"), name="cancellation_connection"),
            models.Index(fields=("connection", "state", "id"), name="cancellation_outcome_on"),
            models.Index(fields=("state", "id"), name="cancellation_outcome"),
            models.Index(fields=("requested_at",), name="cancellation_at"),
            models.Index(fields=("ticket", "id"), condition=~Q(ticket=""), name="cancellation_ticket"),
            models.Index(fields=("requested_by", "id"), name="cancellation_person"),
        )

    def __str__(self) -> str:
        return f"{self.job_id} on {self.connection}"

    def get_absolute_url(self) -> str:
        return reverse("cancellation", args=[self.uuid])

    @property
    def is_open(self) -> bool:
        """Nobody knows yet what became of it."""
        return self.settled_at is None

    @property
    def has_expired(self) -> bool:
        """It waited for approval for too long: nothing can be sent any more, also where nobody has settled it yet."""
        is_waiting = self.state == State.AWAITING_APPROVAL
        return is_waiting and self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def state_shown(self) -> State:
        """The state in which everybody meets it."""
        return State.WITHDRAWN if self.has_expired else State(self.state)

    def recorded(self) -> dict[str, Any]:
        """What was asked, by whom and why: the columns that never change, as the ledger holds them."""
        return {name: _plain(getattr(self, name)) for name in RECORDED}

    def outcome(self) -> dict[str, Any]:
        """How far it has come, as the ledger holds it."""
        return {name: _plain(getattr(self, name)) for name in OUTCOME}

    @property
    def track_id(self) -> str:
        """What goes to Zuora as ``Zuora-Track-Id``."""
        return str(self.uuid)

    @property
    def who(self) -> str:
        """The person, and who claimed to be them where nobody signed in."""
        return who(self.requested_by_name, self.via, self.os_user)

    @property
    def decider(self) -> str:
        """Who decided; "" where nobody did, or time alone."""
        return who(self.decided_by_name or "", self.decided_via or "", self.decided_os_user or "")
