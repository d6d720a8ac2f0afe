"""How times, lengths, numbers and other people's words are written, and what is said of a batch."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.utils import timezone as django_timezone

from jobs.aqua.job import TERMINAL
from jobs.models import BatchSnapshot
from jobs.sentences import fate
from jobs.sentences.words import clock, span, stop
from jobs.templatetags.aqua import ago, moment, thousands

AT = datetime(2026, 8, 1, 14, 3, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "said"), [("no", "no."), ("no.", "no."), ("no!", "no!"), ("what?", "what?"), ("and …", "and …")]
)
def test_words_end_with_one_stop(words: str, said: str) -> None:
    assert stop(words) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-3, "less than 0.1 s"),
        (0, "less than 0.1 s"),
        (0.1, "0.1 s"),
        (0.84, "0.8 s"),
        (59.9, "59.9 s"),
        (60, "1 min 0 s"),
        (754.6, "12 min 35 s"),
    ],
)
def test_a_length_of_time(seconds: float, said: str) -> None:
    assert span(timedelta(seconds=seconds)) == said


def test_a_time_has_its_date_only_beside_another_day() -> None:
    assert clock(AT, beside=AT) == "14:03:22 UTC"
    assert clock(AT + timedelta(hours=10), beside=AT) == "2 Aug 2026, 00:03:22 UTC"


def test_a_moment_is_in_utc_for_people_and_programs() -> None:
    there = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    said = '<time datetime="2026-08-01T14:03:22+00:00">1 Aug 2026, 14:03:22 UTC</time>'
    assert (moment(there), moment(None)) == (said, "–")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "just now"),
        (1.5, "1 second ago"),
        (59, "59 seconds ago"),
        (60, "1 minute ago"),
        (7300, "2 hours ago"),
        (90000, "1 day ago"),
    ],
)
def test_how_long_ago(seconds: int, said: str) -> None:
    assert ago(django_timezone.now() - timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(("value", "said"), [(None, "–"), (0, "0"), (999, "999"), (1234567, "1,234,567")])
def test_thousands_are_set_apart(value: int | None, said: str) -> None:
    assert thousands(value) == said


BATCHES = {
    # the batch's status: what is said in a live, a cancelled and an ended job
    "completed": ("finished", "finished", "finished"),
    "aborted": ("failed", "failed", "failed"),
    "executing": ("running", "stopped", "executing"),
    "submitted": ("waiting", "never started", "never started"),
    "pending": ("waiting", "never started", "never started"),
    "cancelled": ("cancelled", "stopped", "stopped"),
    "paused": ("paused", "paused", "paused"),
    None: ("no status", "no status", "no status"),
}


@pytest.mark.parametrize("status", BATCHES)
def test_what_became_of_a_batch(status: str | None) -> None:
    batch = BatchSnapshot(status=status)
    words = tuple(fate(batch, job_status=job).word for job in ("executing", "cancelled", "completed"))
    assert words == BATCHES[status]
    assert {fate(batch, job_status=job).word for job in TERMINAL - {"cancelled"}} == {words[2]}


@pytest.mark.parametrize("job_status", ["submitted", "executing"])
@pytest.mark.parametrize("status", BATCHES)
def test_of_each_batch_of_a_live_job_it_is_said_what_a_cancel_would_do(status: str | None, job_status: str) -> None:
    assert fate(BatchSnapshot(status=status), job_status=job_status).would
