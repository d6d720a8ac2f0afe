"""How much a pretend tenant may be asked, and the headers that say so.

Names and numbers are those of Zuora's pages on rate and concurrency limits.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from jobs.sandbox.answers import Reply

RETRY_AFTER_SECONDS = 120


class Limits:
    """``concurrent`` requests at once, or any number (None), and so many in one minute."""

    def __init__(self, concurrent: int | None, a_minute: int) -> None:
        self._concurrent = concurrent
        self._a_minute = a_minute
        self._lock = threading.Lock()
        self._running = 0
        self._minute = 0
        self._count = 0

    @contextmanager
    def admit(self, now: float) -> Iterator[Reply | None]:
        """While a request is served: None, or the 429 for the one that is too many."""
        with self._lock:
            minute = int(now // 60)
            self._count = self._count + 1 if minute == self._minute else 1
            self._minute = minute
            self._running += 1
            is_too_fast = self._count > self._a_minute
            is_too_many = self._concurrent is not None and self._running > self._concurrent
        try:
            yield _too_fast() if is_too_fast else _too_many() if is_too_many else None
        finally:
            with self._lock:
                self._running -= 1

    def headers(self, now: float) -> dict[str, str]:
        """What every answer says of the limits."""
        with self._lock:
            left = max(self._a_minute - self._count, 0)
        return {
            "RateLimit-Limit": f"{self._a_minute}, {self._a_minute};w=60",
            "RateLimit-Remaining": str(left),
            "RateLimit-Reset": str(60 - int(now % 60)),
        }


def _too_fast() -> Reply:
    message = "API Rate limit exceeded for the minute, retry after 600 seconds"
    return Reply(429, {"reasons": [{"code": 70, "message": message}]})


def _too_many() -> Reply:
    document = {"success": False, "code": 50000070, "message": "Request exceeded limit"}
    return Reply(429, document, headers={"Retry-After": str(RETRY_AFTER_SECONDS), "Concurrency-Limit-Type": "Default"})
