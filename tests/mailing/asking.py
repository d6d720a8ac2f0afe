"""Ask for a cancel with an address, and send what is due."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from aquaadmin.mail import mail
from jobs import mailing
from jobs.models import Cancellation, Connection

Door = Callable[[User], Client]
OWNER = "owner@example.com"


def set_up(settings: Any, monkeypatch: pytest.MonkeyPatch, url: str, **more: str) -> None:
    """As the environment would."""
    for name, value in {"EMAIL_URL": url, "MAIL_FROM": "aquaadmin@example.com", **more}.items():
        monkeypatch.setenv(name, value)
    for name, value in mail().items():
        setattr(settings, name, value)
    if url:
        # Django's test runner sets a back end of its own: here the product's is asked.
        assert settings.EMAIL_BACKEND == "jobs.mailing.smtp.BoundedBackend"


def ask(browser: Client, connection: Connection, job_id: str, **typed: str) -> Any:
    found = browser.post("/lookups/", {"connection": connection.pk, "job_id": job_id})["Location"]
    return browser.post(f"{found}cancel", {"reason": "it hangs", "notify": OWNER, **typed})


def page_of(browser: Client, cancellation: Cancellation) -> str:
    return browser.get(cancellation.get_absolute_url()).content.decode()


def follow() -> None:
    while (due := mailing.next_due()) is not None:
        mailing.send(due)
