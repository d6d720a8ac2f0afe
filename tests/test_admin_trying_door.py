"""Test connection: a POST that reads once, never cancels, and belongs to no cancellation."""

from collections.abc import Callable

from django.contrib.auth.models import User
from django.test import Client

from jobs.models import Cause, Connection, Exchange
from jobs.sandbox import Fault, Sandbox
from tests.admin_pages import last_exchange, page_of, said
from tests.conftest import Tried
from tests.flow import cancel, look_up

Door = Callable[[User], Client]
Make = Callable[..., Connection]
WORKS = "ACME test works: Zuora let it in and looked for a job. Whether it may cancel shows only at a cancel."
TryIt = Callable[[Connection], Tried]


def test_words_of_others_are_escaped(admin: User, door: Door, connection: Connection, sandbox: Sandbox) -> None:
    sandbox.play(Fault(status=403, body=b'{"message":"<script>alert(1)</script>"}'))
    page = door(admin).post(page_of(connection, "test"), follow=True).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_it_reads_once_and_keeps_the_exchange(
    try_it: TryIt, connection: Connection, sandbox: Sandbox, admin: User
) -> None:
    try_it(connection)
    exchange = Exchange.objects.get()
    assert (exchange.cause, exchange.method, exchange.actor, exchange.job_id) == (Cause.TEST, "GET", admin, "0" * 32)
    assert [(request.method, request.path) for request in sandbox.requests] == [
        ("POST", "/oauth/token"),
        ("GET", f"/v1/batch-query/jobs/{'0' * 32}"),
    ]


def test_it_never_cancels_whatever_the_method_of_the_connection(
    try_it: TryIt, make_connection: Make, sandbox: Sandbox
) -> None:
    try_it(make_connection(cancel_method="POST"))
    try_it(make_connection("Another"))
    assert {(request.method, "jobs" in request.path) for request in sandbox.requests} == {
        ("POST", False),
        ("GET", True),
    }


def test_a_get_does_nothing(admin: User, door: Door, connection: Connection, sandbox: Sandbox) -> None:
    for answer in (door(admin).get(page_of(connection, "test")), door(admin).head(page_of(connection, "test"))):
        assert (answer.status_code, answer["Location"]) == (302, page_of(connection))
    assert sandbox.requests == []
    assert not Exchange.objects.exists()


def test_it_needs_the_token_of_the_form(admin: User, connection: Connection, sandbox: Sandbox) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(admin)
    assert browser.post(page_of(connection, "test")).status_code == 403
    assert sandbox.requests == []


def test_there_may_be_no_such_connection(admin: User, door: Door, connection: Connection) -> None:
    assert door(admin).post(f"/admin/jobs/connection/{connection.pk + 1}/test/").status_code == 404


def test_the_exchange_of_a_test_is_no_look_up_that_one_could_cancel(
    try_it: TryIt, connection: Connection, operator: User, door: Door, sandbox: Sandbox
) -> None:
    try_it(connection)
    assert door(operator).get(f"/lookups/{last_exchange().pk}/").status_code == 404
    assert door(operator).post(f"/lookups/{last_exchange().pk}/cancel", {"reason": "x"}).status_code == 404


def test_a_test_leaves_what_was_seen_of_a_cancellation_alone(
    try_it: TryIt, connection: Connection, operator: User, sandbox: Sandbox
) -> None:
    cancellation = cancel(operator, look_up(operator, connection, sandbox.jobs["running"]))
    before = cancellation.exchanges.count()
    try_it(connection)
    assert cancellation.exchanges.count() == before
    assert last_exchange().cancellation is None


def test_an_inactive_connection_can_be_tested(admin: User, door: Door, make_connection: Make, sandbox: Sandbox) -> None:
    response = door(admin).post(page_of(make_connection(is_active=False), "test"))
    assert said(response) == [WORKS]
