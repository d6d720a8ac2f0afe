"""Submitting, the limits on jobs, and the last completed job of a project."""

from collections.abc import Callable

import pytest
import requests

from jobs.sandbox import Sandbox

Ask = Callable[..., requests.Response]
SUBMIT = "/v1/batch-query/"
JOBS = "/v1/batch-query/jobs"
QUERY = {"name": "Account", "query": "select Id, Name from Account"}
LIMIT = {"errorCode": "90028", "message": "The number of concurrent jobs exceeds the limit."}


def order(*queries: dict[str, object], **fields: object) -> dict[str, object]:
    return {"name": "June", "format": "csv", "version": "1.2", "queries": list(queries) or [QUERY], **fields}


@pytest.mark.parametrize(
    "path", ["/v1/batch-query", "/v1/batch-query/", "//v1//batch-query//", "/apps/api/batch-query/"]
)
def test_every_submit_url_takes_a_job_that_completes(ask: Ask, sandbox: Sandbox, path: str) -> None:
    made = ask("POST", path, json=order()).json()
    assert (made["status"], made["batches"][0]["status"], made["offset"]) == ("submitted", "pending", 0)
    sandbox.advance(60)
    assert ask("GET", f"{JOBS}/{made['id']}").json()["status"] == "completed"


def test_a_batch_without_a_name_is_one(ask: Ask) -> None:
    (batch,) = ask("POST", SUBMIT, json=order({"query": "select Id from Account"})).json()["batches"]
    assert ("name" in batch, batch["query"], batch["batchType"]) == (False, "select Id from Account", "zoqlexport")


@pytest.mark.parametrize("query", ["", "select", "select from Account", "delete Account", "select Id from"])
def test_a_syntax_error_is_said_with_the_jobs_name_and_no_id(ask: Ask, query: str) -> None:
    refused = ask("POST", SUBMIT, json=order(QUERY, {"name": "bad", "query": query})).json()
    assert refused["message"] == "There is a syntax error in one of the queries in the AQuA input"
    assert (refused["errorCode"], refused["status"], refused["name"]) == ("90005", "error", "June")
    assert [batch["query"] for batch in refused["batches"]] == [QUERY["query"], query]
    assert "id" not in refused


@pytest.mark.parametrize(
    "wrong",
    [
        order(format="xml"),
        order(partner="p"),
        order(*[QUERY] * 51),
        {"queries": "x"},
        {"queries": [1]},
        {"queries": {}},
    ],
)
def test_what_cannot_be_accepted_is_an_error(ask: Ask, wrong: dict[str, object]) -> None:
    refused = ask("POST", SUBMIT, json=wrong).json()
    assert (refused["errorCode"], refused["status"], "id" in refused) == ("90005", "error", False)


def test_the_first_job_of_a_project_is_full_and_the_next_is_not(ask: Ask, sandbox: Sandbox) -> None:
    stateful = order(partner="p", project="q")
    first = ask("POST", SUBMIT, json=stateful).json()
    sandbox.advance(60)
    second = ask("POST", SUBMIT, json=stateful).json()
    assert [job["batches"][0]["full"] for job in (first, second)] == [True, False]
    assert (second["partner"], second["project"]) == ("p", "q")
    assert ask("POST", SUBMIT, json=order()).json()["batches"][0]["full"] is True


def test_the_queries_of_the_last_completed_job_can_be_used_again(ask: Ask, sandbox: Sandbox) -> None:
    def submit(*queries: dict[str, object], reuse: object = False) -> list[str]:
        made = ask("POST", SUBMIT, json=order(*queries, partner="p", project="q", useLastCompletedJobQueries=reuse))
        sandbox.advance(60)
        assert made.json()["useLastCompletedJobQueries"] is (reuse in (True, "true"))
        return [batch["query"] for batch in made.json()["batches"]]

    refund = {"name": "Refund", "query": "select Id from Refund"}
    narrower = {"name": "Account", "query": "select Id from Account"}
    assert submit(QUERY, refund) == [QUERY["query"], refund["query"]]
    assert submit(narrower, reuse=True) == [refund["query"], narrower["query"]]
    assert submit(refund, reuse="true") == [narrower["query"], refund["query"]]
    assert submit(narrower) == [narrower["query"]]


def test_a_deleted_column_is_repeated(ask: Ask) -> None:
    deleted = {"column": "Deleted", "format": "Boolean"}
    made = ask("POST", SUBMIT, json=order({**QUERY, "deleted": deleted, "apiVersion": "88.0"})).json()
    assert (made["batches"][0]["deleted"], made["batches"][0]["apiVersion"]) == (deleted, "88.0")


def test_fifty_stateless_and_fifty_stateful_jobs_at_once_and_no_more(ask: Ask, sandbox: Sandbox) -> None:
    sandbox.api.jobs.clear()
    stateful = order(partner="p", project="q")
    for _ in range(50):
        sandbox.submit()
    assert ask("POST", SUBMIT, json=order()).json() == LIMIT
    assert ask("POST", SUBMIT, json=stateful).json()["status"] == "submitted"
    for _ in range(49):
        sandbox.submit(partner="p", project="q")
    assert ask("POST", SUBMIT, json=stateful).json() == LIMIT
    ask("DELETE", f"{JOBS}/{next(iter(sandbox.api.jobs))}")
    assert ask("POST", SUBMIT, json=order()).json()["status"] == "submitted"
    assert ask("POST", SUBMIT, json=stateful).json() == LIMIT


def test_the_last_completed_job_of_a_partner_and_project(ask: Ask, sandbox: Sandbox) -> None:
    path = f"{JOBS}/partner/3rd%20party/project/nightly"
    assert ask("GET", path).json()["errorCode"] == "90002"
    made = []
    for _ in range(2):
        made.append(ask("POST", SUBMIT, json=order(partner="3rd party", project="nightly")).json()["id"])
        sandbox.advance(60)
    running = ask("POST", SUBMIT, json=order(partner="3rd party", project="nightly")).json()["id"]
    assert ask("GET", path).json()["id"] == made[-1]
    assert ask("GET", path.replace("/v1/", "/apps/api/")).json()["id"] == made[-1]
    assert ask("DELETE", f"{JOBS}/{running}").json()["status"] == "cancelled"
    assert ask("GET", path).json()["id"] == made[-1], "a cancelled one is not completed"
    assert ask("GET", path.replace("nightly", "hourly")).json()["errorCode"] == "90002"
    assert ask("DELETE", path).status_code == 404


def test_a_job_is_forgotten_after_180_days(ask: Ask, sandbox: Sandbox) -> None:
    job_id = sandbox.submit(partner="p", project="q")
    sandbox.set_status(job_id, "completed")
    sandbox.advance(3600 + 179 * 86400)
    assert ask("GET", f"{JOBS}/{job_id}").json()["status"] == "completed"
    assert ask("GET", f"{JOBS}/partner/p/project/q").json()["id"] == job_id
    sandbox.advance(2 * 86400)
    assert [ask("GET", path).json()["errorCode"] for path in (f"{JOBS}/{job_id}", f"{JOBS}/partner/p/project/q")] == [
        "90002"
    ] * 2
    assert ask("DELETE", f"{JOBS}/{job_id}").json()["errorCode"] == "90003"
