"""What Zuora answered is kept: body, exchange, job and batches, with nothing lost."""

import hashlib
import json
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from jobs.models import BatchSnapshot, Cause, Connection, Exchange, JobSnapshot, Role, TeamAccess
from jobs.models.exchange import Outcome
from jobs.sandbox import Fault, Sandbox
from tests.documented import DSEXPORT, JUNE10
from tests.flow import cancel, look_up

MIB = 1024 * 1024
Read = Callable[..., Exchange]


@pytest.fixture
def read(operator: User, connection: Connection, sandbox: Sandbox) -> Read:
    """Look a job up while Zuora answers with this body."""

    def look(body: bytes, *, on: Connection = connection, **answer: object) -> Exchange:
        sandbox.play(Fault("GET", "/jobs/", body=body, **answer))
        exchange = look_up(operator, on, json.loads(body)["id"] if body[:1] == b"{" else "0" * 32)
        return Exchange.objects.get(pk=exchange.pk)

    return look


def a_job(**fields: object) -> bytes:
    return json.dumps({"id": "0" * 32, "status": "executing", **fields}).encode()


def job_of(exchange: Exchange) -> JobSnapshot:
    assert exchange.snapshot is not None
    return JobSnapshot.objects.get(pk=exchange.snapshot.pk)


@pytest.mark.parametrize("body", [JUNE10, DSEXPORT], ids=["June10", "DSEXPORT"])
def test_nothing_of_the_documented_answers_is_lost(read: Read, body: bytes) -> None:
    exchange = read(body)
    document = json.loads(body)
    snapshot = job_of(exchange)
    assert snapshot.to_job().document() == document
    assert snapshot.extra == {}
    assert snapshot.body_plain == exchange.body_received == body
    assert exchange.body_sha256 == hashlib.sha256(body).hexdigest()
    assert (snapshot.name, snapshot.status, snapshot.format) == (document["name"], "cancelled", "CSV")
    for row, batch in zip(snapshot.batches.all(), document["batches"], strict=True):
        assert row.extra == {}
        assert (row.name, row.query, row.batch_id) == (batch["name"], batch["query"], batch["batchId"])
        assert (row.record_count, row.file_id) == (batch["recordCount"], batch.get("fileId"))
        assert row.segments == batch.get("segments")


def test_batches_keep_their_order_and_name_what_they_read_from(read: Read) -> None:
    queries = {
        "Account": "select Id from Account",
        "Invoice": "SELECT Id\nFROM\tInvoice WHERE Name = 'from Account'",
        "RatePlan.Product": "select Id From RatePlan.Product",
        "": "select fromage",
    }
    batches = [{"name": f"{9 - n}", "query": query} for n, query in enumerate(queries.values())] + [{}]
    rows = job_of(read(a_job(batches=batches))).batches.all()
    assert [row.name for row in rows] == ["9", "8", "7", "6", None]
    assert [row.source_object for row in rows] == [*queries, ""]
    assert [row.position for row in rows] == [0, 1, 2, 3, 4]


def test_an_identical_read_adds_an_exchange_and_no_snapshot(read: Read) -> None:
    first, second = read(JUNE10), read(JUNE10)
    assert first.pk != second.pk
    assert first.snapshot == second.snapshot
    assert (JobSnapshot.objects.count(), BatchSnapshot.objects.count()) == (1, 2)
    assert first.body_received == second.body_received == JUNE10


def test_the_same_content_in_another_form_keeps_its_own_bytes(read: Read) -> None:
    document = json.loads(DSEXPORT)
    forms = [
        DSEXPORT,
        json.dumps(document).encode(),
        json.dumps(dict(reversed(document.items())), indent=4).encode(),
        DSEXPORT.replace(b"DSEXPORT", b"DSE\\u0058PORT"),
    ]
    exchanges = [read(body) for body in forms]
    assert len({exchange.snapshot_id for exchange in exchanges}) == JobSnapshot.objects.count() == 1
    assert [exchange.body_received for exchange in exchanges] == forms
    assert len({exchange.body_sha256 for exchange in exchanges}) == len(forms)


@pytest.mark.parametrize(
    "extra", [{"x": None}, {"x": 1}, {"x": 1.0}, {"x": True}, {"x": "1"}, {"batches": []}], ids=str
)
def test_content_that_differs_at_all_is_another_snapshot(read: Read, extra: dict[str, object]) -> None:
    others = [read(a_job(**fields)) for fields in ({}, {"x": [1]}, {"x": 1.5}, {"batches": None}, {"name": ""})]
    found = read(a_job(**extra))
    assert found.snapshot_id not in {other.snapshot_id for other in others}
    assert JobSnapshot.objects.count() == len(others) + 1


