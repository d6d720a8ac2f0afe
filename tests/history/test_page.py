"""``/history/``: one box, filters in the address, pages that are followed, and nobody else's rows."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from jobs.history import running
from jobs.models import Cancellation, Connection, Exchange, SearchWord

Door = Callable[[User], Client]


def shown(page: str) -> list[str]:
    """The job IDs of the rows, in their order."""
    return re.findall(r"<code>([0-9a-f]{32})</code>", page)


def test_a_team_member_sees_what_their_team_may_see(
    past: list[Connection], northerner: User, admin: User, auditor: User, stranger: User, door: Door
) -> None:
    own = list(Cancellation.objects.filter(connection=past[1]).values_list("job_id", flat=True)[:50])
    assert shown(door(northerner).get("/history/").text) == own
    for user in (admin, auditor):
        assert shown(door(user).get("/history/").text) == list(
            Cancellation.objects.values_list("job_id", flat=True)[:50]
        )
    assert "Nothing is found." in door(stranger).get("/history/").text


def test_who_is_not_signed_in_is_sent_to_sign_in(client: Client) -> None:
    assert client.get("/history/?q=x").status_code == 302


def test_all_that_was_asked_for_stands_in_the_address_and_goes_along(
    past: list[Connection], admin: User, door: Door
) -> None:
    browser = door(admin)
    asked = "/history/?since=2026-01-02&until=2026-01-09&environment=production"
    first = browser.get(asked)
    older = first.context["older"]
    for part in ("since=2026-01-02", "until=2026-01-09", "environment=production", "before="):
        assert part in older
    second = browser.get(f"/history/{older}")
    assert shown(second.text)
    back = browser.get(f"/history/{second.context['newer']}")
    assert shown(back.text) == shown(first.text)
    assert 'value="2026-01-02"' in second.text


def test_the_other_list_takes_the_search_along(past: list[Connection], admin: User, door: Door) -> None:
    row = Cancellation.objects.first()
    assert row
    page = door(admin).get(f"/history/?q={row.job_id}&show=exchanges&cause=cancel")
    assert set(shown(page.text)) == {row.job_id}
    assert "Found as a job ID." in page.text
    assert f"q={row.job_id}&amp;show=cancellations" in page.text


@pytest.mark.parametrize(
    "wrong", ["since=yesterday", "since=0001-01-01", "until=9999-12-31", "connection=4711", "outcome=x", "day=1"]
)
def test_what_cannot_be_asked_for_is_said_and_what_was_typed_stays(
    wrong: str, past: list[Connection], admin: User, door: Door
) -> None:
    page = door(admin).get(f"/history/?q=hangs&{wrong}")
    assert page.status_code == 422
    assert "Please look at:" in page.text
    assert 'value="hangs"' in page.text
    assert shown(page.text) == []


@pytest.mark.parametrize("query", ["before=x", "after=-1", "before=99999999999999999999", "show=nothing", "before=0"])
def test_an_address_that_was_mistyped_shows_a_page(query: str, past: list[Connection], admin: User, door: Door) -> None:
    assert door(admin).get(f"/history/?{query}").status_code == 200


def test_another_teams_connection_is_as_one_that_does_not_exist(
    past: list[Connection], northerner: User, door: Door
) -> None:
    browser = door(northerner)
    other, nowhere = (browser.get(f"/history/?connection={key}") for key in (past[0].pk, 4711))
    assert other.status_code == nowhere.status_code == 422
    assert past[0].name not in other.text
    tokens = re.compile(r'csrfmiddlewaretoken" value="[^"]*"')
    as_asked = tokens.sub("", other.text).replace(f"connection={past[0].pk}&", "connection=4711&")
    assert as_asked == tokens.sub("", nowhere.text)


def test_a_search_that_looked_at_enough_says_so_and_goes_on(
    past: list[Connection], admin: User, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "SCANS", (20, 40))
    browser = door(admin)
    found: list[str] = []
    address = "?q=hangs&outcome=unknown"
    for _ in range(60):
        page = browser.get(f"/history/{address}")
        found += shown(page.text)
        if not page.context["older"]:
            break
        if page.context["page"].reached:
            assert "Looked through back to" in page.text
            assert "Look on" in page.text
        address = page.context["older"]
    expected = Cancellation.objects.filter(reason="It hangs", state="unknown").values_list("job_id", flat=True)
    assert found == list(expected)


def test_the_words_can_be_made_anew(past: list[Connection], admin: User, door: Door) -> None:
    before = set(SearchWord.objects.values_list("word", "cancellation_id"))
    SearchWord.objects.filter(cancellation_id__lt=Cancellation.objects.latest("id").pk - 20).delete()
    call_command("rebuild_history")
    assert set(SearchWord.objects.values_list("word", "cancellation_id")) == before
    assert len(before) > 1000


def test_nothing_typed_or_stored_becomes_markup(past: list[Connection], admin: User, door: Door) -> None:
    page = door(admin).get("/history/", {"q": "<script>alert(1)</script>", "person": '"><b>'}).text
    assert "<script>alert" not in page
    assert '"><b>' not in page


def test_a_new_cancellation_is_found_at_once(
    operator: User, connection: Connection, sandbox: object, door: Door
) -> None:
    browser = door(operator)
    job_id = sandbox.submit()  # type: ignore[attr-defined]
    found = browser.post("/lookups/", {"connection": connection.pk, "job_id": job_id})["Location"]
    browser.post(f"{found}cancel", {"reason": "An uncommonword stands here", "ticket": "OPS-77"})
    assert shown(browser.get("/history/?q=uncommonword").text) == [job_id]
    assert shown(browser.get("/history/?q=OPS-77").text) == [job_id]
    asked = shown(browser.get(f"/history/?q={job_id}&show=exchanges").text)
    assert asked.count(job_id) == Exchange.objects.filter(job_id=job_id).count() == 3
