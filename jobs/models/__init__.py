"""The rows."""

from jobs.models.cancellation import Cancellation, State
from jobs.models.connection import Connection
from jobs.models.exchange import Cause, Exchange
from jobs.models.snapshot import BatchSnapshot, JobSnapshot
from jobs.models.team_access import Role, TeamAccess

__all__ = [
    "BatchSnapshot",
    "Cancellation",
    "Cause",
    "Connection",
    "Exchange",
    "JobSnapshot",
    "Role",
    "State",
    "TeamAccess",
]
