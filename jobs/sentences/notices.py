"""What the product says where it did not do what a person asked: each notice with what must stand behind it.

A notice that ``sends_nothing`` is said only where this request has sent no cancel to Zuora.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Notice:
    """``text`` is whole sentences; ``evidence`` says which check stands before it."""

    text: str
    evidence: str
    sends_nothing: bool = True

    def __str__(self) -> str:
        return self.text


NOT_ALLOWED = Notice(
    "Your teams may not cancel jobs on this connection. Nothing was sent.",
    "access.may_cancel says no",
)
NOTHING_TO_CANCEL = Notice(
    "The look-up shows no job that could be cancelled. Nothing was sent.",
    "the look-up has no job, or one that has ended",
)
TOO_OLD = Notice(
    "The job was looked up more than 5 minutes ago.",
    "the look-up's time",
)
CHANGED_SINCE = Notice(
    "The connection was changed after the job was looked up.",
    "the look-up's URL is another than the connection's",
)
READ_AGAIN = Notice(
    "So it was read again. Nothing was sent: check, and confirm.",
    "a look-up that is too old, or of another address, was made again",
)
NOT_WRITTEN = Notice(
    "The request cannot be written down, so nothing was sent. What you typed is still here: try again, or tell whoever"
    " runs aquaadmin that its database cannot be written.",
    "the database refused the row of the cancellation",
)
THIS_IS_IT = Notice(
    "A cancel of this job had been asked for already. This is it; nothing more was sent.",
    "a cancellation of the job is open, or something was learnt of one since the look-up; the person may see it",
)
OPEN_ELSEWHERE = Notice(
    "A cancel of this job is open already, asked for by another team. Nothing more was sent.",
    "an open cancellation of the job that the person may not see",
)
ASKED_ELSEWHERE = Notice(
    "Another team has asked for a cancel of this job meanwhile. Nothing more was sent: read the job again.",
    "a settled cancellation of the job, since the look-up, that the person may not see",
)
BEING_ASKED = Notice(
    "Zuora is being asked at this moment.",
    "another has claimed the next read of the cancellation",
)
MAY_ONLY_SEE = Notice(
    "You may see this, but not ask Zuora about it.",
    "access.may_look_up says no to a person who may see the cancellation",
)

NOTICES = tuple(value for value in vars().values() if isinstance(value, Notice))
"""Of the doors that look up, cancel and check."""

SESSION_ENDED = Notice(
    "Your session had ended, so nothing was sent or saved. Sign in to go on.",
    "a form was sent by nobody who is signed in",
)
DRAFT_WAITS = Notice(
    "What you typed is kept: you see it again afterwards, and confirm it yourself.",
    "the form's fields were taken along",
)
STILL_HERE = Notice(
    "Your session had ended, so nothing was sent. Check what you see here, and confirm it.",
    "a draft came along through the sign-in",
)
STALE_PAGE = Notice(
    "This page had been open for too long. Please sign in once more. Your browser must accept cookies for that.",
    "the sign-in form had no valid CSRF token",
)
SIGNED_IN_AGAIN = Notice(
    "You had signed in again since this page was opened, so nothing was sent. Check, and confirm.",
    "a form without a valid CSRF token came from our own page, and its sender is signed in",
)
SECOND_FACTOR_FIRST = Notice(
    "This is production, which needs a sign-in with a second factor, so nothing was sent. Set one up, or use yours;"
    " what you typed is kept, and you confirm it yourself afterwards.",
    "REQUIRE_MFA_ON_PRODUCTION is set, and the session was not opened with a second factor",
)
SECOND_FACTOR_AHEAD = Notice(
    "This is production: before the cancel you are asked for your second factor, or to set one up.",
    "as for SECOND_FACTOR_FIRST, on the page that has the form",
)
PROVE_AHEAD = Notice(
    "Your sign-in was some time ago: before the cancel you are asked to prove that it is you.",
    "as for PROVE_FIRST, on the page that has the form",
)
PROVE_FIRST = Notice(
    "Your sign-in was some time ago, so nothing was sent. Prove that it is you; what you typed is kept,"
    " and you confirm it yourself afterwards.",
    "the connection is production, and the person last proved who they are too long ago",
)
SIGN_IN_NOTICES = tuple(value for value in vars().values() if isinstance(value, Notice) and value not in NOTICES)

NO_DATABASE = Notice(
    "The database cannot be used. Nothing was sent.",
    "a DatabaseError before the intent to cancel was committed",
)
NOT_SEEN_TO_THE_END = Notice(
    "It is not known what became of the cancel: it may have been sent. It is read again by follow, or on its page.",
    "a DatabaseError or an interruption after the intent to cancel was committed",
    sends_nothing=False,
)
COMMAND_NOTICES = (NO_DATABASE, NOT_SEEN_TO_THE_END)
