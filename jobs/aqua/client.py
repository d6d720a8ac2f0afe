"""Read a job, cancel a job.

``GET`` and ``DELETE {base}/v1/batch-query/jobs/{job ID}`` (Zuora's AQuA documentation). A cancel
is sent once; the one exception is an HTTP 401, after which it is sent once more with a new
token.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from jobs.aqua import job_id as job_ids
from jobs.aqua.answer import Answer
from jobs.aqua.auth import SignIn, SignInFailed
from jobs.aqua.body import text
from jobs.aqua.environments import job_url
from jobs.aqua.errors import AquaError, NotSent, Refused, SignInRefused, Unknown
from jobs.aqua.judging import No, judge
from jobs.aqua.sockets import Call
from jobs.aqua.transport import Received, Transport, TransportError, seconds_in

READ_SECONDS = 10.0
CANCEL_SECONDS = 30.0


@dataclass(frozen=True)
class AquaClient:
    """One stored connection's way to Zuora; safe for threads.

    ``cancel_method`` is DELETE, or POST where a gateway blocks DELETE. ``entity_ids`` and
    ``org_ids`` are comma lists for the headers of those names, or "".
    """

    base_url: str
    sign_in: SignIn
    transport: Transport
    cancel_method: str = "DELETE"
    entity_ids: str = ""
    org_ids: str = ""

    def read_job(self, job_id: str, *, track_id: str = "") -> Answer:
        """The job as it is now, in an answer whose ``job`` is set; within 10 s in all.

        Raises:
            NotSent, Refused, Unknown: no job came back, and why.
        """
        return self._call("GET", job_id, track_id, READ_SECONDS)

    def cancel_job(self, job_id: str, *, track_id: str = "") -> Answer:
        """Ask Zuora to cancel the job; within 30 s in all.

        The answer's ``job`` has the status ``cancelled``: Zuora accepted. Only a read after
        this proves that the job is cancelled.

        Raises:
            NotSent: the request did not leave.
            Refused: Zuora said no.
            Unknown: it left, and nothing that can be understood came back.
        """
        answer = self._call(self.cancel_method, job_id, track_id, CANCEL_SECONDS)
        if answer.job is not None and answer.job.status != "cancelled":
            words = f"Zuora answered with the job as “{answer.job.status}”, not as cancelled."
            failure = Refused if 400 <= (answer.http_status or 0) < 500 else Unknown
            raise failure("not_cancelled", words, answer)
        return answer

    def close(self) -> None:
        """Close the pooled connections."""
        self.transport.close()

    def _call(self, method: str, job_id: str, track_id: str, seconds: float) -> Answer:
        blank = Answer(
            method=method, url=job_url(self.base_url, job_id), at=datetime.now(UTC), duration=0.0, track_id=track_id
        )
        if not job_ids.is_possible(job_id):
            raise NotSent("job_id", "This cannot be a job ID.", blank)
        call = Call(seconds)
        attempt = _Attempt(self, blank, call)
        signature = attempt.sign_in()
        answer = attempt.send(signature)
        if answer.http_status == 401 and self.sign_in.renew(signature):
            answer = self._once_more(attempt, answer)
        return attempt.judged(answer, job_id)

    def _once_more(self, attempt: _Attempt, first: Answer) -> Answer:
        """The one re-send, after a 401 and with a new token; the 401 stands where it cannot leave."""
        try:
            return replace(attempt.send(attempt.sign_in()), earlier=first)
        except NotSent:
            return first
        except Unknown as error:
            error.answer = replace(error.answer, earlier=first)
            raise

    def _fixed_headers(self, track_id: str) -> dict[str, str]:
        headers = {
            "Accept": "application/json",
            "Zuora-Track-Id": track_id,
            "Zuora-Entity-Ids": self.entity_ids,
            "Zuora-Org-Ids": self.org_ids,
        }
        return {name: value for name, value in headers.items() if value}


@dataclass
class _Attempt:
    """The requests of one call, which share one deadline."""

    client: AquaClient
    blank: Answer
    call: Call
    retry_after: float | None = None

    def sign_in(self) -> dict[str, str]:
        blank = self._begun()
        try:
            return self.client.sign_in.headers(self.client.transport, self.call.seconds_left())
        except SignInFailed as error:
            failure = SignInRefused if error.refused else NotSent
            answer = replace(_timed(blank), request_id=error.request_id[:255])
            raise failure(error.kind, error.words, answer, retry_after=error.retry_after) from error
        except TransportError as error:
            words = error.words if error.kind in ("address", "private") else f"No token: {error.words}"
            raise NotSent(error.kind, words, _timed(blank)) from error
        except TimeoutError as error:
            raise NotSent("timeout", "No time was left to send the request.", _timed(blank)) from error

    def send(self, signature: dict[str, str]) -> Answer:
        blank = self._begun()
        headers = self.client._fixed_headers(blank.track_id) | signature
        try:
            received = self.client.transport.exchange(
                blank.method, blank.url, headers=headers, seconds=self.call.seconds_left()
            )
        except TransportError as error:
            failure = Unknown if error.sent else NotSent
            raise failure(error.kind, error.words, _timed(blank, error.received)) from error
        except TimeoutError as error:
            raise NotSent("timeout", "No time was left to send the request.", _timed(blank)) from error
        self.retry_after = seconds_in(received.headers.get("retry-after", ""))
        return _timed(blank, received)

    def judged(self, answer: Answer, job_id: str) -> Answer:
        try:
            job = judge(http_status=answer.http_status or 0, body=answer.body or b"", job_id=job_id)
        except No as no:
            failure: type[AquaError] = Refused if no.refused else Unknown
            raise failure(no.kind, no.words, answer, retry_after=self.retry_after) from no
        return replace(answer, job=job)

    def _begun(self) -> Answer:
        return replace(self.blank, at=datetime.now(UTC))


def _timed(blank: Answer, received: Received | None = None) -> Answer:
    received = received or Received()
    return replace(
        blank,
        duration=(datetime.now(UTC) - blank.at).total_seconds(),
        http_status=received.status,
        request_id=(text(received.headers.get("zuora-request-id")) or "")[:255],
        body=received.body,
    )
