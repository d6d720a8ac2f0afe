"""The tables of the fault matrix: what may happen to a cancel, what the job may read, and what is then said."""

import gzip
import re
from dataclasses import replace

from jobs.models import State
from jobs.sandbox import Fault

ACCEPTED, REFUSED, UNCLEAR = "accepted", "refused", "unclear"
HTML = b"<html><head><title>Access Denied</title></head><body>AkamaiGHost</body></html>"
_DONE = b'{"id":"JOB","status":"cancelled"}'
_PAGE = "HTTP {}: an HTML page, “Access Denied”"
_RATE = "API Rate limit exceeded for the minute, retry after 600 seconds"
_LATE = "Invalid Job Id for job cancellation."


def _json(status: int, body: str, **headers: str) -> Fault:
    return Fault(status=status, body=body.encode(), headers={name.replace("_", "-"): headers[name] for name in headers})


_REASONS = '{"success":false,"processId":"CB","reasons":[{"code":53100320,"message":"bad"}],"requestId":"1"}'
_CODE = '{"success":false,"code":50000090,"message":"bad"}'
_FORM_1 = (
    '{"errorCode":"90005","message":"bad","batches":[],"status":"error","name":"n","version":"1.0","format":"CSV"}'
)

REFUSALS = {
    # name (the number is that of aqua-api.md's table): (the answer, Zuora's words in the sentence)
    "1 errorCode, no id": (_json(200, _FORM_1), "bad (code 90005)"),
    "2 reasons with 200": (_json(200, _REASONS), "bad (code 53100320)"),
    "2 reasons with 400": (_json(400, _REASONS), "bad (code 53100320)"),
    "3 code with 200": (_json(200, _CODE), "bad (code 50000090)"),
    "3 code with 400": (_json(400, _CODE), "bad (code 50000090)"),
    "4 code, 400": (_json(400, '{"code":50000040,"message":"bad"}'), "bad (code 50000040)"),
    "4 code, 403": (_json(403, '{"code":50000010,"message":"bad"}'), "bad (code 50000010)"),
    "5 bare message": (_json(401, '{"message":"Authentication error"}'), "Authentication error"),
    "5 reasons": (
        _json(401, '{"success":false,"reasons":[{"code":90000011,"message":"sign in"}]}'),
        "sign in (code 90000011)",
    ),
    "5 error": (_json(401, '{"error":"Unauthorized","status":401,"message":"no"}'), "no"),
    "6 concurrency": (_json(429, '{"code":50000070,"message":"limit"}', Retry_After="120"), "limit (code 50000070)"),
    "7 rate": (
        _json(429, f'{{"reasons":[{{"code":70,"message":"{_RATE}"}}]}}', RateLimit_Remaining="0"),
        f"{_RATE} (code 70)",
    ),
    "8 bare message with 200": (_json(200, '{"message":"request exceeded limit"}'), "request exceeded limit"),
    "8 bare message with 429": (_json(429, '{"message":"request exceeded limit"}'), "request exceeded limit"),
    "9 page with 403": (Fault(status=403, body=HTML), _PAGE.format("403 Forbidden")),
    "too late, errorCode": (_json(200, f'{{"errorCode":"90003","message":"{_LATE}"}}'), f"{_LATE} (code 90003)"),
    "too late, 400": (_json(400, f'{{"errorCode":"90003","message":"{_LATE}"}}'), f"{_LATE} (code 90003)"),
    "too late, 404": (_json(404, f'{{"code":53100040,"message":"{_LATE}"}}'), f"{_LATE} (code 53100040)"),
    "404, empty": (_json(404, ""), "HTTP 404 Not Found: The answer is not JSON"),
    "cancelled beside an errorCode": (
        _json(200, '{"id":"JOB","status":"cancelled","errorCode":"90003","message":"no"}'),
        "no (code 90003)",
    ),
    "cancelled beside an errorCode that is none": (
        _json(200, '{"id":"JOB","status":"cancelled","errorCode":true}'),
        "an error without a message",
    ),
    "cancelled beside reasons that are none": (
        _json(200, '{"id":"JOB","status":"cancelled","success":false,"reasons":["bad"]}'),
        "bad",
    ),
}
UNCLEARS = {
    "during the request, reset": Fault(hang_up="during", reset=True),
    "during the request, hung up": Fault(hang_up="during"),
    "before acting, hung up": Fault(hang_up="before"),
    "before acting, reset": Fault(hang_up="before", reset=True),
    "after acting, hung up": Fault(act=True, hang_up="before"),
    "after acting, reset": Fault(act=True, hang_up="before", reset=True),
    "after acting, cut off": Fault(act=True, hang_up="middle"),
    "after acting, too slow": Fault(act=True, delay=5.0),
    "3 code with 500": _json(500, _CODE),
    "9 page with 502": Fault(status=502, body=HTML),
    "9 page with 503": Fault(status=503, body=HTML),
    "9 page with 504": Fault(status=504, body=HTML),
    "9 page with 200": Fault(body=HTML),
    "another job": _json(200, '{"id":"0","status":"cancelled"}'),
    "no id": _json(200, '{"status":"cancelled"}'),
    "still executing": _json(200, '{"id":"JOB","status":"executing"}'),
    "Cancelled": _json(200, '{"id":"JOB","status":"Cancelled"}'),
    "cut short": _json(200, '{"id":"JOB","status":"canc'),
    "a list": _json(200, '[{"id":"JOB","status":"cancelled"}]'),
    "empty": Fault(body=b""),
    "a redirect": Fault(status=302, headers={"Location": "/"}, body=_DONE),
    "204": Fault(status=204, body=b""),
    "canceled": _json(200, '{"id":"JOB","status":"canceled"}'),
    "stopping": _json(200, '{"id":"JOB","status":"stopping"}'),
    "nested deep": Fault(body=b'{"a":' * 100_000),
    "over the cap": Fault(act=True, body=_DONE, padding=9 * 1024 * 1024),
    "headers that drip": Fault(act=True, drip_headers=0.05),
    "a body that drips": Fault(act=True, drip_body=0.05),
}
ANSWERS = {
    "accepted": (ACCEPTED, Fault(body=_DONE), ""),
    "accepted, packed": (ACCEPTED, Fault(body=_DONE, headers={"Content-Encoding": "gzip"}), ""),
    **{name: (REFUSED, fault, words) for name, (fault, words) in REFUSALS.items()},
    **{name: (UNCLEAR, fault, "") for name, fault in UNCLEARS.items()},
}

