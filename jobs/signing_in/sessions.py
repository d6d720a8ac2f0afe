"""How long a session lasts: not beyond its hours, and not when nobody has used it for a while.

What a session knows of itself stands in it, in whole seconds since 1970: when it began, and when it was last used,
which is written once a minute at most.
"""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

BEGAN, USED = "began_at", "used_at"
NOTE_EVERY = 60
"""Seconds between two notes that a session is in use."""


@receiver(user_logged_in)
def _begin(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    request.session[BEGAN] = request.session[USED] = int(time.time())
    Session.objects.filter(expire_date__lt=timezone.now()).delete()


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
        return self.get_response(request)
