"""``manage.py sandbox``: serve a pretend Zuora on loopback."""

import json
import os
import signal
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from jobs.sandbox import Sandbox
from jobs.sandbox.server import describe


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) < 65536):
        raise ArgumentTypeError(f"{text!r} is no port: it must be a number up to 65535 (0 for a free one)")
    return int(text)


class Command(BaseCommand):
    """Serves until Ctrl-C; ``--describe`` only says what it accepts and plays."""

    help = "Serve a pretend Zuora on 127.0.0.1, for trying things out. Nothing in it is real."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=_port, default=os.environ.get("SANDBOX_PORT") or "8001")
        parser.add_argument("--describe", action="store_true", help="print credentials and job IDs as JSON, and end")
        parser.add_argument("--accept-post-cancel", action="store_true", help="cancel on POST as well")
        parser.add_argument(
            "--already-complete",
            choices=("errorCode", "400", "404"),
            default="errorCode",
            help="the form in which a cancel that comes too late is refused; Zuora documents none",
        )
        parser.add_argument("--concurrent-requests", type=int, default=40, help="more at once are answered with 429")
        parser.add_argument("--concurrent-jobs", type=int, default=50, help="stateful and stateless, each")

    def handle(self, *args: Any, port: int, **options: Any) -> None:
        if options["describe"]:
            self.stdout.write(json.dumps(describe(), indent=2))
            return
        try:
            sandbox = Sandbox(
                port=port,
                accepts_post_cancel=options["accept_post_cancel"],
                already_complete=options["already_complete"],
                concurrent_requests=options["concurrent_requests"],
                concurrent_jobs=options["concurrent_jobs"],
            )
        except OSError as error:
            raise CommandError(f"Port {port} cannot be used ({error.strerror}). Give another with --port.") from error
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.default_int_handler)
        self.stdout.write(f"A pretend Zuora answers at {sandbox.url}")
        self.stdout.flush()
        try:
            sandbox.serve()
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")
