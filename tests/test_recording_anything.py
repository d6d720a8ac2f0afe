"""Whatever JSON comes as a job is stored and read back as it was sent."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jobs.aqua import Batch, Job
from jobs.aqua.body import parse_object
from jobs.connections import read_job
from jobs.models import Connection, Exchange, JobSnapshot
from jobs.recording import keep_snapshot
from jobs.sandbox import Fault, Sandbox
from tests.flow import look_up

JOB_ID = "e20b07474688ad5001468daf10e501de"
few = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    database=None,
)

TEXT = st.text(st.characters(codec=None), max_size=8) | st.sampled_from(
    ["\x00", "\ud800", "\ud83d\ude00", "411", "true"]
)
VALUE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**63, -(2**63), 2**63 - 1, 10**40, 0, 1, 1.0, -0.0])
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
OUR_NAMES = ["job_id", "extra", "batches_", "content_sha256", "pk"]
BATCH_NAME = st.sampled_from([*Batch.FIELDS, *OUR_NAMES]) | TEXT
JOB_NAME = st.sampled_from([*Job.FIELDS, *OUR_NAMES]) | TEXT
BATCHES = VALUE | st.lists(st.dictionaries(BATCH_NAME, VALUE, max_size=6), max_size=4)
DOCUMENT = st.dictionaries(JOB_NAME, VALUE, max_size=8)


def exactly(value: Any) -> str:
    """A text that tells 1, 1.0, True and "1" apart."""
    return json.dumps(value, sort_keys=True)


def job_document(fields: dict[str, Any], batches: Any, *, has_batches: bool) -> dict[str, Any]:
    document = fields | {"id": JOB_ID} | ({"batches": batches} if has_batches else {})
    return dict(json.loads(json.dumps(document)))


@few
@given(fields=DOCUMENT, batches=BATCHES, has_batches=st.booleans())
@example(fields={"name": "\x00", "version": 1.1, "batches_": 2**70}, batches=[{"recordCount": "411"}], has_batches=True)
@example(fields={"status": "\ud800", "\ud83d": "\ude00"}, batches=[{"segments": [], "deleted": {}}], has_batches=True)
@example(fields={}, batches=[{"segments": ["a", 1], "full": "true", "recordCount": -1}], has_batches=True)
@example(fields={}, batches=[{}] * 501, has_batches=True)
@example(fields={}, batches=None, has_batches=True)
def test_what_is_stored_of_a_job_is_the_whole(
    connection: Connection, fields: dict[str, Any], batches: Any, has_batches: bool
) -> None:
    document = job_document(fields, batches, has_batches=has_batches)
    body = json.dumps(document).encode()
    job = Job.parse(parse_object(body))
    kept = JobSnapshot.objects.get(pk=keep_snapshot(connection, job, body).pk)
    assert exactly(kept.to_job().document()) == exactly(document)
    assert kept.to_job() == job
    assert exactly(json.loads(kept.body_plain)) == exactly(document)  # the form in which it came first
    assert keep_snapshot(connection, Job.parse(parse_object(body)), b"later").pk == kept.pk


@few
@given(fields=DOCUMENT, batches=BATCHES)
def test_what_comes_over_the_wire_is_kept_as_it_came(
    connection: Connection, operator: Any, sandbox: Sandbox, fields: dict[str, Any], batches: Any
) -> None:
    document = job_document({**fields, "status": "executing"}, batches, has_batches=True)
    body = json.dumps(document).encode()
    sandbox.play(Fault("GET", JOB_ID, body=body))
    exchange = Exchange.objects.get(pk=look_up(operator, connection, JOB_ID).pk)
    assert exchange.body_received == body
    assert exchange.words == "" or "\x00" not in exchange.words
    if exchange.snapshot is not None:
        assert exactly(exchange.snapshot.to_job().document()) == exactly(document)


@few
@given(body=st.binary(max_size=60))
@example(body=b"\x00")
@example(body=b'{"message": "\\u0000\\ud800", "code": "\\u0000"}')
@example(body=b'{"id": "\\u0000", "status": "\\ud800"}')
@example(body=b"[" * 100_000)
@example(body=b'{"id": 1e999}')
@example(body=b'{"errorCode": ' + b"9" * 5000 + b"}")
@example(body=b'{"errorCode": {"a": []}, "message": ["x"], "reasons": [1, {"code": null}]}')
def test_any_bytes_can_be_kept(connection: Connection, operator: Any, sandbox: Sandbox, body: bytes) -> None:
    sandbox.play(Fault("GET", JOB_ID, body=body))
    exchange = Exchange.objects.get(pk=look_up(operator, connection, JOB_ID).pk)
    assert exchange.body_received == body
    assert exchange.snapshot is None
    assert exchange.words


@pytest.mark.parametrize("status", ["cancelled ", "CANCELLED", "\x00", "\ud800", "<b>", 5, 1.5])
def test_a_status_that_zuora_does_not_document_is_kept(
    connection: Connection, operator: Any, sandbox: Sandbox, status: object
) -> None:
    body = json.dumps({"id": JOB_ID, "status": status}).encode()
    sandbox.play(Fault("GET", JOB_ID, body=body, times=2))
    assert read_job(connection, JOB_ID).error is None
    exchange = look_up(operator, connection, JOB_ID)
    assert exchange.snapshot is not None
    assert exchange.snapshot.to_job().document()["status"] == status
