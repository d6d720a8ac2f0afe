"""One HTTP exchange: pooled, bounded in time and size, never repeated, never redirected."""

import ssl
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http.client import HTTPException, RemoteDisconnected
from typing import Any

import certifi
import requests
import urllib3
from requests.adapters import HTTPAdapter

from jobs.aqua.addresses import AddressRules, ForbiddenAddress
from jobs.aqua.sockets import POOLS, Call, current_call

MAX_BODY = 8 * 1024 * 1024
"""Bytes of an answer, unpacked: fifty batches with queries of 10,000 characters are a tenth of it."""
POOL_SIZE = 32
MAX_RETRY_AFTER = 3600.0
CHUNK = 65536
HEADERS = {"User-Agent": "aquaadmin", "Accept-Encoding": "gzip, deflate", "Connection": "keep-alive"}


@dataclass
class Received:
    """What came back, as far as it came. ``status`` is None before the status line."""

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None


class TransportError(Exception):
    """No whole answer. ``sent`` tells whether the request may have arrived."""

    def __init__(self, kind: str, words: str, *, sent: bool, received: Received) -> None:
        super().__init__(words)
        self.kind = kind
        self.words = words
        self.sent = sent
        self.received = received


class Transport:
    """The pooled connections of one stored connection; safe for threads.

    An adapter of requests without a session around it: no cookies, no redirects, no settings of the environment.
    ``proxy`` is a URL or "", ``ca_file`` a PEM file that replaces the usual authorities or "". No request leaves
    for an address to which ``rules`` object.
    """

    def __init__(self, *, proxy: str = "", ca_file: str = "", rules: AddressRules | None = None) -> None:
        self._rules = rules or AddressRules()
        self._proxies = {"http": proxy, "https": proxy} if proxy else {}
        self._adapter = _Adapter(ca_file)

    def exchange(
        self, method: str, url: str, *, headers: dict[str, str], seconds: float, form: dict[str, str] | None = None
    ) -> Received:
        """Send one request and read the whole answer, within ``seconds`` in all.

        Raises:
            TransportError: whatever stood in the way.
        """
        if objection := self._rules.objection(url):
            raise TransportError("address", objection, sent=False, received=Received())
        call = Call(seconds)
        token = current_call.set(call)
        received = Received()
        try:
            self._fill(received, method, url, headers, form)
        except ForbiddenAddress as error:
            raise TransportError("private", str(error), sent=False, received=received) from error
        except _TooLarge as error:
            raise TransportError("too_large", str(error), sent=True, received=received) from error
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            kind, words = _explain(error, sent=call.sent, at_proxy=call.at_proxy)
            raise TransportError(kind, words, sent=call.sent, received=received) from error
        finally:
            current_call.reset(token)
        return received

    def _fill(
        self, received: Received, method: str, url: str, headers: dict[str, str], form: dict[str, str] | None
    ) -> None:
        request = requests.Request(method, url, headers=HEADERS | headers, data=form).prepare()
        left = current_call.get().seconds_left()
        with self._adapter.send(request, stream=True, timeout=left, proxies=self._proxies) as response:
            received.status = response.status_code
            received.headers = {name.lower(): value for name, value in response.headers.items()}
            received.body = b""
            while chunk := response.raw.read(CHUNK, decode_content=True):
                received.body += chunk
                if len(received.body) > MAX_BODY:
                    received.body = received.body[:MAX_BODY]
                    response.raw.close()
                    raise _TooLarge(
                        f"The answer is larger than {MAX_BODY // 1024 // 1024} MiB and was not read to its end."
                    )

    def close(self) -> None:
        """Close the pooled connections."""
        self._adapter.close()


def seconds_in(retry_after: str) -> float | None:
    """``Retry-After`` as seconds from now, at most an hour; it is a number or a date (RFC 9110)."""
    try:
        wait = (
            float(retry_after)
            if retry_after.isdigit()
            else parsedate_to_datetime(retry_after).timestamp() - time.time()
        )
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, 0.0), MAX_RETRY_AFTER)


class _TooLarge(Exception):
    pass


class _Adapter(HTTPAdapter):
    """Our pools, and one TLS context for all connections instead of a CA bundle read for each."""

    def __init__(self, ca_file: str) -> None:
        self._tls = ssl.create_default_context(cafile=ca_file or certifi.where())
        super().__init__(pool_maxsize=POOL_SIZE, max_retries=urllib3.Retry(0, read=False))

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._tls, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, ssl_context=self._tls, **kwargs)
        manager.pool_classes_by_scheme = POOLS
        return manager

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Nothing: the context verifies certificate and host name, always."""


def _explain(error: BaseException, *, sent: bool, at_proxy: bool) -> tuple[str, str]:
    chain = list(_causes(error))
    if at_proxy:
        reasons = (words for types, words in _AT_PROXY for cause in chain if isinstance(cause, types))
        return "proxy", f"The proxy did not connect: {next(reasons, None) or _reason(chain)}."
    for kind, types, words in _AFTERWARDS if sent else _WHILE_CONNECTING + _AFTERWARDS:
        for cause in chain:
            if isinstance(cause, types):
                return kind, words.format(reason=_reason(chain))
    if sent:
        return "cut_off", f"The connection broke before a whole answer came: {_reason(chain)}."
    return "connect", f"No connection: {_reason(chain)}."


_AT_PROXY: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
    (TimeoutError, "no answer within the time allowed"),
    ((RemoteDisconnected, ssl.SSLEOFError), "it closed the connection"),
    (HTTPException, "its answer is not HTTP"),
)
_WHILE_CONNECTING: tuple[tuple[str, tuple[type[BaseException], ...], str], ...] = (
    ("proxy", (requests.exceptions.ProxyError, urllib3.exceptions.ProxyError), "The proxy did not connect: {reason}."),
    ("dns", (urllib3.exceptions.NameResolutionError,), "The host name cannot be resolved: {reason}."),
    ("tls", (ssl.SSLCertVerificationError,), "The server's certificate is not trusted: {reason}."),
    ("tls", (ssl.SSLError, urllib3.exceptions.SSLError), "No TLS connection: {reason}."),
    ("connect", (urllib3.exceptions.NewConnectionError,), "No connection: {reason}."),
    ("connect_timeout", (urllib3.exceptions.ConnectTimeoutError,), "No connection within the time allowed."),
)
_AFTERWARDS: tuple[tuple[str, tuple[type[BaseException], ...], str], ...] = (
    ("timeout", (TimeoutError, urllib3.exceptions.ReadTimeoutError), "No whole answer within the time allowed."),
    ("garbled", (urllib3.exceptions.DecodeError,), "The answer cannot be unpacked: {reason}."),
)


def _causes(error: BaseException | None) -> Any:
    seen: set[int] = set()
    queue = [error]
    while queue:
        cause = queue.pop(0)
        if isinstance(cause, BaseException) and id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            queue += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]


def _reason(chain: list[BaseException]) -> str:
    for cause in chain:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return cause.verify_message.rstrip(".")
    for cause in chain:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror.rstrip(".")
        if isinstance(cause, OSError) and str(cause).startswith("Tunnel connection failed"):
            return str(cause).rstrip(".")
    return type(chain[-1]).__name__
