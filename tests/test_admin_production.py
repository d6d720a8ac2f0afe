"""A production tenant is marked as production, whatever address leads to it."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.admin_pages import ADD, filled_in, form_error


@pytest.mark.parametrize(
    ("environment", "base_url"),
    [
        ("us-production", ""),
        ("us-production-legacy", ""),
        ("custom", "https://rest.zuora.com"),
        ("custom", "https://www.zuora.com/apps/"),
        ("custom", "https://REST.eu.zuora.com/v1/"),
    ],
)
def test_production_cannot_be_stored_as_a_sandbox(
    admin: User, door: Callable[[User], Client], environment: str, base_url: str
) -> None:
    typed = filled_in(environment=environment, base_url=base_url, new_secret="x")
    typed.pop("is_production", None)
    assert "must be marked as such" in form_error(door(admin).post(ADD, typed), "is_production")