def test_one_body_on_two_connections_is_two_snapshots(
    read: Read, make_connection: Callable[..., Connection], operator: User
) -> None:
    other = make_connection("Other tenant")
    TeamAccess.objects.create(team=operator.groups.get(), connection=other, role=Role.VIEWER)
    exchanges = [read(JUNE10), read(JUNE10, on=other)]
    assert [job_of(exchange).connection for exchange in exchanges] == [exchange.connection for exchange in exchanges]
    assert JobSnapshot.objects.count() == 2
    assert BatchSnapshot.objects.count() == 4


ERRORS = {
    "AQuA": (b'{"errorCode":"90002","message":"Invalid Job Id."}', 200, Outcome.REFUSED, "aqua_90002"),
    "code": (b'{"success":false,"code":50000040,"message":"No \\u0000."}', 400, Outcome.REFUSED, "aqua_50000040"),
    "no words": (b"", 404, Outcome.REFUSED, "http_404"),
    "page": (b"<html>\xff<title>Gateway</title></html>", 503, Outcome.UNKNOWN, "http_503"),
    "list": (b"[1, 2]", 200, Outcome.UNKNOWN, "garbled"),
    "other job": (b'{"id": "1", "status": "cancelled"}', 200, Outcome.UNKNOWN, "other_job"),
}
WORDS = {
    "AQuA": "Invalid Job Id. (code 90002)",
    "code": "No \ufffd. (code 50000040)",
    "no words": "HTTP 404 Not Found: The answer is not JSON.",
    "page": "HTTP 503 Service Unavailable: an HTML page, “Gateway”",
    "list": "The answer is JSON, but not an object.",
    "other job": "The answer is another job: 1.",
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_keeps_its_body_and_its_words(
    operator: User, connection: Connection, sandbox: Sandbox, name: str
) -> None:
    body, status, outcome, kind = ERRORS[name]
    sandbox.play(Fault(status=status, body=body))
    exchange = look_up(operator, connection, sandbox.jobs["running"])
    exchange = Exchange.objects.get(pk=exchange.pk)
    assert (exchange.http_status, exchange.outcome, exchange.error_kind) == (status, outcome, kind)
    assert (exchange.words, exchange.snapshot) == (WORDS[name], None)
    assert exchange.body_received == body
    assert exchange.body_sha256 == hashlib.sha256(body).hexdigest()


def test_nothing_received_is_kept_as_nothing(operator: User, connection: Connection, sandbox: Sandbox) -> None:
    sandbox.play(Fault(hang_up="before"))
    exchange = Exchange.objects.get(pk=look_up(operator, connection, sandbox.jobs["running"]).pk)
    assert (exchange.body_received, exchange.body_text, exchange.body_sha256) == (None, None, "")
    assert (exchange.http_status, exchange.outcome) == (None, Outcome.UNKNOWN)


def test_a_401_and_what_followed_it_are_two_exchanges(operator: User, connection: Connection, sandbox: Sandbox) -> None:
    lookup = look_up(operator, connection, sandbox.jobs["running"])
    sandbox.api.sign_in.forget_tokens()
    cancellation = cancel(operator, lookup, wait=5)
    sent = list(cancellation.exchanges.filter(cause=Cause.CANCEL).order_by("id"))
    assert [(one.http_status, one.outcome, one.error_kind) for one in sent] == [
        (401, Outcome.REFUSED, "http_401"),
        (200, Outcome.ANSWERED, ""),
    ]
    refused, accepted = sent
    assert refused.words == "HTTP 401: repeated with a new token."
    assert json.loads(refused.body_received or b"") == {"message": "Authentication error"}
    assert refused.snapshot is None
    assert accepted.snapshot is not None
    assert refused.request_id != accepted.request_id
    assert {one.track_id for one in sent} == {str(cancellation.uuid)}
    assert len(sandbox.seen("DELETE", "")) == 2
    assert cancellation.rests_on_id > accepted.pk  # type: ignore[operator]


def test_a_huge_job_is_kept_whole(read: Read) -> None:
    batches = [{"name": f"b{n}", "query": "select Id from Account -- " + "x" * 20_000} for n in range(50)]
    body = a_job(batches=batches, note="y" * MIB)
    exchange = read(body)
    assert exchange.body_received == body
    assert job_of(exchange).to_job().document() == json.loads(body)


def test_a_body_beyond_the_limit_is_kept_up_to_it(operator: User, connection: Connection, sandbox: Sandbox) -> None:
    sandbox.play(Fault(body=a_job(), padding=9 * MIB))
    exchange = Exchange.objects.get(pk=look_up(operator, connection, "0" * 32).pk)
    assert (exchange.outcome, exchange.error_kind, exchange.snapshot) == (Outcome.UNKNOWN, "too_large", None)
    assert exchange.body_received is not None
    assert len(exchange.body_received) == 8 * MIB
    assert exchange.body_received.startswith(a_job())
