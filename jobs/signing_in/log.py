"""Sign-ins in the log, never in the ledger. What somebody typed stands there only where it is an account's name:
in its place some type their password."""

import logging
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from jobs.signing_in.adapters import client_ip

logger = logging.getLogger("aquaadmin.signing_in")


def _from(request: HttpRequest | None) -> str:
    return client_ip(request) if request and "REMOTE_ADDR" in request.META else "nowhere"


def _name(user: User | None) -> str:
    """In ASCII and in quotes, so that no name looks like a line of the log."""
    return ascii(user.get_username()) if user else "nobody"


@receiver(user_logged_in)
def _signed_in(sender: Any, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    logger.info("signed in: %s from %s", _name(user), _from(request))


@receiver(user_logged_out)
def _signed_out(sender: Any, request: HttpRequest | None, user: User | None, **kwargs: Any) -> None:
    logger.info("signed out: %s from %s", _name(user), _from(request))


@receiver(user_login_failed)
def _failed(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    name = str(credentials.get("username", ""))
    known = User.objects.filter(username=name).first() if "\0" not in name else None
    who = _name(known) if known else "an unknown name"
    logger.warning("sign-in failed: %s from %s", who, _from(request))


@receiver(authentication_failed, sender=Authenticator)
def _second_factor_failed(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    logger.warning("second factor failed: %s from %s", _name(user), _from(request))
