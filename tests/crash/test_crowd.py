"""Sixteen people cancel two hundred jobs at once, with two that follow: nobody meets a lock, and the chain is whole."""

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from django.db.models import Count

from jobs.ledger.verifying import verify
from jobs.models import Cancellation, Cause, Connection, Exchange, State
from jobs.sandbox import Fault, Sandbox
from tests.crash.processes import Browser, follow, wait_until, web

PEOPLE, JOBS = 16, 200


@pytest.mark.parametrize("slowly", [False, True])
def test_a_crowd(
    slowly: bool, operator: User, connection: Connection, sandbox: Sandbox, make_person: Callable[..., User]
) -> None:
    """``slowly``: the first read of each job is answered with a job that is still running, so that more follow."""
    team = Group.objects.get()
    people = [make_person(f"person {number}") for number in range(PEOPLE)]
    team.user_set.add(*people)
    jobs = [sandbox.submit() for _ in range(JOBS if not slowly else JOBS // 4)]
    answers: list[tuple[int, str]] = []

    def work(browser: Browser, own: list[str]) -> None:
        for job_id in own:
            found = browser.post("/lookups/", connection=str(connection.pk), job_id=job_id)
            if slowly:
                sandbox.play(Fault("GET", job_id, status=503, body=b"{}"))
            asked = browser.post(f"{found.location}cancel", reason="it hangs")
            answers.append((asked.status, browser.get(asked.location).text))

    with web(WEB_WORKERS="2", LOOKUPS_PER_MINUTE="10000") as serving, follow(), follow():
        browsers = [serving.browser(person) for person in people]
        threads = [
            threading.Thread(target=work, args=(browser, jobs[place::PEOPLE])) for place, browser in enumerate(browsers)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        wait_until(lambda: not Cancellation.objects.filter(settled_at=None).exists(), "all are settled")
    assert Counter(status for status, _ in answers) == {303: len(jobs)}
    assert [page for _, page in answers if "Cancelled. Zuora confirmed it at" not in page] == []
    assert set(Cancellation.objects.values_list("state", flat=True)) == {State.CANCELLED}
    assert Counter(len(sandbox.seen("DELETE", job_id)) for job_id in jobs) == {1: len(jobs)}
    cancels = Exchange.objects.filter(cause=Cause.CANCEL).values("cancellation").annotate(number=Count("id"))
    assert {row["number"] for row in cancels} == {1}
    verify(each_signature=True)
