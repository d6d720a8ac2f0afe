"""The settings of e-mail: off unless EMAIL_URL says how it is sent."""

from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

from aquaadmin.environment import text, words

_BACKENDS = {
    "django.core.mail.backends.smtp.EmailBackend": "jobs.mailing.smtp.BoundedBackend",
    "django.core.mail.backends.filebased.EmailBackend": "django.core.mail.backends.filebased.EmailBackend",
    "django.core.mail.backends.console.EmailBackend": "django.core.mail.backends.console.EmailBackend",
}
OFF: dict[str, Any] = {
    "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
    "MAIL_FROM": "",
    "MAIL_DOMAINS": [],
}


def mail() -> dict[str, Any]:
    """Django's settings for sending, with ``MAIL_FROM`` (empty: nothing is sent) and ``MAIL_DOMAINS`` (empty: any)."""
    url = text("EMAIL_URL")
    if not url:
        return dict(OFF)
    try:
        config = environ.Env.email_url_config(url)
        backend = _BACKENDS[config["EMAIL_BACKEND"]]
    except (KeyError, ValueError, ImproperlyConfigured):
        raise ImproperlyConfigured(
            "EMAIL_URL must be like smtp+tls://user:password@mail.example.com:587, smtp+ssl://…:465, smtp://…:25"
            " or filemail:///a/folder."
        ) from None
    sender = text("MAIL_FROM")
    try:
        validate_email(sender)
    except ValidationError as error:
        message = "MAIL_FROM must be the address that e-mails come from, if EMAIL_URL is set."
        raise ImproperlyConfigured(message) from error
    domains = [word.lower().lstrip("@") for word in words("MAIL_DOMAINS", [])]
    known = {name: value for name, value in config.items() if name.startswith("EMAIL_")}
    return {**known, "EMAIL_BACKEND": backend, "EMAIL_TIMEOUT": 10, "MAIL_FROM": sender, "MAIL_DOMAINS": domains}
