"""The client's errors say what became of the job.

::

    AquaError
    ├── NotSent            the request did not leave: no address, no connection, no TLS, no token
    │   └── SignInRefused  …because Zuora refused to give a token
    ├── Refused            an answer that says no: a 4xx, or one of AQuA's error bodies
    └── Unknown            it left, and no answer that can be understood came back

A caller who cancels may conclude "nothing was done" from ``NotSent`` alone. Everything above
``jobs.aqua`` sees only these, with Zuora's own words inside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobs.aqua.answer import Answer


class AquaError(Exception):
    """What went wrong with one call.

    ``kind`` is one word for programs (``timeout``, ``tls``, ``http_403``, ``aqua_90003`` …),
    ``words`` is for people: Zuora's own where it said something, never a secret. ``answer`` is
    the HTTP exchange as far as it went.
    """

    outcome = ""

    def __init__(self, kind: str, words: str, answer: Answer, *, retry_after: float | None = None) -> None:
        super().__init__(words)
        self.kind = kind
        self.words = words
        self.answer = answer
        self.retry_after = retry_after


class NotSent(AquaError):
    """The request did not leave: Zuora cannot have acted on it."""

    outcome = "not_sent"


class SignInRefused(NotSent):
    """Zuora gave no token for these credentials, so the request was not sent."""


class Refused(AquaError):
    """Zuora answered, and the answer says no."""

    outcome = "refused"


class Unknown(AquaError):
    """The request may have arrived; no answer that can be understood came back."""

    outcome = "unknown"
