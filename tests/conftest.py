"""The people, the connections and the pretend Zuora that the tests share."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from jobs import connections
from jobs.models import Connection, Role, TeamAccess
from jobs.sandbox import Sandbox

PASSWORD = "a password of tests"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(autouse=True)
def fresh_clients() -> Iterator[None]:
    """Rows get the same keys in every test; pooled clients of an earlier one must not be met."""
    yield
    connections.forget_clients()


@pytest.fixture
def make_connection(transactional_db: None, sandbox: Sandbox) -> Callable[..., Connection]:
    def make(name: str = "ACME test", auth: str = "oauth", **fields: object) -> Connection:
        client_id, secret = sandbox.describe()[auth].values()
        values = {"environment": "custom", "base_url": sandbox.url, "is_production": False, "client_id": client_id}
        connection = Connection(name=name, auth=auth, **{**values, "secret": secret, **fields})
        connections.save_connection(connection)
        return Connection.objects.get(pk=connection.pk)

    return make


@pytest.fixture
def connection(make_connection: Callable[..., Connection]) -> Connection:
    return make_connection()


@pytest.fixture
def make_person(transactional_db: None) -> Callable[..., User]:
    def make(name: str, role: Role | None = None, on: Connection | None = None, **fields: object) -> User:
        user = User.objects.create_user(name, password=PASSWORD, **fields)
        if role is not None:
            team = Group.objects.create(name=f"team of {name}")
            user.groups.add(team)
            TeamAccess.objects.create(team=team, connection=on, role=role)
        return user

    return make


@pytest.fixture
def operator(make_person: Callable[..., User], connection: Connection) -> User:
    return make_person("operator", Role.OPERATOR, connection)


@pytest.fixture
def viewer(make_person: Callable[..., User], connection: Connection) -> User:
    return make_person("viewer", Role.VIEWER, connection)


@pytest.fixture
def stranger(make_person: Callable[..., User]) -> User:
    return make_person("stranger")


@pytest.fixture
def admin(make_person: Callable[..., User]) -> User:
    return make_person("admin", is_staff=True, is_superuser=True)


@pytest.fixture
def auditor(make_person: Callable[..., User]) -> User:
    user = make_person("auditor", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="audit"))
    return User.objects.get(pk=user.pk)


@pytest.fixture
def door() -> Callable[[User], Client]:
    """A browser in which this person is signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@dataclass
class Tried:
    """What the page says after Test connection."""

    sentence: str
    tags: str


@pytest.fixture
def try_it(admin: User, door: Callable[[User], Client]) -> Callable[[Connection], Tried]:
    """Press Test connection."""

    def press(connection: Connection) -> Tried:
        browser, page = door(admin), f"/admin/jobs/connection/{connection.pk}/"
        response = browser.post(f"{page}test/")
        assert (response.status_code, response["Location"]) == (302, f"{page}change/")
        shown = browser.get(response["Location"])
        (message,) = shown.context["messages"]
        assert message.tags in shown.content.decode()
        return Tried(str(message), message.tags)

    return press
