"""What an answer says: by its body first, then by its HTTP status.

The forms of errors are numbered in Zuora's documentation nowhere; the ones known are
``errorCode`` + ``message`` (AQuA), ``reasons`` with ``code`` and ``message`` (the gateway),
``code`` + ``message``, ``error`` + ``message`` and a bare ``message``. Each of them may come with
HTTP 200, and what stands in such a place in another shape is a complaint as well. A gateway's
failure is often an HTML page, also with 200 or 403.
"""

import http
import re
from collections.abc import Iterator
from typing import Any

from jobs.aqua.body import NotUnderstood, parse_object, text
from jobs.aqua.job import Job

MAX_WORDS = 2048


class No(Exception):
    """The answer is not the job: ``refused`` tells a no from something that nobody understands."""

    def __init__(self, kind: str, words: str, *, refused: bool) -> None:
        super().__init__(words)
        self.kind = kind
        self.words = words
        self.refused = refused


def judge(*, http_status: int, body: bytes, job_id: str) -> Job:
    """The job that the answer is.

    Raises:
        No: it is anything else. A 5xx is never a refusal, whatever its body says: nobody
            knows what was done before it.
    """
    if 300 <= http_status < 400:
        raise _no_by_status(http_status, "")
    try:
        document = parse_object(body)
    except NotUnderstood as error:
        raise _no_by_status(http_status, _gist(body) or str(error)) from error
    if complaints := list(_complaints(document)):
        code = next((code for code, _ in complaints if code), "")
        kind = f"aqua_{code}" if code else f"http_{http_status}"
        raise No(kind, _clip("; ".join(map(_said, complaints))), refused=http_status < 500)
    if http_status >= 500:
        raise _no_by_status(http_status, "")
    return _the_job(Job.parse(document), http_status, job_id)


def _the_job(job: Job, http_status: int, job_id: str) -> Job:
    if job.job_id == job_id and job.status:
        return job
    if http_status >= 300:
        raise _no_by_status(http_status, "")
    if job.job_id is None:
        raise No("no_job", "The answer is not a job: it has no ID.", refused=False)
    if job.job_id != job_id:
        raise No("other_job", f"The answer is another job: {_clip(job.job_id)}.", refused=False)
    raise No("no_status", "The answer is the job, but it has no status.", refused=False)


def _no_by_status(http_status: int, words: str) -> No:
    try:
        phrase = f"HTTP {http_status} {http.HTTPStatus(http_status).phrase}"
    except ValueError:
        phrase = f"HTTP {http_status}"
    if 300 <= http_status < 400:
        return No("redirect", f"{phrase}: a redirect, which is never followed.", refused=False)
    if http_status < 300:
        return No("garbled", words, refused=False)
    kind = f"http_{http_status}"
    return No(kind, f"{phrase}: {words}" if words else f"{phrase}.", refused=400 <= http_status < 500)


def _complaints(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each (code, message) with which the document says that something is wrong."""
    message = text(document.get("message")) or ""
    reasons = document.get("reasons") or []
    for reason in reasons if isinstance(reasons, list) else [reasons]:
        yield _complaint(reason)
    errors = [error for name in ("errorCode", "code") if (error := document.get(name))]
    code = next(filter(None, map(text, errors)), "")
    if errors or (message and not document.get("id")):
        yield code, message or (_words_in(errors) if not code else "")
    elif (error := document.get("error")) or (document.get("success") is False and not reasons):
        yield "", message or _words_in(error)


def _complaint(reason: object) -> tuple[str, str]:
    """(code, message) of one of the reasons; where it is none of the known form, the words in it."""
    known = reason if isinstance(reason, dict) else {}
    code, message = text(known.get("code")) or "", text(known.get("message")) or ""
    return (code, message) if code or message else ("", _words_in(reason))


def _words_in(value: object) -> str:
    """The texts and numbers that a value of any shape holds."""
    if isinstance(value, dict | list):
        parts = map(_words_in, value.values() if isinstance(value, dict) else value)
        return "; ".join(filter(None, parts))
    return text(value) or ""


def _said(complaint: tuple[str, str]) -> str:
    code, message = complaint
    if code and message:
        return f"{message} (code {code})"
    return message or (f"code {code}" if code else "an error without a message")


def _gist(body: bytes) -> str:
    """The title of an HTML page."""
    title = re.search(rb"<title[^>]*>(.{1,300}?)</title>", body[:20000], re.IGNORECASE | re.DOTALL)
    if title:
        return f"an HTML page, “{_clip(title[1].decode('utf-8', 'replace').strip())}”"
    return "an HTML page" if b"<html" in body[:2000].lower() else ""


def _clip(words: str) -> str:
    return "".join(c if c.isprintable() else " " for c in words[:MAX_WORDS])
