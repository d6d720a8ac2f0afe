"""How django-allauth behaves here: nobody registers themselves, a sign-in leads back to what was being done."""

import ipaddress
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from jobs import drafts
from jobs.fields import decrypted, encrypted
from jobs.sentences import notices

TOO_MANY = "There were too many failed attempts. Wait five minutes, then try again."


class AccountAdapter(DefaultAccountAdapter):
    """Local accounts, which administrators make."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": "Please enter a correct username and password."
        " Note that both fields may be case-sensitive.",
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody registers themselves."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Who asks, by the address that the last proxy we trust saw."""
        return client_ip(request)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """By the name alone: a host has many names, and one limit."""
        return str(credentials.get("username", "")).lower()

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """As after a wrong password."""
        messages.error(request, self.error_messages["username_password_mismatch"])
        return redirect("account_login")

    def post_login(self, request: HttpRequest, user: User, **hooks: Any) -> HttpResponse:
        """Back to what was being done, and to what was typed there."""
        answer: HttpResponse = super().post_login(request, user, **hooks)
        if drafts.page_of(request) == answer.headers.get("Location"):
            messages.warning(request, str(notices.STILL_HERE))
            answer.status_code = 303
        return answer


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors; their secrets are encrypted at rest with CREDENTIAL_KEYS."""

    error_messages = {**DefaultMFAAdapter.error_messages, "incorrect_code": "This is not the right code."}

    def encrypt(self, text: str) -> str:
        return encrypted(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypted(encrypted_text)


def client_ip(request: HttpRequest) -> str:
    """The address a request came from; of what proxies report, only what those in FORWARDED_ALLOW_IPS added."""
    address = request.META.get("REMOTE_ADDR") or "0.0.0.0"  # noqa: S104 (a socket without an address)
    for hop in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        if not _is_trusted(address) or not _is_address(hop.strip()):
            break
        address = hop.strip()
    return address


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_trusted(address: str) -> bool:
    """Known by its address, or as one of a network, as gunicorn knows it."""
    known = settings.FORWARDED_ALLOW_IPS
    return "*" in known or any(ipaddress.ip_address(address) in ipaddress.ip_network(network) for network in known)
