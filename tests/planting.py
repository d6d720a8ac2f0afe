"""A run through everything that people do, with secrets planted on the way."""

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection as database
from django.test import Client

from jobs.ledger import guarding
from jobs.models import Cancellation, Connection, Exchange, JobSnapshot
from jobs.sandbox import Sandbox
from tests.admin_pages import ADD, LIST, filled_in, page_of
from tests.conftest import PASSWORD

WRONG_SECRET = "a-planted-wrong-secret"
WRONG_PASSWORD = "a planted wrong password"
PROXY_PASSWORD = "a-planted-proxy-password"
Planted = dict[str, str]


@dataclass
class Run:
    """All that a run left behind: the answers, by what was asked for, and the planted secrets."""

    answers: dict[str, str] = field(default_factory=dict)
    planted: Planted = field(default_factory=dict)


class Browser(Client):
    """Keeps every answer, and gets the page of a fault instead of its exception."""

    def __init__(self, run: Run) -> None:
        super().__init__(raise_request_exception=False)
        self.run = run

    def request(self, **request: object):  # type: ignore[no-untyped-def]
        response = super().request(**request)
        headers = {name: value for name, value in response.headers.items() if name != "Set-Cookie"}
        what = f"{len(self.run.answers)} {request['REQUEST_METHOD']} {request['PATH_INFO']}: {response.status_code}"
        self.run.answers[what] = (
            f"{headers} {response.content.decode()} {response.cookies.get(settings.MESSAGE_COOKIE_NAME)}"
        )
        return response


def sign_in(run: Run, name: str) -> Browser:
    browser = Browser(run)
    assert browser.post("/accounts/login/", {"login": name, "password": WRONG_PASSWORD}).status_code == 200
    assert browser.post("/accounts/login/", {"login": name, "password": PASSWORD}).status_code == 302
    run.planted[f"session of {name}"] = browser.cookies[settings.SESSION_COOKIE_NAME].value
    return browser


def look_up_and_cancel(browser: Browser, connection: Connection, job_id: str) -> Cancellation:
    found = browser.post("/lookups/", {"connection": connection.pk, "job_id": job_id})
    assert browser.get(found["Location"]).status_code == 200
    assert browser.post(f"{found['Location']}cancel", {"reason": ""}).status_code == 422
    page = browser.post(f"{found['Location']}cancel", {"reason": "it hangs"}, follow=True)
    assert page.status_code == 200
    return Cancellation.objects.latest("id")


def manage(browser: Browser, connection: Connection) -> None:
    browser.post(ADD, filled_in(name="", new_secret=WRONG_SECRET))
    browser.post(page_of(connection), filled_in(connection, name="", new_secret=WRONG_SECRET))
    browser.post(page_of(connection), filled_in(connection, tenant="ACME", new_secret=""))
    browser.post(page_of(connection, "test"))
    user = User.objects.get(username="operator")
    passwords = {"password1": WRONG_PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    browser.post("/admin/auth/user/add/", {"username": "new", **passwords})
    browser.post(f"/admin/auth/user/{user.pk}/password/", passwords)
    for row in [connection, user, *(model.objects.latest("id") for model in (Cancellation, Exchange, JobSnapshot))]:
        assert browser.get(page_of(row)).status_code == 200
        assert browser.get(page_of(row, "history")).status_code == 200
    for url in ("/admin/", LIST, ADD, "/admin/jobs/cancellation/", "/admin/jobs/exchange/", "/admin/jobs/jobsnapshot/"):
        assert browser.get(url).status_code == 200


@contextlib.contextmanager
def out_of_order(table: str) -> Iterator[None]:
    with database.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO elsewhere")
    try:
        yield
    finally:
        with database.cursor() as cursor:
            cursor.execute(f"ALTER TABLE elsewhere RENAME TO {table}")
        guarding.install()  # SQLite wrote the other name into them


def fail(browser: Browser, connection: Connection, job_id: str) -> None:
    assert browser.get("/nowhere/").status_code == 404
    assert browser.get("/lookups/0/").status_code == 404
    assert browser.get("/admin/jobs/connection/?client_id__nowhere=1").status_code in (302, 400)
    with out_of_order("jobs_exchange"):
        assert browser.post("/lookups/", {"connection": connection.pk, "job_id": job_id}).status_code == 500


def fail_with_secrets_at_hand(admin: Browser, operator: Browser, connection: Connection, job_id: str) -> None:
    """Faults in whose frames secrets lie; with DEBUG on, Django would show the frames, the form and the cookies."""
    with out_of_order("django_admin_log"):
        data = filled_in(connection, new_secret=WRONG_SECRET)
        assert admin.post(page_of(connection), data).status_code == 500
    with out_of_order("jobs_exchange"):
        assert operator.post("/lookups/", {"connection": connection.pk, "job_id": job_id}).status_code == 500
    with out_of_order("django_session"):
        assert (
            Browser(admin.run).post("/accounts/login/", {"login": "operator", "password": PASSWORD}).status_code == 500
        )
    with out_of_order("auth_user"):
        wrong = {"login": "operator", "password": WRONG_PASSWORD}
        assert Browser(admin.run).post("/accounts/login/", wrong).status_code == 500
    assert admin.get("/nowhere/").status_code == 404


def by_command(run: Run, connection: Connection, job_id: str, refused: str, file: Path) -> None:
    out = io.StringIO()
    file.write_text(connection.open_secret() + "\n")
    call_command("set_connection", connection.name, secret_file=str(file), org_ids="o-1", stdout=out, stderr=out)
    for job, form in ((job_id, "--json"), (refused, "--json"), (refused, "--dry-run")):
        with contextlib.suppress(SystemExit):
            arguments = [connection.name, job, "--as=operator", "--reason=x", form]
            call_command("cancel_job", *arguments, stdout=out, stderr=out)
    assert "Zuora said: Authentication error" in out.getvalue()
    run.answers["the commands"] = out.getvalue()


def browse_what_is_refused(admin: Browser) -> None:
    refused = Connection.objects.get(name="refused")
    assert admin.post(page_of(refused, "test")).status_code == 302
    assert "did not accept the credentials" in admin.get(page_of(refused)).content.decode()


def plant_second_factors(planted: Planted) -> None:
    user = User.objects.get(username="operator")
    planted["secret of an app"] = generate_totp_secret()
    TOTP.activate(user, planted["secret of an app"])
    codes = RecoveryCodes.activate(user)
    planted["seed of recovery codes"] = decrypt(codes.instance.data["seed"])
    planted |= {f"recovery code {number}": code for number, code in enumerate(codes.generate_codes())}


def plant(planted: Planted, sandbox: Sandbox) -> None:
    """The secrets as they went over the wire, and the keys of the product."""
    for auth in ("oauth", "keys", "basic"):
        planted[f"secret of {auth}"] = list(sandbox.describe()[auth].values())[1]
    for number, seen in enumerate(sandbox.requests):
        if signature := seen.headers.get("authorization"):
            planted[f"signature {number}"] = signature.partition(" ")[2]
    assert len({value for name, value in planted.items() if name.startswith("signature")}) >= 3
    planted["SECRET_KEY"] = settings.SECRET_KEY
    planted["LEDGER_SIGNING_KEY"] = settings.LEDGER_SIGNING_KEY
    planted["password of a proxy"] = PROXY_PASSWORD
    planted |= {f"CREDENTIAL_KEYS {n}": key for n, key in enumerate(settings.CREDENTIAL_KEYS)}
