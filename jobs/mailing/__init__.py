"""The owner of a job is told, by e-mail, what became of it: after it settled, and by ``follow`` alone."""

from jobs.mailing.outbox import next_due, send

__all__ = ["next_due", "send"]
