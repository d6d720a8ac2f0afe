"""The pages. A GET reads our database only; every call to Zuora is a POST."""

from jobs.views.cancelling import cancel, cancellation, check
from jobs.views.looking_up import home, look_up, lookup

__all__ = ["cancel", "cancellation", "check", "home", "look_up", "lookup"]
