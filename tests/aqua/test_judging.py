"""Every form of answer that Zuora's documentation, or people on live tenants, tell of."""

import json

import pytest

from jobs.aqua import AquaClient, AquaError, Refused, Unknown
from jobs.sandbox import Fault, Sandbox

JOB = "e20b07474688ad5001468daf10e501de"
REASONS = {"success": False, "processId": "CB", "reasons": [{"code": 53100320, "message": "bad"}], "requestId": "1"}
FORM_1 = {"errorCode": "90005", "message": "bad", "batches": [], "status": "error", "name": "n", "version": "1.0"}
DONE = {"id": JOB, "status": "cancelled"}
HTML = "<html><head><title>Access Denied</title></head><body>AkamaiGHost</body></html>"

FORMS = [
    # HTTP status, body, error, kind, words
    (200, FORM_1, Refused, "aqua_90005", "bad (code 90005)"),
    (
        200,
        {"errorCode": "90003", "message": "Invalid Job Id for job cancellation."},
        Refused,
        "aqua_90003",
        "Invalid Job Id",
    ),
    (404, {"errorCode": "90002", "message": "Invalid Job Id."}, Refused, "aqua_90002", "Invalid Job Id."),
    (200, REASONS, Refused, "aqua_53100320", "bad (code 53100320)"),
    (400, REASONS, Refused, "aqua_53100320", "bad"),
    (200, {"success": False, "code": 50000090, "message": "bad"}, Refused, "aqua_50000090", "bad"),
    (400, {"code": 50000040, "message": "bad"}, Refused, "aqua_50000040", "bad"),
    (403, {"code": "50000010", "message": "bad"}, Refused, "aqua_50000010", "bad"),
    (401, {"message": "Authentication error"}, Refused, "http_401", "Authentication error"),
    (
        401,
        {"success": False, "reasons": [{"code": 90000011, "message": "sign in"}]},
        Refused,
        "aqua_90000011",
        "sign in",
    ),
    (401, {"error": "Unauthorized", "status": 401, "message": "no"}, Refused, "http_401", "no"),
    (429, {"code": 50000070, "message": "too many"}, Refused, "aqua_50000070", "too many"),
    (429, {"reasons": [{"code": 70, "message": "API Rate limit exceeded"}]}, Refused, "aqua_70", "API Rate limit"),
    (200, {"message": "request exceeded limit"}, Refused, "http_200", "request exceeded limit"),
    (200, {"success": False}, Refused, "http_200", "without a message"),
    (502, HTML, Unknown, "http_502", "Access Denied"),
    (503, HTML, Unknown, "http_503", "HTTP 503 Service Unavailable: an HTML page, “Access Denied”"),
    (504, "", Unknown, "http_504", "HTTP 504"),
    (500, {"code": 50000060, "message": "internal"}, Unknown, "aqua_50000060", "internal"),
    (503, {"id": JOB, "status": "cancelled"}, Unknown, "http_503", "HTTP 503"),
    (200, HTML, Unknown, "garbled", "an HTML page"),
    (403, HTML, Refused, "http_403", "HTTP 403 Forbidden: an HTML page, “Access Denied”"),
    (404, "", Refused, "http_404", "HTTP 404 Not Found"),
    (200, "", Unknown, "garbled", "not JSON"),
    (200, '{"id":"e20b', Unknown, "garbled", "not JSON"),
    (200, [{"id": JOB, "status": "cancelled"}], Unknown, "garbled", "not an object"),
    (200, "[" * 100_000, Unknown, "garbled", "nested"),
    (200, {"id": "2c90839d46f936820146fd4ef77a1eb6", "status": "cancelled"}, Unknown, "other_job", "another job"),
    (200, {"status": "cancelled", "name": "June10"}, Unknown, "no_job", "no ID"),
    (200, {"id": JOB}, Unknown, "no_status", "no status"),
    (200, {"id": JOB, "status": "cancelled", "errorCode": "90003", "message": "no"}, Refused, "aqua_90003", "no"),
    (200, {**DONE, "errorCode": True}, Refused, "http_200", "an error without a message"),
    (200, {**DONE, "errorCode": {"value": 90003, "text": "bad"}}, Refused, "http_200", "90003; bad"),
    (200, {**DONE, "code": ["bad", "worse"]}, Refused, "http_200", "bad; worse"),
    (200, {**DONE, "code": [[], {}]}, Refused, "http_200", "an error without a message"),
    (200, {**DONE, "code": True, "message": "bad"}, Refused, "http_200", "bad"),
    (200, {**DONE, "error": {"message": "bad"}}, Refused, "http_200", "bad"),
    (200, {**DONE, "success": False}, Refused, "http_200", "an error without a message"),
    (200, {**DONE, "success": False, "reasons": ["bad", "worse"]}, Refused, "http_200", "bad; worse"),
    (200, {**DONE, "success": False, "reasons": {"why": "bad"}}, Refused, "http_200", "bad"),
    (200, {**DONE, "success": False, "reasons": {"code": 7, "message": "bad"}}, Refused, "aqua_7", "bad (code 7)"),
    (200, {**DONE, "success": False, "reasons": "bad"}, Refused, "http_200", "bad"),
    (200, {**DONE, "success": False, "reasons": True}, Refused, "http_200", "an error without a message"),
    (200, {**DONE, "success": False, "reasons": [None]}, Refused, "http_200", "an error without a message"),
    (200, {**DONE, "success": False, "reasons": [{"message": ["bad"]}]}, Refused, "http_200", "bad"),
    (502, {**DONE, "errorCode": True}, Unknown, "http_502", "an error without a message"),
    (302, "", Unknown, "redirect", "never followed"),
    (307, {"id": JOB, "status": "cancelled"}, Unknown, "redirect", "never followed"),
    (799, "", Unknown, "http_799", "HTTP 799"),
]


