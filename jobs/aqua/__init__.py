"""The AQuA client: read a job, cancel a job, and say what became of it. No Django, no database."""

from jobs.aqua.answer import Answer
from jobs.aqua.client import AquaClient
from jobs.aqua.errors import AquaError, NotSent, Refused, SignInRefused, Unknown
from jobs.aqua.job import Batch, Job

__all__ = ["Answer", "AquaClient", "AquaError", "Batch", "Job", "NotSent", "Refused", "SignInRefused", "Unknown"]
