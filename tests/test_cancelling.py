"""One DELETE, whatever happens: many who press at once, reloads, old look-ups, two ways to one tenant."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.contrib.auth.models import User
from django.db import connections as databases
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from jobs import cancelling
from jobs.models import Cancellation, Connection, Exchange, Role, State
from jobs.sandbox import Fault, Sandbox
from jobs.sentences import sentence
from tests.flow import at_the_deadline, cancel, look_up

Door = Callable[[User], Client]
MANY = 50
WHY = {"reason": "it hangs", "ticket": "OPS-1"}


def press(client: Client, lookup: Exchange, **data: str) -> HttpResponse:
    return client.post(f"/lookups/{lookup.pk}/cancel", {**WHY, **data})


def press_at_once(clients: list[Client], lookups: list[Exchange]) -> list[HttpResponse]:
    """Each in a thread of its own, all at one moment."""
    together = Barrier(len(clients))

    def one(client: Client, lookup: Exchange) -> HttpResponse:
        try:
            together.wait()
            return press(client, lookup)
        finally:
            databases.close_all()

    with ThreadPoolExecutor(len(clients)) as threads:
        return list(threads.map(one, clients, lookups))


def aged(lookup: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on this look-up, and whatever else was read before, is older than 5 minutes."""
    monkeypatch.setattr(cancelling, "LOOK_UP_GOOD_FOR", timezone.now() - lookup.at)


