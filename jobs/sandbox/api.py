"""The operations: token, submit, read, last completed job, cancel, file."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from jobs.sandbox import situations
from jobs.sandbox.answers import GATEWAY_PAGE, Reply, aqua_error, problem
from jobs.sandbox.clockwork import PretendBatch, PretendJob, new_id
from jobs.sandbox.describe import description
from jobs.sandbox.files import file_content
from jobs.sandbox.signin import SignIn
from jobs.sandbox.submitting import NotAccepted, Order, read_order

_JOB = re.compile(r"/v1/batch-query/jobs/([^/]+)/?")
_LAST_JOB = re.compile(r"/v1/batch-query/jobs/partner/([^/]+)/project/([^/]+)/?")
_FILE = re.compile(r"/v1/files?/([^/]+)/?")
_DESCRIBE = re.compile(r"/v1/describe(?:/([^/]*))?/?")
REMEMBERED_SECONDS = 180 * 24 * 3600.0
"""Zuora keeps the records of jobs for 180 days."""


@dataclass(frozen=True)
class Switches:
    """What nobody documents, or what a tenant may be set to.

    ``already_complete`` is the form in which a cancel that comes too late, or for an unknown job, is refused:
    "errorCode" (with HTTP 200), "400" or "404". ``concurrent_jobs`` holds for stateful and stateless jobs each;
    ``concurrent_requests`` is None for any number; Zuora's API sandboxes allow 2,500 ``requests_a_minute``.
    """

    accepts_post_cancel: bool = False
    already_complete: str = "errorCode"
    concurrent_jobs: int = 50
    concurrent_requests: int | None = None
    requests_a_minute: int = 50_000


class Api:
    """One pretend tenant. ``clock`` gives seconds that only go forwards."""

    def __init__(self, clock: Callable[[], float], switches: Switches) -> None:
        self._clock = clock
        self._switches = switches
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
            return self.sign_in.token(body, headers, self._clock())
        if path.rstrip("/") == "/v1/batch-query" and method == "POST":
            return self._submit(body)
        if match := _JOB.fullmatch(path):
            return self._job(method, match[1])
        if method == "GET":
            return self._get(path)
        return problem(404, code=50000040, message="The resource does not exist.")

    def _get(self, path: str) -> Reply:
        with self._lock:
            if match := _LAST_JOB.fullmatch(path):
                return self._last_completed(unquote(match[1]), unquote(match[2]))
            if match := _FILE.fullmatch(path):
                return self._file(match[1])
        if (match := _DESCRIBE.fullmatch(path)) and (xml := description(match[1] or "")):
            return Reply(200, raw=xml, kind="text/xml;charset=UTF-8")
        return problem(404, code=50000040, message="The resource does not exist.")

    def _job(self, method: str, job_id: str) -> Reply:
        if method == "GET":
            return self._read(job_id)
        if method == "DELETE" or (method == "POST" and self._switches.accepts_post_cancel):
            return self._cancel(job_id)
        return problem(405, code=50000045, message="Request method is not supported.")

    def _known(self, job_id: str) -> PretendJob | None:
        job = self.jobs.get(job_id)
        return job if job and self._clock() < job.ends_at + REMEMBERED_SECONDS else None

    def _read(self, job_id: str) -> Reply:
        with self._lock:
            job, now = self._known(job_id), self._clock()
            if job is None:
                return aqua_error("90002", "Invalid Job Id.")
            if job.cancelled_at is not None and now < job.cancelled_at + job.unreadable_for:
                return Reply(503, raw=GATEWAY_PAGE)
            return Reply(200, job.document(now))

    def _cancel(self, job_id: str) -> Reply:
        with self._lock:
            job, now = self._known(job_id), self._clock()
            if job is None or not job.cancel(now):
                return self._too_late()
            return Reply(200, job.document(now, status="cancelled", full=False))

    def _too_late(self) -> Reply:
        message = "Invalid Job Id for job cancellation."
        if self._switches.already_complete == "400":
            reasons = [{"code": 53100020, "message": message}]
            return Reply(400, {"success": False, "processId": "CBCFED6580B4E076", "reasons": reasons})
        if self._switches.already_complete == "404":
            return problem(404, code=53100040, message=message)
        return aqua_error("90003", message)

    def _last_completed(self, partner: str, project: str) -> Reply:
        now = self._clock()
        done = [job for job in self._of(partner, project) if job.status(now) == "completed" and self._known(job.job_id)]
        if not done:
            return aqua_error("90002", "Invalid Job Id.")
        return Reply(200, max(done, key=lambda job: job.ends_at).document(now))

    def _file(self, file_id: str) -> Reply:
        now = self._clock()
        for job in list(self.jobs.values()):
            if (content := file_content(job, file_id, now)) is not None:
                kind = {"ZIP": "application/zip", "GZIP": "application/x-gzip"}.get(job.format, "text/csv")
                return Reply(200, raw=content, kind=kind)
        return problem(404, code=50000040, message=f"Cannot find the file with id '{file_id}'.")

    def _submit(self, body: bytes) -> Reply:
        try:
            order = read_order(body)
        except NotAccepted as error:
            document = {"errorCode": "90005", "message": str(error), "batches": [], "status": "error"}
            return Reply(200, document | {"name": "", "version": "1.0", "format": "CSV"} | error.echo)
        with self._lock:
            if self._is_full(is_stateful=bool(order.partner)):
                return aqua_error("90028", "The number of concurrent jobs exceeds the limit.")
            job = self._take(order)
            return Reply(200, job.document(job.submitted_at) | order.echo)

    def _is_full(self, *, is_stateful: bool) -> bool:
        now = self._clock()
        live = [job for job in self.jobs.values() if bool(job.partner) == is_stateful and job.is_live(now)]
        return len(live) >= self._switches.concurrent_jobs

    def _take(self, order: Order) -> PretendJob:
        now, batches = self._clock(), order.batches
        done = [job for job in self._of(order.partner, order.project) if job.status(now) == "completed"]
        if order.merges_last_queries and done:
            names = {batch.name for batch in batches}
            batches = (*(batch for batch in done[-1].batches if batch.name not in names), *batches)
        return self.submit(
            list(batches),
            name=order.name,
            partner=order.partner,
            project=order.project,
            format=order.format,
            version=order.version,
            encrypted=order.encrypted,
            uses_labels=order.uses_labels,
            is_full=not done,
        )

    def submit(self, batches: list[PretendBatch], **fields: Any) -> PretendJob:
        """Take a new job; ``fields`` are those of ``PretendJob``."""
        with self._lock:
            now = self._clock()
            same = self._of(fields.get("partner", ""), fields.get("project", ""))
            job = PretendJob(
                job_id=fields.pop("job_id", None) or new_id(now, len(self.jobs), "submitted"),
                name=fields.pop("name", "job"),
                batches=tuple(batches),
                submitted_at=now,
                began=datetime.now(UTC),
                behind=same[-1] if same and same[-1].clears_at > now else None,
                **fields,
            )
            self.jobs[job.job_id] = job
            return job

    def _of(self, partner: str, project: str) -> list[PretendJob]:
        """The stateful jobs of one partner and project, which queue behind one another, oldest first."""
        same = [job for job in self.jobs.values() if partner and (job.partner, job.project) == (partner, project)]
        return sorted(same, key=lambda job: job.submitted_at)


def tidy(path: str) -> str:
    """One form for all dialects: no double slashes, ``/apps/api/…`` as ``/v1/…``."""
    path = re.sub(r"/{2,}", "/", path)
    return re.sub(r"^/apps/api/", "/v1/", path)