_ALL = (ACCEPTED, REFUSED, UNCLEAR)
_CONFIRMED = "Cancelled. Zuora confirmed it at TIME, SPAN after the request"
_LOST = "Zuora refused the cancel, and the job cannot be read: it is not known what became of it. Zuora said: WORDS"
_STRANGE = (
    "Zuora gives the job's status as “Cancelled”, which it does not document: it is not known whether it was cancelled."
)
SETTLED = {
    # what the job then reads: by the kind of answer (state, the whole sentence)
    "cancelled": {
        ACCEPTED: (State.CANCELLED, f"{_CONFIRMED}."),
        REFUSED: (
            State.CANCELLED,
            "The job is cancelled, but Zuora refused this request: WORDS Zuora showed it as cancelled at TIME.",
        ),
        UNCLEAR: (State.CANCELLED, f"{_CONFIRMED}, whose own answer was lost."),
    },
    "completed": dict.fromkeys(_ALL, (State.FINISHED_FIRST, "The job ended as completed; it was not cancelled.")),
    "aborted": dict.fromkeys(_ALL, (State.FINISHED_FIRST, "The job ended as aborted; it was not cancelled.")),
    "executing": {
        ACCEPTED: (
            State.STILL_RUNNING,
            "Zuora accepted the cancel, and the job is still running: it was executing at TIME.",
        ),
        REFUSED: (State.REFUSED, "Not cancelled. Zuora said: WORDS"),
        UNCLEAR: (
            State.UNKNOWN,
            "The job is still running: it was executing at TIME. It is not known whether Zuora got the cancel.",
        ),
    },
    "unreadable": {
        ACCEPTED: (
            State.UNKNOWN,
            "Zuora accepted the cancel, but the job cannot be read: it is not known whether it was cancelled.",
        ),
        REFUSED: (
            State.UNKNOWN,
            _LOST,
        ),
        UNCLEAR: (State.UNKNOWN, "The job cannot be read, and it is not known whether Zuora got the cancel."),
    },
    "Cancelled": dict.fromkeys(
        _ALL,
        (State.UNKNOWN, _STRANGE),
    ),
}


def is_said(said: str, template: str, words: str) -> bool:
    """Whether this is the sentence of the template, with Zuora's words, whatever its times are."""
    pattern = re.escape(template).replace("WORDS", re.escape(f"{words}."))
    pattern = pattern.replace("TIME", r"(\d+ \w+ \d+, )?\d\d:\d\d:\d\d UTC")
    return re.fullmatch(pattern.replace("SPAN", r"(less than 0\.1|\d+\.\d) s"), said) is not None


def for_the_job(fault: Fault, method: str, job_id: str) -> Fault:
    """The fault as the answer to each cancel of this job, packed where it says that it is."""
    body = fault.body.replace(b"JOB", job_id.encode()) if fault.body is not None else None
    if body and "Content-Encoding" in fault.headers:
        body = gzip.compress(body)
    return replace(fault, method=method, path=job_id, times=None, body=body)


def what_is_read(then: str, job_id: str) -> Fault:
    """From now on every read of the job shows it so."""
    if then == "unreadable":
        return Fault("GET", job_id, times=None, status=503, body=HTML)
    return Fault("GET", job_id, times=None, body=f'{{"id":"{job_id}","status":"{then}"}}'.encode())
