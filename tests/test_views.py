"""The pages as people use them: start, review, result."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jobs.models import Connection, Exchange, Role, TeamAccess
from jobs.sandbox import Sandbox
from tests.flow import cancel, look_up
from tests.pages import Page

Door = Callable[[User], Client]
JOB = "e20b07474688ad5001468daf10e501de"


def page_of(client: Client, path: str) -> Page:
    response = client.get(path)
    assert response.status_code == 200
    return Page(response.content.decode())


@pytest.mark.parametrize("count", [1, 2])
def test_the_only_connection_is_chosen_already(
    make_connection: Callable[..., Connection], make_person: Callable[..., User], door: Door, count: int
) -> None:
    first, second = make_connection("Test"), make_connection("Live", is_production=True)
    user = make_person("operator", Role.OPERATOR, first)
    if count == 2:
        TeamAccess.objects.create(team=user.groups.get(), connection=second, role=Role.VIEWER)
    html = door(user).get("/").content.decode()
    assert (f'<option value="{first.pk}" selected>Test</option>' in html) == (count == 1)
    assert (f'<option value="{first.pk}">Test</option>' in html) == (count == 2)
    assert ("Live" in html) == (count == 2)


def test_connections_stand_under_production_and_sandbox(
    make_connection: Callable[..., Connection], make_person: Callable[..., User], door: Door
) -> None:
    user = make_person("operator", Role.OPERATOR, make_connection("B test"))
    rows = [make_connection("A live", is_production=True), make_connection("A test"), make_connection("off")]
    Connection.objects.filter(name="off").update(is_active=False)
    for row in rows:
        TeamAccess.objects.create(team=user.groups.get(), connection=row, role=Role.OPERATOR)
    choices = door(user).get("/").context["form"].fields["connection"].choices
    groups = [(group, [label for _, label in options]) for group, options in list(choices)[1:]]
    assert groups == [("Sandbox", ["A test", "B test"]), ("Production", ["A live"])]


PASTED = (
    JOB,
    f"  {JOB}\n",
    f"https://rest.zuora.com/v1/batch-query/jobs/{JOB}",
    f"2026-11-24 10:00:00 INFO submitted AQuA job id={JOB} queue=3",
    f'{{"id": "{JOB}", "status": "executing"}}',
)


@pytest.mark.parametrize("text", PASTED)
def test_a_pasted_url_or_log_line_is_understood(
    operator: User, connection: Connection, sandbox: Sandbox, door: Door, text: str
) -> None:
    answer = door(operator).post("/lookups/", {"connection": connection.pk, "job_id": text})
    found = Exchange.objects.get()
    assert (found.job_id, answer["Location"]) == (JOB, f"/lookups/{found.pk}/")
    assert [seen.path for seen in sandbox.seen("GET", JOB)] == [f"/v1/batch-query/jobs/{JOB}"]


WRONG = {
    "": "Enter the ID of the job, or paste a URL or log line that contains it.",
    "no <b>job</b> here": "There is no job ID in this text.",
    f"{JOB} {JOB[::-1]}": "There are 2 IDs in this text",
    "../jobs": "There is no job ID in this text.",
    "a" * 5000: "That is more than 4,000 characters.",
    "a\0b": "Null characters are not allowed.",
}


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_wrong_input_gets_a_clear_message_and_stays(
    operator: User, connection: Connection, sandbox: Sandbox, door: Door, text: str
) -> None:
    answer = door(operator).post("/lookups/", {"connection": connection.pk, "job_id": text})
    assert answer.status_code == 422
    page = Page(answer.content.decode())
    assert WRONG[text] in page.text
    assert "Error: Cancel an AQuA job" in page.text
    assert answer.context["form"]["job_id"].value() == text
    assert 'aria-invalid="true"' in page.html
    assert (sandbox.requests, Exchange.objects.count()) == ([], 0)


def test_without_a_connection_it_asks_for_one(operator: User, connection: Connection, door: Door) -> None:
    page = Page(door(operator).post("/lookups/", {"job_id": JOB}).content.decode())
    assert "Choose the connection on which the job runs." in page.text
    assert f'value="{JOB}"' in page.html


@pytest.mark.parametrize(("who", "told"), [("stranger", "Ask your administrator"), ("admin", "Give a team access")])
def test_who_may_look_nothing_up_is_told_what_to_do(
    request: pytest.FixtureRequest, connection: Connection, door: Door, who: str, told: str
) -> None:
    page = page_of(door(request.getfixturevalue(who)), "/")
    assert told in page.text
    assert "/lookups/" not in page.posts_to


def test_the_start_page_lists_recent_cancellations(
    operator: User, viewer: User, stranger: User, connection: Connection, sandbox: Sandbox, door: Door
) -> None:
    path = cancel(operator, look_up(operator, connection, sandbox.jobs["running"]), wait=5).get_absolute_url()
    assert [path in page_of(door(user), "/").html for user in (operator, viewer, stranger)] == [True, True, False]
    assert "Others' recent cancellations" in page_of(door(viewer), "/").text


def test_the_review_page_says_where_one_is_and_what_a_cancel_would_do(
    make_connection: Callable[..., Connection], make_person: Callable[..., User], sandbox: Sandbox, door: Door
) -> None:
    connection = make_connection("ACME live", is_production=True, tenant="ACME Corp.")
    user = make_person("operator", Role.OPERATOR, connection)
    lookup = look_up(user, connection, sandbox.jobs["running"])
    page = page_of(door(user), f"/lookups/{lookup.pk}/")
    for words in (
        f"Production ACME live ACME Corp. {sandbox.url}",
        "The job is executing: it can be cancelled.",
        "has finished: its file stays",
        "is running: it would be stopped",
        "is waiting: it would never start",
        "5 batches",
        "1,322",
        "3 segments",
        "This is production. Type: ACME live",
        "Type the connection's name to confirm",
    ):
        assert words in page.text
    assert ("This is a stateful job" in page.text, "has another form" in page.text) == (False, False)


def test_a_sandbox_asks_for_no_name(operator: User, connection: Connection, sandbox: Sandbox, door: Door) -> None:
    page = page_of(door(operator), f"/lookups/{look_up(operator, connection, sandbox.jobs['running']).pk}/")
    assert f"Sandbox ACME test {sandbox.url}" in page.text
    assert "Type the connection's name" not in page.text


def test_a_stateful_job_comes_with_a_warning(
    operator: User, connection: Connection, sandbox: Sandbox, door: Door
) -> None:
    page = page_of(door(operator), f"/lookups/{look_up(operator, connection, sandbox.jobs['queued']).pk}/")
    assert "This is a stateful job (partner 3rdparty, project nightly)." in page.text


def test_an_unusual_id_comes_with_a_warning(
    operator: User, connection: Connection, sandbox: Sandbox, door: Door
) -> None:
    lookup = look_up(operator, connection, sandbox.submit(job_id="Job_42"))
    page = page_of(door(operator), f"/lookups/{lookup.pk}/")
    assert "The ID Job_42 has another form than the 32 characters" in page.text


def test_a_viewer_reviews_without_a_form(viewer: User, connection: Connection, sandbox: Sandbox, door: Door) -> None:
    lookup = look_up(viewer, connection, sandbox.jobs["running"])
    page = page_of(door(viewer), f"/lookups/{lookup.pk}/")
    assert "Your teams may see this job, but not cancel it." in page.text
    assert f"/lookups/{lookup.pk}/cancel" not in page.posts_to


def test_a_job_that_zuora_does_not_know_is_said_to_be_unknown(
    operator: User, connection: Connection, sandbox: Sandbox, door: Door
) -> None:
    client = door(operator)
    form = {"connection": connection.pk, "job_id": sandbox.jobs["unknown ID"]}
    page = Page(client.post("/lookups/", form, follow=True).content.decode())
    assert "Zuora knows no job with this ID on this connection. It said: Invalid Job Id. (code 90002)." in page.text
