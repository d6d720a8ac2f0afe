"""The result page, and how it keeps itself up to date."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection as database
from django.test import Client

from jobs import history
from jobs.models import Cancellation, Connection
from jobs.sandbox import Sandbox
from jobs.sentences import sentence
from tests.flow import at_the_deadline, cancel, look_up
from tests.pages import Page

Door = Callable[[User], Client]
PART = {"HX-Request": "true"}


@pytest.fixture
def job_id(sandbox: Sandbox) -> str:
    return sandbox.jobs["accepts the cancel but keeps running"]


@pytest.fixture
def still_open(operator: User, connection: Connection, job_id: str) -> Cancellation:
    return cancel(operator, look_up(operator, connection, job_id))


def test_it_says_what_became_of_the_job_batch_by_batch(
    operator: User, connection: Connection, sandbox: Sandbox, door: Door
) -> None:
    cancellation = cancel(operator, look_up(operator, connection, sandbox.jobs["running"]), wait=5)
    page = Page(door(operator).get(cancellation.get_absolute_url()).content.decode())
    batches = {batch.name: batch for batch in cancellation.rests_on.snapshot.batches.all()}
    for words in (
        sentence(cancellation),
        "2 finished 1 stopped 2 never started",
        "Account Query",
        "finished status completed 1,322 3 segments " + " ".join(batches["Account"].segments),
        f"finished status completed 48,211 {batches['Invoice'].file_id}",
        "stopped status cancelled 0 –",
        "never started status submitted 0 –",
        "it hangs",
        "OPS-1",
        str(cancellation.uuid),
        "operator",
    ):
        assert words in page.text
    assert sentence(cancellation).startswith("Cancelled. Zuora confirmed it at ")
    assert (page.refreshes, "hx-get" in page.html, "Check again" in page.text) == ([], False, False)


def test_before_the_job_was_read_again_it_shows_it_as_it_was(
    operator: User, still_open: Cancellation, door: Door
) -> None:
    page = Page(door(operator).get(still_open.get_absolute_url()).content.decode())
    assert "The job as it was before the cancel" in page.text


def test_a_page_that_is_open_keeps_itself_up_to_date(operator: User, still_open: Cancellation, door: Door) -> None:
    page = Page(door(operator).get(still_open.get_absolute_url()).content.decode())
    assert f'hx-get="{still_open.get_absolute_url()}?seen={history.mark_of(still_open)}"' in page.html
    assert page.refreshes == [True]
    assert f"{still_open.get_absolute_url()}check" in page.posts_to
    assert sentence(still_open) in page.text


def test_polling_gets_nothing_while_nothing_is_new_and_then_the_changing_part(
    operator: User, still_open: Cancellation, door: Door
) -> None:
    client, path = door(operator), still_open.get_absolute_url()
    seen = {"seen": history.mark_of(still_open)}
    nothing = client.get(path, seen, headers=PART)
    assert (nothing.status_code, nothing.content) == (204, b"")
    assert client.get(path, seen).status_code == 200  # a person who reloads gets a page
    client.post(f"{path}check")
    part = client.get(path, seen, headers=PART)
    html = part.content.decode()
    assert (part.status_code, html.lstrip()[:14], "<html" in html) == (200, '<div id="now" ', False)
    still_open.refresh_from_db()
    assert f"seen={history.mark_of(still_open)}" in html
    assert client.get(path, {"seen": history.mark_of(still_open)}, headers=PART).status_code == 204


def test_polling_ends_when_it_is_settled(operator: User, still_open: Cancellation, door: Door) -> None:
    seen = {"seen": history.mark_of(still_open)}
    at_the_deadline(still_open)
    html = door(operator).get(still_open.get_absolute_url(), seen, headers=PART).content.decode()
    assert sentence(still_open) in html
    assert ("hx-get" in html, "hx-trigger" in html) == (False, False)


def test_what_zuora_sends_is_shown_as_text(
    operator: User, connection: Connection, sandbox: Sandbox, door: Door
) -> None:
    evil = "<script>alert(1)</script>"
    lookup = look_up(operator, connection, sandbox.submit(name=evil, partner=evil, project=evil))
    html = door(operator).get(f"/lookups/{lookup.pk}/").content.decode()
    assert evil not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 3


def every_row() -> dict[str, list[tuple[object, ...]]]:
    """All that the database holds, sessions included."""
    with database.cursor() as cursor:
        tables = {}
        for name in database.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{name}" ORDER BY 1')
            tables[name] = cursor.fetchall()
    return tables


def test_a_get_reaches_nobody_and_changes_nothing(
    operator: User, viewer: User, connection: Connection, still_open: Cancellation, sandbox: Sandbox, door: Door
) -> None:
    clients = [door(operator), door(viewer)]
    before, requests = every_row(), len(sandbox.requests)
    for client in clients:
        for path in ("/", f"/lookups/{still_open.lookup_id}/", still_open.get_absolute_url(), "/readyz"):
            assert client.get(path).status_code == client.head(path).status_code == 200
        client.get(still_open.get_absolute_url(), {"seen": "old"}, headers=PART)
        for path in ("/lookups/", f"/lookups/{still_open.lookup_id}/cancel", f"{still_open.get_absolute_url()}check"):
            assert client.get(path).status_code == 303
    assert (every_row() == before, len(sandbox.requests)) == (True, requests)
