"""What is said before a person decides, on the evidence of the read."""

import pytest
from django.contrib.auth.models import User

from jobs.models import Connection
from jobs.sandbox import Sandbox
from jobs.sandbox.clockwork import PretendBatch
from jobs.sentences import advice
from tests.flow import look_up


@pytest.mark.parametrize(
    ("finished", "says"),
    [
        (0, advice.NO_WAY_BACK),
        (1, f"{advice.NO_WAY_BACK} 1 batch has finished: Zuora keeps its file for three days, also after a cancel."),
        (2, f"{advice.NO_WAY_BACK} 2 batches have finished: Zuora keeps their files for three days, also after a"),
    ],
)
def test_files_are_promised_only_where_there_are_some(
    operator: User, connection: Connection, sandbox: Sandbox, finished: int, says: str
) -> None:
    batches = [PretendBatch("Account", "select Id from Account", seconds=1)] * finished
    job_id = sandbox.submit(*batches, PretendBatch("Invoice", "select Id from Invoice", seconds=3600), waits=0)
    sandbox.advance(finished + 0.5)
    found = look_up(operator, connection, job_id)
    assert advice.of_cancelling(found.snapshot).startswith(says)
    assert advice.of_stateful(found.snapshot) == ""


def test_a_stateful_job_is_named(operator: User, connection: Connection, sandbox: Sandbox) -> None:
    found = look_up(operator, connection, sandbox.jobs["queued"])
    assert advice.of_stateful(found.snapshot).startswith("This is a stateful job (partner 3rdparty, project nightly).")
