"""Read a job again until Zuora itself has shown what became of it, and settle the cancellation.

The open cancellation is the queue. Whoever wants to read it (the request that sent the cancel,
"Check again", ``follow``) first claims it by a conditional update, so that one reads at a time.
"""

import time
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from jobs import connections
from jobs.aqua.errors import AquaError
from jobs.aqua.job import CANCELLED, LIVE, TERMINAL
from jobs.keeping import kept
from jobs.ledger import Event, append
from jobs.models import Cancellation, Cause, Exchange, Kind, State
from jobs.models.changing import change
from jobs.models.exchange import Outcome
from jobs.recording import Actor, event, record

READ_LEASE = timedelta(seconds=20)
"""Longer than a read (10 s) and its commit: a claim that outlives its reader ends by itself."""
LONGEST_LEASE = timedelta(minutes=2)
"""Longer than that of a read or of a cancel that is being sent, by as much as the clocks of machines may differ."""
CLOCKS_DIFFER = timedelta(minutes=20)
FIRST_DELAY = timedelta(seconds=2)
LONGEST_DELAY = timedelta(minutes=2)
GLANCE_SECONDS = 0.2


def verdict(*, read: Exchange, answer: Exchange | None, is_deadline: bool) -> State | None:
    """What a read and the answer to the DELETE settle; None where more reads are needed.

    ``answer`` is None where the sender never came to record one. An unknown status is like an
    unreadable job: nothing is concluded from it.
    """
    status = read.snapshot.status if read.snapshot else None
    if status == CANCELLED:
        return State.CANCELLED
    if status in TERMINAL:
        return State.FINISHED_FIRST
    outcome = answer.outcome if answer else Outcome.UNKNOWN
    if status in LIVE and outcome == Outcome.REFUSED:
        return State.REFUSED
    if not is_deadline:
        return None
    return State.STILL_RUNNING if status in LIVE and outcome == Outcome.ANSWERED else State.UNKNOWN


def answer_to_cancel(cancellation: Cancellation) -> Exchange | None:
    """The last answer to the DELETE; None where none was recorded."""
    if Cancellation._meta.get_field("rests_on").is_cached(cancellation):  # as it is just after the answer
        last = cancellation.rests_on
        if last and last.cause == Cause.CANCEL:
            return last
    return cancellation.exchanges.filter(cause=Cause.CANCEL).order_by("-id").first()


def _is_free(now: datetime) -> Q:
    """Nobody is at it; a claim that lies further ahead than any is of a clock that was set back since."""
    over = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    return over | Q(claimed_until__gt=now + LONGEST_LEASE)


def _is_due(now: datetime) -> Q:
    """Its time has come; or it was asked for later than now, by a clock that was set back since."""
    return Q(next_read_at__lte=now) | Q(requested_at__gt=now, next_read_at__gt=now + CLOCKS_DIFFER)


def claim(cancellation: Cancellation, *, only_if_due: bool) -> bool:
    """Take the next read of an open cancellation; False where another has it, or none is due."""
    now = timezone.now()
    free = Cancellation.objects.filter(
        _is_free(now), pk=cancellation.pk, settled_at__isnull=True, next_read_at__isnull=False
    )
    if only_if_due:
        free = free.filter(_is_due(now))
    return free.update(claimed_until=now + READ_LEASE) == 1


def confirm(cancellation: Cancellation, *, cause: Cause, actor: Actor | None) -> None:
    """Read the job once, record it, and settle or set the time of the next read.

    The caller has claimed the cancellation. One that was settled meanwhile stays as it is; the
    read is kept as news.
    """
    connection, job_id = cancellation.connection, cancellation.job_id
    reply = connections.read_job(connection, job_id, track_id=cancellation.track_id, rest_base=cancellation.rest_base)

    def write() -> None:
        exchanges = record(
            reply, connection=connection, job_id=job_id, cause=cause, actor=actor, cancellation=cancellation
        )
        read = exchanges[-1]
        is_deadline = timezone.now() >= cancellation.deadline_at
        state = verdict(read=read, answer=answer_to_cancel(cancellation), is_deadline=is_deadline)
        if state is None:
            _read_later(cancellation, read, reply.error)
        else:
            settle(cancellation, state, read)
        append(*events_of(Kind.OBSERVED, cancellation, exchanges, actor), is_locked=True)

    kept(write, again=cancellation.refresh_from_db)


