"""A server of a test's own on loopback, for what the sandbox is too well-behaved to do."""

import contextlib
import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator

Part = Callable[[socket.socket], None]


@contextlib.contextmanager
def speaking(part: Part, *, tls: tuple[str, str] | None = None) -> Iterator[str]:
    """Its URL, while ``part`` speaks on each connection, one after another; with ``tls`` after the handshake."""
    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_serve, args=(server, part, context), daemon=True)
        thread.start()
        try:
            yield f"{'https' if tls else 'http'}://127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def _serve(server: socket.socket, part: Part, context: ssl.SSLContext | None) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with contextlib.suppress(OSError):
            connection.settimeout(10)
            if context:
                connection = context.wrap_socket(connection, server_side=True)
            part(connection)
        connection.close()


def request_of(connection: socket.socket) -> bytes:
    """What the client sent, to the end of its headers."""
    head = b""
    while b"\r\n\r\n" not in head and (data := connection.recv(65536)):
        head += data
    return head


def await_request(connection: socket.socket) -> None:
    """Until something has arrived, without reading it."""
    select.select([connection], [], [], 10)


def reset(connection: socket.socket) -> None:
    """End the connection with a TCP reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
