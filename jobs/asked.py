"""Cancellations of a job that were asked for already."""

from django.db import connection as database

from jobs.models import Cancellation, Exchange

_SINCE = """
SELECT id FROM jobs_cancellation WHERE job_id = %s AND rest_base = %s AND rests_on_id > %s ORDER BY id DESC LIMIT 1
"""


def led_to(lookup: Exchange) -> Cancellation | None:
    """The cancellation that was asked for from a look-up."""
    return _first("SELECT id FROM jobs_cancellation WHERE lookup_id = %s", lookup.pk)


def cancelled_since(wanted: Cancellation) -> Cancellation | None:
    """A cancellation of the same job of which something was learnt after this one's look-up was made.

    Told by the order of the rows, not by a clock.
    """
    return _first(_SINCE, wanted.job_id, wanted.rest_base, wanted.lookup_id)


def in_the_way_of(wanted: Cancellation) -> Cancellation | None:
    """What kept a row out of the table: the one from the same look-up, or the newest of the same job."""
    same = Cancellation.objects.filter(rest_base=wanted.rest_base, job_id=wanted.job_id)
    return led_to(wanted.lookup) or same.order_by("-id").first()


def _first(sql: str, *values: str | int) -> Cancellation | None:
    """The one whose key a query finds: most find none, and then no more is read."""
    with database.cursor() as cursor:
        cursor.execute(sql, values)
        found = cursor.fetchone()
    return Cancellation.objects.get(pk=found[0]) if found else None
