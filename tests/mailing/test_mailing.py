"""The owner of a job is told once it settled."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from jobs.ledger.verifying import verify
from jobs.models import Cancellation, Connection, Entry, Kind
from jobs.sandbox import Sandbox
from tests.flow import at_the_deadline, cancel, look_up
from tests.mailing.asking import OWNER, Door, ask, follow, page_of
from tests.mailing.server import MailServer


def test_the_owner_learns_what_became_of_the_job(
    operator: User, connection: Connection, sandbox: Sandbox, door: Door, server: MailServer
) -> None:
    browser = door(operator)
    ask(browser, connection, sandbox.jobs["running"], reason="it hangs\nbadly", ticket="OPS-1")
    made = Cancellation.objects.get()
    assert "An e-mail to owner@example.com is on its way." in page_of(browser, made)
    assert server.received == []  # the request that cancels talks to no mail server
    follow()
    (message,) = server.received
    assert (server.to, message["From"]) == ([OWNER], "aquaadmin@example.com")
    assert message["Subject"] == f"Zuora AQuA job {made.job_id}: cancelled"
    text = message.get_content()
    for words in (
        "Cancelled. Zuora confirmed it at",
        made.job_id,
        connection.name,
        "operator",
        "Reason: it hangs badly",
    ):
        assert words in text
    assert "Ticket: OPS-1" in text
    assert "waits for ever" in text
    for batch in made.lookup.snapshot.batches.all():  # type: ignore[union-attr]
        assert f"- {batch.name}: " in text
    assert "The mail server took an e-mail to owner@example.com at" in page_of(browser, made)
    told = Entry.objects.get(kind=Kind.MAILED)
    assert (told.detail, told.cancellation, told.actor_name) == ({"to": OWNER}, made, "follow")
    follow()
    assert len(server.received) == 1
    verify(each_signature=True)


def test_the_page_has_the_same_text_to_copy(
    operator: User, connection: Connection, sandbox: Sandbox, door: Door, server: MailServer
) -> None:
    browser = door(operator)
    ask(browser, connection, sandbox.jobs["already completed"])
    ask(browser, connection, sandbox.jobs["running"])
    made = Cancellation.objects.get()
    follow()
    shown = browser.get(made.get_absolute_url()).context["owner_text"]
    assert shown.strip() == server.received[0].get_content().replace("\r\n", "\n").strip()
    assert "readonly" in page_of(browser, made)


def test_while_nothing_is_known_nobody_is_told(
    operator: User, connection: Connection, sandbox: Sandbox, door: Door, server: MailServer
) -> None:
    lookup = look_up(operator, connection, sandbox.jobs["accepts the cancel but keeps running"])
    made = cancel(operator, lookup, notify=OWNER)
    follow()
    assert server.received == []
    assert "is told by e-mail as soon as it is known" in page_of(door(operator), made)
    at_the_deadline(made)
    follow()
    assert "Zuora accepted the cancel, and the job is still running" in server.received[0].get_content()
    assert "waits for ever" not in server.received[0].get_content()


def test_without_an_address_there_is_no_mail(
    operator: User, connection: Connection, sandbox: Sandbox, door: Door, server: MailServer
) -> None:
    ask(door(operator), connection, sandbox.jobs["running"], notify="")
    follow()
    assert server.received == []
    assert not Entry.objects.filter(kind__in=(Kind.MAILED, Kind.NOT_MAILED)).exists()


@pytest.mark.parametrize(
    "typed", ["nobody", "a@b.example, c@d.example", "a@b.example\nBcc: c@d.example", "a@elsewhere.example"]
)
def test_an_address_that_is_none_or_elsewhere_is_refused_and_nothing_is_lost(
    typed: str, operator: User, connection: Connection, sandbox: Sandbox, door: Door, server: MailServer, settings: Any
) -> None:
    settings.MAIL_DOMAINS = ["example.com", "b.example"]
    answer = ask(door(operator), connection, sandbox.jobs["running"], notify=typed)
    assert answer.status_code == 422
    assert "it hangs" in answer.content.decode()
    assert sandbox.seen("DELETE", "") == []


def test_where_no_mail_is_set_up_nobody_is_asked_for_an_address(
    operator: User, connection: Connection, sandbox: Sandbox, door: Door
) -> None:
    browser = door(operator)
    found = browser.post("/lookups/", {"connection": connection.pk, "job_id": sandbox.jobs["running"]})["Location"]
    assert 'name="notify"' not in browser.get(found).content.decode()
    ask(browser, connection, sandbox.jobs["running"])
    assert Cancellation.objects.get().notify == ""
    with pytest.raises(CommandError, match="no e-mail is set up"):
        call_command("cancel_job", connection.name, "a" * 32, username="operator", reason="x", notify=OWNER)


def test_by_the_command_line(operator: User, connection: Connection, sandbox: Sandbox, server: MailServer) -> None:
    call_command("cancel_job", connection.name, sandbox.jobs["running"], username="operator", reason="x", notify=OWNER)
    call_command("follow", "--once")
    assert server.to == [OWNER]
