"""The search box: a pasted ID of any kind, or words; and of elsewhere nothing is told."""

import pytest
from django.contrib.auth.models import User

from jobs import history
from jobs.history import CANCELLATIONS, EXCHANGES, Filter, Place
from jobs.history.words import MOST_BYTES, words_of
from jobs.models import BatchSnapshot, Cancellation, Connection, Exchange


def found(user: User, q: str, show: str = CANCELLATIONS) -> list[int]:
    return [row.pk for row in history.page(user, Filter(q=q, show=show), Place()).rows]


def kind(user: User, q: str) -> str:
    return history.page(user, Filter(q=q), Place()).planned.understood.kind


@pytest.fixture
def elsewhere(past: list[Connection]) -> Cancellation:
    """One on a connection that the northerner does not see, of a job that is on none that they see."""
    own = Exchange.objects.filter(connection=past[1]).values("job_id")
    row = Cancellation.objects.exclude(connection=past[1]).exclude(job_id__in=own).first()
    assert row is not None
    return row


@pytest.fixture
def own(past: list[Connection]) -> Cancellation:
    row = Cancellation.objects.filter(connection=past[1]).first()
    assert row is not None
    return row


def ids_of(row: Cancellation) -> dict[str, str]:
    batch = BatchSnapshot.objects.filter(snapshot=row.lookup.snapshot).last()
    assert batch is not None
    return {
        "a job ID": row.job_id,
        "a batch ID": str(batch.batch_id),
        "a file ID": str(batch.file_id),
        "a Zuora-Request-Id": row.lookup.request_id,
        "the ID of a cancellation": str(row.uuid),
    }


@pytest.mark.parametrize(
    "what", ["a job ID", "a batch ID", "a file ID", "a Zuora-Request-Id", "the ID of a cancellation"]
)
def test_an_id_of_any_kind_leads_to_its_rows(
    what: str, own: Cancellation, elsewhere: Cancellation, northerner: User
) -> None:
    text = ids_of(own)[what]
    assert own.pk in found(northerner, f"  {text} ")
    assert kind(northerner, text) == what
    job = set(Exchange.objects.filter(job_id=own.job_id, connection=own.connection).values_list("pk", flat=True))
    assert set(found(northerner, text, EXCHANGES)) <= job
    assert found(northerner, text, EXCHANGES)


@pytest.mark.parametrize(
    "what", ["a job ID", "a batch ID", "a file ID", "a Zuora-Request-Id", "the ID of a cancellation"]
)
def test_an_id_of_elsewhere_is_as_one_that_does_not_exist(
    what: str, elsewhere: Cancellation, admin: User, northerner: User
) -> None:
    text = ids_of(elsewhere)[what]
    assert elsewhere.pk in found(admin, text)
    unknown = text.translate(str.maketrans("0123456789", "1234567890"))
    assert found(northerner, text) == found(northerner, unknown) == []
    assert kind(northerner, text) == kind(northerner, unknown)


@pytest.mark.parametrize(
    "text", ["https://rest.zuora.com/v1/batch-query/jobs/{}", "job id: {} hangs", "/cancellations/{}/ see here"]
)
def test_a_url_or_a_log_line_will_do(text: str, own: Cancellation, northerner: User) -> None:
    text = text.format(own.uuid if "cancellations" in text else own.job_id)
    assert own.pk in found(northerner, text)


@pytest.mark.parametrize(
    ("q", "words"),
    [
        ("hangs", ["hangs"]),
        ("HANGS it", ["it", "hangs"]),
        ("uberlast", ["uberlast"]),
        ("überLAST", ["uberlast"]),
        ("nightly 3", ["nightly", "3"]),
        ("Invoice", ["invoice"]),
        ("person-2", ["person", "2"]),
        ("OPS-7", ["ops", "7"]),
        ("fin*", ["finance"]),
        ("close rateplancharge", ["close", "rateplancharge"]),
    ],
)
def test_words_of_reason_ticket_person_job_and_object(
    q: str, words: list[str], past: list[Connection], admin: User
) -> None:
    expected = []
    for row in Cancellation.objects.select_related("lookup__snapshot"):
        assert row.lookup.snapshot is not None
        objects = " ".join(row.lookup.snapshot.batches.values_list("source_object", flat=True))
        names = " ".join(str(name) for name in row.lookup.snapshot.batches.values_list("name", flat=True))
        text = f"{row.reason} {row.ticket} {row.requested_by_name} {row.lookup.snapshot.name} {objects} {names}"
        if set(words) <= set(words_of(text)):
            expected.append(row.pk)
    assert expected
    assert found(admin, q) == expected[:50]


@pytest.mark.parametrize("q", ["!!!", "nowhere", "zz*", "*", "hangs nowhere", "' OR 1=1 --", "%", "\u0000", "x" * 5000])
def test_what_is_nowhere_finds_nothing(q: str, past: list[Connection], admin: User) -> None:
    assert found(admin, q) == []
    assert found(admin, q, EXCHANGES) == []


def test_a_word_is_cut_at_whole_letters() -> None:
    (word,) = words_of("ä" * 30 + "ж" * 30)
    assert word == "a" * 30 + "ж" * 9
    assert len(word.encode()) == MOST_BYTES


def test_a_beginning_of_too_many_words_says_so(past: list[Connection], admin: User) -> None:
    from jobs.history import words

    row = Cancellation.objects.latest("id")
    words.insert(row.pk, [f"many{n:03}" for n in range(60)])
    understood = history.page(admin, Filter(q="many*"), Place()).planned.understood
    assert understood.too_many == "many"
    assert found(admin, "many*") == [row.pk]
