"""Fill the demonstration's database: ``python -m tests.browser.prepare SANDBOX_URL LOOKUPS`` prints paths as JSON.

It runs in a process of its own, with the settings of the demonstration. The sandbox is the tests' own one, so that
they see what arrives there.
"""

import io
import json
import sys
import tempfile
import time

import django

django.setup()

from django.contrib.auth.models import Group, User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from jobs import cancelling  # noqa: E402
from jobs.management.commands.demo import PASSWORD, TEAM  # noqa: E402
from jobs.models import Cancellation, Connection  # noqa: E402
from jobs.recording import Actor  # noqa: E402
from jobs.sandbox.server import describe  # noqa: E402
from tests.behind import behind_their_back  # noqa: E402

SETTLED = {
    "finished first": "finishes while you confirm",
    "refused": "answers 403",
    "still running": "accepts the cancel but keeps running",
    "unknown": "hangs up without doing the work",
}
NOWHERE = "http://127.0.0.1:9"


def connect(name: str, url: str, *, is_production: bool) -> Connection:
    client_id, secret = describe()["oauth"].values()
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(secret)
        file.flush()
        call_command(
            "set_connection", name, base_url=url, auth="oauth", client_id=client_id, secret_file=file.name,
            tenant="ACME", is_production=is_production, confirm_minutes=15, team=[f"{TEAM}:operator"],
            stdout=io.StringIO(),
        )  # fmt: skip
    return Connection.objects.get(name=name)


def cancel(actor: Actor, connection: Connection, situation: str, *, wait: float = 0) -> Cancellation:
    job_id = describe()["jobs"][situation]
    lookup = cancelling.look_up(actor=actor, connection=connection, job_id=job_id)
    reason = "It blocks the close.\nSee the run book."
    return cancelling.cancel(actor=actor, lookup=lookup, reason=reason, ticket="OPS-1", wait=wait)


def until_settled(cancellation: Cancellation) -> None:
    """The demonstration's follow reads it; its deadline is over."""
    now = timezone.now()
    with behind_their_back(Cancellation):
        Cancellation.objects.filter(pk=cancellation.pk).update(deadline_at=now, next_read_at=now)
    give_up = time.monotonic() + 30
    while Cancellation.objects.filter(pk=cancellation.pk, settled_at=None).exists():
        assert time.monotonic() < give_up, f"{cancellation} is not settled"
        time.sleep(0.2)


def main(url: str, lookups: dict[str, tuple[str, str]]) -> None:
    colleague = User.objects.create_user("colleague", password=PASSWORD)
    colleague.groups.add(Group.objects.get(name=TEAM))
    actor = Actor(colleague)
    live = connect("Tests live", url, is_production=True)
    connect("Tests", url, is_production=False)
    connect("Tests, unreachable", NOWHERE, is_production=False)
    rows = {name: cancel(actor, live, situation) for name, situation in SETTLED.items()}
    for row in rows.values():
        until_settled(row)
    rows["unconfirmed"] = cancel(actor, live, "accepts the cancel but keeps running")
    rows["cancelled"] = cancel(actor, live, "loses the answer after doing the work", wait=20)
    for name, row in rows.items():
        row.refresh_from_db()
        assert row.get_state_display() == name, f"{row.state} instead of {name}"
    paths = {name: row.get_absolute_url() for name, row in rows.items()}
    for name, (connection, job_id) in lookups.items():
        found = cancelling.look_up(actor=actor, connection=Connection.objects.get(name=connection), job_id=job_id)
        paths[name] = f"/lookups/{found.pk}/"
    print(json.dumps(paths))


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
