"""The rows."""

from jobs.models.cancellation import Cancellation, State
from jobs.models.connection import Connection
from jobs.models.decision import Decision
from jobs.models.entry import Entry, Kind
from jobs.models.exchange import Cause, Exchange
from jobs.models.remembered import Remembered
from jobs.models.search_word import SearchWord
from jobs.models.snapshot import BatchSnapshot, JobSnapshot
from jobs.models.team_access import Role, TeamAccess

__all__ = [
    "BatchSnapshot",
    "Cancellation",
    "Cause",
    "Connection",
    "Decision",
    "Entry",
    "Exchange",
    "JobSnapshot",
    "Kind",
    "Remembered",
    "Role",
    "SearchWord",
    "State",
    "TeamAccess",
]
