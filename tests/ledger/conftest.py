"""A ledger with something in it."""

import pytest
from django.contrib.auth.models import User

from jobs import trying
from jobs.models import Connection
from jobs.recording import Actor
from jobs.sandbox import Fault, Sandbox
from tests.flow import cancel, look_up


@pytest.fixture
def told(operator: User, connection: Connection, sandbox: Sandbox) -> None:
    """Look-ups, a cancel that was confirmed, one that was refused after a 401, one that was not sent, and a test."""
    cancel(operator, look_up(operator, connection, sandbox.jobs["running"]), wait=5)
    cancel(operator, look_up(operator, connection, sandbox.jobs["answers 401"]), wait=5)
    lookup = look_up(operator, connection, sandbox.jobs["queued"])
    sandbox.play(Fault("POST", "/oauth/token", status=503, body=b"<html>", times=None))
    sandbox.api.sign_in.forget_tokens()
    cancel(operator, lookup, wait=1)
    trying.try_connection(connection, Actor(operator))
