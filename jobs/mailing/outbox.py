"""The outbox: cancellations that have settled and whose owner is yet to be told.

A row is claimed by a conditional update that puts its next try off, so that one sends at a time, and a sender that
dies is followed by another: a message may then come twice, but it is not lost. What became of it is in the ledger.
"""

import logging
import smtplib
import ssl
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from jobs.ledger import append
from jobs.models import Cancellation, Kind
from jobs.recording import event
from jobs.sentences.owner import subject, text_for_owner

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=4)
GIVE_UP_AFTER = timedelta(days=1)


def next_due() -> Cancellation | None:
    """Claim the one whose mail has been due for longest; None where none is due, or no mail is set up."""
    if not settings.MAIL_FROM:
        return None
    now = timezone.now()
    due = Cancellation.objects.filter(mail_due_at__lte=now).select_related("connection", "lookup__snapshot")
    for cancellation in due.order_by("mail_due_at")[:20]:
        mine = Cancellation.objects.filter(pk=cancellation.pk, mail_due_at=cancellation.mail_due_at)
        if mine.update(mail_due_at=now + LEASE, mail_tries=cancellation.mail_tries + 1):
            cancellation.mail_tries += 1
            return cancellation
    return None


def send(cancellation: Cancellation) -> None:
    """Send the mail of a claimed cancellation, and note what became of it."""
    message = EmailMessage(
        subject(cancellation), text_for_owner(cancellation), settings.MAIL_FROM, [cancellation.notify]
    )
    message.extra_headers["Message-ID"] = f"<{cancellation.uuid}@{settings.MAIL_FROM.rpartition('@')[2]}>"
    message.extra_headers["Auto-Submitted"] = "auto-generated"
    try:
        message.send()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        _failed(cancellation, words_of(error), is_final=_is_final(error))
        return
    now = timezone.now()
    _note(cancellation, Kind.MAILED, mail_sent_at=now, mail_due_at=None, mail_problem="")
    logger.info("mail sent cancellation=%s", cancellation.uuid)


def _failed(cancellation: Cancellation, problem: str, *, is_final: bool) -> None:
    now = timezone.now()
    logger.warning("mail not sent cancellation=%s: %s", cancellation.uuid, problem)
    delay = min(FIRST_DELAY * 2 ** min(cancellation.mail_tries - 1, 20), LONGEST_DELAY)
    settled_at = cancellation.settled_at or now
    if is_final or now + delay > settled_at + GIVE_UP_AFTER:
        _note(cancellation, Kind.NOT_MAILED, mail_due_at=None, mail_problem=problem)
    else:
        Cancellation.objects.filter(pk=cancellation.pk).update(mail_due_at=now + delay, mail_problem=problem)


def _note(cancellation: Cancellation, kind: Kind, **columns: object) -> None:
    detail = {"to": cancellation.notify}
    if problem := columns["mail_problem"]:
        detail["problem"] = str(problem)
    with transaction.atomic():
        Cancellation.objects.filter(pk=cancellation.pk).update(**columns)
        append(event(kind, None, cancellation=cancellation, detail=detail))


def words_of(error: Exception) -> str:
    """What went wrong, without a word of what the server said."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return "the mail server did not accept the sign-in"
        case smtplib.SMTPRecipientsRefused():
            return "the mail server refused the address"
        case smtplib.SMTPNotSupportedError():
            return "the mail server does not offer what EMAIL_URL asks for"
        case ssl.SSLError():
            return "the mail server's certificate is not trusted, or it does not speak TLS"
        case TimeoutError() | smtplib.SMTPServerDisconnected() | smtplib.SMTPConnectError():
            return "the mail server did not answer in time, or not as one"
        case smtplib.SMTPException() | ValueError():
            return "the mail server refused the message"
        case _:
            return "the mail server cannot be reached"


def _is_final(error: Exception) -> bool:
    """The address is refused for good; everything else may be otherwise later."""
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return False
    return all(500 <= code < 600 for code, _ in error.recipients.values())
