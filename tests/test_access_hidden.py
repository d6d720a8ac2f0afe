"""What one may not see looks like what does not exist, at once, and nobody sees anything unless signed in."""

import re
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from jobs import access
from jobs.models import Cancellation, Connection, Exchange, Role, TeamAccess
from jobs.sandbox import Sandbox
from tests.flow import cancel, look_up

Door = Callable[[User], Client]
NOBODYS = 999_999


@pytest.fixture
def lookup(operator: User, connection: Connection, sandbox: Sandbox) -> Exchange:
    return look_up(operator, connection, sandbox.jobs["running"])


@pytest.fixture
def open_cancellation(operator: User, connection: Connection, sandbox: Sandbox) -> Cancellation:
    return cancel(operator, look_up(operator, connection, sandbox.jobs["accepts the cancel but keeps running"]))


@pytest.fixture(params=["stranger", "neighbour"])
def outsider(
    request: pytest.FixtureRequest, make_person: Callable[..., User], make_connection: Callable[..., Connection]
) -> User:
    if request.param == "stranger":
        return make_person("outsider")
    return make_person("outsider", Role.APPROVER, make_connection("Neighbour", base_url="http://127.0.0.1:9"))


def plain(response: HttpResponse) -> tuple[int, str, dict[str, str]]:
    """All that a person is told, without what is random in every answer."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    headers = {name: value for name, value in response.headers.items() if name not in ("Expires", "Content-Length")}
    return response.status_code, text, headers


@pytest.mark.parametrize(
    ("method", "path", "data"),
    [
        ("get", "/lookups/{lookup}/", {}),
        ("post", "/lookups/{lookup}/cancel", {"reason": "it hangs"}),
        ("post", "/lookups/{lookup}/cancel", {}),
        ("get", "/cancellations/{uuid}/", {}),
        ("post", "/cancellations/{uuid}/check", {}),
        ("post", "/lookups/", {"connection": "{connection}", "job_id": "e20b07474688ad5001468daf10e501de"}),
        ("get", "/admin/jobs/cancellation/", {}),
    ],
)
def test_somebody_elses_is_like_one_that_does_not_exist(
    outsider: User,
    lookup: Exchange,
    open_cancellation: Cancellation,
    sandbox: Sandbox,
    door: Door,
    method: str,
    path: str,
    data: dict[str, str],
) -> None:
    before, rows = len(sandbox.requests), Exchange.objects.count()
    real = {"lookup": lookup.pk, "uuid": open_cancellation.uuid, "connection": lookup.connection_id}
    absent = {"lookup": NOBODYS, "uuid": uuid4(), "connection": NOBODYS}
    seen = [
        plain(getattr(door(outsider), method)(path.format(**names), {k: v.format(**names) for k, v in data.items()}))
        for names in (real, absent)
    ]
    assert seen[0] == seen[1]
    assert seen[0][0] in (302, 404, 422)
    assert (len(sandbox.requests), Exchange.objects.count()) == (before, rows)


def test_it_hides_a_cancellation_from_a_page_that_polls_too(
    outsider: User, open_cancellation: Cancellation, door: Door
) -> None:
    path = open_cancellation.get_absolute_url()
    assert door(outsider).get(path, {"seen": "anything"}, headers={"HX-Request": "true"}).status_code == 404


def test_it_takes_no_look_up_for_what_is_another_exchange(
    operator: User, open_cancellation: Cancellation, door: Door
) -> None:
    door(operator).post(f"{open_cancellation.get_absolute_url()}check")
    others = open_cancellation.exchanges.exclude(cause="look_up")
    for exchange in others:
        assert door(operator).get(f"/lookups/{exchange.pk}/").status_code == 404
        assert door(operator).post(f"/lookups/{exchange.pk}/cancel", {"reason": "x"}).status_code == 404
    assert others.count() >= 2


@pytest.mark.parametrize("number", [2**63, 10**40])
def test_a_number_beyond_every_row_is_not_found(operator: User, door: Door, number: int) -> None:
    assert door(operator).get(f"/lookups/{number}/").status_code == 404
    form = {"connection": number, "job_id": "e20b07474688ad5001468daf10e501de"}
    assert door(operator).post("/lookups/", form).status_code == 422


def take_the_team(user: User) -> None:
    user.groups.clear()


def take_the_access(user: User) -> None:
    TeamAccess.objects.filter(team__in=user.groups.all()).delete()


def end_the_account(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


@pytest.mark.parametrize("take", [take_the_team, take_the_access, end_the_account])
def test_rights_taken_away_are_gone_at_the_next_request(
    operator: User, lookup: Exchange, sandbox: Sandbox, door: Door, take: Callable[[User], None]
) -> None:
    client, page = door(operator), f"/lookups/{lookup.pk}/"
    assert client.get(page).status_code == 200
    take(operator)
    assert client.get(page).status_code in (404, 302)
    assert client.post(f"{page}cancel", {"reason": "it hangs"}).status_code in (404, 403)
    assert client.post("/lookups/", {"connection": lookup.connection_id, "job_id": "a1"}).status_code in (422, 403)
    assert (sandbox.seen("DELETE", ""), sandbox.seen("GET", "a1")) == ([], [])


def test_a_lower_role_counts_at_the_next_request(
    operator: User, lookup: Exchange, sandbox: Sandbox, door: Door
) -> None:
    client, page = door(operator), f"/lookups/{lookup.pk}/"
    assert "Cancel this job" in client.get(page).content.decode()
    TeamAccess.objects.update(role=Role.VIEWER)
    assert "Your teams may see this job, but not cancel it." in client.get(page).content.decode()
    answer = client.post(f"{page}cancel", {"reason": "it hangs"}, follow=True).content.decode()
    assert "Your teams may not cancel jobs on this connection. Nothing was sent." in answer
    assert (sandbox.seen("DELETE", ""), Cancellation.objects.count()) == ([], 0)


def test_the_highest_role_of_all_teams_counts(
    make_person: Callable[..., User], viewer: User, connection: Connection
) -> None:
    viewer.groups.add(*make_person("second", Role.OPERATOR, connection).groups.all())
    assert access.role_on(viewer, connection) == Role.OPERATOR
    assert access.may_cancel(viewer, connection)
    assert list(access.usable_connections(viewer)) == list(access.visible_connections(viewer)) == [connection]


VALUES = {"lookup_id": 1, "object_id": 1, "pk": 1, "uuid": uuid4(), "app_label": "jobs", "content_type_id": 1}
PUBLIC = {"/accounts/login/", "/healthz", "/readyz"}


def paths(patterns: list[URLPattern | URLResolver], prefix: str = "/") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from paths(pattern.url_patterns, prefix + str(pattern.pattern))
        else:
            route = prefix + str(pattern.pattern).removeprefix("^").removesuffix("$")
            route = re.sub(r"\(\?P<app_label>[^)]*\)", "jobs", route)
            yield re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(VALUES.get(match[1], "x")), route)


def test_it_asks_everybody_to_sign_in(transactional_db: None) -> None:
    client = Client()
    everything = set(paths(get_resolver().url_patterns))
    assert {reverse("home"), reverse("look_up"), reverse("account_logout"), *PUBLIC} <= everything
    for path in sorted(everything - PUBLIC):
        for answer in (client.get(path), client.post(path)):
            where = answer.headers.get("Location", "")
            assert (path, answer.status_code, where.partition("?")[0]) in (
                (path, 302, "/accounts/login/"),
                (path, 302, "/admin/login/"),
                (path, 404, ""),
            )
    assert [client.get(path).status_code for path in sorted(PUBLIC)] == [200, 200, 200]
