"""The conditions of a filter, and of what a person may see."""

from django.contrib.auth.models import User

from jobs import access
from jobs.history.conditions import EXCHANGE_ROWS, NEVER, Condition, Rows, of_words
from jobs.history.filters import Filter
from jobs.history.running import ask
from jobs.history.understanding import Understood
from jobs.models import Connection

NOTHING = Condition(frozenset({"nothing"}), NEVER)


def connections_seen(user: User) -> frozenset[int] | None:
    """The keys of the connections whose rows this person may see; None is all."""
    return None if access.sees_everything(user) else frozenset(access.roles_of(user))


def conditions_of(
    rows: Rows, wanted: Filter, seen: frozenset[int] | None, understood: Understood
) -> tuple[Condition, ...]:
    """All of them hold together; the period is not among them."""
    conditions = [*_of_place(rows, wanted, seen), *_of_people(rows, wanted), *_of_search(rows, wanted, understood)]
    if wanted.outcome:
        conditions.append(rows.equal("outcome", rows.outcome, [wanted.outcome]))
    if wanted.cause and rows is EXCHANGE_ROWS:
        conditions.append(rows.equal("cause", "cause", [wanted.cause]))
    return tuple(conditions)


def _of_place(rows: Rows, wanted: Filter, seen: frozenset[int] | None) -> list[Condition]:
    chosen = [seen]
    if wanted.connection is not None:
        chosen.append(frozenset({wanted.connection}))
    if wanted.environment:
        every = Connection.objects.values_list("pk", "environment", "is_production")
        chosen.append(frozenset(key for key, slug, kind in every if wanted.environment in _environments(slug, kind)))
    given = [connections for connections in chosen if connections is not None]
    if not given:
        return []
    return [rows.equal("place", "connection_id", sorted(frozenset.intersection(*given)))]


def _environments(environment: str, is_production: bool) -> tuple[str, str]:
    return environment, "production" if is_production else "sandbox"


def _of_people(rows: Rows, wanted: Filter) -> list[Condition]:
    conditions = []
    if wanted.person:
        people = User.objects.filter(username=wanted.person).values_list("pk", flat=True)
        conditions.append(rows.equal("person", rows.person, people))
    if wanted.team is not None:
        members = User.objects.filter(groups=wanted.team).order_by("pk").values_list("pk", flat=True)
        conditions.append(rows.equal("team", rows.person, members))
    return conditions


def _of_search(rows: Rows, wanted: Filter, understood: Understood) -> list[Condition]:
    if not wanted.q.strip():
        return []
    if understood.jobs:
        return [rows.equal("search", "job_id", understood.jobs)]
    if understood.cancellation is not None:
        column = "cancellation_id" if rows is EXCHANGE_ROWS else "id"
        return [rows.equal("search", column, [understood.cancellation])]
    if understood.exchange is not None:
        return [_of_exchange(rows, understood.exchange)]
    if rows is EXCHANGE_ROWS or not understood.words:
        return [NOTHING]
    return [of_words(words, f"word {number}") for number, words in enumerate(understood.words)]


def _of_exchange(rows: Rows, exchange: int) -> Condition:
    """The exchange itself, or the cancellation to which it belongs or led."""
    if rows is EXCHANGE_ROWS:
        return rows.equal("search", "id", [exchange])
    found = ask(
        "SELECT x.cancellation_id FROM jobs_exchange x WHERE x.id = %s AND x.cancellation_id IS NOT NULL"
        " UNION SELECT c.id FROM jobs_cancellation c WHERE c.lookup_id = %s",
        [exchange, exchange],
    )
    return rows.equal("search", "id", [key for (key,) in found])
