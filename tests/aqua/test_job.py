import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.aqua.body import MAX_DEPTH, NotUnderstood, parse_object
from jobs.aqua.job import MAX_BATCHES, Batch, Job
from tests.documented import DSEXPORT, JUNE10

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
names = st.sampled_from([*Job.FIELDS, *Batch.FIELDS, "batches", "code"]) | st.text()
documents = st.dictionaries(names, values | st.lists(st.dictionaries(names, values), max_size=3))


@pytest.mark.parametrize("body", [JUNE10, DSEXPORT])
def test_nothing_of_a_documented_answer_is_lost_or_left_over(body: bytes) -> None:
    job = Job.parse(parse_object(body))
    assert job.document() == json.loads(body)
    assert job.extra == {}
    assert job.batches is not None
    assert all(batch.extra == {} for batch in job.batches)


def test_the_segments_are_kept() -> None:
    job = Job.parse(parse_object(DSEXPORT))
    assert job.batches is not None
    assert [len(batch.segments or ()) for batch in job.batches] == [27, 1]
    assert [batch.file_id for batch in job.batches] == [None, None]
    assert [(batch.status, batch.record_count) for batch in job.batches] == [("completed", 1322), ("submitted", 0)]


def test_another_type_than_the_documented_one_is_read_and_kept_verbatim() -> None:
    document = {"id": "a", "version": 1.1, "batches": [{"recordCount": "411", "message": None, "full": "yes"}]}
    job = Job.parse(document)
    assert job.version == "1.1"
    assert job.batches is not None
    assert (job.batches[0].record_count, job.batches[0].message) == (411, None)
    assert job.document() == document


def test_what_no_database_holds_is_shown_without_and_kept_with() -> None:
    document = {"id": "a", "name": "x\x00\ud800"}
    job = Job.parse(document)
    assert job.name is not None
    assert "\x00" not in job.name
    assert job.name.encode()
    assert job.document() == document


@pytest.mark.parametrize("batches", ["none", [1], [{"name": "a"}, "b"], {"name": "a"}, [{}] * (MAX_BATCHES + 1)])
def test_batches_in_another_form_are_kept_whole(batches: Any) -> None:
    job = Job.parse({"id": "a", "batches": batches})
    assert job.batches is None
    assert job.document() == {"id": "a", "batches": batches}


@given(documents)
def test_nothing_parsed_is_ever_lost(document: dict[str, Any]) -> None:
    assert Job.parse(document).document() == document


@given(st.binary() | st.text().map(str.encode) | documents.map(lambda d: json.dumps(d).encode()[:-1]))
def test_no_body_whatever_raises_anything_but_its_own_error(body: bytes) -> None:
    try:
        document = parse_object(body)
    except NotUnderstood:
        return
    assert Job.parse(document).document() == document


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"1",
        b'"x"',
        b"null",
        b"<html></html>",
        b'{"a":NaN}',
        b'{"a":1e999}',
        b"\xff\xfe\xfa",
        b'{"status":"executing","status":"cancelled"}',
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"a":' * MAX_DEPTH + b"1" + b"}" * MAX_DEPTH,
        b'{"a":' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_object_is_not_understood(body: bytes) -> None:
    with pytest.raises(NotUnderstood):
        parse_object(body)
