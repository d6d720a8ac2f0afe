"""What administrators do for others: take a lost second factor away, end sessions. Both stand in the ledger."""

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.db import transaction

from jobs.ledger import append
from jobs.models import Kind
from jobs.recording import Actor, event
from jobs.signing_in.sessions import end_sessions


def reset_second_factor(actor: Actor, whose: User) -> bool:
    """Take all second factors of somebody away, and end their sessions; False where they had none."""
    with transaction.atomic():
        taken, _ = Authenticator.objects.filter(user=whose).delete()
        if taken:
            _append(actor, whose, "second factor reset", end_sessions(whose))
    return bool(taken)


def end_all_sessions(actor: Actor, whose: User) -> int:
    """End all sessions of somebody; how many they were."""
    with transaction.atomic():
        if ended := end_sessions(whose):
            _append(actor, whose, "sessions ended", ended)
    return ended


def _append(actor: Actor, whose: User, what: str, sessions: int) -> None:
    detail = {"what": what, "person": whose.get_username(), "person_key": whose.pk, "sessions": sessions}
    append(event(Kind.ACCESS_CHANGED, actor, detail=detail))
