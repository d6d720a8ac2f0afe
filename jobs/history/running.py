"""Find the rows of conditions, newest first, without ever looking at more of them than a page can take."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection as database

from jobs.history.conditions import Condition, Key, Rows

PAGE = 50
SCANS = (250, 2000)
"""So many rows of the index are looked at for a page; then the page says how far it came."""
MOST_COUNTED = 10_000


@dataclass(frozen=True)
class Bounds:
    """The keys of the rows that are looked at, both included; None is no bound."""

    lowest: int | None = None
    highest: int | None = None

    def sql(self, column: str) -> tuple[str, list[int]]:
        """As conditions on a column of keys."""
        given = [(f"{column} >= %s", self.lowest), (f"{column} <= %s", self.highest)]
        held = [(sql, value) for sql, value in given if value is not None]
        return "".join(f" AND {sql}" for sql, _ in held), [value for _, value in held]


@dataclass(frozen=True)
class Found:
    """Keys of rows in the order of the walk. ``reached`` is the key down (or up) to which all rows were looked at;
    None where that is all of them."""

    keys: list[int]
    reached: int | None = None


@dataclass(frozen=True)
class Plan:
    """Where the rows are found in order, and what is tested on each of them."""

    rows: Rows
    keys: tuple[Key, ...]
    tested: tuple[Condition, ...]
    bounds: Bounds

    def page(self, bounds: Bounds, *, upwards: bool = False, size: int = PAGE) -> Found:
        """At most ``size`` + 1 rows inside ``bounds``: one more tells that there are more."""
        if not self.tested:
            return Found(self._first(bounds, size + 1, upwards=upwards))
        found = Found([])
        for scan in SCANS:
            found = self._scan(bounds, scan, upwards=upwards)
            if found.reached is None or len(found.keys) > size:
                break
        return Found(found.keys[: size + 1]) if len(found.keys) > size else found

    def _first(self, bounds: Bounds, number: int, *, upwards: bool) -> list[int]:
        walked, parameters = self._walk(bounds, number, upwards=upwards)
        sql = f"SELECT DISTINCT id FROM ({walked}) AS d ORDER BY id {_order(upwards)} LIMIT {number}"  # noqa: S608
        return [key for (key,) in ask(sql, parameters)]

    def _scan(self, bounds: Bounds, number: int, *, upwards: bool) -> Found:
        each = max(number // len(self.keys), 20)
        walked, parameters = self._walk(bounds, each, upwards=upwards)
        holds = " AND ".join(f"({condition.sql})" for condition in self.tested)
        tested = [value for condition in self.tested for value in condition.parameters]
        seen = ask(
            f"SELECT d.place, d.id, CASE WHEN {holds} THEN 1 ELSE 0 END FROM ({walked}) AS d"  # noqa: S608
            f" JOIN {self.rows.table} t ON t.id = d.id ORDER BY d.id {_order(upwards)}",
            [*tested, *parameters],
        )
        counts = Counter(place for place, _, _ in seen)
        furthest = {place: key for place, key, _ in seen}
        full = [furthest[place] for place, count in counts.items() if count == each]
        if not full:
            return Found(_each_once(key for _, key, holds in seen if holds))
        reached = min(full) if upwards else max(full)
        held = (key for _, key, holds in seen if holds and (key <= reached if upwards else key >= reached))
        return Found(_each_once(held), reached)

    def _walk(self, bounds: Bounds, each: int, *, upwards: bool) -> tuple[str, list[Any]]:
        """The first rows of each place: place and key."""
        parts, parameters = [], []
        for place, key in enumerate(self.keys):
            within, values = bounds.sql(key.column)
            parts.append(
                f"SELECT * FROM (SELECT {place} AS place, {key.column} AS id FROM {key.table}"  # noqa: S608
                f" WHERE {key.sql}{within} ORDER BY {key.column} {_order(upwards)} LIMIT {each}) AS place_{place}"
            )
            parameters += [*key.parameters, *values]
        return " UNION ALL ".join(parts), parameters

    def count(self) -> int | None:
        """How many there are, at most ``MOST_COUNTED`` + 1; None where only a walk through all of them would tell."""
        if self.tested or (len(self.keys) > 1 and self.keys[0].table != self.rows.table):
            return None
        sql, parameters = counting(self.keys, self.bounds, MOST_COUNTED + 1)
        return int(ask(f"SELECT {sql}", parameters)[0][0])


def counting(keys: Sequence[Key], bounds: Bounds, at_most: int) -> tuple[str, list[Any]]:
    """How many rows the places have together, as a part of a query that looks at ``at_most`` of them."""
    parts, parameters = [], []
    for key in keys:
        within, values = bounds.sql(key.column)
        parts.append(f"SELECT 1 FROM {key.table} WHERE {key.sql}{within}")  # noqa: S608
        parameters += [*key.parameters, *values]
    return f"(SELECT count(*) FROM ({' UNION ALL '.join(parts)} LIMIT {at_most}) AS c)", parameters  # noqa: S608


def ask(sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
    """All rows of a query."""
    with database.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def _order(upwards: bool) -> str:
    return "ASC" if upwards else "DESC"


def _each_once(keys: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(keys))
