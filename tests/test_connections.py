"""The stored connections: how they are given, where they lead, and the one client that each has."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client

from jobs import connections
from jobs.aqua.environments import ENVIRONMENTS
from jobs.connection_form import ConnectionForm
from jobs.connections import save_connection
from jobs.models import Connection, Exchange
from jobs.sandbox import Fault, Sandbox
from tests.admin_pages import ADD, filled_in
from tests.flow import cancel, look_up

Make = Callable[..., Connection]


def tokens_asked_for(sandbox: Sandbox) -> int:
    return len([request for request in sandbox.requests if request.path == "/oauth/token"])


def open_sockets(sandbox: Sandbox) -> set[object]:
    """The TCP connections that lead to the sandbox at this moment."""
    return set(sandbox._server._open)


def test_one_tcp_connection_and_one_token_serve_one_call_after_another(
    connection: Connection, sandbox: Sandbox, operator: User
) -> None:
    first, *others = sandbox.jobs.values()
    look_up(operator, connection, first)
    sockets = open_sockets(sandbox)
    for job_id in others[:5]:
        look_up(operator, Connection.objects.get(), job_id)
    assert len(sockets) == 1
    assert open_sockets(sandbox) == sockets
    assert tokens_asked_for(sandbox) == 1


def test_threads_share_one_client_and_one_token(connection: Connection, sandbox: Sandbox) -> None:
    together = threading.Barrier(4)

    def read() -> list[connections.Reply]:
        together.wait()
        return [connections.read_job(connection, sandbox.jobs["running"]) for _ in range(5)]

    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(read) for _ in range(4)]
        replies = [reply for thread in running for reply in thread.result()]
    assert [reply.error for reply in replies] == [None] * 20
    assert tokens_asked_for(sandbox) == 1
    assert len(open_sockets(sandbox)) <= 4
    assert len(connections._clients) == 1


def test_each_connection_has_a_client_of_its_own(make_connection: Make, sandbox: Sandbox) -> None:
    one, other = make_connection("One"), make_connection("Other")
    for connection in (one, other, one, other):
        connections.read_job(connection, sandbox.jobs["running"])
    assert tokens_asked_for(sandbox) == 2


def test_a_change_renews_the_client_and_no_change_keeps_it(connection: Connection, sandbox: Sandbox) -> None:
    connections.read_job(connection, sandbox.jobs["running"])
    connections.read_job(Connection.objects.get(), sandbox.jobs["running"])
    assert tokens_asked_for(sandbox) == 1
    changed = Connection.objects.get()
    with transaction.atomic():
        changed.entity_ids = "e-1,e-2"
        save_connection(changed)
    assert changed.version == connection.version + 1
    connections.read_job(Connection.objects.get(), sandbox.jobs["running"])
    assert tokens_asked_for(sandbox) == 2
    assert sandbox.seen("GET", "")[-1].headers["zuora-entity-ids"] == "e-1,e-2"


def test_a_change_of_the_address_leads_elsewhere_at_once(connection: Connection, sandbox: Sandbox) -> None:
    connections.read_job(connection, sandbox.jobs["running"])
    with Sandbox() as another:
        connection.base_url = another.url
        with transaction.atomic():
            save_connection(connection)
        assert connections.read_job(connection, another.jobs["running"]).error is None
        assert len(another.seen("GET", another.jobs["running"])) == 1
    assert len(sandbox.seen("GET", "")) == 1


@pytest.mark.parametrize("talk", [connections.read_job, partial(connections.cancel_job, track_id="")])
def test_zuora_is_never_called_inside_a_transaction(
    connection: Connection, sandbox: Sandbox, talk: Callable[[Connection, str], object]
) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="never called inside a transaction"):
        talk(connection, sandbox.jobs["running"])
    assert sandbox.requests == []


def test_a_flow_inside_a_transaction_sends_nothing_and_writes_nothing(
    operator: User, connection: Connection, sandbox: Sandbox
) -> None:
    lookup = look_up(operator, connection, sandbox.jobs["running"])
    with pytest.raises(RuntimeError), transaction.atomic():
        cancel(operator, lookup)
    assert sandbox.seen("DELETE", "") == []
    assert Exchange.objects.count() == 1


def test_what_a_client_is_told_reaches_zuora(make_connection: Make, sandbox: Sandbox) -> None:
    connection = make_connection(auth="keys", entity_ids="e-1", org_ids="o-1", cancel_method="POST")
    job_id = sandbox.submit()
    sandbox.play(Fault("POST", job_id, body=f'{{"id":"{job_id}","status":"cancelled"}}'.encode()))
    assert connections.cancel_job(connection, job_id, track_id="track").error is None
    (sent,) = sandbox.seen("POST", job_id)
    for name, value in {"zuora-entity-ids": "e-1", "zuora-org-ids": "o-1", "zuora-track-id": "track"}.items():
        assert sent.headers[name] == value


@pytest.mark.parametrize("slug", ENVIRONMENTS)
def test_the_form_leads_to_every_environment(db: None, slug: str) -> None:
    known = ENVIRONMENTS[slug]
    form = ConnectionForm(filled_in(environment=slug, new_secret="x", is_production=known.is_production))
    assert form.is_valid(), form.errors
    connection = form.save(commit=False)
    save_connection(connection)
    stored = Connection.objects.get()
    legacy = {
        "us-production-legacy": "https://www.zuora.com/apps",
        "us-api-sandbox-legacy": "https://apisandbox.zuora.com/apps",
    }
    assert stored.address == legacy.get(slug, known.rest_base)
    assert stored.rest_base.startswith("https://rest.")
    assert stored.environment_name == known.name
    assert stored.kind == ("Production" if known.is_production else "Sandbox")
    assert stored.open_secret() == "x"
    assert connections.address_rules().objection(stored.address) == ""


def test_the_form_offers_every_environment_by_both_of_its_names(admin: User, door: Callable[[User], Client]) -> None:
    page = door(admin).get(ADD).content.decode()
    for slug, known in ENVIRONMENTS.items():
        assert f'<option value="{slug}"' in page
        assert known.name.replace("&", "&amp;") in page
        assert known.former_name.replace("&", "&amp;") in page
    assert "US Cloud 2 API Sandbox (formerly US API Sandbox)" in page
    assert "Custom base URL" in page


@pytest.mark.parametrize("slug", ["", "us", "US Production", "custom2"])
def test_the_form_takes_no_other_environment(db: None, slug: str) -> None:
    form = ConnectionForm(filled_in(environment=slug, new_secret="x"))
    assert list(form.errors) == ["environment"]


def test_what_is_not_given_has_the_careful_default(db: None) -> None:
    fresh = Connection()
    assert (fresh.is_production, fresh.is_active, fresh.confirm_minutes, fresh.version) == (True, True, 15, 1)
    assert (fresh.auth, fresh.cancel_method) == ("oauth", "DELETE")
