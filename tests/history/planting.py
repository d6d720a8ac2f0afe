"""Many rows of the past at once, written without the flow: what is tested here is how they are found."""

import hashlib
import random
import uuid
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import Group, User

from jobs.history import words
from jobs.models import BatchSnapshot, Cancellation, Cause, Connection, Exchange, JobSnapshot, State
from jobs.models.cancellation import Via
from jobs.models.exchange import Outcome

BEGAN_AT = datetime(2026, 1, 1, tzinfo=UTC)
REASONS = ("It hangs", "Blocks the close", "Wrong period, blocks Finance", "Überlast", "duplicate run")
OBJECTS = ("Account", "Invoice", "RatePlanCharge")
STATES = (State.CANCELLED, State.CANCELLED, State.CANCELLED, State.FINISHED_FIRST, State.REFUSED, State.UNKNOWN)


def people(number: int) -> list[User]:
    made = [User.objects.create_user(f"person-{n}") for n in range(number)]
    for place, name in enumerate(("north", "south")):
        Group.objects.create(name=name).user_set.set(made[place::2])
    return made


def connections(number: int) -> list[Connection]:
    rows = [
        Connection(name=f"C{n}", environment="us-production" if n % 2 else "us-api-sandbox", is_production=n % 2 == 1)
        for n in range(number)
    ]
    return Connection.objects.bulk_create(rows)


def plant(number: int, where: list[Connection], who: list[User], *, first: int = 0, minutes: int = 60) -> None:
    """``number`` cancellations, ``minutes`` apart, each with a look-up, an answer, and a job of 2 batches."""
    dice = random.Random(first)  # noqa: S311
    snapshots = [_snapshot(first + n, dice.choice(where)) for n in range(number)]
    JobSnapshot.objects.bulk_create(snapshots, batch_size=500)
    BatchSnapshot.objects.bulk_create(
        [_batch(first + n, snapshot, position, dice) for n, snapshot in enumerate(snapshots) for position in range(2)],
        batch_size=500,
    )
    lookups = [
        _exchange(snapshot, dice.choice(who), Cause.LOOK_UP, n, minutes * n)
        for n, snapshot in enumerate(snapshots, first)
    ]
    Exchange.objects.bulk_create(lookups, batch_size=500)
    rows = [_cancellation(n, lookup, dice, minutes) for n, lookup in enumerate(lookups, first)]
    Cancellation.objects.bulk_create(rows, batch_size=500)
    answers = [
        _exchange(row.lookup.snapshot, row.requested_by, Cause.CANCEL, 500_000 + n, minutes * n + 1, row)
        for n, row in enumerate(rows, first)
    ]
    Exchange.objects.bulk_create(answers, batch_size=500)
    for row in rows:
        words.keep_words(row)


def _snapshot(n: int, connection: Connection) -> JobSnapshot:
    job_id = hashlib.sha256(f"job {n // 2}".encode()).hexdigest()[:32]  # every job twice
    digest = hashlib.sha256(f"content {n}".encode()).hexdigest()
    return JobSnapshot(
        connection=connection, job_id=job_id, content_sha256=digest, body=b"", body_sha256="", sha256=digest,
        name=f"Nightly {n % 7}", status="executing", first_seen_at=BEGAN_AT,
    )  # fmt: skip


def _batch(n: int, snapshot: JobSnapshot, position: int, dice: random.Random) -> BatchSnapshot:
    return BatchSnapshot(
        snapshot=snapshot, position=position, batch_id=f"batch{n:06}x{position}", file_id=f"file{n:06}x{position}",
        name=f"part {position}", status="pending", source_object=dice.choice(OBJECTS),
    )  # fmt: skip


def _exchange(
    snapshot: JobSnapshot, actor: User, cause: Cause, n: int, minute: int, cancellation: Cancellation | None = None
) -> Exchange:
    return Exchange(
        connection=snapshot.connection, connection_name=snapshot.connection.name, environment_name="-", cause=cause,
        cancellation=cancellation, actor=actor, actor_name=actor.username, job_id=snapshot.job_id, method="GET",
        url="-", at=BEGAN_AT + timedelta(minutes=minute), duration=0.1, request_id=f"request-{n:06}", snapshot=snapshot,
        outcome=Outcome.ANSWERED if n % 5 else Outcome.REFUSED,
    )  # fmt: skip


def _cancellation(n: int, lookup: Exchange, dice: random.Random, minutes: int) -> Cancellation:
    at = BEGAN_AT + timedelta(minutes=minutes * n)
    return Cancellation(
        uuid=uuid.UUID(int=dice.getrandbits(128)), connection=lookup.connection, rest_base="https://rest.zuora.com",
        job_id=lookup.job_id, lookup=lookup, reason=dice.choice(REASONS), ticket=f"OPS-{n % 40}" if n % 3 else "",
        requested_by=lookup.actor, requested_by_name=lookup.actor_name, requested_at=at, via=Via.WEB,
        state=dice.choice(STATES), deadline_at=at, settled_at=at, rests_on=lookup,
    )  # fmt: skip
