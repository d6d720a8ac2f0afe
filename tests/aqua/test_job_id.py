import pytest

from jobs.aqua import job_id as job_ids

JOB = "e20b07474688ad5001468daf10e501de"
OTHER = "2c90839d46f936820146fd4ef77a1eb6"


@pytest.mark.parametrize(
    "pasted",
    [
        JOB,
        f"  {JOB}\n",
        f"https://rest.zuora.com/v1/batch-query/jobs/{JOB}",
        f"https://rest.zuora.com/v1/batch-query//jobs//{JOB}?x=1",
        f"DELETE /apps/api/batch-query/jobs/{JOB} HTTP/1.1",
        f"2026-11-24 02:00:01 ERROR jobId={JOB} batchId={OTHER} still executing",
        f"job id: {JOB} (fileId {OTHER})",
        f'{{"name":"June10","id":"{JOB}","batches":[{{"batchId":"{OTHER}"}}]}}',
        f"The extract {JOB} hangs, says {JOB}.",
    ],
)
def test_it_finds_the_id_in_what_was_pasted(pasted: str) -> None:
    assert job_ids.find(pasted) == JOB


@pytest.mark.parametrize(
    ("pasted", "says"),
    [
        ("", "no job ID"),
        ("no id here", "no job ID"),
        ("../../etc/passwd", "no job ID"),
        ("%2e%2e%2f", "no job ID"),
        (f"{JOB} and {OTHER}", "2 IDs"),
        ("x" * 10_000, "4,000 characters"),
        ("a" * 65, "no job ID"),
    ],
)
def test_it_says_what_to_do_where_there_is_none(pasted: str, says: str) -> None:
    with pytest.raises(job_ids.NoJobID, match=says):
        job_ids.find(pasted)


@pytest.mark.parametrize(
    ("text", "possible"),
    [("a", True), ("A_-9", True), ("a" * 64, True), ("a" * 65, False), ("a b", False), ("a\n", False), ("", False)],
)
def test_it_knows_which_ids_are_possible(text: str, *, possible: bool) -> None:
    assert job_ids.is_possible(text) is possible


def test_another_form_than_the_documented_one_is_unusual() -> None:
    assert job_ids.is_usual(JOB)
    assert not job_ids.is_usual(JOB.upper())
    assert not job_ids.is_usual("June10")
