"""The ledger: what happened, in an order that cannot be changed without a trace."""

from jobs.ledger.appending import Event, append

__all__ = ["Event", "append"]
