"""A session that ends while somebody types: nothing is lost, nothing is sent, nobody else can type into the form."""

import html
import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from jobs import drafts
from jobs.models import Cancellation, Connection, Exchange, Role
from jobs.sandbox import Sandbox
from tests.conftest import PASSWORD
from tests.flow import cancel, look_up
from tests.pages import Page

SIGN_IN = "/accounts/login/"
OURS = {"Sec-Fetch-Site": "same-origin"}
REASON = 'It "blocks" the <close>.\r\nSecond line, ünïcode.'


@pytest.fixture
def production(make_connection: Callable[..., Connection]) -> Connection:
    return make_connection("ACME live", is_production=True)


@pytest.fixture
def person(make_person: Callable[..., User], production: Connection) -> User:
    return make_person("nina", Role.OPERATOR, production)


@pytest.fixture
def lookup(person: User, production: Connection, sandbox: Sandbox) -> Exchange:
    return look_up(person, production, sandbox.jobs["running"])


@pytest.fixture
def browser() -> Client:
    """One that checks as a browser's requests are checked."""
    return Client(enforce_csrf_checks=True)


def hidden(answer: HttpResponse, name: str) -> str:
    return html.unescape(re.findall(f'name="{name}" value="([^"]*)"', answer.content.decode())[0])


def token(browser: Client) -> str:
    return hidden(browser.get(SIGN_IN), "csrfmiddlewaretoken")


def sign_in(browser: Client, page: HttpResponse, name: str = "nina", password: str = PASSWORD) -> HttpResponse:
    """Fill in the sign-in page that came as an answer."""
    fields = {part: hidden(page, part) for part in ("csrfmiddlewaretoken", "draft")}
    return browser.post(SIGN_IN, {**fields, "login": name, "password": password})


def typed(csrf: str, **more: str) -> dict[str, str]:
    return {"reason": REASON, "ticket": "OPS-4711", "typed_name": "ACME live", "csrfmiddlewaretoken": csrf, **more}


def sent(sandbox: Sandbox) -> list[str]:
    return [seen.method for seen in sandbox.requests]


def test_a_half_typed_reason_waits_in_its_form_until_it_is_confirmed(
    browser: Client, lookup: Exchange, sandbox: Sandbox
) -> None:
    page, before = f"/lookups/{lookup.pk}/", sent(sandbox)
    asked = browser.post(f"{page}cancel", typed(token(browser)))
    assert asked.status_code == 403
    assert "Your session had ended, so nothing was sent or saved." in Page(asked.content.decode()).text
    wrong = sign_in(browser, asked, password="wrong")
    back = sign_in(browser, wrong)
    assert (back.status_code, back["Location"]) == (303, page)
    for _ in range(2):  # also after a reload
        form = browser.get(page)
        values = [form.context["form"][name].value() for name in ("reason", "ticket", "typed_name")]
        assert values == [REASON, "OPS-4711", "ACME live"]
    assert (sent(sandbox), Cancellation.objects.count()) == (before, 0)
    done = browser.post(f"{page}cancel", typed(hidden(form, "csrfmiddlewaretoken")))
    assert done["Location"] == Cancellation.objects.get().get_absolute_url()
    assert sent(sandbox).count("DELETE") == 1


