"""``manage.py cancel_job``: look a job up and cancel it, by the same rule as the pages."""

import getpass
import json
import socket
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from jobs import access, cancelling
from jobs.aqua import job_id as job_ids
from jobs.models import Cancellation, Connection, Exchange, State
from jobs.models.cancellation import Via
from jobs.models.exchange import Outcome
from jobs.recording import Actor
from jobs.sentences import lookup_sentence, sentence
from jobs.sentences.evidence import Shown, evidence_of, shown_by
from jobs.sentences.lookup import is_sign_in

EXIT = {
    State.CANCELLED: 0,
    State.FINISHED_FIRST: 3,
    State.REFUSED: 4,
    State.NOT_SENT: 5,
    State.UNCONFIRMED: 6,
    State.SENDING: 6,
    State.REQUESTED: 6,
    State.UNKNOWN: 6,
    State.STILL_RUNNING: 7,
}
USAGE = 2


class Command(BaseCommand):
    """By the access rule of the pages; who claimed to be whom is kept."""

    help = (
        "Look an AQuA job up and cancel it. Exit codes: 0 cancelled, 2 usage, 3 finished first, 4 refused, 5 not sent,"
        " 6 unconfirmed or unknown, 7 still running."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("connection", help="the connection's name")
        parser.add_argument("job_id", help="the job's ID, or a URL or log line that contains it")
        parser.add_argument("--reason", help="why; stands in the audit (required, but for a dry run)")
        parser.add_argument("--ticket", default="", help="the number of a ticket or change")
        parser.add_argument("--as", dest="username", required=True, help="the person whose teams give the right")
        parser.add_argument("--dry-run", action="store_true", help="look the job up, and cancel nothing")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print one JSON object on stdout")
        parser.add_argument(
            "--wait", type=float, default=cancelling.WAIT_SECONDS, help="seconds to wait for Zuora's word"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user, connection, job_id = self._checked(options)
        os_user = f"{getpass.getuser()}@{socket.gethostname()}"
        actor = Actor(user, f"{user.get_username()}, claimed on the command line by {os_user}")
        lookup = cancelling.look_up(user=user, connection=connection, job_id=job_id, actor=actor)
        if options["dry_run"] or not cancelling.can_be_cancelled(lookup):
            code = 0 if options["dry_run"] else _exit_of_look_up(lookup)
            return self._end(code, options, lookup_sentence(lookup), lookup, None)
        cancellation = self._request(user, lookup, options, os_user)
        cancelling.carry_out(cancellation, actor=actor, wait=options["wait"])
        state = State(cancellation.state)
        return self._end(EXIT[state], options, sentence(cancellation), _last_seen(cancellation, lookup), cancellation)

    def _checked(self, options: dict[str, Any]) -> tuple[User, Connection, str]:
        user = User.objects.filter(username=options["username"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active user {options['username']!r}.", returncode=USAGE)
        connection = access.usable_connections(user).filter(name=options["connection"]).first()
        if connection is None:
            raise CommandError(f"{user} may use no connection {options['connection']!r}.", returncode=USAGE)
        reason = (options["reason"] or "").strip()
        if not options["dry_run"] and not 1 <= len(reason) <= 1024:
            raise CommandError("Say why with --reason, in 1 to 1,024 characters.", returncode=USAGE)
        if not options["dry_run"] and not access.may_cancel(user, connection):
            raise CommandError(f"{user} may see jobs on {connection}, but not cancel them.", returncode=USAGE)
        try:
            return user, connection, job_ids.find(options["job_id"])
        except job_ids.NoJobID as error:
            raise CommandError(str(error), returncode=USAGE) from error

    def _request(self, user: User, lookup: Exchange, options: dict[str, Any], os_user: str) -> Cancellation:
        try:
            return cancelling.request(
                user=user,
                lookup=lookup,
                reason=options["reason"].strip(),
                ticket=options["ticket"],
                via=Via.COMMAND_LINE,
                os_user=os_user,
            )
        except cancelling.AlreadyAsked as asked:
            if access.visible_cancellations(user).filter(pk=asked.cancellation.pk).exists():
                raise CommandError(
                    f"{asked} See {asked.cancellation.uuid}: {sentence(asked.cancellation)}", returncode=6
                ) from asked
            raise CommandError(str(asked), returncode=6) from asked
        except cancelling.CannotCancel as error:
            raise CommandError(str(error), returncode=5) from error

    def _end(
        self, code: int, options: dict[str, Any], words: str, seen: Exchange, cancellation: Cancellation | None
    ) -> None:
        if options["as_json"]:
            self.stdout.write(json.dumps(_result(words, seen, cancellation), indent=2))
        else:
            self.stdout.write(words)
            for batch in seen.snapshot.batches.all() if seen.snapshot else ():
                self.stdout.write(f"  {batch.name}: {batch.status}, {batch.record_count} rows")
        if code:
            raise SystemExit(code)


def _exit_of_look_up(lookup: Exchange) -> int:
    if lookup.snapshot:
        return 0 if shown_by(lookup) == Shown.CANCELLED else 3
    if lookup.outcome == Outcome.REFUSED or is_sign_in(lookup.error_kind):
        return 4
    return 5


def _last_seen(cancellation: Cancellation, lookup: Exchange) -> Exchange:
    read = evidence_of(cancellation).read
    return read if read and read.snapshot else lookup


def _result(words: str, seen: Exchange, cancellation: Cancellation | None) -> dict[str, Any]:
    document = seen.snapshot.to_job().document() if seen.snapshot else None
    return {
        "cancellation": str(cancellation.uuid) if cancellation else None,
        "state": cancellation.state if cancellation else None,
        "sentence": words,
        "connection": seen.connection_name,
        "job_id": seen.job_id,
        "job": document and {name: value for name, value in document.items() if name != "batches"},
        "batches": document and document.get("batches", []),
    }