@pytest.mark.parametrize("same_lookup", [True, False])
def test_fifty_who_press_at_once_send_one_cancel(
    operator: User, connection: Connection, sandbox: Sandbox, door: Door, same_lookup: bool
) -> None:
    job_id = sandbox.jobs["running"]
    first = look_up(operator, connection, job_id)
    lookups = [first if same_lookup else look_up(operator, connection, job_id) for _ in range(MANY)]
    answers = press_at_once([door(operator) for _ in range(MANY)], lookups)
    cancellation = Cancellation.objects.get()
    assert {(answer.status_code // 100, answer["Location"]) for answer in answers} == {
        (3, cancellation.get_absolute_url())
    }
    assert [seen.headers["zuora-track-id"] for seen in sandbox.seen("DELETE", job_id)] == [str(cancellation.uuid)]
    assert cancellation.state == State.CANCELLED


@pytest.fixture
def twin(make_connection: Callable[..., Connection]) -> Connection:
    """Another connection to the same base URL."""
    return make_connection("ACME twin", auth="keys")


def test_two_connections_to_one_base_url_lead_to_one_job(
    make_person: Callable[..., User],
    operator: User,
    connection: Connection,
    twin: Connection,
    sandbox: Sandbox,
    door: Door,
) -> None:
    other, job_id = make_person("other", Role.OPERATOR, twin), sandbox.jobs["running"]
    people = [(operator, connection), (other, twin)] * 5
    lookups = [look_up(user, on, job_id) for user, on in people]
    press_at_once([door(user) for user, _ in people], lookups)
    assert (len(sandbox.seen("DELETE", job_id)), Cancellation.objects.count()) == (1, 1)


def test_a_team_that_may_not_see_it_learns_only_that_a_cancel_is_open(
    make_person: Callable[..., User],
    operator: User,
    connection: Connection,
    twin: Connection,
    sandbox: Sandbox,
    door: Door,
) -> None:
    job_id = sandbox.jobs["accepts the cancel but keeps running"]
    cancellation = cancel(operator, look_up(operator, connection, job_id))
    other = make_person("other", Role.OPERATOR, twin)
    lookup = look_up(other, twin, job_id)
    answer = press(door(other), lookup)
    assert answer["Location"] == f"/lookups/{lookup.pk}/"
    page = door(other).post(f"/lookups/{lookup.pk}/cancel", WHY, follow=True).content.decode()
    assert "A cancel of this job is open already, asked for by another team. Nothing more was sent." in page
    assert not [told for told in (str(cancellation.uuid), operator.username + "<", connection.name) if told in page]
    assert len(sandbox.seen("DELETE", job_id)) == 1


@pytest.mark.parametrize("is_settled", [True, False])
def test_pressing_again_leads_to_the_same_page_and_sends_nothing(
    operator: User, connection: Connection, sandbox: Sandbox, door: Door, is_settled: bool
) -> None:
    job_id = sandbox.jobs["accepts the cancel but keeps running"]
    lookup, earlier = look_up(operator, connection, job_id), look_up(operator, connection, job_id)
    cancellation = cancel(operator, lookup)
    if is_settled:
        at_the_deadline(cancellation)
    for pressed in (lookup, lookup, earlier):
        answer = press(door(operator), pressed)
        assert answer["Location"] == cancellation.get_absolute_url()
    assert (len(sandbox.seen("DELETE", job_id)), Cancellation.objects.count()) == (1, 1)
    assert "see what became of it" in door(operator).get(f"/lookups/{lookup.pk}/").content.decode()


def test_a_page_that_is_sent_again_much_later_leads_to_what_came_of_it(
    operator: User, connection: Connection, sandbox: Sandbox, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    lookup = look_up(operator, connection, sandbox.jobs["running"])
    cancellation = cancel(operator, lookup, wait=5)
    aged(lookup, monkeypatch)
    assert press(door(operator), lookup)["Location"] == cancellation.get_absolute_url()


def test_a_new_attempt_is_possible_once_the_last_one_is_settled(
    operator: User, connection: Connection, sandbox: Sandbox, door: Door
) -> None:
    job_id = sandbox.jobs["running"]
    sandbox.play(Fault("DELETE", job_id, status=403, body=b'{"code":50000010,"message":"No write access."}'))
    refused = cancel(operator, look_up(operator, connection, job_id), wait=5)
    assert refused.state == State.REFUSED
    answer = press(door(operator), look_up(operator, connection, job_id))
    cancelled = Cancellation.objects.get(state=State.CANCELLED)
    assert answer["Location"] == cancelled.get_absolute_url()
    assert [seen.headers["zuora-track-id"] for seen in sandbox.seen("DELETE", job_id)] == [
        str(refused.uuid),
        str(cancelled.uuid),
    ]


def test_an_old_look_up_is_made_again_and_what_was_typed_stays(
    operator: User, connection: Connection, sandbox: Sandbox, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    lookup, client = look_up(operator, connection, sandbox.jobs["running"]), door(operator)
    with monkeypatch.context() as clock:
        aged(lookup, clock)
        answer = press(client, lookup, reason="typed <reason>", ticket="OPS-77")
    new = Exchange.objects.filter(cause="look_up").latest("id")
    assert (new.pk > lookup.pk, answer["Location"]) == (True, f"/lookups/{new.pk}/")
    page = client.get(answer["Location"])
    assert page.context["form"].initial == {"reason": "typed <reason>", "ticket": "OPS-77"}
    assert all(words in page.content.decode() for words in ("typed &lt;reason&gt;", "OPS-77", "Nothing was sent"))
    assert (sandbox.seen("DELETE", ""), Cancellation.objects.count()) == ([], 0)
    assert press(client, new)["Location"] == Cancellation.objects.get().get_absolute_url()


@pytest.mark.parametrize("minutes", [4, 6])
def test_old_means_more_than_five_minutes(minutes: int) -> None:
    assert cancelling.is_old(Exchange(at=timezone.now() - timedelta(minutes=minutes))) == (minutes > 5)


@pytest.mark.parametrize("status", ["completed", "aborted", "error", "cancelled"])
def test_a_job_that_has_ended_offers_no_cancel_and_none_is_sent(
    operator: User, connection: Connection, sandbox: Sandbox, door: Door, status: str
) -> None:
    job_id, client = sandbox.submit(), door(operator)
    sandbox.set_status(job_id, status)
    lookup = look_up(operator, connection, job_id)
    assert f"/lookups/{lookup.pk}/cancel" not in client.get(f"/lookups/{lookup.pk}/").content.decode()
    page = client.post(f"/lookups/{lookup.pk}/cancel", WHY, follow=True).content.decode()
    assert "The look-up shows no job that could be cancelled. Nothing was sent." in page
    assert (sandbox.seen("DELETE", ""), Cancellation.objects.count()) == ([], 0)


def test_a_job_that_was_not_found_cannot_be_cancelled(
    operator: User, connection: Connection, sandbox: Sandbox, door: Door
) -> None:
    lookup = look_up(operator, connection, sandbox.jobs["unknown ID"])
    assert press(door(operator), lookup)["Location"] == f"/lookups/{lookup.pk}/"
    assert (sandbox.seen("DELETE", ""), Cancellation.objects.count()) == ([], 0)


def test_what_is_typed_wrong_sends_nothing(
    make_connection: Callable[..., Connection], make_person: Callable[..., User], sandbox: Sandbox, door: Door
) -> None:
    connection = make_connection("ACME live", is_production=True)
    user = make_person("operator", Role.OPERATOR, connection)
    lookup, client = look_up(user, connection, sandbox.jobs["running"]), door(user)
    for typed in ({"typed_name": ""}, {"typed_name": "acme live"}, {"typed_name": "ACME live", "reason": " "}):
        assert press(client, lookup, **typed).status_code == 422
    assert (sandbox.seen("DELETE", ""), Cancellation.objects.count()) == ([], 0)
    press(client, lookup, typed_name=" ACME live ")
    assert sentence(Cancellation.objects.get()).startswith("Cancelled.")
