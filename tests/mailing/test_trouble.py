"""No trouble with mail delays or fails a cancel, and what became of it is told."""

import socket
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection as database
from django.utils import timezone

from aquaadmin import environment
from aquaadmin.mail import mail
from jobs.mailing import outbox, smtp
from jobs.models import Cancellation, Connection, Entry, Kind
from jobs.sandbox import Sandbox
from tests.mailing.asking import OWNER, Door, ask, follow, page_of, set_up
from tests.mailing.server import MailServer, mail_server


@pytest.mark.parametrize(
    ("command", "code", "words", "is_final"),
    [
        ("RCPT", 550, "the mail server refused the address", True),
        ("RCPT", 450, "the mail server refused the address", False),
        ("MAIL", 550, "the mail server refused the message", False),
        ("DATA", 554, "the mail server refused the message", False),
    ],
)
def test_a_refusal_is_told_and_only_a_final_one_ends_it(
    command: str, code: int, words: str, is_final: bool,
    operator: User, connection: Connection, sandbox: Sandbox, door: Door, server: MailServer,
) -> None:  # fmt: skip
    server.refuses, server.code = command, code
    ask(door(operator), connection, sandbox.jobs["running"])
    follow()
    made = Cancellation.objects.get()
    assert (made.state, made.mail_problem, made.mail_due_at is None) == ("cancelled", words, is_final)
    page = page_of(door(operator), made)
    assert (f"No e-mail could be sent to {OWNER}: {words}." in page) == is_final
    assert ("It is tried again." in page) != is_final
    assert Entry.objects.filter(kind=Kind.NOT_MAILED).count() == is_final
    if not is_final:
        assert made.mail_due_at
        assert timedelta(seconds=50) < made.mail_due_at - timezone.now() < timedelta(seconds=70)
        server.refuses = ""
        Cancellation.objects.update(mail_due_at=timezone.now())
        follow()
        assert len(server.received) == 1


def test_it_is_given_up_after_a_day(
    operator: User,
    connection: Connection,
    sandbox: Sandbox,
    door: Door,
    server: MailServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server.refuses, server.code = "MAIL", 451
    ask(door(operator), connection, sandbox.jobs["running"])
    waited = timedelta(0)
    for _ in range(40):
        follow()
        made = Cancellation.objects.get()
        if made.mail_due_at is None:
            break
        waited += made.mail_due_at - timezone.now()
        Cancellation.objects.update(mail_due_at=timezone.now(), mail_tries=made.mail_tries)
        monkeypatch.setattr(outbox, "GIVE_UP_AFTER", timedelta(days=1) - waited)  # so much time has gone by
    else:
        pytest.fail("It is tried for ever.")
    assert timedelta(hours=16) < waited < timedelta(days=1)
    assert Entry.objects.get(kind=Kind.NOT_MAILED).detail["problem"] == "the mail server refused the message"


def test_a_server_that_drips_is_cut_off(
    operator: User, connection: Connection, sandbox: Sandbox, door: Door, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server(drips=True) as server:
        set_up(settings, monkeypatch, server.url)
        monkeypatch.setattr(smtp, "SECONDS", 1.0)
        ask(door(operator), connection, sandbox.jobs["running"])
        follow()  # it ends
    made = Cancellation.objects.get()
    assert made.mail_problem == "the mail server did not answer in time, or not as one"
    assert made.mail_due_at is not None


def test_where_nobody_listens(
    operator: User, connection: Connection, sandbox: Sandbox, door: Door, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        set_up(settings, monkeypatch, f"smtp://127.0.0.1:{closed.getsockname()[1]}")
        answer = ask(door(operator), connection, sandbox.jobs["running"])
        assert answer.status_code == 303
        follow()
    assert Cancellation.objects.get().mail_problem == "the mail server cannot be reached"


def test_a_server_without_tls_gets_no_mail_where_tls_is_asked_for(
    operator: User, connection: Connection, sandbox: Sandbox, door: Door, server: MailServer, settings: Any
) -> None:
    settings.EMAIL_USE_TLS = True
    ask(door(operator), connection, sandbox.jobs["running"])
    follow()
    assert server.received == []
    assert Cancellation.objects.get().mail_problem == "the mail server does not offer what EMAIL_URL asks for"


def test_two_followers_send_one_mail(
    operator: User, connection: Connection, sandbox: Sandbox, door: Door, server: MailServer
) -> None:
    browser = door(operator)
    for _ in range(4):
        ask(browser, connection, sandbox.submit())

    def work() -> None:
        follow()
        database.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.received) == 4


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"EMAIL_URL": "mail.example.com"}, "EMAIL_URL must be like"),
        ({"EMAIL_URL": "smtp://mail.example.com:x"}, "EMAIL_URL must be like"),
        ({"EMAIL_URL": "amazonses://x"}, "EMAIL_URL must be like"),
        ({"EMAIL_URL": "smtp://mail.example.com:25", "MAIL_FROM": ""}, "MAIL_FROM must be"),
        ({"EMAIL_URL": "smtp://mail.example.com:25", "MAIL_FROM": "not one"}, "MAIL_FROM must be"),
    ],
)
def test_a_wrong_setting_stops_the_start(
    changes: dict[str, str], complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"MAIL_FROM": "a@example.com", **changes}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(environment.ImproperlyConfigured, match=complaint):
        mail()
