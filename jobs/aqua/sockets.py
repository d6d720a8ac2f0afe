"""Connections on which one deadline holds for everything, and which know whether a request left.

``requests`` bounds each wait for bytes, so a server that drips can stretch a call for ever. Here
each read of the socket gets what is left of the call's time: connecting, TLS, a proxy's tunnel,
the status line, the headers and the body together.
"""

import io
import socket
import time
from contextvars import ContextVar
from http.client import RemoteDisconnected
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from jobs.aqua.addresses import ForbiddenAddress, require_allowed

CONNECT_SECONDS = 5.0
IDLE_SECONDS = 15.0
"""A pooled connection idle for longer is replaced: closed by the other side under a DELETE, it
would turn the outcome into "unknown"."""


class Call:
    """One request on its way: the time it has left, whether it left, and whether a proxy holds it up.

    ``at_proxy``: a tunnel has been begun and does not stand yet. ``ended``: the other side has
    closed the connection, in whatever it was saying.
    """

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self.sent = False
        self.at_proxy = False
        self.ended = False

    def seconds_left(self) -> float:
        """What is left of its time.

        Raises:
            TimeoutError: nothing is.
        """
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        return left


current_call: ContextVar[Call] = ContextVar("current_call")


class _TimedFile(io.RawIOBase):
    """The reading side of a socket; each read waits no longer than the call may."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._file = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(current_call.get().seconds_left())
        count = self._file.readinto(buffer)
        current_call.get().ended = count == 0
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


class _TimedSocket:
    """What ``http.client`` needs of a socket to read a response."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedFile(self._sock))


class _Timed(HTTPConnection):
    """The part that HTTP and HTTPS share."""

    last_used = 0.0
    _is_connecting = False

    def connect(self) -> None:
        self._is_connecting = True
        current_call.get().at_proxy = self.proxy_is_tunneling
        try:
            super().connect()
        finally:
            self._is_connecting = False

    def _tunnel(self) -> None:
        super()._tunnel()
        if current_call.get().ended:  # half an answer, which http.client takes for a whole one
            raise RemoteDisconnected("The proxy closed the connection")
        current_call.get().at_proxy = False

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        if not self._is_connecting:  # while connecting it is the proxy's CONNECT that is sent
            current_call.get().sent = True
        self.sock.settimeout(current_call.get().seconds_left())
        super().send(data)

    def response_class(self, sock: socket.socket, **kwargs: Any) -> Any:  # type: ignore[override]
        return super().response_class(_TimedSocket(sock), **kwargs)  # type: ignore[arg-type]

    def _new_conn(self) -> socket.socket:
        call = current_call.get()
        connect_by = time.monotonic() + min(CONNECT_SECONDS, call.seconds_left())
        failure: Exception = OSError("no address")
        for family, kind, protocol, _, address in self._addresses():
            sock = socket.socket(family, kind, protocol)
            try:
                if self.proxy is None:  # a proxy decides itself, and stands where it stands
                    require_allowed(self.host, address[0])
                sock.settimeout(max(connect_by - time.monotonic(), 0.001))
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.connect(address)
            except (OSError, ForbiddenAddress) as error:
                sock.close()
                failure = error
            else:
                sock.settimeout(call.seconds_left())  # for the TLS handshake, which counts it as a whole
                return sock
        if isinstance(failure, ForbiddenAddress):
            raise failure
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(self, "timed out") from failure
        raise NewConnectionError(self, str(failure)) from failure

    def _addresses(self) -> list[Any]:
        try:
            return socket.getaddrinfo(self._dns_host, self.port, type=socket.SOCK_STREAM)
        except OSError as error:  # gaierror, or a name that is none
            raise NameResolutionError(self.host, self, socket.gaierror(*error.args)) from error
        except UnicodeError as error:
            raise NameResolutionError(self.host, self, socket.gaierror(str(error))) from error


class _TimedHTTPS(_Timed, HTTPSConnection):
    pass


class _FreshPool(HTTPConnectionPool):
    """A pool that closes a connection that has been idle for long, and opens it anew."""

    ConnectionCls = _Timed

    def _get_conn(self, timeout: float | None = None) -> Any:
        connection: Any = super()._get_conn(timeout)
        if time.monotonic() - connection.last_used > IDLE_SECONDS:
            connection.close()
        return connection

    def _put_conn(self, connection: Any) -> None:
        if connection is not None:
            connection.last_used = time.monotonic()
        super()._put_conn(connection)


class _FreshHTTPSPool(_FreshPool, HTTPSConnectionPool):
    ConnectionCls = _TimedHTTPS


POOLS: dict[str, type[HTTPConnectionPool]] = {"http": _FreshPool, "https": _FreshHTTPSPool}
