"""The history in the admin: nobody touches it, administrators included; it is found by job, person and time."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.models import Cancellation, Connection, Exchange, JobSnapshot, Role, TeamAccess
from jobs.sandbox import Sandbox
from tests.admin_pages import page_of, results
from tests.flow import cancel, look_up

Door = Callable[[User], Client]
MODELS = {"cancellation": Cancellation, "exchange": Exchange, "jobsnapshot": JobSnapshot}
ALL = pytest.mark.parametrize("model", MODELS)


@pytest.fixture
def cancellation(operator: User, connection: Connection, sandbox: Sandbox) -> Cancellation:
    return cancel(operator, look_up(operator, connection, sandbox.jobs["running"]), wait=5)


@pytest.fixture
def elsewhere(make_connection: Callable[..., Connection], make_person: Callable[..., User]) -> Cancellation:
    """A cancel by another person on another connection, of a job that completed."""
    connection = make_connection("Other tenant", auth="keys")
    person = make_person("somebody else", Role.OPERATOR, connection)
    with Sandbox() as another:
        Connection.objects.filter(pk=connection.pk).update(base_url=another.url, version=2)
        connection.refresh_from_db()
        return cancel(person, look_up(person, connection, another.jobs["finishes while you confirm"]), wait=5)


@pytest.fixture
def staff(operator: User) -> User:
    """One of the operator's team who may enter the admin."""
    User.objects.filter(pk=operator.pk).update(is_staff=True)
    return User.objects.get(pk=operator.pk)


