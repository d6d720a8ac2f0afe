"""``manage.py set_connection`` on a connection that is stored already."""

import pytest

from jobs.models import Connection
from tests.commands.test_set_connection import new, run, secret_file

__all__ = ["new", "secret_file"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_another_place_is_production_as_it_is(new: list[str]) -> None:
    run(*new[:1], "--environment", "us-api-sandbox", *new[3:])
    assert not Connection.objects.get().is_production
    run("ACME", "--environment", "us-production", *new[-2:])
    assert Connection.objects.get().is_production
    assert run("ACME", "--no-production")[0] == 2
    run("ACME", "--environment", "us-api-sandbox", *new[-2:])
    assert not Connection.objects.get().is_production
    run("ACME", "--base-url", "https://rest.copy.zuora.com", *new[-2:])
    assert Connection.objects.get().is_production


def test_a_team_that_gets_more_is_a_change(new: list[str]) -> None:
    run(*new, "--team", "Billing:viewer")
    assert run("ACME", "--team", "Billing:operator") == (0, "ACME: changed\n")
    assert run("ACME", "--team", "Billing:operator") == (0, "ACME: unchanged\n")


def test_a_secret_goes_to_no_other_environment_or_sign_in(new: list[str]) -> None:
    run(*new)
    for words in (
        ["--environment", "us-api-sandbox"],
        ["--auth", "basic"],
        ["--base-url", "https://rest.copy.zuora.com"],
    ):
        code, said = run("ACME", *words)
        assert (code, said.startswith("--secret-file: Enter the secret again")) == (2, True)
    assert Connection.objects.get().environment == "eu-cloud-production"
