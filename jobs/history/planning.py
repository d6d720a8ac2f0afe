"""From a filter and a person to a plan: the place that holds fewest rows leads, the rest is tested on each row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import connection as database

from jobs.history.conditions import CANCELLATION_ROWS, EXCHANGE_ROWS, Condition, Key, Rows
from jobs.history.filters import EXCHANGES, Filter
from jobs.history.running import Bounds, Plan, ask, counting
from jobs.history.selecting import conditions_of, connections_seen
from jobs.history.understanding import Understood, understand

ENOUGH = 2001
"""Which of two places leads is told by counting so far."""
MARGIN = timedelta(hours=1)
"""Rows stand in the order in which they were written; their times may differ from it by as much as clocks do."""


@dataclass(frozen=True)
class Planned:
    """How the rows of a filter are found, and how the search box was understood; no plan where there can be none."""

    rows: Rows
    understood: Understood
    plan: Plan | None = None


def plan(user: User, wanted: Filter) -> Planned:
    """How the rows of a filter that this person may see are found."""
    rows = EXCHANGE_ROWS if wanted.show == EXCHANGES else CANCELLATION_ROWS
    seen = connections_seen(user)
    understood = understand(wanted.q, seen)
    conditions = conditions_of(rows, wanted, seen, understood)
    begins, ends = wanted.begins_at(), wanted.ends_at()
    bounds = Bounds() if begins is ends is None else between(rows, begins, ends)
    if bounds is None or any(condition.is_never for condition in conditions):
        return Planned(rows, understood)
    leading = _leading(rows, conditions, bounds)
    keys = leading.keys if leading else (Key(rows.table, "id", "1 = 1", ()),)
    tested = tuple(c for c in conditions if leading is None or not c.names <= leading.names)
    return Planned(rows, understood, Plan(rows, keys, tested + _period(rows, begins, ends), bounds))


def _leading(rows: Rows, conditions: Sequence[Condition], bounds: Bounds) -> Condition | None:
    choices = [condition for condition in conditions if condition.keys]
    named = {name: condition for condition in choices for name in condition.names}
    if rows is EXCHANGE_ROWS:  # no index has the outcome of an exchange
        choices = [choice for choice in choices if "outcome" not in choice.names]
    elif "place" in named and "outcome" in named:
        both = rows.both(named["place"], named["outcome"])
        choices = [both, *(c for c in choices if not c.names <= both.names)] if both else choices
    if len(choices) < 2:
        return choices[0] if choices else None
    counts, parameters = zip(*(counting(choice.keys, bounds, ENOUGH) for choice in choices), strict=True)
    numbers = ask(f"SELECT {', '.join(counts)}", [value for values in parameters for value in values])[0]
    return min(zip(numbers, range(len(choices)), choices, strict=True))[2]


def between(rows: Rows, begins: datetime | None, ends: datetime | None) -> Bounds | None:
    """The keys between which a period's rows lie, with a margin; None where there is no row.

    Each end is one step into the index on the time.
    """
    lowest = _edge(rows, ">=", begins - MARGIN, "ASC") if begins else ("NULL", [])
    highest = _edge(rows, "<", ends + MARGIN, "DESC") if ends else ("NULL", [])
    low, high = ask(f"SELECT {lowest[0]}, {highest[0]}", [*lowest[1], *highest[1]])[0]
    if (begins and low is None) or (ends and high is None):
        return None
    return Bounds(low, high)


def _edge(rows: Rows, sign: str, moment: datetime, order: str) -> tuple[str, list[object]]:
    sql = f"SELECT id FROM {rows.table} WHERE {rows.at} {sign} %s ORDER BY {rows.at} {order} LIMIT 1"  # noqa: S608
    return f"({sql})", [_stored(moment)]


def _period(rows: Rows, begins: datetime | None, ends: datetime | None) -> tuple[Condition, ...]:
    ends_of = ((">=", begins), ("<", ends))
    name = frozenset({"period"})
    return tuple(Condition(name, f"t.{rows.at} {sign} %s", (_stored(at),)) for sign, at in ends_of if at)


def _stored(moment: datetime) -> object:
    """As the database compares it."""
    return database.ops.adapt_datetimefield_value(moment)
