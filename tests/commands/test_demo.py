"""``manage.py demo`` puts its accounts, whose password is public, into no database that is used for real."""

import pytest
from django.contrib.auth.models import User

from jobs.models import Connection
from tests.bench.stage import free_port
from tests.process import manage

pytestmark = pytest.mark.django_db(transaction=True)


def refused() -> bool:
    ended = manage("demo", PORT=str(free_port()), SANDBOX_PORT=str(free_port()))
    assert ended.returncode == 1
    return "names a database that is used for real" in ended.stderr


def test_it_refuses_one_with_people() -> None:
    User.objects.create_user("operator", password="x")
    assert refused()
    assert [user.username for user in User.objects.all()] == ["operator"]
    assert not User.objects.get().groups.exists()


def test_it_refuses_one_that_leads_to_zuora() -> None:
    Connection(name="Real", environment="us-production", client_id="x", secret="x").save()
    assert refused()
    assert not User.objects.exists()
