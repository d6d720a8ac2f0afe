"""What a page of the past costs the database: few queries, and no walk through a large table."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobs.models import Cancellation, Connection

Door = Callable[[User], Client]
MOST_QUERIES = 12


@pytest.mark.parametrize(
    "query",
    [
        "",
        "show=exchanges",
        "q=hangs+ops",
        "q=inv*",
        "person=person-1&outcome=cancelled",
        "team=1&environment=production&since=2026-01-02&until=2026-01-08&q=hangs",
        "day=2026-01-05",
    ],
)
def test_no_page_asks_the_database_more_than_twelve_times(
    query: str, past: list[Connection], northerner: User, admin: User, auditor: User, door: Door
) -> None:
    for user in (northerner, admin, auditor):
        browser = door(user)
        browser.get("/history/")
        with CaptureQueriesContext(database) as seen:
            browser.get(f"/history/?{query}")
        assert len(seen) <= MOST_QUERIES, [query["sql"][:90] for query in seen.captured_queries]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "show=exchanges&cause=cancel",
        "q=hangs+ops",
        "person=person-1&outcome=cancelled",
        "connection={connection}&outcome=refused",
        "since=2026-01-02&until=2026-01-08",
        "q={job}",
        "q={batch}",
        "q={request}&show=exchanges",
        "day=2026-01-05",
    ],
)
def test_no_large_table_is_walked_through(
    query: str, past: list[Connection], northerner: User, admin: User, door: Door
) -> None:
    """Each query's plan, on PostgreSQL as if walking were dear, as it is among a million rows."""
    row = Cancellation.objects.select_related("lookup__snapshot").first()
    assert row
    assert row.lookup.snapshot
    batch = row.lookup.snapshot.batches.first()
    assert batch
    known = {"connection": past[1].pk, "job": row.job_id, "batch": batch.batch_id, "request": row.lookup.request_id}
    large = {"jobs_cancellation", "jobs_exchange", "jobs_jobsnapshot", "jobs_batchsnapshot", "jobs_searchword"}
    with database.cursor() as cursor:
        cursor.execute("ANALYZE")
        if database.vendor == "postgresql":
            cursor.execute("SET enable_seqscan = off")
    for user in (northerner, admin):
        browser = door(user)
        with CaptureQueriesContext(database) as seen:
            assert browser.get(f"/history/?{query.format(**known)}").status_code == 200
        for asked in [q["sql"] for q in seen.captured_queries if q["sql"].lstrip().startswith(("SELECT", "WITH"))]:
            explain = "EXPLAIN QUERY PLAN " if database.vendor == "sqlite" else "EXPLAIN "
            with database.cursor() as cursor:
                cursor.execute(explain + asked.replace("%", "%%"))
                plan = [str(line[-1]) for line in cursor.fetchall()]
            walked = [line for line in plan if _walks(line, large, asked)]
            assert walked == [], (asked, plan)


def _walks(line: str, large: set[str], asked: str) -> bool:
    if database.vendor == "postgresql":
        return any(f"Seq Scan on {table}" in line for table in large)
    # SQLite walks a table by its key in order, which a LIMIT ends; without one it would be the whole table.
    is_walk = re.match(r"SCAN (\w+)", line)
    return bool(is_walk) and is_walk[1] in large and "LIMIT" not in asked  # type: ignore[index]
