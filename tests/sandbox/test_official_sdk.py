"""Zuora's own SDK for Python, unchanged, against the sandbox."""

from collections.abc import Iterator

import pytest
from zuora_sdk.rest import ApiException
from zuora_sdk.zuora_client import ZuoraClient, ZuoraEnvironment

from jobs.sandbox import Fault, Sandbox

QUERIES = [
    {"name": "Account", "query": "select Id, Name from Account", "type": "zoqlexport"},
    {"name": "Invoice", "query": "select Id from Invoice", "type": "zoqlexport"},
]


@pytest.fixture
def sdk(sandbox: Sandbox) -> Iterator[ZuoraClient]:
    client = ZuoraClient(*sandbox.describe()["oauth"].values(), ZuoraEnvironment.SBX)
    client.set_base_url(sandbox.url)
    client.initialize()
    yield client
    client.api_client.pool.close()
    client.api_client.rest_client.pool_manager.clear()


def test_it_submits_reads_and_cancels(sdk: ZuoraClient, sandbox: Sandbox) -> None:
    aqua = sdk.aggregate_queries_api()
    order = {"name": "June", "format": "csv", "version": "1.2", "partner": "p", "project": "q", "queries": QUERIES}
    made = aqua.create_batch_query(order)
    assert (made.name, made.status, made.partner) == ("June", "submitted", "p")
    assert [(batch.name, batch.status) for batch in made.batches] == [("Account", "pending"), ("Invoice", "pending")]
    sandbox.advance(7)
    read = aqua.get_batch_query_job(made.id)
    assert (read.id, read.status, read.project) == (made.id, "executing", "q")
    cancelled = aqua.delete_batch_query_job(made.id)
    assert (cancelled.id, cancelled.status) == (made.id, "cancelled")
    assert [batch.status for batch in cancelled.batches] == ["completed", "cancelled"]
    assert cancelled.batches[0].file_id
    assert aqua.get_batch_query_job(made.id).status == "cancelled"


@pytest.mark.parametrize("situation", ["running", "queued"])
def test_it_cancels_a_live_job(sdk: ZuoraClient, sandbox: Sandbox, situation: str) -> None:
    cancelled = sdk.aggregate_queries_api().delete_batch_query_job(sandbox.jobs[situation])
    assert (cancelled.id, cancelled.status) == (sandbox.jobs[situation], "cancelled")
    assert len(sandbox.seen("DELETE", sandbox.jobs[situation])) == 1


@pytest.mark.parametrize("situation", ["already completed", "aborted", "unknown ID"])
def test_it_is_told_that_there_is_nothing_to_cancel(sdk: ZuoraClient, sandbox: Sandbox, situation: str) -> None:
    answer = sdk.aggregate_queries_api().delete_batch_query_job(sandbox.jobs[situation])
    assert (answer.error_code, answer.message, answer.id) == ("90003", "Invalid Job Id for job cancellation.", None)


@pytest.mark.parametrize("status", ["400", "404"])
def test_it_raises_where_that_comes_as_an_http_error(status: str) -> None:
    with Sandbox(already_complete=status) as other:
        client = ZuoraClient(*other.describe()["oauth"].values(), ZuoraEnvironment.SBX)
        client.set_base_url(other.url)
        client.initialize()
        aqua = client.aggregate_queries_api()
        with pytest.raises(ApiException) as caught:
            aqua.delete_batch_query_job(other.jobs["already completed"])
        client.api_client.pool.close()
    assert caught.value.status == int(status)


def test_it_understands_the_errors(sdk: ZuoraClient, sandbox: Sandbox) -> None:
    aqua = sdk.aggregate_queries_api()
    assert aqua.get_batch_query_job(sandbox.jobs["unknown ID"]).message == "Invalid Job Id."
    refused = aqua.create_batch_query({"name": "bad", "queries": [{"name": "a", "query": "selec Id from Account"}]})
    assert (refused.error_code, refused.status) == ("90005", "error")
    sandbox.play(Fault("GET", status=403, body=b'{"code":50000010,"message":"No."}'))
    with pytest.raises(ApiException) as caught:
        aqua.get_batch_query_job(sandbox.jobs["running"])
    assert caught.value.status == 403