def events_of(kind: Kind, cancellation: Cancellation, exchanges: list[Exchange], actor: Actor | None) -> list[Event]:
    """What exchanges told of a cancellation, and that it settled where it did so by the last of them."""
    state = cancellation.outcome()
    told = [event(kind, actor, cancellation=cancellation, exchange=exchange, detail=state) for exchange in exchanges]
    if cancellation.is_open or cancellation.rests_on_id != exchanges[-1].pk:
        return told
    return [*told, event(Kind.SETTLED, actor, cancellation=cancellation, detail=state)]


def move(cancellation: Cancellation, **columns: Any) -> None:
    """Change an open row, and the object that stands for it; one that has settled is only read again."""
    if not change(cancellation, while_empty="settled_at", **columns):
        cancellation.refresh_from_db()


def settle(cancellation: Cancellation, state: State, exchange: Exchange) -> None:
    """Close an open cancellation on the evidence of one exchange; a settled one never changes."""
    now = timezone.now()
    mail = {"mail_due_at": now} if cancellation.notify else {}
    move(cancellation, state=state, settled_at=now, rests_on=exchange, next_read_at=None, claimed_until=None, **mail)


def _read_later(cancellation: Cancellation, read: Exchange, error: AquaError | None) -> None:
    now = timezone.now()
    delay = min(FIRST_DELAY * 2 ** min(cancellation.reads, 10), LONGEST_DELAY)
    if error and error.retry_after:
        delay = max(delay, timedelta(seconds=error.retry_after))
    move(
        cancellation,
        state=State.UNCONFIRMED,
        rests_on=read,
        reads=cancellation.reads + 1,
        next_read_at=max(min(now + delay, cancellation.deadline_at), now + FIRST_DELAY),
        claimed_until=None,
    )


def check_now(cancellation: Cancellation, actor: Actor) -> bool:
    """Read at once because a person asked; False where that is being done already."""
    if not claim(cancellation, only_if_due=False):
        return False
    confirm(cancellation, cause=Cause.FOLLOW_UP, actor=actor)
    return True


def wait_for_confirmation(cancellation: Cancellation, *, seconds: float, actor: Actor) -> None:
    """Read whenever it is due, until the cancellation is settled or no read fits into ``seconds``.

    While somebody else is at it, only the row is looked at.
    """
    ends = time.monotonic() + seconds
    while cancellation.is_open and cancellation.next_read_at:
        now = timezone.now()
        is_taken = cancellation.claimed_until is not None and cancellation.claimed_until > now
        pause = GLANCE_SECONDS if is_taken else max((cancellation.next_read_at - now).total_seconds(), 0.0)
        if time.monotonic() + pause > ends:
            return
        time.sleep(pause)
        if not is_taken and claim(cancellation, only_if_due=True):
            confirm(cancellation, cause=Cause.CONFIRMATION, actor=actor)
        else:
            cancellation.refresh_from_db()


def next_due() -> Cancellation | None:
    """Claim the open cancellation that has been due for longest; None where none is due."""
    now = timezone.now()
    due = Cancellation.objects.filter(_is_free(now), _is_due(now), settled_at__isnull=True)
    for cancellation in due.select_related("connection").order_by("next_read_at")[:20]:
        if claim(cancellation, only_if_due=True):
            return cancellation
    return None


def seconds_until_due(at_most: float) -> float:
    """How long nothing is due, in seconds, at most ``at_most``."""
    rows = Cancellation.objects.filter(settled_at__isnull=True, next_read_at__isnull=False).order_by("next_read_at")
    first: datetime | None = rows.values_list("next_read_at", flat=True).first()
    if first is None:
        return at_most
    return min(max((first - timezone.now()).total_seconds(), GLANCE_SECONDS), at_most)
