"""How long a session lasts, and how surely it belongs to its person.

What a session knows of itself stands in it, in whole seconds since 1970: when it began, when it was last used (written
once a minute at most), when its person last proved who they are, and whether with a second factor.
"""

import time
from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.signals import authentication_step_completed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

BEGAN, USED, PROVED, SECOND_FACTOR = "began_at", "used_at", "proved_at", "second_factor"
NOTE_EVERY = 60
"""Seconds between two notes that a session is in use."""
STRONG = {"mfa", "socialaccount"}
"""Ways of signing in that are a second factor, or leave it to the identity provider to ask for one."""


@receiver(user_logged_in)
def _begin(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    session = request.session
    session[BEGAN] = session[USED] = session[PROVED] = int(time.time())
    session[SECOND_FACTOR] = any(one["method"] in STRONG for one in get_authentication_records(request, user))
    Session.objects.filter(expire_date__lt=timezone.now()).delete()


@receiver(authentication_step_completed)
def _proved_anew(sender: Any, request: HttpRequest, method: str, **kwargs: Any) -> None:
    if kwargs.get("reauthenticated"):
        request.session[PROVED] = int(time.time())
        request.session[SECOND_FACTOR] = request.session.get(SECOND_FACTOR, False) or method in STRONG


@receiver(authenticator_added, sender=Authenticator)
def _second_factor_added(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    request.session[SECOND_FACTOR] = True


@receiver(authenticator_removed, sender=Authenticator)
def _second_factor_removed(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Who has none left is a person without one, in whatever session."""
    if not Authenticator.objects.filter(user=user).exists():
        request.session[SECOND_FACTOR] = False
        end_sessions(user, but=request.session.session_key)


def proved_lately(request: HttpRequest) -> bool:
    """Whether the person proved who they are within REAUTHENTICATE_MINUTES."""
    return time.time() - float(request.session.get(PROVED, 0)) <= settings.REAUTHENTICATE_MINUTES * 60


def has_second_factor(request: HttpRequest) -> bool:
    """Whether this session was opened, or its person proved themselves in it, with a second factor."""
    return bool(request.session.get(SECOND_FACTOR))


def end_sessions(user: User, *, but: str | None = None) -> int:
    """End somebody's sessions, all but the one with the key ``but``; how many they were."""
    ended = [one for one in UserSession.objects.filter(user=user) if one.session_key != but]
    for session in ended:
        session.end()
    return len(ended)


def has_ended(session: SessionBase) -> bool:
    """Whether somebody's session is too old, or has not been used for too long."""
    if SESSION_KEY not in session:
        return False
    now = time.time()
    began, used = float(session.get(BEGAN, 0)), float(session.get(USED, 0))
    return now - began > settings.SESSION_HOURS * 3600 or now - used > settings.SESSION_IDLE_MINUTES * 60


class SessionsEnd:
    """Ends sessions whose time is over, and notes which are in use.

    A page that keeps itself up to date is not somebody who uses it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session = request.session
        if has_ended(session):
            session.flush()
        elif SESSION_KEY in session and not (request.method == "GET" and request.headers.get("HX-Request")):
            now = int(time.time())
            if now - session[USED] >= NOTE_EVERY:
                session[USED] = now
        before = session.session_key
        answer = self.get_response(request)
        if before and (now_called := session.session_key) and now_called != before:
            _follow(before, now_called)
        return answer


def _follow(before: str, now: str) -> None:
    """A session got another key (the admin does so with one's own new password): it stays among its person's."""
    if not UserSession.objects.filter(session_key=now).exists():
        UserSession.objects.filter(session_key=before).update(session_key=now)
