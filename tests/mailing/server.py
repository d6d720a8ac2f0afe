"""A mail server on loopback, with the faults that mail servers have."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class MailServer:
    """``refuses`` is a command that is answered with ``code``; ``drips`` answers one letter at a time, for ever."""

    port: int = 0
    refuses: str = ""
    code: int = 550
    drips: bool = False
    received: list[EmailMessage] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"


class _Conversation(socketserver.StreamRequestHandler):
    mail: MailServer

    def handle(self) -> None:
        mail = self.mail
        if mail.drips:
            while not mail.ended.wait(0.05):
                try:
                    self.wfile.write(b"2")
                except OSError:
                    return
        self._say("220 here")
        while line := self.rfile.readline().decode().strip():
            word = line.split()[0].upper()
            if word == mail.refuses:
                self._say(f"{mail.code} no")
            elif word == "DATA":
                self._say("354 go on")
                self._data()
            else:
                if word == "RCPT":
                    mail.to.append(line.partition("<")[2].partition(">")[0])
                self._say("250 fine")
                if word == "QUIT":
                    return

    def _data(self) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        parsed = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.mail.received.append(parsed)
        self._say("250 taken")

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def mail_server(**faults: object) -> Iterator[MailServer]:
    """One that runs."""
    mail = MailServer(**faults)  # type: ignore[arg-type]
    handler = type("Conversation", (_Conversation,), {"mail": mail})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        mail.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield mail
        finally:
            mail.ended.set()
            server.shutdown()
            thread.join()
