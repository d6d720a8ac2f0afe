"""A list of the past is what a walk through all rows would give, in order, each row once, and nobody else's."""

import itertools
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import Group, User

from jobs import history
from jobs.history import CANCELLATIONS, EXCHANGES, Filter, Place, running
from jobs.history.words import words_of
from jobs.models import Cancellation, Cause, Connection, Exchange, State
from jobs.models.exchange import Outcome
from tests.history import planting

CHOICES: dict[str, list[Any]] = {
    "show": [CANCELLATIONS, EXCHANGES],
    "connection": [None, "C1"],
    "environment": ["", "production", "us-api-sandbox"],
    "person": ["", "person-0"],
    "team": [None, "south"],
    "period": [None, (date(2026, 1, 5), date(2026, 1, 9))],
    "outcome": ["", "some"],
    "q": ["", "hangs"],
}
FILTERS = [dict(zip(CHOICES, values, strict=True)) for values in itertools.product(*CHOICES.values())]


def made(choice: dict[str, Any]) -> Filter:
    values = {name: value for name, value in choice.items() if name not in ("period", "connection", "team", "outcome")}
    since, until = choice["period"] or (None, None)
    connection = Connection.objects.get(name=choice["connection"]).pk if choice["connection"] else None
    team = Group.objects.get(name=choice["team"]).pk if choice["team"] else None
    outcome = "" if not choice["outcome"] else State.CANCELLED if choice["show"] == CANCELLATIONS else Outcome.REFUSED
    return Filter(**values, since=since, until=until, connection=connection, team=team, outcome=outcome)


@dataclass(frozen=True)
class Row:
    key: int
    connection: Connection
    at: date
    person: str
    teams: frozenset[str]
    outcome: str
    words: tuple[str, ...] = ()


def every_row(show: str) -> list[Row]:
    """All rows, newest first, as they are told to be."""
    teams = {user.pk: frozenset(user.groups.values_list("name", flat=True)) for user in User.objects.all()}
    if show == EXCHANGES:
        return [
            Row(x.pk, x.connection, x.at.date(), x.actor_name, teams[x.actor_id or 0], x.outcome)
            for x in Exchange.objects.select_related("connection")
        ]
    return [
        Row(
            c.pk, c.connection, c.requested_at.date(), c.requested_by_name, teams[c.requested_by_id], c.state,
            tuple(words_of(c.reason)),
        )
        for c in Cancellation.objects.select_related("connection")
    ]  # fmt: skip


def plainly(rows: list[Row], choice: dict[str, Any], seen: set[int] | None) -> list[int]:
    """The same by looking at every row."""
    return [row.key for row in rows if _holds(row, choice, seen)]


def _holds(row: Row, choice: dict[str, Any], seen: set[int] | None) -> bool:
    wanted = Outcome.REFUSED if choice["show"] == EXCHANGES else State.CANCELLED
    kind = "production" if row.connection.is_production else "sandbox"
    conditions = [
        seen is None or row.connection.pk in seen,
        choice["connection"] in (None, row.connection.name),
        choice["environment"] in ("", row.connection.environment, kind),
        choice["person"] in ("", row.person),
        choice["team"] is None or choice["team"] in row.teams,
        choice["period"] is None or choice["period"][0] <= row.at <= choice["period"][1],
        not choice["outcome"] or row.outcome == wanted,
        not choice["q"] or choice["q"] in row.words,
    ]
    return all(conditions)


def walked(user: User, wanted: Filter) -> list[int]:
    """All keys, by following the pages to the end."""
    keys: list[int] = []
    place = Place()
    for _ in range(400):
        page = history.page(user, wanted, place)
        keys += [row.pk for row in page.rows]
        if page.older is None:
            return keys
        place = Place(before=page.older)
    raise AssertionError("The pages come to no end.")


def walked_back(user: User, wanted: Filter) -> list[int]:
    keys: list[int] = []
    place = Place(after=0)
    for _ in range(400):
        page = history.page(user, wanted, place)
        keys = [row.pk for row in page.rows] + keys
        if page.newer is None:
            return keys
        place = Place(after=page.newer)
    raise AssertionError("The pages come to no end.")


def test_every_combination_is_what_a_walk_through_all_rows_gives(
    past: list[Connection], admin: User, northerner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "SCANS", (40, 90))  # so that 240 rows are many
    not_empty = 0
    rows = {show: every_row(show) for show in CHOICES["show"]}
    seen = {admin.pk: None, northerner.pk: {past[1].pk}}
    for number, choice in enumerate(FILTERS):
        user = (admin, northerner)[number % 2]
        wanted, expected = made(choice), plainly(rows[choice["show"]], choice, seen[user.pk])
        assert walked(user, wanted) == expected, choice
        if number % 3 == 0:
            assert walked_back(user, wanted) == expected, choice
        not_empty += bool(expected)
    assert not_empty > len(FILTERS) / 4


@pytest.mark.parametrize("who", ["admin", "northerner"])
def test_a_page_stays_where_it_is_while_rows_arrive(
    who: str, past: list[Connection], admin: User, northerner: User
) -> None:
    user = {"admin": admin, "northerner": northerner}[who]
    first = history.page(user, Filter(), Place())
    second = [row.pk for row in history.page(user, Filter(), Place(before=first.older)).rows]
    assert second
    planting.plant(60, past, list(User.objects.filter(username__startswith="person")), first=240)
    assert history.page(user, Filter(), Place()).rows[0].pk > first.rows[0].pk
    assert [row.pk for row in history.page(user, Filter(), Place(before=first.older)).rows] == second


def test_a_day_begins_with_its_last_row(past: list[Connection], admin: User) -> None:
    page = history.page(admin, Filter(), Place(day=date(2026, 1, 5)))
    assert page.rows[0].requested_at.date() == date(2026, 1, 5)
    assert page.newer is not None
    before = history.page(admin, Filter(), Place(after=page.newer))
    assert before.rows[-1].requested_at.date() == date(2026, 1, 6)
    assert history.page(admin, Filter(), Place(day=date(2020, 1, 1))).rows == []


def test_counts_stop_where_they_would_become_dear(
    past: list[Connection], admin: User, northerner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert history.page(admin, Filter(), Place()).count == 240
    mine = Cancellation.objects.filter(connection__name="C1").count()
    assert history.page(northerner, Filter(), Place()).count == mine
    monkeypatch.setattr(running, "MOST_COUNTED", 100)
    monkeypatch.setattr("jobs.history.listing.MOST_COUNTED", 100)
    page = history.page(admin, Filter(), Place())
    assert (page.count, page.is_capped) == (101, True)


def test_a_page_that_looked_at_enough_says_until_when(
    past: list[Connection], admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "SCANS", (40, 90))
    page = history.page(admin, Filter(show=EXCHANGES, outcome=Outcome.UNKNOWN, cause=Cause.CANCEL), Place())
    assert page.rows == []
    assert page.reached is not None
    assert page.older is not None
    assert page.count is None
