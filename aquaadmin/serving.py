"""What gunicorn does differently here: a request has an end, and a line of its log is one line."""

import errno
import logging
import socket
import time
from typing import Any

from gunicorn.glogging import Logger
from gunicorn.http.errors import NoMoreData
from gunicorn.workers.gthread import ThreadWorker

from aquaadmin import environment
from aquaadmin.logs import Line

REQUEST_SECONDS = environment.number("REQUEST_SECONDS", 20, most=600)
"""For a request's line, headers and body together: who drips them holds no thread for longer."""
SEND_SECONDS = 60.0
"""For one piece of an answer: who does not fetch it holds no thread for longer."""


class TimedSocket(socket.socket):
    """A client's connection, on which a thread waits no longer than it may."""

    ends = 0.0
    """When a request must have been received, on the monotonic clock."""

    def setblocking(self, flag: bool) -> None:
        """Blocking means: for as long as one piece of an answer may take."""
        self.settimeout(SEND_SECONDS if flag else 0.0)

    def recv(self, size: int, flags: int = 0) -> bytes:
        """What has come of a request, until it must be whole."""
        wait = self.gettimeout()
        left = self.ends - time.monotonic()
        if left <= 0:
            raise NoMoreData
        try:
            self.settimeout(left if wait is None else min(left, wait))
            return super().recv(size, flags)
        except TimeoutError as error:
            raise NoMoreData from error
        finally:
            self.settimeout(wait)

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Send one piece of an answer; who does not take it has gone, as far as the log is concerned."""
        try:
            super().sendall(data, flags)
        except TimeoutError as error:
            raise ConnectionResetError(errno.ECONNRESET, "The answer was not fetched.") from error


class Worker(ThreadWorker):
    """gunicorn's threads, none of which a slow client keeps."""

    def enqueue_req(self, conn: Any) -> None:
        if not isinstance(conn.sock, TimedSocket):
            conn.sock = TimedSocket(fileno=conn.sock.detach())
        super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        conn.sock.ends = time.monotonic() + REQUEST_SECONDS
        return super().handle(conn)


class LineLogger(Logger):
    """gunicorn's log in our form: it repeats what clients sent."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                handler.setFormatter(Line(_format_of(handler), self.datefmt))


def _format_of(handler: logging.Handler) -> str | None:
    return handler.formatter._fmt if handler.formatter else None
