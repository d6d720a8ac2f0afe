"""A small forward proxy on loopback: CONNECT for https, absolute URLs for http; or it goes wrong as it was told to."""

import contextlib
import select
import socket
import socketserver
import threading
from typing import Any, Self
from urllib.parse import urlsplit


class Proxy:
    """``refuses_with`` is the HTTP status with which it refuses; ``fault`` is one of

    "hangs" (never answers), "closes" (before it answers), "closes in the middle" (after half an answer),
    "cuts" (the tunnel stands, and is cut when the first answer of the other side comes through it).
    """

    def __init__(self, *, refuses_with: int = 0, fault: str = "") -> None:
        self.refuses_with = refuses_with
        self.fault = fault
        self.requests: list[str] = []
        self.heads: list[bytes] = []
        self.stopping = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    proxy: Proxy

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no event."""


class _Handler(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        proxy, client = self.server.proxy, self.request
        client.settimeout(20)
        if not (head := _head(client)):
            return
        method, target, _ = head.split(b"\r\n")[0].decode().split(" ")
        proxy.requests.append(f"{method} {target}")
        proxy.heads.append(head)
        if proxy.fault == "hangs":
            proxy.stopping.wait(20)
        elif proxy.fault == "closes in the middle":
            client.sendall(b"HTTP/1.1 200 Conn")
        elif proxy.refuses_with:
            client.sendall(b"HTTP/1.1 %d Refused\r\nContent-Length: 2\r\n\r\nno" % proxy.refuses_with)
        elif proxy.fault != "closes":
            self._pass_on(client, method, target, head)

    def _pass_on(self, client: socket.socket, method: str, target: str, head: bytes) -> None:
        parts = urlsplit(target if "://" in target else f"//{target}")
        with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=20) as upstream:
            if method == "CONNECT":
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                upstream.sendall(head.replace(target.encode(), parts.path.encode(), 1))
            with contextlib.suppress(OSError):
                self._pump(client, upstream)

    def _pump(self, client: socket.socket, upstream: socket.socket) -> None:
        while not self.server.proxy.stopping.is_set():
            for ready in select.select([client, upstream], [], [], 0.02)[0]:
                if not (data := ready.recv(65536)):
                    return
                is_answer = ready is upstream and data[:1] in (b"H", b"\x17")  # HTTP, or TLS's application data
                if is_answer and self.server.proxy.fault == "cuts":
                    return
                (upstream if ready is client else client).sendall(data)


def _head(client: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        if not (data := client.recv(65536)):
            return b""
        head += data
    return head
