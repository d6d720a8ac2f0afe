"""Pretend jobs move with the sandbox's time, and each named one plays what it says."""

from collections.abc import Callable

import pytest
import requests

from jobs.sandbox import Sandbox
from jobs.sandbox.clockwork import PretendBatch

Job = dict[str, object]
HOUR = 3600.0


class Zuora:
    """Reads and cancels over HTTP."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.user = tuple(sandbox.describe()["basic"].values())

    def ask(self, method: str, job_id: str) -> requests.Response:
        url = f"{self.sandbox.url}/v1/batch-query/jobs/{job_id}"
        return requests.request(method, url, auth=self.user, timeout=10)  # type: ignore[arg-type]

    def read(self, job_id: str) -> Job:
        job: Job = self.ask("GET", job_id).json()
        return job

    def cancel(self, job_id: str) -> requests.Response:
        return self.ask("DELETE", job_id)

    def statuses(self, *job_ids: str) -> list[object]:
        return [self.read(job_id)["status"] for job_id in job_ids]


@pytest.fixture
def zuora(sandbox: Sandbox) -> Zuora:
    return Zuora(sandbox)


def batch(name: str, **fields: object) -> PretendBatch:
    return PretendBatch(name, "select Id from Account", **{"seconds": HOUR, "rows": 7, **fields})  # type: ignore[arg-type]


def batches_of(job: Job, *names: str) -> list[tuple[object, ...]]:
    return [tuple(one.get(name) for name in names) for one in job["batches"]]  # type: ignore[attr-defined]


def test_a_job_is_submitted_then_executes_its_batches_one_after_another(sandbox: Sandbox, zuora: Zuora) -> None:
    job_id = sandbox.submit(batch("Account"), batch("Refund", segments=3), waits=HOUR)
    seen = []
    for _ in range(4):
        job = zuora.read(job_id)
        seen.append((job["status"], *[status for (status,) in batches_of(job, "status")]))
        sandbox.advance(HOUR)
    assert seen == [
        ("submitted", "pending", "pending"),
        ("executing", "executing", "pending"),
        ("executing", "completed", "executing"),
        ("completed", "completed", "completed"),
    ]
    (rows, file_id, segments), (_, no_file_id, three) = batches_of(job, "recordCount", "fileId", "segments")
    assert (rows, bool(file_id), segments) == (7, True, None)
    assert (no_file_id, len(set(three))) == (None, 3)  # type: ignore[call-overload]


def test_rows_and_files_come_with_the_end_of_a_batch(sandbox: Sandbox, zuora: Zuora) -> None:
    job = zuora.read(sandbox.submit(batch("Account"), waits=0))
    assert batches_of(job, "status", "recordCount", "fileId") == [("executing", 0, None)]


def test_after_a_query_that_fails_the_job_is_aborted_and_goes_no_further(sandbox: Sandbox, zuora: Zuora) -> None:
    job_id = sandbox.submit(batch("Account"), batch("Refund", fails=True), batch("Invoice"), waits=0)
    sandbox.advance(2 * HOUR)
    job = zuora.read(job_id)
    assert job["status"] == "aborted"
    assert [status for (status,) in batches_of(job, "status")] == ["completed", "aborted", "pending"]
    assert "Unknown field" in str(batches_of(job, "message")[1])


def test_a_cancelled_job_keeps_what_had_finished_and_moves_no_more(sandbox: Sandbox, zuora: Zuora) -> None:
    job_id = sandbox.submit(batch("Account"), batch("Refund"), batch("Invoice"), waits=0)
    sandbox.advance(1.5 * HOUR)
    answer = zuora.cancel(job_id).json()
    statuses = [("completed",), ("cancelled",), ("submitted",)]
    assert batches_of(answer, "status") == statuses
    sandbox.advance(9 * HOUR)
    later = zuora.read(job_id)
    assert (later["status"], batches_of(later, "status")) == ("cancelled", statuses)
    assert set(later) - set(answer) == {"startTime", "localizedStatus", "sourceData"}


def test_a_job_cancelled_before_it_began_has_no_finished_batch(sandbox: Sandbox, zuora: Zuora) -> None:
    answer = zuora.cancel(sandbox.submit(batch("Account"), waits=HOUR)).json()
    assert (answer["status"], batches_of(answer, "status")) == ("cancelled", [("submitted",)])


def test_stateful_jobs_of_one_project_queue_behind_one_another(sandbox: Sandbox, zuora: Zuora) -> None:
    def submit(project: str = "nightly") -> str:
        return sandbox.submit(batch("Account"), waits=0, partner="3rd", project=project)

    first, second, third, elsewhere = submit(), submit(), submit(), submit("hourly")
    assert zuora.statuses(first, second, third, elsewhere) == ["executing", "submitted", "submitted", "executing"]
    zuora.cancel(first)
    assert zuora.statuses(first, second, third) == ["cancelled", "executing", "submitted"]
    sandbox.advance(HOUR)
    assert zuora.statuses(second, third) == ["completed", "executing"]
    assert (zuora.read(third)["partner"], zuora.read(third)["project"]) == ("3rd", "nightly")


def test_stateless_jobs_do_not_wait_for_one_another(sandbox: Sandbox, zuora: Zuora) -> None:
    assert zuora.statuses(*[sandbox.submit(batch("Account"), waits=0) for _ in range(3)]) == ["executing"] * 3


@pytest.mark.parametrize(
    ("situation", "before", "http_status", "said", "after"),
    [
        ("running", "executing", 200, "cancelled", "cancelled"),
        ("queued", "submitted", 200, "cancelled", "cancelled"),
        ("already completed", "completed", 200, "90003", "completed"),
        ("aborted", "aborted", 200, "90003", "aborted"),
        ("finishes while you confirm", "executing", 200, "90003", "completed"),
        ("accepts the cancel but keeps running", "executing", 200, "cancelled", "executing"),
        ("answers 401", "executing", 401, "Authentication error", "executing"),
        ("answers 403", "executing", 403, "50000010", "executing"),
        ("answers 429", "executing", 429, "50000070", "executing"),
        ("answers 503 as HTML", "executing", 503, "<HTML>", "executing"),
    ],
)
def test_a_named_job_plays_what_it_says(
    sandbox: Sandbox, zuora: Zuora, situation: str, before: str, http_status: int, said: str, after: str
) -> None:
    job_id = sandbox.jobs[situation]
    assert zuora.read(job_id)["status"] == before
    for _ in range(2 if http_status >= 400 else 1):  # however often it is asked
        answer = zuora.cancel(job_id)
        assert (answer.status_code, said in answer.text) == (http_status, True)
    assert zuora.read(job_id)["status"] == after


def test_answers_of_the_gateway_have_its_headers(sandbox: Sandbox, zuora: Zuora) -> None:
    limited = zuora.cancel(sandbox.jobs["answers 429"])
    assert limited.headers["Retry-After"] == "120"
    page = zuora.cancel(sandbox.jobs["answers 503 as HTML"])
    assert (page.headers["Server"], page.headers["Content-Type"]) == ("AkamaiGHost", "text/html")


def test_the_answer_is_lost_after_the_work_is_done(sandbox: Sandbox, zuora: Zuora) -> None:
    job_id = sandbox.jobs["loses the answer after doing the work"]
    with pytest.raises(requests.ConnectionError):
        zuora.cancel(job_id)
    assert zuora.read(job_id)["status"] == "cancelled"
    assert len(sandbox.seen("DELETE", job_id)) == 1


def test_a_job_cannot_be_read_for_a_while_after_its_cancel(sandbox: Sandbox, zuora: Zuora) -> None:
    job_id = sandbox.jobs["cannot be read afterwards"]
    assert zuora.cancel(job_id).json()["status"] == "cancelled"
    assert zuora.ask("GET", job_id).status_code == 503
    sandbox.advance(41)
    assert zuora.read(job_id)["status"] == "cancelled"


def test_an_unknown_id_is_known_to_no_operation(sandbox: Sandbox, zuora: Zuora) -> None:
    job_id = sandbox.jobs["unknown ID"]
    assert [zuora.ask(method, job_id).json()["errorCode"] for method in ("GET", "DELETE")] == ["90002", "90003"]


@pytest.mark.parametrize("change", [lambda sandbox: sandbox.reset(), lambda sandbox: sandbox.advance(60)])
def test_named_jobs_do_not_move_while_somebody_tries_them(
    sandbox: Sandbox, zuora: Zuora, change: Callable[[Sandbox], None]
) -> None:
    before = {name: zuora.read(job_id).get("status") for name, job_id in sandbox.jobs.items()}
    change(sandbox)
    assert {name: zuora.read(job_id).get("status") for name, job_id in sandbox.jobs.items()} == before


def test_a_stateful_job_waits_for_all_before_it(sandbox: Sandbox) -> None:
    first, second, third = (
        sandbox.submit(PretendBatch("A", "q", 3600), waits=0, partner="p", project="q") for _ in range(3)
    )
    sandbox.api.jobs[second].cancel(sandbox.now())
    assert [sandbox.status(job) for job in (first, second, third)] == ["executing", "cancelled", "submitted"]
    sandbox.api.jobs[first].cancel(sandbox.now())
    assert sandbox.status(third) == "executing"
