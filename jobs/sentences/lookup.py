"""What the product says of a look-up, each sentence with the evidence it needs."""

from collections.abc import Callable
from dataclasses import dataclass

from jobs.models import Exchange
from jobs.models.exchange import Outcome
from jobs.sentences.evidence import Shown, shown_by
from jobs.sentences.words import stop

_NO_SUCH_JOB = ("aqua_90002", "aqua_90003")
_WRONG_ENVIRONMENT = (
    "Either the stored credentials are wrong, or they belong to another environment than this connection's:"
    " Zuora answers both with the same error."
)


def _anything(kind: str) -> bool:
    return True


def is_no_such_job(kind: str) -> bool:
    """Whether an error of this kind says that Zuora has no such job; a mere HTTP 404 may come from anybody."""
    return kind in _NO_SUCH_JOB or category(kind) == "40"


def is_sign_in(kind: str) -> bool:
    """Whether an error of this kind says that the credentials were not accepted."""
    return kind in ("http_401", "sign_in") or category(kind) == "11"


def is_user_refused(kind: str) -> bool:
    """Whether an error of this kind says that the credentials' user may not sign in."""
    return kind == "user_refused"


def is_permission(kind: str) -> bool:
    """Whether an error of this kind says that the user may not do this."""
    return kind in ("http_403", "aqua_90009") or category(kind) == "10"


def category(kind: str) -> str:
    """The last two digits of an 8-digit code are its category (Zuora's documentation of errors)."""
    code = kind.removeprefix("aqua_")
    return code[-2:] if code != kind and code.isdigit() and len(code) == 8 else ""


@dataclass(frozen=True)
class LookupSentence:
    """Said of a look-up with this outcome and this view of the job, where ``fits`` accepts the kind of error."""

    outcome: Outcome
    shown: tuple[Shown, ...]
    text: str
    fits: Callable[[str], bool] = _anything


LOOKUP_SENTENCES = (
    LookupSentence(Outcome.ANSWERED, (Shown.LIVE,), "The job is {status}: it can be cancelled."),
    LookupSentence(
        Outcome.ANSWERED, (Shown.CANCELLED,), "The job has been cancelled already. There is nothing to cancel."
    ),
    LookupSentence(Outcome.ANSWERED, (Shown.ENDED,), "The job has ended as {status}. There is nothing to cancel."),
    LookupSentence(
        Outcome.ANSWERED,
        (Shown.STRANGE,),
        "Zuora gives the job's status as “{status}”, which it does not document. It may be possible to cancel it.",
    ),
    LookupSentence(
        Outcome.REFUSED,
        (Shown.NOTHING,),
        "Zuora knows no job with this ID on this connection. It said: {words}",
        is_no_such_job,
    ),
    LookupSentence(
        Outcome.REFUSED,
        (Shown.NOTHING,),
        f"Zuora did not let this connection in. It said: {{words}} {_WRONG_ENVIRONMENT}",
        is_sign_in,
    ),
    LookupSentence(
        Outcome.REFUSED,
        (Shown.NOTHING,),
        "Zuora says that this connection's user may not do this. It said: {words}",
        is_permission,
    ),
    LookupSentence(Outcome.REFUSED, (Shown.NOTHING,), "Zuora refused the look-up. It said: {words}"),
    LookupSentence(
        Outcome.UNKNOWN, (Shown.NOTHING,), "The job cannot be read: no answer came that can be understood. {words}"
    ),
    LookupSentence(
        Outcome.NOT_SENT,
        (Shown.NOTHING,),
        f"Zuora gave this connection no token. It said: {{words}} {_WRONG_ENVIRONMENT}",
        is_sign_in,
    ),
    LookupSentence(
        Outcome.NOT_SENT,
        (Shown.NOTHING,),
        "Zuora gave this connection no token: its user may not sign in, or was deactivated. It said: {words}",
        is_user_refused,
    ),
    LookupSentence(Outcome.NOT_SENT, (Shown.NOTHING,), "Zuora was not reached. {words}"),
)


def lookup_sentence(lookup: Exchange) -> str:
    """What a look-up showed, in one sentence.

    Raises:
        LookupError: nothing may be said on this evidence; there is a fault in the product.
    """
    shown = shown_by(lookup)
    for sentence in LOOKUP_SENTENCES:
        if (sentence.outcome, True, True) == (
            lookup.outcome,
            shown in sentence.shown,
            sentence.fits(lookup.error_kind),
        ):
            status = lookup.snapshot.status if lookup.snapshot else ""
            return sentence.text.format(status=status, words=stop(lookup.words))
    raise LookupError(f"No sentence for {lookup.outcome}, {shown}.")
