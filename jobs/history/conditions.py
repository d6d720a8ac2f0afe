"""Each condition of a filter, as SQL on a row and, where an index carries it, as places to find the rows in order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

Parameters = tuple[Any, ...]
NEVER = "1 = 0"
MOST_KEYS = 60
"""So many places at most are merged into one order; a condition with more of them is only tested on each row."""


@dataclass(frozen=True)
class Key:
    """One place of an index: the rows of ``table`` for which ``sql`` holds, in the order of ``column``."""

    table: str
    column: str
    sql: str
    parameters: Parameters


@dataclass(frozen=True)
class Condition:
    """``sql`` is on the row ``t``. Without ``keys`` no index carries it.

    ``names`` are the parts of the filter that it stands for: a condition may stand for two at once.
    """

    names: frozenset[str]
    sql: str
    parameters: Parameters = ()
    keys: tuple[Key, ...] = field(default=())

    @property
    def is_never(self) -> bool:
        """It holds for no row."""
        return self.sql == NEVER


@dataclass(frozen=True)
class Rows:
    """The rows that are listed, and what their columns are called."""

    table: str
    at: str
    person: str
    outcome: str

    def equal(self, name: str, column: str, values: Iterable[Any]) -> Condition:
        """The column holds one of the values, by an index on (column, id)."""
        chosen = tuple(values)
        sql = f"t.{column} IN ({marks(chosen)})" if chosen else NEVER
        keys = tuple(Key(self.table, "id", f"{column} = %s", (value,)) for value in chosen)
        return Condition(frozenset({name}), sql, chosen, keys if len(keys) <= MOST_KEYS else ())

    def both(self, connections: Condition, outcome: Condition) -> Condition | None:
        """One condition for connections and outcome, where that is not too many places."""
        keys = tuple(
            Key(self.table, "id", f"connection_id = %s AND {self.outcome} = %s", (connection, value))
            for connection in connections.parameters
            for value in outcome.parameters
        )
        if not keys or len(keys) > MOST_KEYS:
            return None
        sql, parameters = f"{connections.sql} AND {outcome.sql}", connections.parameters + outcome.parameters
        return Condition(connections.names | outcome.names, sql, parameters, keys)


CANCELLATION_ROWS = Rows("jobs_cancellation", "requested_at", "requested_by_id", "state")
EXCHANGE_ROWS = Rows("jobs_exchange", "at", "actor_id", "outcome")


def marks(values: Sequence[Any]) -> str:
    """A placeholder for each value."""
    return ", ".join(["%s"] * len(values))


def of_words(words: Sequence[bytes], name: str) -> Condition:
    """One of the words is among the cancellation's."""
    chosen = tuple(words)
    if not chosen:
        return Condition(frozenset({name}), NEVER)
    inner = f"SELECT 1 FROM jobs_searchword w WHERE w.word IN ({marks(chosen)}) AND w.cancellation_id = t.id"  # noqa: S608
    keys = tuple(Key("jobs_searchword", "cancellation_id", "word = %s", (word,)) for word in chosen)
    return Condition(frozenset({name}), f"EXISTS ({inner})", chosen, keys)
