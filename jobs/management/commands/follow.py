"""``manage.py follow``: read again what is due, and settle it; tell the owners of what has settled."""

import logging
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections, connection

from jobs import confirming, mailing
from jobs.models import Cause

logger = logging.getLogger(__name__)

LONGEST_PAUSE = 2.0


class Command(BaseCommand):
    """Any number of these may run, on any machine of the database."""

    help = "Read the jobs of open cancellations again when they are due, until Zuora shows what became of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is due now, and end")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        stopping = threading.Event()
        mailer = threading.Thread(target=_mail, args=(stopping,), name="mailer", daemon=True)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        if once:
            self._round(stopping)
            _send_what_is_due(stopping)
            return
        mailer.start()
        while not stopping.is_set():
            stopping.wait(self._round(stopping))

    def _round(self, stopping: threading.Event) -> float:
        """Do all that is due; return the seconds until more is. A database that is away is waited for."""
        try:
            close_old_connections()
            while not stopping.is_set() and (cancellation := confirming.next_due()):
                confirming.confirm(cancellation, cause=Cause.FOLLOW_UP, actor=None)
                logger.info(
                    "job=%s cancellation=%s state=%s", cancellation.job_id, cancellation.uuid, cancellation.state
                )
            return confirming.seconds_until_due(LONGEST_PAUSE)
        except DatabaseError:
            logger.exception("The database does not answer; trying again.")
            return LONGEST_PAUSE


def _mail(stopping: threading.Event) -> None:
    """In a thread of its own: a mail server that takes its time delays no read."""
    try:
        while not stopping.is_set():
            _send_what_is_due(stopping)
            stopping.wait(LONGEST_PAUSE)
    finally:
        connection.close()


def _send_what_is_due(stopping: threading.Event) -> None:
    try:
        close_old_connections()
        while not stopping.is_set() and (cancellation := mailing.next_due()):
            mailing.send(cancellation)
    except DatabaseError:
        logger.exception("The database does not answer; trying again.")
