"""Second factors in the ledger, and what administrators do for others: take a lost one away, end sessions.

Who does it is whoever is at work; see ``jobs.acting``.
"""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.models import User
from django.db import transaction
from django.dispatch import receiver

from jobs.models import Kind
from jobs.noting import note
from jobs.signing_in.sessions import end_sessions


def reset_second_factor(whose: User) -> bool:
    """Take all second factors of somebody away, and end their sessions; False where they had none."""
    with transaction.atomic():
        taken, _ = Authenticator.objects.filter(user=whose).delete()
        if taken:
            _note("second factor reset", whose, sessions=end_sessions(whose))
    return bool(taken)


def end_all_sessions(whose: User) -> int:
    """End all sessions of somebody; how many they were."""
    with transaction.atomic():
        if ended := end_sessions(whose):
            _note("sessions ended", whose, sessions=ended)
    return ended


def _note(what: str, whose: User, **more: Any) -> None:
    note(Kind.ACCESS_CHANGED, {"what": what, "person": whose.get_username(), **more})


@receiver(authenticator_added, sender=Authenticator)
def _added(sender: Any, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _note("second factor added", user, factor=authenticator.type)


@receiver(authenticator_removed, sender=Authenticator)
def _removed(sender: Any, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _note("second factor removed", user, factor=authenticator.type)


@receiver(authenticator_reset, sender=Authenticator)
def _renewed(sender: Any, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _note("second factor renewed", user, factor=authenticator.type)
