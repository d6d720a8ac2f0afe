"""The admin: connections and team access to manage, the history to review."""

from jobs.admin import cancellation, connection, entry, exchange, people, snapshot, team_access

__all__ = ["cancellation", "connection", "entry", "exchange", "people", "snapshot", "team_access"]
