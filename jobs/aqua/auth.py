"""How a connection signs in: OAuth client credentials, the header pair, or Basic.

Facts from Zuora's authentication documentation: the token call, its lifetime in
``expires_in`` seconds, the names of the header pair.
"""

import base64
import threading
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Protocol

from jobs.aqua.body import NotUnderstood, parse_object, text
from jobs.aqua.judging import No, judge
from jobs.aqua.transport import Received, Transport, seconds_in

EARLY_SECONDS = 60.0
"""A token is replaced so long before its end, so that it does not run out on the way."""


LONGEST_SECONDS = 24 * 60 * 60.0
"""No token is believed to be good for longer, whatever its answer says."""


class SignInFailed(Exception):
    """There are no credentials to send with. ``refused``: Zuora said no to them."""

    def __init__(
        self, kind: str, words: str, *, refused: bool, retry_after: float | None = None, request_id: str = ""
    ) -> None:
        super().__init__(words)
        self.kind = kind
        self.words = words
        self.refused = refused
        self.retry_after = retry_after
        self.request_id = request_id


class SignIn(Protocol):
    """Gives the headers that sign a request in."""

    def headers(self, transport: Transport, seconds: float) -> dict[str, str]:
        """The headers, after a token call of at most ``seconds`` where one is due.

        Raises:
            SignInFailed, TransportError: there are none to be had.
        """

    def renew(self, headers: dict[str, str]) -> bool:
        """After a 401 with these headers: whether others may work."""


@dataclass(frozen=True)
class HeaderPair:
    """``apiAccessKeyId`` and ``apiSecretAccessKey``."""

    access_key_id: str
    secret_access_key: str = field(repr=False)

    def headers(self, transport: Transport, seconds: float) -> dict[str, str]:
        return {
            "apiAccessKeyId": _sendable(self.access_key_id),
            "apiSecretAccessKey": _sendable(self.secret_access_key),
        }

    def renew(self, headers: dict[str, str]) -> bool:
        return False


@dataclass(frozen=True)
class Basic:
    """A user name and a password, as in the documented curl on the /apps hosts."""

    username: str
    password: str = field(repr=False)

    def headers(self, transport: Transport, seconds: float) -> dict[str, str]:
        pair = f"{self.username}:{self.password}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}

    def renew(self, headers: dict[str, str]) -> bool:
        return False


@dataclass
class OAuth:
    """Client credentials; the token is kept until shortly before its end and shared by all threads."""

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    _token: str = field(default="", init=False, repr=False)
    _good_until: float = field(default=0.0, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def headers(self, transport: Transport, seconds: float) -> dict[str, str]:
        if not self._lock.acquire(timeout=seconds):
            raise SignInFailed("no_token", "No token within the time allowed.", refused=False)
        try:
            if not self._token or time.monotonic() > self._good_until:
                self._fetch(transport, seconds)
            return {"Authorization": f"Bearer {self._token}"}
        finally:
            self._lock.release()

    def renew(self, headers: dict[str, str]) -> bool:
        with self._lock:
            if headers.get("Authorization") == f"Bearer {self._token}":
                self._token = ""
        return True

    def _fetch(self, transport: Transport, seconds: float) -> None:
        form = {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "grant_type": "client_credentials",
        }
        received = transport.exchange(
            "POST", self.token_url, headers={"Accept": "application/json"}, seconds=seconds, form=form
        )
        self._token, lifetime = _token_in(received)
        self._good_until = time.monotonic() + max(lifetime - EARLY_SECONDS, 0.0)


_REFUSALS = {400: "sign_in", 401: "sign_in", 403: "user_refused"}
"""What a documented refusal of the token call means, by its HTTP status; Zuora's own are JSON."""


def _kind(received: Received, *, is_json: bool) -> str:
    status = received.status or 0
    if status in _REFUSALS and is_json:
        return _REFUSALS[status]
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return "token_too_many"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "token_fault"
    is_page = (received.body or b"").lstrip()[:1] == b"<"
    return "token_page" if is_page or HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST else "no_token"


def _token_in(received: Received) -> tuple[str, float]:
    try:
        document = parse_object(received.body or b"")
    except NotUnderstood:
        document = {}
    token = text(document.get("access_token"))
    if received.status == 200 and token:
        lifetime = document.get("expires_in")
        return _sendable(token), min(lifetime, LONGEST_SECONDS) if isinstance(
            lifetime, int | float
        ) else EARLY_SECONDS * 2
    try:
        judge(http_status=received.status or 0, body=received.body or b"", job_id="")
    except No as no:
        wait = seconds_in(received.headers.get("retry-after", ""))
        kind = _kind(received, is_json=bool(document))
        words = "The answer to the token call has no token." if no.kind == "no_job" else no.words
        request_id = text(received.headers.get("zuora-request-id")) or ""
        is_refused = kind in _REFUSALS.values()
        raise SignInFailed(kind, words, refused=is_refused, retry_after=wait, request_id=request_id) from no
    raise SignInFailed("no_token", "The answer to the token call has no token.", refused=False)


def _sendable(value: str) -> str:
    if value and value.isascii() and value.isprintable():
        return value
    raise SignInFailed("credentials", "The stored credentials hold characters that no header can carry.", refused=False)
