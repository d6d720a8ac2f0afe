"""The admin: connections and team access to manage, the history to review."""

from jobs.admin import cancellation, connection, exchange, people, snapshot, team_access

__all__ = ["cancellation", "connection", "exchange", "people", "snapshot", "team_access"]
