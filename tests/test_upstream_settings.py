"""A private authority and a proxy from the settings, through the whole flow; and the forms that nobody documents."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from jobs import connections
from jobs.aqua import client as client_module
from jobs.models import Connection, Role, State
from jobs.sandbox import Sandbox
from jobs.sentences import sentence
from tests.certificates import Authority
from tests.flow import cancel, look_up
from tests.proxy import Proxy

Make = Callable[..., Any]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.mark.parametrize("auth", ["keys", "oauth"])
@pytest.mark.parametrize("has_proxy", [False, True])
def test_a_private_authority_and_a_proxy_from_the_settings(
    make_connection: Make, make_person: Make, authority: Authority, settings: Any, auth: str, has_proxy: bool
) -> None:
    with Sandbox(tls=authority.issue("127.0.0.1")) as private, Proxy() as proxy:
        connection = make_connection(auth=auth, base_url=private.url)
        user = make_person("operator", Role.OPERATOR, connection)
        foreign = look_up(user, connection, private.jobs["running"])
        assert (foreign.error_kind, foreign.snapshot, private.requests) == ("tls", None, [])

        connections.forget_clients()
        settings.UPSTREAM_CA_FILE = str(authority.ca_file)
        settings.UPSTREAM_PROXY = proxy.url if has_proxy else ""
        cancellation = cancel(user, look_up(user, connection, private.jobs["running"]), wait=1.0)

        assert cancellation.state == State.CANCELLED
        assert sentence(cancellation).startswith("Cancelled. Zuora confirmed it at ")
        assert len(private.seen("DELETE", "")) == 1
        assert proxy.requests == [f"CONNECT {private.url.removeprefix('https://')}"] * has_proxy


def test_a_proxy_from_the_settings_that_is_not_there_means_that_nothing_was_sent(
    operator: User, connection: Connection, sandbox: Sandbox, settings: Any
) -> None:
    lookup = look_up(operator, connection, sandbox.jobs["running"])
    connections.forget_clients()
    with Proxy() as gone:
        settings.UPSTREAM_PROXY = gone.url
    cancellation = cancel(operator, lookup)
    assert cancellation.state == State.NOT_SENT
    assert "The proxy did not connect: Connection refused" in sentence(cancellation)
    assert sandbox.seen("DELETE", "") == []


@pytest.mark.parametrize("form", ["errorCode", "400", "404"])
def test_a_job_that_finished_first_is_one_in_whichever_form_zuora_says_so(
    make_connection: Make, make_person: Make, form: str
) -> None:
    with Sandbox(already_complete=form) as zuora:
        connection = make_connection(base_url=zuora.url)
        user = make_person("operator", Role.OPERATOR, connection)
        cancellation = cancel(user, look_up(user, connection, zuora.jobs["finishes while you confirm"]), wait=1.0)
        answer = cancellation.exchanges.get(cause="cancel")
        assert (answer.http_status, answer.outcome) == (200 if form == "errorCode" else int(form), "refused")
        assert "Invalid Job Id for job cancellation." in answer.words
        assert cancellation.state == State.FINISHED_FIRST
        assert sentence(cancellation) == "The job ended as completed; it was not cancelled."


@pytest.mark.parametrize(
    ("situation", "kind", "after"),
    [
        ("loses the answer after doing the work", "cut_off", State.CANCELLED),
        ("hangs up without doing the work", "cut_off", State.UNCONFIRMED),
        ("hangs up in the middle of the answer", "cut_off", State.CANCELLED),
        ("drips the headers of its answer", "timeout", State.CANCELLED),
        ("drips the body of its answer", "timeout", State.CANCELLED),
    ],
)
def test_what_a_named_job_does_to_its_answer_does_not_hide_what_became_of_it(
    operator: User,
    connection: Connection,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    situation: str,
    kind: str,
    after: State,
) -> None:
    job_id = sandbox.jobs[situation]
    lookup = look_up(operator, connection, job_id)
    monkeypatch.setattr(client_module, "CANCEL_SECONDS", 0.4)
    cancellation = cancel(operator, lookup, wait=1.0)
    answer = cancellation.exchanges.get(cause="cancel")
    assert (answer.error_kind, answer.outcome, cancellation.state) == (kind, "unknown", after)
    assert len(sandbox.seen("DELETE", job_id)) == 1
