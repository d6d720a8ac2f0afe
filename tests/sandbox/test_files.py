"""Result files: what a batch found, in the format that was asked for, for three days."""

import csv
import gzip
import io
import zipfile
from collections.abc import Callable

import pytest
import requests

from jobs.sandbox import Sandbox
from jobs.sandbox.clockwork import PretendBatch

Ask = Callable[..., requests.Response]
DAY = 86400.0
QUERY = "select Id, Balance, DueDate, UpdatedDate, Account.Name from Invoice"


def finished(sandbox: Sandbox, ask: Ask, *batches: PretendBatch, **fields: object) -> list[dict[str, object]]:
    """The batches of a job that has completed."""
    job_id = sandbox.submit(*batches, waits=0.0, **fields)
    sandbox.advance(60)
    job = ask("GET", f"/v1/batch-query/jobs/{job_id}").json()
    assert job["status"] == "completed"
    found: list[dict[str, object]] = job["batches"]
    return found


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode())))


@pytest.mark.parametrize("path", ["/v1/files/", "/v1/file/", "/apps/api/file/", "/apps/api/files/", "//v1//files//"])
def test_a_file_has_a_heading_and_as_many_rows_as_were_counted(ask: Ask, sandbox: Sandbox, path: str) -> None:
    (batch,) = finished(sandbox, ask, PretendBatch("Invoice", QUERY, rows=7))
    answer = ask("GET", f"{path}{batch['fileId']}")
    assert answer.headers["Content-Type"].startswith("text/csv")
    heading, *found = rows(answer.content)
    assert heading == ["Id", "Balance", "DueDate", "UpdatedDate", "Account.Name"]
    assert (len(found), batch["recordCount"], {len(row) for row in found}) == (7, 7, {5})
    assert len({row[0] for row in found}) == 7
    assert found[0][1:4] == ["0.50", "2026-01-31", "2026-01-31T08:20:07Z"], "clients parse amounts and dates"


def test_a_zip_and_a_gzip_hold_the_same_table(ask: Ask, sandbox: Sandbox) -> None:
    contents = {}
    for form in ("CSV", "ZIP", "GZIP"):
        (batch,) = finished(sandbox, ask, PretendBatch("Invoice", QUERY, rows=3), format=form, job_id=f"{form:0<32}")
        answer = ask("GET", f"/v1/files/{batch['fileId']}")
        contents[form] = (answer.headers["Content-Type"], answer.content)
    assert contents["ZIP"][0] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(contents["ZIP"][1])) as archive:
        assert archive.namelist() == ["Invoice.csv"]
        unzipped = archive.read("Invoice.csv")
    assert contents["GZIP"][0] == "application/x-gzip"
    tables = [contents["CSV"][1], unzipped, gzip.decompress(contents["GZIP"][1])]
    assert [len(rows(table)) for table in tables] == [4, 4, 4]
    assert [rows(table)[0] for table in tables] == [rows(tables[0])[0]] * 3


def test_segments_share_the_rows_and_each_has_the_heading(ask: Ask, sandbox: Sandbox) -> None:
    (batch,) = finished(sandbox, ask, PretendBatch("Invoice", QUERY, rows=11, segments=3))
    tables = [rows(ask("GET", f"/v1/files/{file_id}").content) for file_id in batch["segments"]]  # type: ignore[attr-defined]
    assert [len(table) - 1 for table in tables] == [3, 3, 5]
    assert len({row[0] for table in tables for row in table[1:]}) == batch["recordCount"] == 11
    assert "fileId" not in batch


@pytest.mark.parametrize(("form", "value"), [("Boolean", "false"), ("Numeric", "0")])
def test_a_deleted_column_stands_last(ask: Ask, sandbox: Sandbox, form: str, value: str) -> None:
    deleted = {"column": "Gone", "format": form}
    (batch,) = finished(sandbox, ask, PretendBatch("Account", "select Id, Name from Account", rows=2, deleted=deleted))
    table = rows(ask("GET", f"/v1/files/{batch['fileId']}").content)
    assert [row[-1] for row in table] == ["Gone", value, value]
    assert {len(row) for row in table} == {3}


def test_labels_stand_in_the_heading_where_the_query_gives_none(ask: Ask, sandbox: Sandbox) -> None:
    batch = PretendBatch("Account", "select Id, Name from Account", rows=1)
    (found,) = finished(sandbox, ask, batch, uses_labels=True)
    assert rows(ask("GET", f"/v1/files/{found['fileId']}").content)[0] == ["Account: Id", "Account: Name"]


def test_a_file_is_there_from_the_end_of_its_batch_for_three_days_after_its_job(ask: Ask, sandbox: Sandbox) -> None:
    batches = [PretendBatch(name, "select Id from Account", seconds=100) for name in ("first", "second")]
    job_id = sandbox.submit(*batches, waits=0.0)
    (first, _) = (position for position in (0, 1))
    early = sandbox.api.jobs[job_id].files_of(first, sandbox.now() + 150)[0]
    assert ask("GET", f"/v1/files/{early}").status_code == 404
    sandbox.advance(150)
    assert ask("GET", f"/v1/files/{early}").status_code == 200
    sandbox.advance(3 * DAY - 3600)
    assert ask("GET", f"/v1/files/{early}").status_code == 200
    sandbox.advance(7200)
    gone = ask("GET", f"/v1/files/{early}")
    assert (gone.status_code, gone.json()["code"]) == (404, 50000040)


def test_the_finished_files_of_a_cancelled_job_are_kept(ask: Ask, sandbox: Sandbox) -> None:
    cancelled = ask("DELETE", f"/v1/batch-query/jobs/{sandbox.jobs['running']}").json()
    file_id = cancelled["batches"][1]["fileId"]
    answer = ask("GET", f"/v1/files/{file_id}")
    assert len(rows(answer.content)) - 1 == cancelled["batches"][1]["recordCount"]
    assert "fileId" not in cancelled["batches"][2]


@pytest.mark.parametrize(
    "path", ["/v1/files/nothing", "/v1/files/", "/v1/file", "/v1/files/a/b", "/v1/nothing", "/v2/"]
)
def test_what_is_not_there_is_404(ask: Ask, path: str) -> None:
    missing = ask("GET", path)
    assert (missing.status_code, missing.json()["code"]) == (404, 50000040)


def test_describe_lists_the_objects_and_their_fields(ask: Ask) -> None:
    listed = ask("GET", "/v1/describe")
    assert listed.headers["Content-Type"].startswith("text/xml")
    assert "<name>Account</name>" in listed.text
    assert "<name>UpdatedDate</name>" in ask("GET", "/v1/describe/Account").text
    assert ask("GET", "/v1/describe/Nothing").status_code == 404
    assert requests.get(listed.url, timeout=10).status_code == 401
