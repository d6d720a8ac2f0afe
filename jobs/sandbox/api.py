"""The operations: token, submit, read, cancel."""

import json
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from jobs.sandbox import situations
from jobs.sandbox.answers import GATEWAY_PAGE, Reply, aqua_error, problem
from jobs.sandbox.clockwork import PretendBatch, PretendJob, new_id
from jobs.sandbox.signin import SignIn

_JOB = re.compile(r"/v1/batch-query/jobs/([^/]+)/?")
MAX_QUERIES = 50


class Api:
    """One pretend tenant. ``clock`` gives seconds that only go forwards."""

    def __init__(self, clock: Callable[[], float], *, accepts_post_cancel: bool = False) -> None:
        self._clock = clock
        self._accepts_post_cancel = accepts_post_cancel
        self._lock = threading.RLock()
        self.sign_in = SignIn()
        self.jobs: dict[str, PretendJob] = {}
        self.reset()

    def reset(self) -> None:
        """Put the named jobs back to how they are at the start."""
        with self._lock:
            self.jobs.update(situations.named_jobs(self._clock(), datetime.now(UTC)))

    def objection(self, path: str, headers: dict[str, str]) -> Reply | None:
        """The 401 for a request that is not signed in."""
        if path == "/oauth/token":
            return None
        return self.sign_in.objection(headers, self._clock())

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        """Do what a request asks for. ``path`` is tidy: see ``tidy``."""
        if path == "/oauth/token" and method == "POST":
            return self.sign_in.token(body, headers.get("content-type", ""), self._clock())
        if path.rstrip("/") == "/v1/batch-query" and method == "POST":
            return self._submit(body)
        if match := _JOB.fullmatch(path):
            return self._job(method, match[1])
        return problem(404, code=50000040, message="The resource does not exist.")

    def _job(self, method: str, job_id: str) -> Reply:
        if method == "GET":
            return self._read(job_id)
        if method == "DELETE" or (method == "POST" and self._accepts_post_cancel):
            return self._cancel(job_id)
        return problem(405, code=50000045, message="Request method is not supported.")

    def _read(self, job_id: str) -> Reply:
        with self._lock:
            job, now = self.jobs.get(job_id), self._clock()
            if job is None:
                return aqua_error("90002", "Invalid Job Id.")
            if job.cancelled_at is not None and now < job.cancelled_at + job.unreadable_for:
                return Reply(503, raw=GATEWAY_PAGE)
            return Reply(200, job.document(now))

    def _cancel(self, job_id: str) -> Reply:
        with self._lock:
            job, now = self.jobs.get(job_id), self._clock()
            if job is None or not job.cancel(now):
                return aqua_error("90003", "Invalid Job Id for job cancellation.")
            return Reply(200, job.document(now, status="cancelled", full=False))

    def _submit(self, body: bytes) -> Reply:
        try:
            wanted = json.loads(body)
            queries = [(str(query["name"]), str(query["query"])) for query in wanted["queries"]]
        except (ValueError, KeyError, TypeError):
            queries = []
            wanted = {}
        if not 1 <= len(queries) <= MAX_QUERIES:
            message = f"There must be between 1 and {MAX_QUERIES} queries."
            document = {"errorCode": "90005", "message": message, "batches": [], "status": "error"}
            return Reply(200, document | {"name": "", "version": "1.0", "format": "CSV"})
        job = self.submit([PretendBatch(*query) for query in queries], **_fields(wanted))
        return Reply(200, job.document(job.submitted_at))

    def submit(self, batches: list[PretendBatch], **fields: Any) -> PretendJob:
        """Take a new job; ``fields`` are those of ``PretendJob``."""
        with self._lock:
            now = self._clock()
            job = PretendJob(
                job_id=fields.pop("job_id", None) or new_id(now, len(self.jobs), "submitted"),
                name=fields.pop("name", "job"),
                batches=tuple(batches),
                submitted_at=now,
                began=datetime.now(UTC),
                behind=self._before(fields.get("partner", ""), fields.get("project", "")),
                **fields,
            )
            self.jobs[job.job_id] = job
            return job

    def _before(self, partner: str, project: str) -> PretendJob | None:
        """The stateful job that a new one of the same partner and project queues behind."""
        same = [job for job in self.jobs.values() if partner and (job.partner, job.project) == (partner, project)]
        return max(same, key=lambda job: job.submitted_at, default=None)


def _fields(wanted: dict[str, Any]) -> dict[str, Any]:
    names = {"name": "name", "partner": "partner", "project": "project", "version": "version"}
    fields = {ours: str(wanted[theirs]) for theirs, ours in names.items() if wanted.get(theirs)}
    return fields | {"format": str(wanted.get("format", "csv")).upper()}


def tidy(path: str) -> str:
    """One form for all dialects: no double slashes, ``/apps/api/…`` as ``/v1/…``."""
    path = re.sub(r"/{2,}", "/", path)
    return re.sub(r"^/apps/api/", "/v1/", path)