def test_after_a_long_break_the_job_is_read_again_and_the_reason_stays(
    browser: Client, lookup: Exchange, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = f"/lookups/{lookup.pk}/"
    sign_in(browser, browser.post(f"{page}cancel", typed(token(browser))))
    monkeypatch.setattr("jobs.cancelling.is_old", lambda _: True)
    mine = hidden(browser.get(page), "csrfmiddlewaretoken")
    again = browser.post(f"{page}cancel", typed(mine))
    assert (again["Location"] != page, sent(sandbox).count("DELETE")) == (True, 0)
    assert browser.get(again["Location"]).context["form"]["reason"].value() == REASON


def test_a_pasted_text_waits_on_the_start_page_and_is_gone_once_it_was_sent(
    browser: Client, person: User, production: Connection, sandbox: Sandbox
) -> None:
    text = f"log line: job id={sandbox.jobs['running']}"
    form = {"connection": str(production.pk), "job_id": text}
    asked = browser.post("/lookups/", {**form, "csrfmiddlewaretoken": token(browser)})
    assert sign_in(browser, asked)["Location"] == "/"
    start = browser.get("/")
    assert f'<option value="{production.pk}" selected>' in start.content.decode()
    assert start.context["form"]["job_id"].value() == text
    assert (sent(sandbox), Exchange.objects.count()) == ([], 0)
    mine = hidden(start, "csrfmiddlewaretoken")
    assert browser.post("/lookups/", {**form, "csrfmiddlewaretoken": mine}).status_code == 303
    assert browser.get("/").context["form"]["job_id"].value() is None


def test_what_has_no_text_leads_to_sign_in_and_back_to_its_page(
    browser: Client, person: User, lookup: Exchange, sandbox: Sandbox
) -> None:
    result = cancel(person, lookup).get_absolute_url()
    before = sent(sandbox)
    for path, page in ((f"{result}check", result), ("/admin/logout/", "/")):
        assert browser.post(path, {"csrfmiddlewaretoken": token(browser)})["Location"] == f"{SIGN_IN}?next={page}"
    assert "nothing was sent or saved" in Page(browser.get(SIGN_IN).content.decode()).text
    assert browser.post("/accounts/logout/", {"csrfmiddlewaretoken": token(browser)})["Location"] == SIGN_IN
    assert sent(sandbox) == before


def test_a_form_of_the_admin_leads_back_to_the_page_it_was_on(browser: Client, person: User) -> None:
    form, path = {"csrfmiddlewaretoken": token(browser)}, "/admin/jobs/connection/1/test/"
    for referer, page in (("http://testserver/admin/jobs/connection/1/change/", "/admin/jobs/connection/1/change/"),
                          ("http://evil.example/admin/", "/")):  # fmt: skip
        assert browser.post(path, form, headers={"Referer": referer})["Location"] == f"{SIGN_IN}?next={page}"


def test_a_page_that_keeps_itself_up_to_date_goes_to_sign_in_as_a_whole(person: User, lookup: Exchange) -> None:
    result = cancel(person, lookup).get_absolute_url()
    answer = Client().get(f"{result}?seen=x", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (403, f"{SIGN_IN}?next={result}")


def test_who_may_not_see_the_page_does_not_see_what_was_typed(
    browser: Client, lookup: Exchange, make_person: Callable[..., User]
) -> None:
    make_person("stranger")
    asked = browser.post(f"/lookups/{lookup.pk}/cancel", typed(token(browser)))
    back = sign_in(browser, asked, name="stranger")
    answer = browser.get(back["Location"])
    assert (answer.status_code, "OPS-4711" in answer.content.decode()) == (404, False)
    assert "OPS-4711" not in browser.get("/").content.decode()


def test_nobody_types_into_another_persons_form(browser: Client, person: User, lookup: Exchange) -> None:
    page = f"/lookups/{lookup.pk}/"
    foreign = {"reason": "planted", "typed_name": "ACME live"}
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        answer = browser.post(f"{page}cancel", foreign, headers=headers)
        assert (answer.status_code, 'name="draft"' in answer.content.decode()) == (403, False)
    form = {"login": "nina", "password": PASSWORD, "csrfmiddlewaretoken": token(browser)}
    browser.post(SIGN_IN, {**form, "draft": drafts.Draft(page, foreign).seal()[:-3] + "xyz"})
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        assert browser.post(f"{page}cancel", foreign, headers=headers).status_code == 403
        assert not browser.get(page).context["form"]["reason"].value()


def test_a_sign_in_in_another_tab_does_not_cost_what_was_typed(
    browser: Client, person: User, lookup: Exchange, sandbox: Sandbox
) -> None:
    """The token of the first tab's form is no longer good."""
    page, before, old = f"/lookups/{lookup.pk}/", sent(sandbox), typed(token(browser))
    asked = browser.post(f"{page}cancel", old)
    other_tab = {"csrfmiddlewaretoken": token(browser), "login": "nina", "password": PASSWORD}
    assert browser.post(SIGN_IN, other_tab)["Location"] == "/"
    for path, form in ((f"{page}cancel", old), (SIGN_IN, {**other_tab, "draft": hidden(asked, "draft")})):
        back = browser.post(path, form, headers=OURS)
        assert (back.status_code, back["Location"]) == (303, page)
        shown = browser.get(page)
        assert "You had signed in again since this page was opened" in Page(shown.content.decode()).text
        assert shown.context["form"]["reason"].value() == REASON
    assert (sent(sandbox), Cancellation.objects.count()) == (before, 0)


def test_without_any_cookie_what_was_typed_is_kept_too(browser: Client, person: User, lookup: Exchange) -> None:
    """All cookies were deleted, so the form's token is worth nothing."""
    asked = browser.post(f"/lookups/{lookup.pk}/cancel", {"reason": REASON}, headers=OURS)
    assert sign_in(browser, asked)["Location"] == f"/lookups/{lookup.pk}/"
    stale = Client(enforce_csrf_checks=True).post(SIGN_IN, {"draft": hidden(asked, "draft")}, headers=OURS)
    assert "This page had been open for too long." in Page(stale.content.decode()).text
    assert drafts.unseal(hidden(stale, "draft")) == drafts.unseal(hidden(asked, "draft"))


def test_a_draft_has_a_sane_size_and_an_end(
    browser: Client, person: User, lookup: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = browser.post(f"/lookups/{lookup.pk}/cancel", typed(token(browser), reason="x" * 100_000, more="y" * 5000))
    draft = drafts.unseal(hidden(asked, "draft"))
    assert draft
    assert (len(draft.fields["reason"]), sorted(draft.fields)) == (5000, ["reason", "ticket", "typed_name"])
    later = timezone.now().timestamp() + 25 * 3600
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    assert drafts.unseal(hidden(asked, "draft")) is None
