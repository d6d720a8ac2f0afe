"""The flow of one cancellation: look up, request, send, confirm.

The intent is committed before the DELETE leaves; if it cannot be written, nothing is sent.
A crash at any point leaves a state from which a read, and only a read, finds the truth.
"""

from datetime import timedelta

from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from jobs import access, connections
from jobs.aqua.client import CANCEL_SECONDS
from jobs.aqua.environments import job_url
from jobs.aqua.job import TERMINAL
from jobs.asked import cancelled_since, in_the_way_of, led_to
from jobs.confirming import READ_LEASE, confirm, events_of, move, settle, wait_for_confirmation
from jobs.history import keep_words
from jobs.keeping import kept
from jobs.ledger import append
from jobs.models import Cancellation, Cause, Connection, Exchange, Kind, State
from jobs.models.exchange import Outcome
from jobs.models.inserting import insert
from jobs.recording import Actor, event, record
from jobs.sentences import notices

LOOK_UP_GOOD_FOR = timedelta(minutes=5)
SENDING_LEASE = timedelta(seconds=CANCEL_SECONDS + 15)
"""When a cancel that was being sent is read by others: its sender is done by then, or gone."""
WAIT_SECONDS = 20.0


class CannotCancel(Exception):
    """Nothing is sent. The message says why, for the person who asked."""


class NotAllowed(CannotCancel):
    """This person's teams may not cancel on this connection."""


class LookUpTooOld(CannotCancel):
    """The job must be looked up again before it may be cancelled."""


class NothingToCancel(CannotCancel):
    """The look-up shows no job, or one that has ended."""


class NotWritten(CannotCancel):
    """The intent cannot be kept, so nothing is sent."""


class NotSeenToTheEnd(Exception):
    """The database failed after the intent was committed: the cancel may have been sent, and is read again later."""

    def __init__(self, cancellation: Cancellation) -> None:
        super().__init__(str(notices.NOT_SEEN_TO_THE_END))
        self.cancellation = cancellation


class AlreadyAsked(CannotCancel):
    """A cancellation of this job is open, or was made since the look-up."""

    def __init__(self, cancellation: Cancellation) -> None:
        super().__init__(str(notices.THIS_IS_IT))
        self.cancellation = cancellation


def look_up(*, actor: Actor, connection: Connection, job_id: str) -> Exchange:
    """Read a job for a person who may cancel it afterwards, and keep what came back."""
    reply = connections.read_job(connection, job_id)
    with transaction.atomic():
        exchanges = record(reply, connection=connection, job_id=job_id, cause=Cause.LOOK_UP, actor=actor)
        append(*(event(Kind.LOOKED_UP, actor, exchange=exchange) for exchange in exchanges), is_locked=True)
        return exchanges[-1]


def is_old(lookup: Exchange) -> bool:
    """Whether the job must be read again before anybody decides on it."""
    return timezone.now() - lookup.at > LOOK_UP_GOOD_FOR


def can_be_cancelled(lookup: Exchange) -> bool:
    """Whether the look-up shows a job that has not ended."""
    return lookup.snapshot is not None and lookup.snapshot.status not in TERMINAL


def cancel(
    *, actor: Actor, lookup: Exchange, reason: str, ticket: str = "", notify: str = "", wait: float = WAIT_SECONDS
) -> Cancellation:
    """Cancel the job of a look-up: commit the intent, send it once, read the job.

    Reading goes on until the cancellation is settled or ``wait`` seconds are over.

    Raises:
        NotAllowed, LookUpTooOld, NothingToCancel, AlreadyAsked, NotWritten: nothing was written or sent.
        NotSeenToTheEnd: it may have been sent, and what came of it could not be written.
    """
    cancellation = _request(actor, lookup, {"reason": reason, "ticket": ticket, "notify": notify})
    try:
        _send(cancellation, actor, reads_next=wait > 0)
        if wait > 0 and cancellation.is_open:
            confirm(cancellation, cause=Cause.CONFIRMATION, actor=actor)
        wait_for_confirmation(cancellation, seconds=wait, actor=actor)
    except DatabaseError as error:
        raise NotSeenToTheEnd(cancellation) from error
    return cancellation


