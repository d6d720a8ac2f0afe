"""What the database lets change in a row, said by the model."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Model

NEVER_CHANGES = "never changes"


@dataclass(frozen=True, kw_only=True)
class Moves:
    """A working row: what it is about never changes, and its state goes forwards until it has settled.

    ``states`` are the states in their order; from one of them to an earlier one there is no way. ``outcome`` are the
    columns that a settled row keeps for ever; ``once`` those that are filled once; ``working`` those that may change
    at any time. Every other column never changes. ``one_open`` are fields of which one row alone may be open.
    """

    state: str
    settled_at: str
    states: Sequence[str]
    settled: Sequence[str]
    outcome: Sequence[str]
    working: Sequence[str]
    once: Sequence[str] = field(default=())
    one_open: Sequence[str] = field(default=())

    def refused(self, model: type[Model], differs: str) -> str:
        """The condition on ``OLD`` and ``NEW`` under which an update is refused; ``differs`` also compares NULL."""
        named = {self.state, self.settled_at, *self.outcome, *self.working, *self.once}
        columns = {field.name: field.column for field in model._meta.concrete_fields}
        if unknown := named - set(columns):
            raise ValueError(f"{model.__name__} has no {', '.join(sorted(unknown))}")
        fixed = [_differ(column, differs) for name, column in columns.items() if name not in named]
        kept = [_differ(columns[name], differs) for name in (self.state, self.settled_at, *self.outcome)]
        filled = [f"(OLD.{_q(columns[name])} IS NOT NULL AND {_differ(columns[name], differs)})" for name in self.once]
        state, settled_at = _q(columns[self.state]), _q(columns[self.settled_at])
        over = ", ".join(f"'{state}'" for state in self.settled)
        return " OR ".join(
            [
                *fixed,
                *filled,
                f"(OLD.{settled_at} IS NOT NULL AND ({' OR '.join(kept)}))",
                f"{self._rank(f'NEW.{state}')} < {self._rank(f'OLD.{state}')}",
                f"(NEW.{settled_at} IS NULL) = (NEW.{state} IN ({over}))",
            ]
        )

    def _rank(self, column: str) -> str:
        """The place of a state in the order; the settled ones come last, an unknown one nowhere."""
        places = " ".join(f"WHEN '{state}' THEN {place}" for place, state in enumerate(self.states))
        last = " ".join(f"WHEN '{state}' THEN {len(self.states)}" for state in self.settled)
        return f"(CASE {column} {places} {last} ELSE -1 END)"


def _q(column: str) -> str:
    return f'"{column}"'


def _differ(column: str, differs: str) -> str:
    return f"OLD.{_q(column)} {differs} NEW.{_q(column)}"
