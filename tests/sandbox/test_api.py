"""The pretend Zuora as any HTTP client sees it."""

import http.client
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
import requests

from jobs.sandbox import Sandbox
from jobs.sandbox.situations import SITUATIONS

Ask = Callable[..., requests.Response]
JOBS = "/v1/batch-query/jobs"
QUERIES = [{"name": "Account", "query": "select Id from Account"}, {"name": "Refund", "query": "select Id from Refund"}]


def token_of(sandbox: Sandbox, **changes: str) -> requests.Response:
    form = {**sandbox.describe()["oauth"], "grant_type": "client_credentials", **changes}
    return requests.post(f"{sandbox.url}/oauth/token", data=form, timeout=10)


def status_with(sandbox: Sandbox, **more: object) -> int:
    """The HTTP status of a read that is signed in so."""
    url = f"{sandbox.url}{JOBS}/{sandbox.jobs['running']}"
    return requests.get(url, timeout=10, **more).status_code  # type: ignore[arg-type]


def test_a_token_is_given_for_the_right_credentials_and_lets_in_until_it_ends(sandbox: Sandbox) -> None:
    given = token_of(sandbox).json()
    assert (given["token_type"], given["expires_in"]) == ("bearer", 3599)
    signed_in = {"headers": {"Authorization": f"Bearer {given['access_token']}"}}
    assert status_with(sandbox, **signed_in) == 200
    sandbox.advance(3600)
    assert status_with(sandbox, **signed_in) == 401


@pytest.mark.parametrize(
    "wrong", [{"client_secret": "x"}, {"client_id": "x"}, {"client_secret": ""}, {"grant_type": "password"}]
)
def test_a_token_is_refused_for_wrong_ones(sandbox: Sandbox, wrong: dict[str, str]) -> None:
    refused = token_of(sandbox, **wrong)
    assert (refused.status_code, "access_token" in refused.json()) == (400, False)
    if "grant_type" not in wrong:
        assert refused.json()["message"] == "Invalid client id"


def test_three_sign_ins_are_checked_for_real(sandbox: Sandbox) -> None:
    key, secret = sandbox.describe()["keys"].values()
    user, password = sandbox.describe()["basic"].values()
    assert status_with(sandbox, headers={"APIACCESSKEYID": key, "apisecretaccesskey": secret}) == 200
    assert status_with(sandbox, auth=(user, password)) == 200
    refused = [
        {},
        {"headers": {"apiAccessKeyId": key}},
        {"headers": {"apiAccessKeyId": key, "apiSecretAccessKey": "x"}},
        {"auth": (user, "x")},
        {"headers": {"Authorization": "Basic %%%"}},
        {"headers": {"Authorization": "Bearer x"}},
        {"headers": {"Authorization": "Bearer "}},
    ]
    assert [status_with(sandbox, **more) for more in refused] == [401] * len(refused)
    body = requests.delete(f"{sandbox.url}{JOBS}/{sandbox.jobs['running']}", timeout=10).json()
    assert body == {"message": "Authentication error"}
    assert sandbox.status(sandbox.jobs["running"]) == "executing"


@pytest.mark.parametrize("path", ["/v1/batch-query", "/v1/batch-query/", "/apps/api/batch-query/"])
def test_a_job_is_submitted(ask: Ask, sandbox: Sandbox, path: str) -> None:
    made = ask("POST", path, json={"name": "June", "format": "csv", "version": "1.2", "queries": QUERIES}).json()
    assert (made["name"], made["format"], made["version"], made["status"]) == ("June", "CSV", "1.2", "submitted")
    assert [(batch["name"], batch["status"]) for batch in made["batches"]] == [
        ("Account", "pending"),
        ("Refund", "pending"),
    ]
    assert ask("GET", f"{JOBS}/{made['id']}").json()["id"] == made["id"]
    sandbox.advance(3600)
    assert ask("GET", f"{JOBS}/{made['id']}").json()["status"] == "completed"


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"queries":[]}', b'{"queries":[{"name":"a"}]}'])
def test_what_is_no_job_is_an_error_without_an_id(ask: Ask, body: bytes) -> None:
    refused = ask("POST", "/v1/batch-query/", data=body)
    assert (refused.status_code, refused.json()["errorCode"], refused.json()["status"]) == (200, "90005", "error")
    assert "id" not in refused.json()


def test_more_than_50_queries_are_too_many(ask: Ask) -> None:
    assert ask("POST", "/v1/batch-query/", json={"queries": QUERIES * 25}).json()["status"] == "submitted"
    assert ask("POST", "/v1/batch-query/", json={"queries": [*QUERIES * 25, QUERIES[0]]}).json()["status"] == "error"


