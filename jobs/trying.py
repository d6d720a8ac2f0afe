"""Test a connection: read a job that cannot exist, and say what the answer tells. Never cancels."""

from dataclasses import dataclass

from django.db import transaction

from jobs import connections
from jobs.models import Cause, Connection, Exchange
from jobs.models.exchange import Outcome
from jobs.recording import Actor, record
from jobs.sentences.lookup import is_no_such_job, lookup_sentence

NO_JOB = "0" * 32


@dataclass(frozen=True)
class Trial:
    """Whether jobs can be read over the connection, and a sentence for the person who asked."""

    works: bool
    sentence: str


def try_connection(connection: Connection, actor: Actor) -> Trial:
    """Sign in, ask for the job ``000…0``, and keep the exchange."""
    reply = connections.read_job(connection, NO_JOB)
    with transaction.atomic():
        exchange = record(reply, connection=connection, job_id=NO_JOB, cause=Cause.TEST, actor=actor)
    return _result(exchange)


def _result(exchange: Exchange) -> Trial:
    if exchange.outcome == Outcome.REFUSED and is_no_such_job(exchange.error_kind):
        words = (
            f"{exchange.connection_name} works: Zuora let it in and looked for a job."
            " Whether it may cancel shows only at a cancel."
        )
        return Trial(works=True, sentence=words)
    return Trial(works=False, sentence=lookup_sentence(exchange))
