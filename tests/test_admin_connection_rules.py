"""Connections in the admin: who may see and manage them, and which addresses they may have."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from jobs.models import Connection
from tests.admin_pages import ADD, LIST, filled_in, form_error, page_of

Door = Callable[[User], Client]
LOOKS_LIKE = "A base URL looks like https://rest.example.zuora.com."
NOT_ALLOWED = "{} is not one of the hosts that UPSTREAM_HOSTS allows (*.zuora.com)."
LOOPBACK = "{} is this machine itself, which may be called only with ALLOW_LOOPBACK_HTTP."
ONLY_HTTPS = "The address of {} must begin with https://, so that nobody can read the credentials."
TOO_MUCH = "A base URL has no user name, no question mark and no # in it."

REFUSED = {
    "": LOOKS_LIKE,
    "rest.zuora.com": LOOKS_LIKE,
    "ftp://rest.zuora.com": LOOKS_LIKE,
    "javascript:alert(1)": LOOKS_LIKE,
    "https://": LOOKS_LIKE,
    "http://rest.zuora.com": ONLY_HTTPS.format("rest.zuora.com"),
    "https://zuora.com.evil.example": NOT_ALLOWED.format("zuora.com.evil.example"),
    "https://evilzuora.com": NOT_ALLOWED.format("evilzuora.com"),
    "https://169.254.169.254": NOT_ALLOWED.format("169.254.169.254"),
    "https://2130706433": NOT_ALLOWED.format("2130706433"),
    "https://rest.zuora.com@evil.example": TOO_MUCH,
    "https://rest.zuora.com?x=1": TOO_MUCH,
    "https://rest.zuora.com/#x": TOO_MUCH,
    "http://127.0.0.1:8001": LOOPBACK.format("127.0.0.1"),
    "https://localhost": LOOPBACK.format("localhost"),
    "https://[::1]:8001": LOOPBACK.format("::1"),
}
TIDIED = {
    "https://REST.Zuora.com/": "https://rest.zuora.com",
    " https://rest.zuora.com:443/v1/ ": "https://rest.zuora.com",
    "https://copy1.zuora.com:8443": "https://copy1.zuora.com:8443",
    "https://copy1.zuora.com/apps/": "https://copy1.zuora.com/apps",
}


@pytest.fixture
def strict(settings: Settings) -> None:
    settings.ALLOW_LOOPBACK_HTTP = False


@pytest.mark.parametrize("url", REFUSED)
def test_a_base_url_that_is_not_allowed_is_refused_with_the_reason(
    admin: User, door: Door, strict: None, url: str
) -> None:
    response = door(admin).post(ADD, filled_in(environment="custom", base_url=url, new_secret="x"))
    assert form_error(response, "base_url") == REFUSED[url]
    assert not Connection.objects.exists()


@pytest.mark.parametrize("url", TIDIED)
def test_a_base_url_is_kept_in_one_form(admin: User, door: Door, strict: None, url: str) -> None:
    door(admin).post(ADD, filled_in(environment="custom", base_url=url, new_secret="x"))
    stored = Connection.objects.get()
    assert (stored.address, stored.environment_name) == (TIDIED[url],) * 2


def test_other_hosts_may_be_called_only_where_the_settings_name_them(
    admin: User, door: Door, settings: Settings
) -> None:
    data = filled_in(environment="custom", base_url="https://proxy.acme.example", new_secret="x")
    assert "UPSTREAM_HOSTS" in form_error(door(admin).post(ADD, data), "base_url")
    settings.UPSTREAM_HOSTS = ["*.zuora.com", "*.ACME.example"]
    assert door(admin).post(ADD, data).status_code == 302


def test_loopback_needs_its_setting(admin: User, door: Door, settings: Settings) -> None:
    data = filled_in(environment="custom", base_url="http://127.0.0.1:9", new_secret="x")
    settings.ALLOW_LOOPBACK_HTTP = False
    assert form_error(door(admin).post(ADD, data), "base_url") == LOOPBACK.format("127.0.0.1")
    settings.ALLOW_LOOPBACK_HTTP = True
    assert door(admin).post(ADD, data).status_code == 302


def test_a_base_url_stands_only_with_the_custom_environment(admin: User, door: Door) -> None:
    response = door(admin).post(ADD, filled_in(base_url="https://rest.zuora.com", new_secret="x"))
    assert form_error(response, "base_url").startswith("Leave this empty, or choose the environment")


def test_an_auditor_sees_connections_and_can_neither_change_nor_test_them(
    auditor: User, door: Door, connection: Connection
) -> None:
    browser = door(auditor)
    assert connection.name in browser.get(LIST).content.decode()
    page = browser.get(page_of(connection)).content.decode()
    assert connection.client_id in page
    for hidden in ("new_secret", "Test connection", 'name="_save"', 'name="name"', connection.open_secret()):
        assert hidden not in page
    assert browser.get(ADD).status_code == 403
    for url in (ADD, page_of(connection), page_of(connection, "delete"), page_of(connection, "test")):
        assert browser.post(url, filled_in(connection, new_secret="x", post="yes")).status_code == 403
    browser.post(LIST, {"action": "delete_selected", "_selected_action": [connection.pk], "post": "yes"})
    kept = Connection.objects.get()
    assert (kept.version, kept.open_secret()) == (1, connection.open_secret())


def test_an_operator_who_is_not_staff_gets_403_wherever_in_the_admin(
    operator: User, door: Door, connection: Connection
) -> None:
    for url in ("/admin/", LIST, ADD, page_of(connection), "/admin/jobs/exchange/", "/admin/auth/user/"):
        response = door(operator).get(url, follow=True)
        assert response.status_code == 403
        assert connection.client_id not in response.content.decode()
    assert door(operator).post(page_of(connection, "test"), follow=True).status_code == 403


def test_staff_who_neither_manage_nor_audit_see_no_connections(
    operator: User, door: Door, connection: Connection
) -> None:
    User.objects.filter(pk=operator.pk).update(is_staff=True)
    browser = door(User.objects.get(pk=operator.pk))
    for url in (LIST, ADD, page_of(connection), page_of(connection, "delete"), page_of(connection, "history")):
        assert browser.get(url).status_code == 403
    assert browser.post(page_of(connection), filled_in(connection, name="mine")).status_code == 403
    assert browser.post(page_of(connection, "test")).status_code == 403
    assert "/admin/jobs/connection/" not in browser.get("/admin/").content.decode()
    assert Connection.objects.get().name == connection.name