def test_a_cancel_of_a_live_job_answers_with_the_job_cancelled(ask: Ask, sandbox: Sandbox) -> None:
    job_id = sandbox.submit()
    answer = ask("DELETE", f"{JOBS}/{job_id}")
    assert (answer.status_code, answer.json()["id"], answer.json()["status"]) == (200, job_id, "cancelled")
    read = ask("GET", f"{JOBS}/{job_id}").json()
    assert (read["status"], read["localizedStatus"]) == ("cancelled", "cancelled")
    again = ask("DELETE", f"{JOBS}/{job_id}").json()
    assert again == {"errorCode": "90003", "message": "Invalid Job Id for job cancellation."}


@pytest.mark.parametrize("situation", ["already completed", "aborted", "unknown ID"])
def test_a_cancel_of_a_finished_or_unknown_job_is_aquas_error(ask: Ask, sandbox: Sandbox, situation: str) -> None:
    answer = ask("DELETE", f"{JOBS}/{sandbox.jobs[situation]}")
    assert (answer.status_code, answer.json()["errorCode"]) == (200, "90003")


@pytest.mark.parametrize("path", ["/v1/batch-query//jobs/", "//v1//batch-query/jobs//", "/apps/api/batch-query/jobs/"])
@pytest.mark.parametrize("end", ["", "/"])
def test_other_dialects_lead_to_the_same_job(ask: Ask, sandbox: Sandbox, path: str, end: str) -> None:
    job_id = sandbox.submit()
    assert ask("GET", f"{path}{job_id}{end}").json()["id"] == job_id
    assert ask("DELETE", f"{path}{job_id}{end}").json()["status"] == "cancelled"


def test_a_delete_with_a_body_leaves_the_connection_usable(sandbox: Sandbox) -> None:
    key, secret = sandbox.describe()["keys"].values()
    headers = {"apiAccessKeyId": key, "apiSecretAccessKey": secret}
    line = http.client.HTTPConnection("127.0.0.1", urlsplit(sandbox.url).port or 0, timeout=10)
    path = f"{JOBS}/{sandbox.submit()}"
    for method, body in (("DELETE", b"{}"), ("GET", None), ("DELETE", b"x" * 100_000), ("GET", b"{}")):
        line.request(method, path, body, headers)
        answer = line.getresponse()
        assert (answer.status, answer.read()[:1], answer.will_close) == (200, b"{", False)
    line.close()
    assert [len(request.body) for request in sandbox.requests] == [2, 0, 100_000, 2]


def test_a_cancel_by_post_is_405_unless_it_is_accepted(ask: Ask, sandbox: Sandbox) -> None:
    path = f"{JOBS}/{sandbox.jobs['running']}"
    assert ask("POST", path).status_code == ask("PUT", path).status_code == 405
    assert sandbox.status(sandbox.jobs["running"]) == "executing"
    with Sandbox(accepts_post_cancel=True) as accepting:
        user = tuple(accepting.describe()["basic"].values())
        assert requests.post(accepting.url + path, auth=user, timeout=10).json()["status"] == "cancelled"


def test_every_answer_has_an_id_of_its_own_and_echoes_ours(ask: Ask, sandbox: Sandbox) -> None:
    names = ("running", "answers 403", "answers 503 as HTML", "unknown ID")
    answers = [ask("DELETE", f"{JOBS}/{sandbox.jobs[name]}", headers={"zuora-track-id": name}) for name in names]
    answers.append(requests.get(sandbox.url + JOBS, headers={"Zuora-Track-Id": "not signed in"}, timeout=10))
    assert [answer.headers["Zuora-Track-Id"] for answer in answers] == [*names, "not signed in"]
    assert len({answer.headers["Zuora-Request-Id"] for answer in answers}) == len(answers)
    assert "Zuora-Track-Id" not in ask("GET", f"{JOBS}/x").headers


def test_the_start_page_shows_every_situation_and_needs_no_sign_in(sandbox: Sandbox) -> None:
    page = requests.get(sandbox.url, timeout=10)
    assert page.headers["Content-Type"].startswith("text/html")
    for situation in SITUATIONS:
        assert f"<code>{situation.job_id}</code></td><td>{situation.name}</td>" in page.text
    assert sandbox.describe()["oauth"]["client_secret"] in page.text


def test_a_reset_puts_the_named_jobs_back(ask: Ask, sandbox: Sandbox) -> None:
    names = ("running", "finishes while you confirm", "answers 403")
    paths = [f"{JOBS}/{sandbox.jobs[name]}" for name in names]
    first = [ask("DELETE", path).text for path in paths]
    back = requests.post(f"{sandbox.url}/reset", allow_redirects=False, timeout=10)
    assert (back.status_code, back.headers["Location"]) == (303, "/")
    assert [ask("GET", path).json()["status"] for path in paths] == ["executing"] * 3
    assert [ask("DELETE", path).text for path in paths] == first
