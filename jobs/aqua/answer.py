"""One HTTP exchange with Zuora, as it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jobs.aqua.job import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was asked and what came back.

    ``duration`` is in seconds. ``http_status`` is None where no status line came, ``body`` is
    None where no body began; a body that was cut off is kept as far as it came. ``job`` is
    set where the answer is the job that was asked for. ``earlier`` is the 401 that this
    exchange repeats with a new token.
    """

    method: str
    url: str
    at: datetime
    duration: float
    track_id: str = ""
    http_status: int | None = None
    request_id: str = ""
    body: bytes | None = None
    job: Job | None = None
    earlier: Answer | None = None
