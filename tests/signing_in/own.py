"""A person's own pages for tests: codes as an app makes them, and the way through the door."""

import re
import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from jobs.fields import decrypted
from tests.conftest import PASSWORD

SIGN_IN = "/accounts/login/"
SECOND_STEP = "/accounts/login/second-factor/"
OWN = "/accounts/"
APP = "/accounts/app/"
CODES = "/accounts/recovery-codes/"


def code_of(secret: str) -> str:
    """What an app shows at this moment (RFC 6238)."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def sign_in(name: str, password: str = PASSWORD, **more: str) -> tuple[Client, HttpResponse]:
    browser = Client()
    return browser, browser.post(SIGN_IN, {"login": name, "password": password, **more})


def set_up_an_app(browser: Client) -> tuple[str, list[str]]:
    """As a person does it: the secret of the page, a code of it, and the recovery codes that are shown then."""
    secret = re.findall("<code>([A-Z2-7]{32})</code>", browser.get(APP).content.decode())[0]
    shown = browser.post(APP, {"code": code_of(secret)}, follow=True)
    assert shown.redirect_chain[-1][0] == CODES
    return secret, re.findall(r"<code>(\d{4}-\d{4}-\d{4})</code>", shown.content.decode())


def secret_of(user: User) -> str:
    """The secret of somebody's app, out of the database."""
    return decrypted(Authenticator.objects.get(user=user, type="totp").data["secret"])


def forget_used_codes() -> None:
    """As if half a minute had gone by: a code is good once."""
    from django.core.cache import cache

    cache.clear()