@pytest.mark.parametrize(("status", "body", "error", "kind", "words"), FORMS)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_it_tells_a_refusal_from_something_that_nobody_understands(
    client: AquaClient,
    sandbox: Sandbox,
    method: str,
    status: int,
    body: object,
    error: type[AquaError],
    kind: str,
    words: str,
) -> None:
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    sandbox.play(Fault(method, status=status, body=raw, headers={"Location": f"{sandbox.url}/stolen"}))
    call = client.read_job if method == "GET" else client.cancel_job
    with pytest.raises(error) as caught:
        call(JOB, track_id="t")
    assert caught.value.kind == kind
    assert words in caught.value.words
    assert caught.value.answer.http_status == status
    assert caught.value.answer.body == raw
    assert len(sandbox.requests) == 1, "neither repeated nor redirected"


@pytest.mark.parametrize("name", ["errorCode", "code", "error", "reasons"])
@pytest.mark.parametrize("absent", [None, "", 0, 0.0, False, [], {}])
def test_what_is_not_there_is_no_complaint(client: AquaClient, sandbox: Sandbox, name: str, absent: object) -> None:
    sandbox.play(Fault("GET", body=json.dumps({**DONE, name: absent, "message": "fine"}).encode()))
    assert client.read_job(JOB).job.status == "cancelled"  # type: ignore[union-attr]


@pytest.mark.parametrize("status", ["Cancelled", "canceled", "CANCELLED", "stopping", "cancelled "])
def test_only_zuoras_own_word_is_cancelled(client: AquaClient, sandbox: Sandbox, status: str) -> None:
    body = json.dumps({"id": JOB, "status": status}).encode()
    sandbox.play(Fault("GET", body=body))
    sandbox.play(Fault("DELETE", body=body))
    assert client.read_job(JOB).job.status == status  # type: ignore[union-attr]
    with pytest.raises(Unknown, match=status):
        client.cancel_job(JOB, track_id="t")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120), ("999999", 3600), ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("soon", None), ("", None)],
)
def test_it_reads_how_long_to_wait(client: AquaClient, sandbox: Sandbox, header: str, seconds: float | None) -> None:
    sandbox.play(Fault("GET", status=429, body=b"{}", headers={"Retry-After": header}))
    with pytest.raises(Refused) as caught:
        client.read_job(JOB)
    assert caught.value.retry_after == seconds


def test_words_are_bounded_and_printable(client: AquaClient, sandbox: Sandbox) -> None:
    sandbox.play(Fault("GET", body=json.dumps({"errorCode": "1", "message": "a\r\nb\x1b[31m" + "x" * 5000}).encode()))
    with pytest.raises(Refused) as caught:
        client.read_job(JOB)
    assert caught.value.words.startswith("a  b [31m")
    assert len(caught.value.words) <= 2048
