"""What every page has in common: never cached, a strict policy, nothing inline, and errors as pages of their own."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from jobs.models import Cancellation, Connection
from jobs.sandbox import Sandbox
from tests.flow import at_the_deadline, cancel, look_up
from tests.pages import Page

Door = Callable[[User], Client]
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}
STRICT = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "X-Permitted-Cross-Domain-Policies": "none",
}


@pytest.fixture
def history(operator: User, connection: Connection, sandbox: Sandbox) -> dict[str, Cancellation]:
    keeps_running = sandbox.jobs["accepts the cancel but keeps running"]
    settled = at_the_deadline(cancel(operator, look_up(operator, connection, keeps_running)))
    return {"open": cancel(operator, look_up(operator, connection, keeps_running)), "settled": settled}


def visits(door: Door, user: User, history: dict[str, Cancellation]) -> dict[str, HttpResponse]:
    """An answer of every kind, by what was asked."""
    client, lookup = door(user), history["open"].lookup_id
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)
    result = history["open"].get_absolute_url()
    return {
        "sign in": Client().get("/accounts/login/"),
        "signed in wrongly": Client().post("/accounts/login/", {"login": "x", "password": "y"}),
        "sent to sign in": Client().get("/"),
        "start": client.get("/"),
        "wrong input": client.post("/lookups/", {"job_id": "?"}),
        "review": client.get(f"/lookups/{lookup}/"),
        "review, wrong": client.post(f"/lookups/{lookup}/cancel", {}),
        "open": client.get(result),
        "part": client.get(result, headers={"HX-Request": "true"}),
        "settled": client.get(history["settled"].get_absolute_url()),
        "redirect": client.post(f"{result}check"),
        "not found": client.get("/nothing/"),
        "wrong method": client.get("/lookups/"),
        "no token": strict.post("/lookups/", {}),
        "wrong host": client.get("/", headers={"host": "evil.example"}),
        "healthz": client.get("/healthz"),
        "too large": client.post("/lookups/", {"job_id": "x" * 200_000}),
    }


def test_no_answer_is_cached_and_all_carry_the_strict_policy(
    operator: User, history: dict[str, Cancellation], door: Door
) -> None:
    answers = visits(door, operator, history)
    for name, answer in answers.items():
        assert (name, {part.strip() for part in answer["Content-Security-Policy"].split(";")}) == (name, POLICY)
        assert (name, {header: answer[header] for header in STRICT}) == (name, STRICT)
        assert (name, answer["Permissions-Policy"].count("=()") > 20) == (name, True)
    for name in answers:
        assert (name, "no-store" in answers[name]["Cache-Control"]) == (name, True)
        assert (name, "private" in answers[name]["Cache-Control"]) == (name, True)


def test_every_answer_says_its_type_and_utf_8(operator: User, history: dict[str, Cancellation], door: Door) -> None:
    for name, answer in visits(door, operator, history).items():
        kind = "application/json" if name == "healthz" else "text/html; charset=utf-8"
        assert (name, answer["Content-Type"]) == (name, kind)


def test_no_page_has_anything_inline(operator: User, history: dict[str, Cancellation], door: Door) -> None:
    for name, answer in visits(door, operator, history).items():
        assert (name, Page(answer.content.decode()).inline) == (name, [])


ADMIN_PAGES = ("", "jobs/cancellation/", "jobs/exchange/", "jobs/jobsnapshot/", "jobs/connection/", "jobs/teamaccess/")


@pytest.mark.parametrize("path", ADMIN_PAGES)
def test_no_page_of_the_admin_has_anything_inline(
    admin: User, history: dict[str, Cancellation], door: Door, path: str
) -> None:
    client, row = door(admin), history["open"]
    exchange = row.exchanges.latest("id")
    keys = {"cancellation": row.pk, "exchange": exchange.pk, "connection": row.connection_id}
    keys["jobsnapshot"] = row.lookup.snapshot_id
    paths = [f"/admin/{path}"]
    if (model := path.strip("/").partition("/")[2]) in keys:
        paths.append(f"/admin/{path}{keys[model]}/change/")
    for one in paths:
        answer = client.get(one)
        assert (one, answer.status_code, Page(answer.content.decode()).inline) == (one, 200, [])


ERRORS = {
    "not found": (404, "Nothing is here"),
    "no token": (403, "Please send it again"),
    "wrong host": (400, "Not understood"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_has_a_page_of_its_own(
    operator: User, history: dict[str, Cancellation], door: Door, name: str
) -> None:
    answer, (status, title) = visits(door, operator, history)[name], ERRORS[name]
    assert (answer.status_code, f"<h1>{title}</h1>" in answer.content.decode()) == (status, True)


def test_who_may_not_enter_the_admin_is_told_so(viewer: User, door: Door) -> None:
    answer = door(viewer).get("/admin/", follow=True)
    assert (answer.status_code, "You may not do this. Nothing was sent." in answer.content.decode()) == (403, True)


def test_a_form_without_its_token_sends_nothing(
    operator: User, connection: Connection, sandbox: Sandbox, history: dict[str, Cancellation]
) -> None:
    strict, before = Client(enforce_csrf_checks=True), len(sandbox.requests)
    strict.force_login(operator)
    lookup = history["settled"].lookup_id
    for path in ("/lookups/", f"/lookups/{lookup}/cancel", f"{history['open'].get_absolute_url()}check"):
        assert strict.post(path, {"connection": connection.pk, "job_id": "a1", "reason": "x"}).status_code == 403
    assert len(sandbox.requests) == before


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
def test_only_a_post_acts(
    operator: User, history: dict[str, Cancellation], sandbox: Sandbox, door: Door, method: str
) -> None:
    client, before = door(operator), len(sandbox.requests)
    lookup = history["open"].lookup_id
    for path in ("/lookups/", f"/lookups/{lookup}/cancel", f"{history['open'].get_absolute_url()}check"):
        answer = getattr(client, method)(path)
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, POST")
        assert "This address cannot be opened like this." in answer.content.decode()
    assert len(sandbox.requests) == before


def test_the_address_of_a_form_leads_to_its_page(
    operator: User, history: dict[str, Cancellation], sandbox: Sandbox, door: Door
) -> None:
    client, before, page = door(operator), len(sandbox.requests), history["open"].get_absolute_url()
    lookup = f"/lookups/{history['open'].lookup_id}/"
    for path, to in (("/lookups/", "/"), (f"{lookup}cancel", lookup), (f"{page}check", page)):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (303, to)
    assert len(sandbox.requests) == before


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_a_page_is_only_read(operator: User, history: dict[str, Cancellation], door: Door, method: str) -> None:
    for path in ("/", f"/lookups/{history['open'].lookup_id}/", history["open"].get_absolute_url()):
        assert getattr(door(operator), method)(path).status_code == 405
