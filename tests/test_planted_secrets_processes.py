"""What gunicorn and follow write to their logs, as processes, while people sign in, cancel and meet faults."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from django.utils import timezone

from jobs.models import Cancellation, Connection, Role
from jobs.sandbox import Sandbox
from tests.admin_pages import filled_in, page_of
from tests.bench.stage import Browser, free_port, token, wait_for
from tests.conftest import PASSWORD
from tests.flow import cancel, look_up
from tests.planting import PROXY_PASSWORD, WRONG_PASSWORD, WRONG_SECRET, Planted, out_of_order, plant
from tests.process import ROOT, environment
from tests.test_planted_secrets import found


def sign_in(port: int, name: str, planted: Planted) -> Browser:
    browser = Browser(port)
    for password in (WRONG_PASSWORD, PASSWORD):
        status, _ = send(browser, "/accounts/login/", "/accounts/login/", {"login": name, "password": password})
    assert status == 302
    planted |= {f"{cookie} of {name}": value for cookie, value in browser.cookies.items()}
    return browser


def page_token(browser: Browser, page: str = "/") -> str:
    return token(browser.ask("GET", page)[2])


def send(browser: Browser, page: str, to: str, form: dict[str, object]) -> tuple[int, str]:
    words = {name: str(value) for name, value in form.items()}
    return browser.ask("POST", to, {"csrfmiddlewaretoken": page_token(browser, page), **words})[:2]


def test_no_line_of_their_logs_holds_a_secret(
    make_connection: Callable[..., Connection],
    make_person: Callable[..., User],
    sandbox: Sandbox,
    tmp_path: Path,
) -> None:
    planted = {"wrong password": WRONG_PASSWORD, "password": PASSWORD, "wrong secret": WRONG_SECRET}
    by = {auth: make_connection(f"by {auth}", auth=auth) for auth in ("oauth", "keys", "basic")}
    make_connection("refused", secret=WRONG_SECRET)
    make_person("admin", is_staff=True, is_superuser=True)
    operator = make_person("operator", Role.OPERATOR, by["oauth"])
    User.objects.update(password=PBKDF2PasswordHasher().encode(PASSWORD, "salt of twenty letters"))
    port, log = free_port(), tmp_path / "log"
    changes = {"PORT": str(port), "WEB_WORKERS": "1", "UPSTREAM_PROXY": ""}
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", "aquaadmin/gunicorn.conf.py", "--log-level", "debug"]
    with log.open("w") as file:
        started = {"cwd": ROOT, "env": environment(**changes), "stdout": file, "stderr": file}
        with subprocess.Popen([*gunicorn, "--access-logfile", "-"], **started) as process:
            try:
                wait_for(port)
                browse(port, planted, by, sandbox)
            finally:
                process.terminate()
        follow = [sys.executable, "manage.py", "follow", "--once"]
        for table, proxy in (("", ""), ("jobs_exchange", ""), ("", f"http://user:{PROXY_PASSWORD}@127.0.0.1:9")):
            cancel(operator, look_up(operator, by["oauth"], sandbox.submit()))
            Cancellation.objects.filter(settled_at=None).update(next_read_at=timezone.now())
            with out_of_order(table) if table else nullcontext():
                env = environment(**changes | {"UPSTREAM_PROXY": proxy})
                subprocess.run(follow, **(started | {"env": env}), check=True, timeout=60)
    plant(planted, sandbox)
    said = log.read_text()
    for event in ("signed in: 'operator'", "sign-in failed: 'admin'", "Traceback", '"POST /lookups/', "state="):
        assert event in said, event
    assert found(planted, said) == []
    assert found(planted, f"{said}{PASSWORD}") == ["password"]


def browse(port: int, planted: Planted, by: dict[str, Connection], sandbox: Sandbox) -> None:
    operator, admin = sign_in(port, "operator", planted), sign_in(port, "admin", planted)
    status, lookup = send(operator, "/", "/lookups/", {"connection": by["oauth"].pk, "job_id": sandbox.submit()})
    assert status == 303
    assert send(operator, lookup, f"{lookup}cancel", {"reason": "it hangs"})[0] == 303
    for connection in Connection.objects.all():
        page = page_of(connection)
        assert send(admin, page, page_of(connection, "test"), {})[0] == 302
        fields = filled_in(connection, tenant="ACME", new_secret=WRONG_SECRET)
        assert send(admin, page, page, fields)[0] == 302
    form = {"connection": str(by["oauth"].pk), "job_id": sandbox.submit(), "csrfmiddlewaretoken": page_token(operator)}
    with out_of_order("jobs_exchange"):
        assert operator.ask("POST", "/lookups/", form)[0] == 500
    for browser in (operator, admin):
        if browser.connection:
            browser.connection.close()
