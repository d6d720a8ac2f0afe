"""What a list of the past is narrowed to."""

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

CANCELLATIONS, EXCHANGES = "cancellations", "exchanges"


@dataclass(frozen=True, kw_only=True)
class Filter:
    """All conditions hold together. What is empty asks for nothing.

    ``show`` is one of ``CANCELLATIONS`` and ``EXCHANGES``. ``environment`` is ``production``, ``sandbox`` or one of
    Zuora's environments; ``team`` stands for its members of today; ``since`` and ``until`` are days in UTC, both
    included. ``outcome`` is a cancellation's state; ``cause`` says why Zuora was asked.
    """

    show: str = CANCELLATIONS
    q: str = ""
    connection: int | None = None
    environment: str = ""
    outcome: str = ""
    cause: str = ""
    person: str = ""
    team: int | None = None
    since: date | None = None
    until: date | None = None

    def as_dict(self) -> dict[str, str]:
        """What differs from asking for nothing, as it stands in an address."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        default = {field.name: field.default for field in fields(self)}
        return {name: str(value) for name, value in given.items() if value != default[name]}

    def query(self, **more: Any) -> str:
        """For an address; ``more`` adds to it, such as a place to go on from."""
        return urlencode({**self.as_dict(), **more})

    def begins_at(self) -> datetime | None:
        """The first moment of the period."""
        return _midnight(self.since) if self.since else None

    def ends_at(self) -> datetime | None:
        """The first moment after the period."""
        return _midnight(self.until) + timedelta(days=1) if self.until else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