def _request(actor: Actor, lookup: Exchange, typed: dict[str, str]) -> Cancellation:
    connection = lookup.connection
    if not access.may_cancel(actor.user, connection):
        raise NotAllowed(str(notices.NOT_ALLOWED))
    if (objection := _objection(lookup)) is not None:
        if (earlier := led_to(lookup)) is not None:
            raise AlreadyAsked(earlier)
        raise objection
    now = timezone.now()
    wanted = Cancellation(
        connection=connection,
        rest_base=connection.rest_base,
        job_id=lookup.job_id,
        lookup=lookup,
        **typed,
        requested_by=actor.user,
        requested_by_name=actor.user.get_username(),
        requested_at=now,
        via=actor.via,
        os_user=actor.os_user,
        state=State.SENDING,
        deadline_at=now + timedelta(minutes=connection.confirm_minutes),
        next_read_at=now + SENDING_LEASE,
        claimed_until=now + SENDING_LEASE,
    )
    return _insert(wanted, actor)


def _objection(lookup: Exchange) -> CannotCancel | None:
    """What a look-up lacks to be decided on. That it has led to a cancellation already, its row tells."""
    if not can_be_cancelled(lookup):
        return NothingToCancel(str(notices.NOTHING_TO_CANCEL))
    if is_old(lookup):
        return LookUpTooOld(str(notices.TOO_OLD))
    if lookup.url != job_url(lookup.connection.address, lookup.job_id):
        return LookUpTooOld(str(notices.CHANGED_SINCE))
    return None


def _insert(wanted: Cancellation, actor: Actor) -> Cancellation:
    """Write the row, unless somebody was faster: with one still open, or with one since the look-up."""
    try:
        with transaction.atomic():
            insert(wanted)
            if (faster := cancelled_since(wanted)) is not None:
                raise AlreadyAsked(faster)
            keep_words(wanted)
            append(
                event(Kind.REQUESTED, actor, cancellation=wanted, detail=wanted.recorded()),
                event(Kind.SENDING, actor, cancellation=wanted, detail=wanted.outcome()),
            )
    except IntegrityError:
        if (faster := in_the_way_of(wanted)) is None:
            raise
        raise AlreadyAsked(faster) from None
    except DatabaseError as error:
        raise NotWritten(str(notices.NOT_WRITTEN)) from error
    return wanted


def _send(cancellation: Cancellation, actor: Actor, *, reads_next: bool) -> None:
    """Send the cancel, once; nothing but the insertion of its row leads here.

    With ``reads_next`` the caller has claimed the first read; it is due at once in any case. After an accepted cancel
    the commit of that read makes this one last, too; a crash in between leaves ``sending``, of which only that is said.
    """
    reply = connections.cancel_job(cancellation.connection, cancellation.job_id, track_id=cancellation.track_id)
    is_lasting = not (reads_next and reply.error is None)

    def write() -> None:
        exchanges = record(
            reply,
            connection=cancellation.connection,
            job_id=cancellation.job_id,
            cause=Cause.CANCEL,
            actor=actor,
            cancellation=cancellation,
            is_lasting=is_lasting,
        )
        answer = exchanges[-1]
        if answer.outcome == Outcome.NOT_SENT:
            settle(cancellation, State.NOT_SENT, answer)
        else:
            now = timezone.now()
            claim = now + READ_LEASE if reads_next else None
            move(cancellation, state=State.UNCONFIRMED, rests_on=answer, next_read_at=now, claimed_until=claim)
        told = events_of(Kind.ANSWERED, cancellation, exchanges, actor)
        append(*told, is_locked=True, is_lasting=is_lasting)

    kept(write, again=cancellation.refresh_from_db)
