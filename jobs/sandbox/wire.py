"""The sandbox's HTTP: reads a request, sends the answer, or goes wrong as it was told to."""

import contextlib
import gzip
import socket
import ssl
import struct
import threading
import time
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from jobs.sandbox.answers import Reply
from jobs.sandbox.api import tidy
from jobs.sandbox.clockwork import new_id
from jobs.sandbox.faults import Fault
from jobs.sandbox.start_page import page

if TYPE_CHECKING:
    from jobs.sandbox.server import Sandbox, Seen

MAX_BODY = 1024 * 1024
PACKED_FROM = 1000
"""Zuora packs answers of more bytes for clients that accept gzip."""


class LoopbackServer(ThreadingHTTPServer):
    """A thread per connection; none of them keeps the process alive."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: type["Handler"], sandbox: "Sandbox") -> None:
        self.sandbox = sandbox
        self.stopping = threading.Event()
        self.tls: ssl.SSLContext | None = None
        self._open: set[Any] = set()
        super().__init__(address, handler)

    def get_request(self) -> tuple[Any, Any]:
        """A new connection; its TLS handshake is left to its own thread."""
        connection, address = super().get_request()
        if self.tls:
            connection = self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """A connection has ended."""
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Stop listening, and end every connection, those too on which nobody is speaking."""
        super().server_close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no event."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: LoopbackServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60
    raw_requestline: bytes
    _seen: "Seen | None" = None

    def log_message(self, *args: Any) -> None:
        """Nothing: the sandbox keeps its own log."""

    def parse_request(self) -> bool:
        """The request line has come; what goes wrong now leaves the rest of the request unread."""
        method, target = (*self.raw_requestline.decode("latin-1").split(), "", "")[:2]
        path = urlsplit(target).path
        if fault := self.server.sandbox.faults.take(method, tidy(path), during=True):
            self.server.sandbox.note(method, path, {}, b"")
            self._hang_up(fault)
            return False
        return super().parse_request()

    def _serve(self) -> None:
        sandbox, path = self.server.sandbox, urlsplit(self.path).path
        body = self._body()
        if (self.command, path) == ("GET", "/"):
            return self._send(Reply(200, raw=page(sandbox.api.jobs, sandbox.now())))
        if (self.command, path) == ("POST", "/reset"):
            sandbox.reset()
            return self._send(Reply(303, raw=b"", headers={"Location": "/"}))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._seen = sandbox.note(self.command, path, headers, body)
        with sandbox.limits.admit(sandbox.now()) as too_many:
            return self._send(too_many) if too_many else self._answer(tidy(path), headers, body)

    def _body(self) -> bytes:
        """All of the request's body, however it is framed and packed."""
        if "chunked" in (self.headers.get("Transfer-Encoding") or "").lower():
            body = b"".join(iter(self._chunk, b""))
        else:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(min(max(length, 0), MAX_BODY))
            self.close_connection |= not 0 <= length <= MAX_BODY  # the next request cannot be found
        if self.headers.get("Content-Encoding") == "gzip":
            with contextlib.suppress(OSError, EOFError, zlib.error):
                return gzip.decompress(body)
        return body

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline(100).split(b";")[0] or b"0", 16)
        chunk = self.rfile.read(min(size, MAX_BODY))
        while self.rfile.readline(1000).strip():  # the end of the chunk, or trailers
            pass
        return chunk

    do_GET = do_POST = do_DELETE = do_PUT = do_HEAD = do_PATCH = _serve  # noqa: N815

    def _answer(self, path: str, headers: dict[str, str], body: bytes) -> None:
        sandbox, method = self.server.sandbox, "GET" if self.command == "HEAD" else self.command
        if objection := sandbox.api.objection(path, headers):
            return self._send(objection)
        fault = sandbox.faults.take(self.command, path)
        if fault is None:
            return self._send(sandbox.api.answer(method, path, headers, body))
        reply = sandbox.api.answer(method, path, headers, body) if fault.act else Reply(200, raw=b"")
        return self._go_wrong(fault, reply)

    def _go_wrong(self, fault: Fault, reply: Reply) -> None:
        self.server.stopping.wait(fault.delay)
        while fault.until and not fault.until.wait(0.05) and not self.server.stopping.is_set():
            pass
        if fault.hang_up == "before":
            return self._hang_up(fault)
        if fault.body is not None:
            reply.raw = fault.body
            reply.kind = "application/json;charset=UTF-8" if fault.body.lstrip()[:1] in (b"{", b"[") else reply.kind
        reply.status = fault.status or reply.status
        reply.headers |= fault.headers
        return self._send(reply, fault)

    def _hang_up(self, fault: Fault) -> None:
        if fault.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            self.connection.shutdown(socket.SHUT_RDWR)
        self.connection.close()
        self.close_connection = True

    def _send(self, reply: Reply, fault: Fault | None = None) -> None:
        if self._seen is not None:
            self._seen.status = reply.status
        is_plain = fault is None
        fault = fault or Fault()
        body = reply.body()
        if is_plain and len(body) > PACKED_FROM and "gzip" in (self.headers.get("Accept-Encoding") or ""):
            body = gzip.compress(body, compresslevel=1)
            reply.headers |= {"Content-Encoding": "gzip"}
        length = len(body) + fault.padding + (1000 if fault.hang_up == "middle" else 0)
        headers = {
            "Content-Type": reply.content_type(),
            "Content-Length": str(length),
            "Zuora-Request-Id": new_id(time.monotonic_ns(), "request"),
            **self.server.sandbox.limits.headers(self.server.sandbox.now()),
        }
        if track_id := self.headers.get("Zuora-Track-Id"):
            headers["Zuora-Track-Id"] = track_id
        lines = [f"HTTP/1.1 {reply.status} {self.responses.get(reply.status, ('',))[0]}"]
        lines += [f"{name}: {value}" for name, value in (headers | reply.headers).items()]
        self._write("\r\n".join([*lines, "", ""]).encode("latin-1"), body, fault)

    def _write(self, head: bytes, body: bytes, fault: Fault) -> None:
        if self.command == "HEAD":
            body = b""
        if fault.drip_headers or fault.drip_body:
            self._drip(head, fault.drip_headers)
            self._drip(body, fault.drip_body)
        else:
            self.wfile.write(head + body)
        for _ in range(fault.padding // 65536):
            self.wfile.write(b" " * 65536)
        self.wfile.write(b" " * (fault.padding % 65536))
        if fault.hang_up == "middle":
            self._hang_up(fault)

    def _drip(self, data: bytes, pause: float) -> None:
        if not pause:
            self.wfile.write(data)
            return
        for byte in data:
            if self.server.stopping.wait(pause):
                self.close_connection = True
                return
            self.wfile.write(bytes([byte]))
