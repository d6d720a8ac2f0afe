"""The way into the admin, and what stands in an address."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.core import serializers
from django.test import Client

from jobs.models import BatchSnapshot, Connection, JobSnapshot, State
from jobs.sandbox import Fault, Sandbox
from tests.behind import behind_their_back
from tests.conftest import PASSWORD
from tests.flow import cancel, look_up

Door = Callable[[User], Client]


def test_signing_in_on_the_way_to_the_admin_leads_into_it(admin: User) -> None:
    browser = Client()
    page = browser.get("/admin/jobs/connection/", follow=True)
    data = {"login": "admin", "password": PASSWORD, "next": page.context["next"]}
    entered = browser.post("/accounts/login/", data, follow=True)
    assert (entered.status_code, entered.redirect_chain[-1][0]) == (200, "/admin/jobs/connection/")


def test_who_is_in_already_goes_on_from_the_admins_own_sign_in(admin: User, operator: User, door: Door) -> None:
    assert door(admin).get("/admin/login/", follow=True).redirect_chain[-1][0] == "/admin/"
    assert door(operator).get("/admin/login/").status_code == 403


@pytest.mark.parametrize(
    "address", ["cancellation/?state__exact=%00", "exchange/?q=%00", "connection/?environment=a%00"]
)
def test_a_nul_in_an_address_is_a_bad_request(admin: User, door: Door, connection: Connection, address: str) -> None:
    assert door(admin).get(f"/admin/jobs/{address}").status_code == 400


@pytest.mark.parametrize("lookup", ["startswith", "contains", "regex"])
def test_a_sealed_secret_cannot_be_fished_for(auditor: User, door: Door, connection: Connection, lookup: str) -> None:
    page = door(auditor).get("/admin/jobs/connection/", {f"secret__{lookup}": connection.secret.token[:30]})
    assert page.status_code in (302, 400)


def test_a_request_id_of_any_kind_is_kept(operator: User, connection: Connection, sandbox: Sandbox) -> None:
    lookup = look_up(operator, connection, sandbox.jobs["running"])
    sandbox.play(Fault("DELETE", act=True, headers={"Zuora-Request-Id": "a\x00b"}))
    assert cancel(operator, lookup, wait=5).state == State.CANCELLED


@pytest.mark.parametrize("url", ["https://evil.example\\.zuora.com", "https://a b.zuora.com", "https://.zuora.com"])
def test_a_host_that_two_readers_read_differently_is_never_called(
    make_connection: Callable[..., Connection], operator: User, url: str
) -> None:
    lookup = look_up(operator, make_connection("Evil", base_url=url, auth="keys"), "0" * 32)
    assert (lookup.outcome, lookup.error_kind) == ("not_sent", "address")


def test_a_dumped_snapshot_is_the_same_when_loaded(operator: User, connection: Connection, sandbox: Sandbox) -> None:
    look_up(operator, connection, sandbox.jobs["running"])
    snapshot = JobSnapshot.objects.get()
    job = snapshot.to_job()
    dumped = serializers.serialize("json", [snapshot, *snapshot.batches.all()])
    with behind_their_back(JobSnapshot, BatchSnapshot):
        for row in serializers.deserialize("json", dumped):
            row.save()
    assert JobSnapshot.objects.get().to_job() == job
