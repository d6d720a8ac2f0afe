"""The whole flow as one call, for tests of what comes of it."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from jobs import cancelling, confirming
from jobs.models import Cancellation, Cause, Connection, Exchange
from jobs.recording import Actor
from tests.behind import behind_their_back


def look_up(user: User, connection: Connection, job_id: str) -> Exchange:
    return cancelling.look_up(actor=Actor(user), connection=connection, job_id=job_id)


def cancel(user: User, lookup: Exchange, *, wait: float = 0.0, notify: str = "") -> Cancellation:
    return cancelling.cancel(
        actor=Actor(user), lookup=lookup, reason="it hangs", ticket="OPS-1", notify=notify, wait=wait
    )


def at_the_deadline(cancellation: Cancellation) -> Cancellation:
    """Read once more, with the deadline over."""
    with behind_their_back(Cancellation):
        Cancellation.objects.filter(pk=cancellation.pk).update(deadline_at=timezone.now() - timedelta(seconds=1))
    cancellation.refresh_from_db()
    assert confirming.claim(cancellation, only_if_due=False)
    confirming.confirm(cancellation, cause=Cause.FOLLOW_UP, actor=None)
    return cancellation
