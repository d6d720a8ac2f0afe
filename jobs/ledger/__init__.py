"""The ledger: what happened, in an order that cannot be changed without a trace."""

from jobs.ledger.appending import Event, append, lock

__all__ = ["Event", "append", "lock"]
