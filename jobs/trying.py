"""Test a connection: read a job that cannot exist, and say what the answer tells. Never cancels."""

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from jobs import connections
from jobs.ledger import append
from jobs.models import Cause, Connection, Kind
from jobs.recording import Actor, event, record
from jobs.sentences.trial import trial_sentence

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
        exchanges = record(reply, connection=connection, job_id=NO_JOB, cause=Cause.TEST, actor=actor)
        append(*(event(Kind.TESTED, actor, exchange=exchange) for exchange in exchanges), is_locked=True)
    exchange = exchanges[-1]
    works, sentence = trial_sentence(exchange, connection, proxy=settings.UPSTREAM_PROXY)
    return Trial(works=works, sentence=sentence)
