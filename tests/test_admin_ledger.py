"""The ledger in the admin: every entry, whether it is what it was, and when it was verified."""

from collections.abc import Callable
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobs import acting
from jobs.admin.entry import Bounded
from jobs.models import BatchSnapshot, Cancellation, Connection, Entry, Exchange, JobSnapshot, Kind, Role
from jobs.sandbox import Sandbox
from jobs.templatetags.aqua import moment
from tests.admin_pages import page_of, results
from tests.flow import cancel, look_up
from tests.ledger.test_verifying import change, tampered

Door = Callable[[User], Client]


@pytest.fixture
def cancellation(operator: User, connection: Connection, sandbox: Sandbox) -> Cancellation:
    return cancel(operator, look_up(operator, connection, sandbox.jobs["running"]), wait=5)


@pytest.fixture
def browser(auditor: User, cancellation: Cancellation, door: Door) -> Client:
    return door(auditor)


def text_of(browser: Client, entry: Entry) -> str:
    response = browser.get(page_of(entry))
    assert response.status_code == 200
    return unescape(response.content.decode())


def latest(**fields: object) -> Entry:
    return Entry.objects.filter(**fields).latest("number")


def test_each_entry_is_shown_to_be_what_it_was(browser: Client) -> None:
    for entry in Entry.objects.all():
        text = text_of(browser, entry)
        assert "Yes: recomputed just now" in text
        assert ("So is the exchange that it records" in text) == (entry.exchange_id is not None)
        for shown in (entry.sha256, entry.signature, entry.get_kind_display(), entry.actor_name):
            assert shown in text


@pytest.mark.parametrize(
    "column", ["at", "actor_name", "job_id", "detail", "signature", "sha256", "key_id", "exchange_sha256"]
)
def test_one_that_was_changed_is_shown_to_be_another(browser: Client, column: str) -> None:
    entry = latest(exchange__isnull=False)
    tampered(f"DELETE FROM jobs_entry WHERE number > {entry.number}")
    assert "Yes: recomputed" in text_of(browser, entry)
    assert change(Entry, column)
    assert "No: " in text_of(browser, entry)
    assert browser.get("/admin/jobs/entry/").status_code == 200


@pytest.mark.parametrize("model", [Exchange, JobSnapshot, BatchSnapshot])
def test_one_whose_record_was_changed_says_so(browser: Client, model: type) -> None:
    entry = latest(exchange=Exchange.objects.latest("id"))
    assert change(model, {Exchange: "words", JobSnapshot: "body", BatchSnapshot: "status"}[model])
    text = text_of(browser, entry)
    assert f"No: exchange {entry.exchange_id}, its body, its snapshot or one of its batches is not what it was" in text


def test_one_whose_predecessor_is_another_says_so(browser: Client) -> None:
    entry = latest()
    tampered(f"DELETE FROM jobs_entry WHERE number = {entry.number - 1}")
    assert "or the entry before it, are not what its digest was made of" in text_of(browser, entry)


def test_when_it_was_verified(browser: Client, operator: User, connection: Connection, sandbox: Sandbox) -> None:
    old = latest()
    assert "not yet" in text_of(browser, old)
    call_command("verify_ledger")
    told = latest(kind=Kind.VERIFIED)
    assert (told.actor_name, told.detail["head"]["number"]) == (acting.os_user(), old.number)
    look_up(operator, connection, sandbox.jobs["running"])
    said = unescape(f"{moment(told.at)} by {acting.os_user()}")
    assert said in text_of(browser, old)
    for later in Entry.objects.filter(number__gte=told.number):
        assert said not in text_of(browser, later)
    page = unescape(browser.get("/admin/jobs/entry/").content.decode())
    assert page.count(said) == old.number
    assert page.count("not yet") == 2


def test_a_broken_ledger_is_not_said_to_be_verified(browser: Client) -> None:
    assert change(Exchange, "words")
    with pytest.raises(Exception, match="The ledger is broken"):
        call_command("verify_ledger")
    assert not Entry.objects.filter(kind=Kind.VERIFIED).exists()


def test_it_is_found_by_number_job_cancellation_and_day(browser: Client, cancellation: Cancellation) -> None:
    every = list(Entry.objects.all())
    day = f"{every[0].at:%Y-%m-%d}"
    of_job = [entry for entry in every if entry.job_id == cancellation.job_id]
    of_cancellation = [entry for entry in every if entry.cancellation_id]
    for term, found in (
        (str(every[2].number), [every[2]]),
        (cancellation.job_id, of_job),
        (str(cancellation.uuid), of_cancellation),
        (day, [entry for entry in every if f"{entry.at:%Y-%m-%d}" == day]),
        ("2020-02-29", []),
        ("0001-01-01", []),
        ("9999-12-31", []),
        ("9" * 40, []),
        ("x" * 36, []),
        ("' OR 1=1 --", []),
    ):
        assert results(browser, "entry", q=term) == found, term


def test_it_is_filtered_by_connection_kind_and_person(browser: Client, operator: User, connection: Connection) -> None:
    for query, fields in (
        ({"connection": connection.pk}, {"connection": connection}),
        ({"kind__exact": "settled"}, {"kind": "settled"}),
        ({"person": operator.pk}, {"actor": operator}),
    ):
        assert results(browser, "entry", **query) == list(Entry.objects.filter(**fields)), query


def test_a_team_sees_the_entries_of_its_connections_alone(
    make_connection: Callable[..., Connection],
    make_person: Callable[..., User],
    cancellation: Cancellation,
    operator: User,
    sandbox: Sandbox,
    door: Door,
) -> None:
    other = make_connection("Other tenant", auth="keys")
    person = make_person("somebody else", Role.OPERATOR, other, is_staff=True)
    look_up(person, other, sandbox.submit())
    browser = door(person)
    shown = results(browser, "entry")
    assert shown == list(Entry.objects.filter(connection=other))
    page = browser.get("/admin/jobs/entry/").content.decode()
    for foreign in ("ACME test", ">operator<", cancellation.job_id):
        assert foreign not in page
    for hidden in Entry.objects.exclude(connection=other):
        assert browser.get(page_of(hidden), follow=True).redirect_chain == [("/admin/", 302)]
        assert results(browser, "entry", q=str(hidden.number)) == []


@pytest.mark.parametrize("who", ["admin", "auditor"])
def test_nobody_adds_changes_or_deletes(
    request: pytest.FixtureRequest, cancellation: Cancellation, door: Door, who: str
) -> None:
    browser, entry = door(request.getfixturevalue(who)), latest()
    for page in ("change", "delete"):
        assert browser.post(page_of(entry, page), {"kind": "settled", "post": "yes"}).status_code == 403
    assert browser.get("/admin/jobs/entry/add/").status_code == 403
    assert 'name="_save"' not in text_of(browser, entry)
    assert Entry.objects.get(number=entry.number).sha256 == entry.sha256


def test_a_list_asks_the_same_number_of_times_and_counts_no_further_than_it_must(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def queries() -> list[str]:
        with CaptureQueriesContext(database) as captured:
            results(browser, "entry")
        return [query["sql"] for query in captured]

    before = queries()
    call_command("verify_ledger")
    after = queries()
    assert len(after) == len(before)
    counts = [sql for sql in after if "COUNT(" in sql]
    assert counts
    assert all("LIMIT 10000" in sql for sql in counts)
    monkeypatch.setattr(Bounded, "most", 3)
    page = browser.get("/admin/jobs/entry/").content.decode()
    assert "There may be more than these 3" in page