@ALL
@pytest.mark.parametrize("who", ["admin", "auditor", "staff"])
def test_nobody_adds_changes_or_deletes(
    request: pytest.FixtureRequest, door: Door, cancellation: Cancellation, model: str, who: str
) -> None:
    browser = door(request.getfixturevalue(who))
    rows = MODELS[model].objects.order_by("pk")
    before, row = list(rows.values()), rows[0]
    add, listed = f"/admin/jobs/{model}/add/", f"/admin/jobs/{model}/"
    data = {"job_id": "0" * 32, "state": "cancelled", "reason": "another", "status": "completed", "post": "yes"}
    for url in (add, page_of(row, "delete")):
        assert browser.get(url).status_code == 403
        assert browser.post(url, data).status_code == 403
    assert browser.post(page_of(row), data).status_code == 403
    browser.post(listed, {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    browser.post(listed, {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-id": row.pk, "_save": "Save"} | data)
    assert list(rows.values()) == before


@ALL
def test_its_pages_offer_no_button_and_no_action(
    admin: User, door: Door, cancellation: Cancellation, model: str
) -> None:
    browser = door(admin)
    row = MODELS[model].objects.order_by("pk")[0]
    for url in (f"/admin/jobs/{model}/", page_of(row)):
        text = browser.get(url).content.decode()
        for offered in (
            'name="_save"',
            'name="action"',
            "addlink",
            "deletelink",
            'name="_selected_action"',
            "<textarea",
        ):
            assert offered not in text
    assert browser.get(page_of(row, "history")).status_code == 200


@ALL
def test_it_is_found_by_the_whole_job_id(
    admin: User, door: Door, cancellation: Cancellation, elsewhere: Cancellation, model: str
) -> None:
    found = results(door(admin), model, q=cancellation.job_id)
    assert {row.job_id for row in found} == {cancellation.job_id}  # type: ignore[attr-defined]
    assert results(door(admin), model, q=cancellation.job_id[:10]) == []
    assert results(door(admin), model, q="' OR 1=1 --") == []


def test_filters_by_connection_state_person_and_date(
    admin: User, door: Door, cancellation: Cancellation, elsewhere: Cancellation
) -> None:
    browser = door(admin)
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = today + timedelta(days=1)
    for query, rows in (
        ({}, [elsewhere, cancellation]),
        ({"connection": cancellation.connection_id}, [cancellation]),
        ({"state__exact": "cancelled"}, [cancellation]),
        ({"state__exact": "finished_first"}, [elsewhere]),
        ({"person": elsewhere.requested_by_id}, [elsewhere]),
        ({"requested_at__gte": tomorrow}, []),
        ({"requested_at__gte": today, "requested_at__lt": tomorrow}, [elsewhere, cancellation]),
        ({"connection": "no number"}, [elsewhere, cancellation]),
        ({"person": "9" * 40}, [elsewhere, cancellation]),
    ):
        assert results(browser, "cancellation", **query) == rows, query  # type: ignore[arg-type]


def test_exchanges_are_filtered_by_who_and_why_and_snapshots_by_status(
    admin: User, door: Door, cancellation: Cancellation, elsewhere: Cancellation
) -> None:
    browser = door(admin)
    theirs = Exchange.objects.filter(actor=elsewhere.requested_by)
    assert results(browser, "exchange", person=elsewhere.requested_by_id) == list(theirs)
    deletes = results(browser, "exchange", cause__exact="cancel")
    assert {row.method for row in deletes} == {"DELETE"}  # type: ignore[attr-defined]
    snapshots = results(browser, "jobsnapshot", status="completed")
    assert {row.job_id for row in snapshots} == {elsewhere.job_id}  # type: ignore[attr-defined]


def test_a_team_sees_its_own_rows_and_its_filters_name_nobody_else(
    staff: User, door: Door, cancellation: Cancellation, elsewhere: Cancellation
) -> None:
    browser = door(staff)
    for model, rows in MODELS.items():
        page = browser.get(f"/admin/jobs/{model}/")
        assert {row.connection_id for row in page.context["cl"].result_list} == {cancellation.connection_id}
        for foreign in ("Other tenant", "somebody else", elsewhere.job_id):
            assert foreign not in page.content.decode()
        for row in rows.objects.filter(connection=elsewhere.connection):
            assert browser.get(page_of(row), follow=True).redirect_chain == [("/admin/", 302)]
            assert results(browser, model, connection=elsewhere.connection_id) == []
    assert results(browser, "cancellation", person=elsewhere.requested_by_id) == []


def test_staff_without_a_team_see_nothing(
    make_person: Callable[..., User], door: Door, elsewhere: Cancellation
) -> None:
    browser = door(make_person("new", is_staff=True))
    for model in MODELS:
        assert results(browser, model) == []
        assert "Other tenant" not in browser.get(f"/admin/jobs/{model}/").content.decode()


def test_an_auditor_who_is_not_staff_enters_and_sees_all(
    make_person: Callable[..., User], door: Door, cancellation: Cancellation, elsewhere: Cancellation
) -> None:
    person = make_person("outside auditor")
    person.user_permissions.add(Permission.objects.get(codename="audit"))
    browser = door(User.objects.get(pk=person.pk))
    assert "/admin/jobs/cancellation/" in browser.get("/admin/").content.decode()
    assert results(browser, "cancellation") == [elsewhere, cancellation]
    assert browser.get(page_of(elsewhere)).status_code == 200
    assert browser.get("/admin/auth/user/").status_code == 403


@pytest.mark.parametrize("url", ["/admin/", "/admin/jobs/cancellation/", "/admin/login/"])
def test_who_is_not_signed_in_is_sent_to_the_products_own_sign_in(url: str, db: None) -> None:
    response = Client().get(url, follow=True)
    assert response.redirect_chain[-1][0].startswith("/accounts/login/?next=/admin/")
    assert "Django" not in response.content.decode()
    assert "<h1>Sign in</h1>" in response.content.decode()


@ALL
def test_the_number_of_queries_of_a_list_does_not_grow_with_its_rows(
    admin: User,
    operator: User,
    door: Door,
    connection: Connection,
    make_connection: Callable[..., Connection],
    sandbox: Sandbox,
    model: str,
) -> None:
    browser, other = door(admin), make_connection("Another", auth="keys")
    TeamAccess.objects.create(team=operator.groups.get(), connection=other, role=Role.OPERATOR)

    def queries(rows: int) -> int:
        while MODELS[model].objects.count() < rows:
            cancel(operator, look_up(operator, connection, sandbox.submit()))
            cancel(operator, look_up(operator, other, sandbox.submit()))
        with CaptureQueriesContext(
            database,
        ) as captured:
            assert len(results(browser, model)) >= rows
        return len(captured)

    queries(3)
    assert queries(3) == queries(12)
