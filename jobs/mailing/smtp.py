"""SMTP with an end: a server that answers one letter at a time holds nobody up for longer than this."""

import smtplib
import socket
import threading
from contextlib import suppress
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

SECONDS = 30.0
"""For one whole conversation: connecting, TLS, signing in, sending. A single wait ends after EMAIL_TIMEOUT (10 s)."""


class BoundedBackend(EmailBackend):
    """Django's, which alone would wait for each letter anew."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clients: list[smtplib.SMTP] = []

    @property
    def connection_class(self) -> Any:
        """Django's choice of a client, which tells of itself as soon as it has a socket."""
        clients = self._clients

        class Client(super().connection_class):  # type: ignore[misc]
            def _get_socket(self, *args: Any) -> socket.socket:
                clients.append(self)
                found: socket.socket = super()._get_socket(*args)
                return found

        return Client

    def send_messages(self, email_messages: Any) -> int:
        """Django's, with the conversation cut off at its end."""
        end = threading.Timer(SECONDS, self._cut_off)
        end.daemon = True
        end.start()
        try:
            return super().send_messages(email_messages) or 0
        finally:
            end.cancel()
            for client in self._clients:
                client.close()
            self._clients.clear()

    def _cut_off(self) -> None:
        for client in self._clients:
            if client.sock is not None:
                with suppress(OSError):
                    client.sock.shutdown(socket.SHUT_RDWR)
