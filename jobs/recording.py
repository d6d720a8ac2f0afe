"""Keep what Zuora answered: the exchange, and the job and batches where one came back.

The caller opens the transaction, so that the rows and the state that follows from them are
written together.
"""

import hashlib
import re
import zlib
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import connection as database

from jobs.aqua import Answer, Batch, Job
from jobs.connections import Reply
from jobs.fields import to_json
from jobs.ledger import Event, canonical, lock
from jobs.models import BatchSnapshot, Cancellation, Cause, Connection, Exchange, JobSnapshot, Kind
from jobs.models.cancellation import Via, who
from jobs.models.exchange import Outcome
from jobs.models.inserting import insert

MAX_WORDS = 2048
_FROM = re.compile(r"\bfrom\s+([A-Za-z_][A-Za-z0-9_.]{0,250})", re.IGNORECASE)


@dataclass(frozen=True)
class Actor:
    """Who caused an exchange: a person through one of the doors.

    ``os_user`` is who ran the command on which the person was only claimed, as ``root@host``.
    """

    user: User
    via: Via = Via.WEB
    os_user: str = ""

    @property
    def name(self) -> str:
        """In words, as it is kept."""
        return who(self.user.get_username(), self.via, self.os_user)


FOLLOW = "follow"
"""The name of what reads again by itself."""


def event(
    kind: Kind,
    actor: Actor | None,
    *,
    connection: Connection | None = None,
    cancellation: Cancellation | None = None,
    exchange: Exchange | None = None,
    detail: dict[str, Any] | None = None,
) -> Event:
    """An event of the ledger. Without an actor it was ``follow``."""
    return Event(
        kind=kind,
        actor=actor.user if actor else None,
        actor_name=actor.name if actor else FOLLOW,
        via=actor.via if actor else "",
        connection=connection,
        cancellation=cancellation,
        exchange=exchange,
        detail=detail or {},
    )


def record(
    reply: Reply,
    *,
    connection: Connection,
    job_id: str,
    cause: Cause,
    actor: Actor | None,
    cancellation: Cancellation | None = None,
    is_lasting: bool = True,
) -> list[Exchange]:
    """Store a call's exchanges, oldest first: one, or two after a 401. Without an actor it was ``follow``.

    Takes the ledger's lock (see there for ``is_lasting``), so that exchanges are numbered in order and no content
    stands twice. Each exchange belongs into the ledger in the same transaction.
    """
    lock(is_lasting=is_lasting)
    exchanges = []
    answer, error = reply.answer, reply.error
    common = {
        "connection": connection,
        "connection_name": connection.name,
        "environment_name": connection.environment_name,
        "cancellation": cancellation,
        "cause": cause,
        "actor": actor.user if actor else None,
        "actor_name": actor.name if actor else FOLLOW,
        "job_id": job_id,
    }
    if answer.earlier is not None:
        refusal = {
            "outcome": Outcome.REFUSED,
            "error_kind": "http_401",
            "words": "HTTP 401: repeated with a new token.",
        }
        exchanges.append(_exchange(answer.earlier, None, {**common, **refusal}))
    snapshot = keep_snapshot(connection, answer.job, answer.body or b"") if answer.job else None
    verdict = {
        "outcome": error.outcome if error else Outcome.ANSWERED,
        "error_kind": error.kind[:50] if error else "",
        "words": error.words[:MAX_WORDS] if error else "",
    }
    exchanges.append(_exchange(answer, snapshot, {**common, **verdict}))
    for exchange in exchanges:
        insert(exchange)
    return exchanges


def _exchange(answer: Answer, snapshot: JobSnapshot | None, fields: dict[str, object]) -> Exchange:
    digest = hashlib.sha256(answer.body).hexdigest() if answer.body is not None else ""
    is_kept_by_snapshot = snapshot is not None and snapshot.body_sha256 == digest
    return Exchange(
        **fields,
        method=answer.method,
        url=answer.url,
        at=answer.at,
        duration=answer.duration,
        http_status=answer.http_status,
        request_id=answer.request_id,
        track_id=answer.track_id,
        snapshot=snapshot,
        body=None if answer.body is None or is_kept_by_snapshot else zlib.compress(answer.body),
        body_sha256=digest,
    )


def keep_snapshot(connection: Connection, job: Job, body: bytes) -> JobSnapshot:
    """The row of this content: the one that an earlier read made, or a new one with its batches."""
    content = to_json(job.document())
    columns = {attribute: getattr(job, attribute) for attribute, _ in Job.FIELDS.values()}
    digest = hashlib.sha256(content.encode()).hexdigest()
    if (known := _known(connection, job.job_id, digest)) is not None:
        return known
    snapshot = JobSnapshot(
        connection=connection,
        content_sha256=digest,
        **columns,
        body=zlib.compress(body),
        body_sha256=hashlib.sha256(body).hexdigest(),
        has_batches=job.batches is not None,
        extra=job.extra,
    )
    batches = [_batch_row(snapshot, position, batch) for position, batch in enumerate(job.batches or ())]
    snapshot.sha256 = canonical.of_snapshot(snapshot, batches)
    insert(snapshot)
    for batch in batches:
        batch.snapshot_id = snapshot.pk
    insert(*batches)
    return snapshot


def _known(connection: Connection, job_id: str | None, digest: str) -> JobSnapshot | None:
    with database.cursor() as cursor:
        cursor.execute(_SAME_CONTENT, [connection.pk, job_id, digest])
        found = cursor.fetchone()
    return JobSnapshot.objects.get(pk=found[0]) if found else None


_SAME_CONTENT = "SELECT id FROM jobs_jobsnapshot WHERE connection_id = %s AND job_id = %s AND content_sha256 = %s"


def _batch_row(snapshot: JobSnapshot, position: int, batch: Batch) -> BatchSnapshot:
    columns = {attribute: getattr(batch, attribute) for attribute, _ in Batch.FIELDS.values()}
    source = _FROM.search(batch.query or "")
    return BatchSnapshot(
        **columns,
        snapshot=snapshot,
        position=position,
        source_object=source[1] if source else "",
        extra=batch.extra,
    )
