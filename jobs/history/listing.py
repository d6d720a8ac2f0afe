"""One page of the past, newest first: it stays where it is while rows arrive."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet

from jobs.history.filters import Filter
from jobs.history.planning import Planned, between, plan
from jobs.history.running import MOST_COUNTED, PAGE, Bounds, Found
from jobs.models import Cancellation, Exchange


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where in the list a page begins: after the newest row, or beside a row's key, or at the end of a day in UTC."""

    before: int | None = None
    after: int | None = None
    day: date | None = None


@dataclass(frozen=True, kw_only=True)
class Page:
    """Rows, newest first.

    ``older`` and ``newer`` are the keys beside which the next page lies, None where there is none. ``reached`` is
    given where the page ends because enough rows were looked at, not because no more are found: until when.
    ``count`` is at most ``MOST_COUNTED`` + 1; None where nobody counted.
    """

    rows: list[Any]
    planned: Planned
    older: int | None = None
    newer: int | None = None
    reached: datetime | None = None
    count: int | None = None

    @property
    def is_capped(self) -> bool:
        """There are more rows than were counted."""
        return self.count is not None and self.count > MOST_COUNTED


def page(user: User, wanted: Filter, place: Place) -> Page:
    """The rows of a filter that this person may see, at a place of the list."""
    planned = plan(user, wanted)
    if planned.plan is None:
        return Page(rows=[], planned=planned, count=0)
    if place.day is not None:
        place = _at_the_end_of(planned, place.day)
    upwards = place.after is not None
    found = planned.plan.page(_beside(planned.plan.bounds, place), upwards=upwards)
    keys = found.keys[:PAGE]
    has_more = len(found.keys) > PAGE
    further = keys[-1] if has_more else found.reached
    shown = sorted(keys, reverse=True)
    back = _other_end(place, shown)
    return Page(
        rows=load(planned, shown),
        planned=planned,
        older=back if upwards else further,
        newer=further if upwards else back,
        reached=None if has_more or found.reached is None else _time_of(planned, found),
        count=planned.plan.count() if back is None and not upwards else None,
    )


def _other_end(place: Place, shown: list[int]) -> int | None:
    """From where one goes back the way that led here."""
    if place.after is not None:
        return shown[-1] if shown else place.after + 1
    if place.before is not None:
        return shown[0] if shown else place.before - 1
    return None


def _beside(bounds: Bounds, place: Place) -> Bounds:
    if place.before is not None:
        return replace(bounds, highest=min(place.before - 1, bounds.highest or place.before))
    if place.after is not None:
        return replace(bounds, lowest=max(place.after + 1, bounds.lowest or 0))
    return bounds


def _at_the_end_of(planned: Planned, day: date) -> Place:
    ends = datetime.combine(day, time.min, UTC) + timedelta(days=1)
    bounds = between(planned.rows, None, ends - timedelta(hours=1))
    return Place(before=(bounds.highest or 0) + 1 if bounds else 1)


def _time_of(planned: Planned, found: Found) -> datetime | None:
    rows = _rows(planned).filter(pk=found.reached).values_list(planned.rows.at, flat=True)
    return rows.first()


def _rows(planned: Planned) -> QuerySet[Any]:
    if planned.rows.table == Cancellation._meta.db_table:
        return Cancellation.objects.all()
    return Exchange.objects.all()


def load(planned: Planned, keys: list[int]) -> list[Any]:
    """Rows by their keys, in this order."""
    rows = _rows(planned).select_related("connection")
    if planned.rows.table == Exchange._meta.db_table:
        rows = rows.select_related("snapshot").defer("body", "snapshot__body")
    found = rows.in_bulk(keys)
    return [found[key] for key in keys if key in found]
