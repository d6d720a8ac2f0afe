"""How django-allauth behaves here: nobody registers themselves, a sign-in leads back to what was being done."""

import ipaddress
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url

from jobs import drafts
from jobs.fields import decrypted, encrypted
from jobs.sentences import notices
from jobs.signing_in.sessions import proved_lately

TOO_MANY = "There were too many failed attempts. Wait five minutes, then try again."


class AccountAdapter(DefaultAccountAdapter):
    """Local accounts, which administrators make."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": "Please enter a correct username and password."
        " Note that both fields may be case-sensitive.",
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
        "passkey_refused": "This passkey is not known here. Sign in another way, or try again.",
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

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Before second factors are changed: unless it was proved lately anyway."""
        return not proved_lately(context.request)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """The person's own page."""
        return resolve_url("mfa_index")

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """In our words."""
        words = {
            "reauthenticate": "Use your password",
            "mfa_reauthenticate": "Use a code",
            "mfa_reauthenticate:webauthn": "Use a passkey",
        }
        return [way | {"description": words[way["id"]]} for way in super().get_reauthentication_methods(user)]

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

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002
        """A name to begin with."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return "Passkey" if number == 1 else f"Passkey {number}"

    def _get_site_name(self) -> str:
        """What an authenticator calls this installation."""
        return f"aquaadmin ({context.request.get_host()})"

    def _get_user_identifier(self, user: User) -> str:
        """The name under which somebody signs in; addresses are not used."""
        return user.get_username()

    def build_totp_svg(self, url: str) -> str:
        """Without the line that only a file needs."""
        return str(super().build_totp_svg(url)).partition("?>")[2].strip()

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
