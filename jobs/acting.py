"""Who is at work just now: the person of a request, or whoever runs a command."""

import os
import pwd
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse

from jobs.models.cancellation import Via

_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)


@dataclass(frozen=True)
class Who:
    """As it stands in the ledger. Without a ``user`` it was the operating system's, or somebody who is signing in."""

    user: User | None
    name: str
    via: str


def who() -> Who:
    """Of this request; outside of one, the operating-system user."""
    request = _request.get()
    if request is None:
        return Who(None, os_user(), Via.COMMAND_LINE)
    user = getattr(request, "user", None)
    if isinstance(user, User):
        return Who(user, user.get_username(), Via.WEB)
    return Who(None, "sign-in", Via.WEB)


def os_user() -> str:
    """Who runs this, as the system knows it; the environment may claim what it likes."""
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = f"uid {number}"
    return f"{name}@{socket.gethostname()}"


@contextmanager
def in_request(request: HttpRequest) -> Iterator[None]:
    """Whatever happens inside is done by the person of the request."""
    token = _request.set(request)
    try:
        yield
    finally:
        _request.reset(token)


class Acting:
    """Lets the ledger know whose request it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with in_request(request):
            return self.get_response(request)
