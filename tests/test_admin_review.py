"""What an auditor reads of one cancellation: who and why, each exchange, each batch, the body as it came."""

import json
from collections.abc import Callable
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jobs.models import Cancellation, Connection, Exchange, JobSnapshot
from jobs.sandbox import Fault, Sandbox
from tests.admin_pages import page_of, results
from tests.behind import behind_their_back
from tests.documented import DSEXPORT, JUNE10
from tests.flow import cancel, look_up

Door = Callable[[User], Client]
SCRIPT = "<script>alert('{}')</script>"
DSEXPORT_ID = json.loads(DSEXPORT)["id"]


@pytest.fixture
def browser(auditor: User, door: Door) -> Client:
    return door(auditor)


@pytest.fixture
def exported(operator: User, connection: Connection, sandbox: Sandbox) -> Cancellation:
    """Zuora's documented job, cancelled: it answers exactly as in the documentation."""
    sandbox.submit(job_id=DSEXPORT_ID)
    lookup = look_up(operator, connection, DSEXPORT_ID)
    sandbox.play(Fault("DELETE", DSEXPORT_ID, act=True, body=DSEXPORT))
    sandbox.play(Fault("GET", DSEXPORT_ID, body=DSEXPORT))
    return cancel(operator, lookup, wait=5)


def text_of(browser: Client, row: object) -> str:
    response = browser.get(page_of(row))
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_shows_who_asked_for_what_and_why(browser: Client, exported: Cancellation) -> None:
    text = text_of(browser, exported)
    for shown in (
        "Cancelled. Zuora confirmed it at",
        DSEXPORT_ID,
        "it hangs",
        "OPS-1",
        "operator",
        "ACME test",
        "web page",
        exported.get_absolute_url(),
        str(exported.uuid),
    ):
        assert shown in text


def test_the_page_shows_each_exchange_with_its_answer(browser: Client, exported: Cancellation) -> None:
    text = text_of(browser, exported)
    exchanges = [exported.lookup, *exported.exchanges.order_by("id")]
    assert [exchange.method for exchange in exchanges] == ["GET", "DELETE", "GET"]
    positions = [text.index(page_of(exchange)) for exchange in exchanges]
    assert positions == sorted(positions)
    for exchange in exchanges:
        assert f"{exchange.method} {exchange.url}" in text
        assert exchange.request_id in text
        assert page_of(exchange.snapshot) in text
    for title in ("Look-up ·", "Cancel ·", "Confirmation ·", "HTTP 200"):
        assert title in text


def test_the_page_shows_every_batch_and_all_27_segments(browser: Client, exported: Cancellation) -> None:
    account, period = json.loads(DSEXPORT)["batches"]
    assert len(account["segments"]) == 27
    for row in (exported, exported.rests_on.snapshot):  # type: ignore[union-attr]
        text = text_of(browser, row)
        for segment in [*account["segments"], *period["segments"]]:
            assert segment in text
        assert text.index(">Account<") < text.index(">AccountingPeriod<")
    assert "1,322" in text_of(browser, exported)


def test_the_snapshots_page_shows_what_zuora_gave(browser: Client, exported: Cancellation) -> None:
    snapshot = exported.rests_on.snapshot  # type: ignore[union-attr]
    text = unescape(text_of(browser, snapshot))
    for batch in json.loads(DSEXPORT)["batches"]:
        assert batch["query"] in text
        assert batch["batchId"] in text
    assert results(browser, "jobsnapshot", q=DSEXPORT_ID) == list(JobSnapshot.objects.all())


def test_the_body_is_shown_as_it_was_received(browser: Client, exported: Cancellation) -> None:
    for row in (exported, exported.rests_on, exported.rests_on.snapshot):  # type: ignore[union-attr]
        assert DSEXPORT.decode() in unescape(text_of(browser, row))


def test_a_read_that_came_in_another_form_shows_its_own_bytes(
    browser: Client, operator: User, connection: Connection, sandbox: Sandbox
) -> None:
    job_id = json.loads(JUNE10)["id"]
    squeezed = json.dumps(json.loads(JUNE10), separators=(",", ":")).encode()
    for body in (JUNE10, squeezed):
        sandbox.play(Fault("GET", job_id, body=body))
    first, second = (look_up(operator, connection, job_id) for _ in range(2))
    assert first.snapshot == second.snapshot
    assert JUNE10.decode() in unescape(text_of(browser, first))
    assert squeezed.decode() in unescape(text_of(browser, second))


@pytest.mark.parametrize(
    ("fault", "shown"),
    [
        (Fault(body=b"\xff\xfe not text"), "\ufffd\ufffd not text"),
        (Fault(status=503, body=b""), '<pre class="received"></pre>'),
        (Fault(hang_up="before"), "nothing came back"),
    ],
)
def test_a_body_that_is_no_text_is_shown_too(
    browser: Client, operator: User, connection: Connection, sandbox: Sandbox, fault: Fault, shown: str
) -> None:
    sandbox.play(fault)
    assert shown in text_of(browser, look_up(operator, connection, sandbox.jobs["running"]))


def test_whatever_others_wrote_is_escaped_everywhere(
    browser: Client, operator: User, make_connection: Callable[..., Connection], sandbox: Sandbox
) -> None:
    connection = make_connection(SCRIPT.format("connection"), tenant=SCRIPT.format("tenant"))
    operator.groups.get().access.update(connection=connection)
    job_id = sandbox.submit()
    words = [SCRIPT.format(name) for name in ("name", "batch", "message", "query", "status", "segment", "extra")]
    name, batch, message, query, status, segment, extra = words
    job = {"id": job_id, "name": name, "status": "executing", "partner": name, "x": extra}
    job["batches"] = [
        {"name": batch, "status": status, "message": message, "query": query, "segments": [segment], "fileId": None},
        {"name": batch, "status": status, "fileId": segment, "batchId": segment, "y": [extra]},
    ]
    sandbox.play(Fault("GET", job_id, body=json.dumps(job).encode()))
    lookup = look_up(operator, connection, job_id)
    sandbox.play(Fault("DELETE", job_id, status=403, body=json.dumps({"code": "1", "message": message}).encode()))
    header = {"Zuora-Request-Id": SCRIPT.format("header")}
    sandbox.play(Fault("GET", job_id, body=json.dumps(job).encode(), headers=header))
    cancellation = cancel(operator, lookup, wait=5)
    with behind_their_back(Cancellation):
        marked = {"reason": SCRIPT.format("reason"), "ticket": SCRIPT.format("x")}
        Cancellation.objects.filter(pk=cancellation.pk).update(**marked)

    pages = [f"/admin/jobs/{model}/" for model in ("cancellation", "exchange", "jobsnapshot", "connection")]
    pages += [page_of(row) for row in (cancellation, connection, *Exchange.objects.all(), *JobSnapshot.objects.all())]
    pages += [cancellation.get_absolute_url(), f"/lookups/{lookup.pk}/", "/"]
    texts = {url: browser.get(url).content.decode() for url in pages}
    for url, text in texts.items():
        assert "<script>alert" not in text, url
    review = texts[page_of(cancellation)]
    for word in (name, batch, message, status, segment, SCRIPT.format("reason"), SCRIPT.format("header")):
        assert word.replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#x27;") in review
