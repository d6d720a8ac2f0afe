"""The queries of the past, with access applied."""

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from jobs import access
from jobs.models import Cancellation, Entry, Exchange

RECENT = 15
MARGIN = timedelta(hours=1)


def recent_cancellations(user: User) -> QuerySet[Cancellation]:
    """A person's own latest cancellations, newest first."""
    return access.visible_cancellations(user).filter(requested_by=user)[:RECENT]


def recent_elsewhere(user: User) -> QuerySet[Cancellation]:
    """The latest of others on the connections that this person may see, newest first."""
    return access.visible_cancellations(user).exclude(requested_by=user)[:RECENT]


def exchanges_of(cancellation: Cancellation) -> QuerySet[Exchange]:
    """All that was said with Zuora for a cancellation, oldest first, the look-up included."""
    own = Exchange.objects.filter(Q(cancellation=cancellation) | Q(led_to=cancellation))
    return own.select_related("snapshot").order_by("id")


def mark_of(cancellation: Cancellation) -> str:
    """Another text whenever there is something new to show of a cancellation."""
    last = Exchange.objects.filter(connection=cancellation.connection_id, job_id=cancellation.job_id).first()
    return f"{cancellation.state_shown}.{last.pk if last else 0}"


def news_of(cancellation: Cancellation) -> QuerySet[Exchange]:
    """What later reads of the job on the same connection showed, newest first."""
    if cancellation.is_open:
        return Exchange.objects.none()
    later = Exchange.objects.filter(
        connection=cancellation.connection_id, job_id=cancellation.job_id, id__gt=cancellation.rests_on_id
    )
    return later.select_related("snapshot")[:10]


def entries_of_day(entries: QuerySet[Entry], day: date) -> QuerySet[Entry]:
    """Those of one day in UTC. The numbers go with the time, so few rows are looked at to find where it begins.

    A clock that was set back by less than an hour loses nothing.
    """
    begin = datetime.combine(day, time.min, UTC)
    end = begin + timedelta(days=1)
    first, after = _first_since(begin - MARGIN), _first_since(end + MARGIN)
    return entries.filter(number__gte=first, number__lt=after, at__gte=begin, at__lt=end)


def _first_since(moment: datetime) -> int:
    """The number of the first entry of this time or later, where times ascend."""
    last = Entry.objects.values_list("number", flat=True).first() or 0
    numbers = range(1, last + 1)
    times = Entry.objects.values_list("at", flat=True)
    return 1 + bisect_left(numbers, moment, key=lambda number: times.get(number=number))
