"""A ledger of any size: one cancellation that went through the product, repeated under other job IDs."""

import copy
import hashlib
import uuid
from datetime import timedelta
from itertools import islice
from typing import Any

from django.contrib.auth.models import Group, User
from django.core.management.color import no_style
from django.db import connection as database
from django.db import models, transaction
from django.db.models import Q

from jobs import connections
from jobs.ledger import canonical, keys
from jobs.ledger.appending import seal
from jobs.models import BatchSnapshot, Cancellation, Connection, Entry, Exchange, JobSnapshot, Kind, Role, TeamAccess
from jobs.sandbox import Sandbox
from jobs.sandbox.clockwork import PretendBatch
from tests.flow import cancel, look_up

AT_ONCE = 400


def fill(entries: int, *, batches: int) -> None:
    """Append until there are about so many entries, each job with so many batches."""
    with Sandbox() as sandbox:
        person, connection = people(sandbox)
        cancellation = cancel(person, look_up(person, connection, submit(sandbox, batches)), wait=5)
    assert cancellation.state == "cancelled", cancellation.state
    template = Template(cancellation)
    numbers = iter(range(1, entries // len(template.entries) + 1))
    while some := list(islice(numbers, AT_ONCE)):
        with transaction.atomic():
            template.repeat(some)
    with database.cursor() as cursor:
        for sql in database.ops.sequence_reset_sql(no_style(), [Cancellation, Exchange, JobSnapshot, BatchSnapshot]):
            cursor.execute(sql)
        cursor.execute("ANALYZE")


def people(sandbox: Sandbox) -> tuple[User, Connection]:
    """One operator and the connection of their team."""
    keys_of = sandbox.describe()["keys"]
    connection = Connection(name="Bench", environment="custom", base_url=sandbox.url, auth="keys", is_production=False)
    connection.client_id, connection.secret = keys_of["access_key_id"], keys_of["secret_access_key"]
    connections.save_connection(connection)
    person, team = User.objects.create_user("operator"), Group.objects.create(name="Bench")
    person.groups.add(team)
    TeamAccess.objects.create(team=team, connection=connection, role=Role.OPERATOR)
    return person, Connection.objects.get(pk=connection.pk)


def submit(sandbox: Sandbox, batches: int) -> str:
    """A job with so many batches, each of a query as people write them."""
    query = "select Id, AccountNumber, Name, Balance, Currency, Status, UpdatedDate from Account where UpdatedDate > {}"
    return sandbox.submit(*(PretendBatch(f"Account {n}", query.format(n), seconds=3600) for n in range(batches)))


class Template:
    """The rows of one cancellation."""

    def __init__(self, cancellation: Cancellation) -> None:
        self.cancellation = cancellation
        own = Q(cancellation=cancellation) | Q(exchange=cancellation.lookup)
        self.entries = list(Entry.objects.filter(own).order_by("number"))
        self.exchanges = list(Exchange.objects.order_by("id"))
        self.snapshots = list(JobSnapshot.objects.order_by("id"))
        self.batches = list(BatchSnapshot.objects.order_by("id"))

    def repeat(self, numbers: list[int]) -> None:
        """Insert a copy for each number, under other keys and another job ID."""
        key = keys.current_key()
        last = Entry.objects.latest("number")
        number, before = last.number, last.sha256
        rows: dict[type[models.Model], list[Any]] = {
            model: [] for model in (JobSnapshot, BatchSnapshot, Exchange, Cancellation, Entry)
        }
        exchanges: list[tuple[Exchange, int | None]] = []
        for n in numbers:
            job_id, at = hashlib.md5(str(n).encode()).hexdigest(), timedelta(seconds=n)  # noqa: S324
            snapshots = {old.pk: self._snapshot(old, n, job_id, rows) for old in self.snapshots}
            cancellation = self._copy(self.cancellation, n, 1, job_id=job_id, uuid=uuid.UUID(job_id))
            cancellation.requested_at += at
            cancellation.lookup_id += n * len(self.exchanges)
            cancellation.rests_on_id += n * len(self.exchanges)
            rows[Cancellation].append(cancellation)
            told = {}
            for old in self.exchanges:
                exchange = self._copy(old, n, len(self.exchanges), job_id=job_id, at=old.at + at)
                exchange.snapshot = snapshots[old.snapshot_id]
                if old.cancellation_id:
                    exchange.cancellation_id = cancellation.pk
                told[old.pk] = exchange
                exchanges.append((exchange, exchange.cancellation_id))
            for old_entry in self.entries:
                number += 1
                entry = self._copy(old_entry, n, 1, job_id=job_id, number=number, at=old_entry.at + at)
                entry.cancellation_id = cancellation.pk if old_entry.cancellation_id else None
                if old_entry.exchange_id:
                    entry.exchange_id = told[old_entry.exchange_id].pk
                    entry.exchange_sha256 = canonical.of_exchange(told[old_entry.exchange_id])
                is_request = entry.kind == Kind.REQUESTED
                if entry.cancellation_id:
                    state = old_entry.detail | {"rests_on_id": cancellation.rests_on_id}
                    entry.detail = cancellation.recorded() if is_request else state
                before = seal(entry, before, key)
                rows[Entry].append(entry)
        self._insert(rows, exchanges)

    def _insert(self, rows: dict[type[models.Model], list[Any]], exchanges: list[tuple[Exchange, int | None]]) -> None:
        """The look-ups before the cancellations that refer to them, the other exchanges after."""
        for model in (JobSnapshot, BatchSnapshot):
            model.objects.bulk_create(rows[model])  # type: ignore[attr-defined]
        Exchange.objects.bulk_create([exchange for exchange, of in exchanges if of is None])
        Cancellation.objects.bulk_create(rows[Cancellation])
        Exchange.objects.bulk_create([exchange for exchange, of in exchanges if of is not None])
        Entry.objects.insert_all(rows[Entry])

    def _snapshot(
        self, old: JobSnapshot, n: int, job_id: str, rows: dict[type[models.Model], list[Any]]
    ) -> JobSnapshot:
        snapshot = self._copy(old, n, len(self.snapshots), job_id=job_id)
        batches = [
            self._copy(batch, n, len(self.batches), snapshot_id=snapshot.pk)
            for batch in self.batches
            if batch.snapshot_id == old.pk
        ]
        snapshot.sha256 = canonical.of_snapshot(snapshot, batches)
        rows[JobSnapshot].append(snapshot)
        rows[BatchSnapshot] += batches
        return snapshot

    @staticmethod
    def _copy(old: Any, n: int, step: int, **values: Any) -> Any:
        row = copy.copy(old)
        row._state = copy.copy(old._state)
        row._state.fields_cache = {}
        row.pk = old.pk + n * step
        for name, value in values.items():
            setattr(row, name, value)
        return row
