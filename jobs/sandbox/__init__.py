"""A pretend Zuora on loopback, for the demonstration and the tests. Nothing in it is real."""

from jobs.sandbox.faults import Fault
from jobs.sandbox.server import Sandbox, Seen

__all__ = ["Fault", "Sandbox", "Seen"]
