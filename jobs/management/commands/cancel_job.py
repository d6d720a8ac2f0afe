"""``manage.py cancel_job``: look a job up and cancel it, by the same rule as the pages."""

import json
import math
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from jobs import access, cancelling, confirming, reports
from jobs.acting import os_user
from jobs.aqua import job_id as job_ids
from jobs.forms import CancelForm
from jobs.models import Connection, Exchange
from jobs.models.cancellation import Via
from jobs.recording import Actor
from jobs.refusing import refused
from jobs.sentences import notices

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
        parser.add_argument("--notify", default="", help="an e-mail address that is told what became of the job")
        parser.add_argument("--as", dest="username", required=True, help="the person whose teams give the right")
        parser.add_argument("--dry-run", action="store_true", help="look the job up, and cancel nothing")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print one JSON object on stdout")
        parser.add_argument(
            "--wait", type=_seconds, default=cancelling.WAIT_SECONDS, help="seconds to wait for Zuora's word"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user, connection, job_id = _who_where_what(options)
            why = {} if options["dry_run"] else _why(user, connection, options)
            actor = Actor(user, Via.COMMAND_LINE, os_user())
            lookup = cancelling.look_up(actor=actor, connection=connection, job_id=job_id)
        except DatabaseError as error:
            raise CommandError(f"{notices.NO_DATABASE} ({error})", returncode=reports.NOT_SENT) from error
        if options["dry_run"] or not cancelling.can_be_cancelled(lookup):
            return self._end(reports.of_look_up(lookup, is_dry_run=options["dry_run"]), options)
        try:
            return self._end(self._cancel(lookup, actor, why, options["wait"]), options)
        except (DatabaseError, cancelling.NotSeenToTheEnd) as error:
            return self._end(
                reports.of_interruption(lookup, f"the database cannot be used: {error.__cause__ or error}"), options
            )
        except KeyboardInterrupt:
            return self._end(reports.of_interruption(lookup, "the command was interrupted"), options)

    def _cancel(self, lookup: Exchange, actor: Actor, why: dict[str, str], wait: float) -> reports.Report:
        try:
            cancellation = cancelling.cancel(actor=actor, lookup=lookup, **why, wait=wait)
        except cancelling.AlreadyAsked as asked:
            cancellation = asked.cancellation
            if not access.visible_cancellations(actor.user).filter(pk=cancellation.pk).exists():
                notice = notices.OPEN_ELSEWHERE if cancellation.is_open else notices.ASKED_ELSEWHERE
                return reports.of_nothing_sent(lookup, str(notice))
            self.stderr.write(f"{asked} ({cancellation.who}, {cancellation.requested_at:%Y-%m-%d %H:%M:%S} UTC)")
            confirming.wait_for_confirmation(cancellation, seconds=wait, actor=actor)
        except cancelling.CannotCancel as error:
            return reports.of_nothing_sent(lookup, str(error))
        return reports.of_cancellation(cancellation, lookup)

    def _end(self, report: reports.Report, options: dict[str, Any]) -> None:
        if options["as_json"]:
            self.stdout.write(json.dumps(report.document(), indent=2))
        else:
            self.stdout.write(report.text())
        if report.exit_code:
            raise SystemExit(report.exit_code)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not math.isfinite(seconds) or seconds < 0:
        raise ArgumentTypeError(f"{text!r} is no number of seconds from 0 on")
    return seconds


def _who_where_what(options: dict[str, Any]) -> tuple[User, Connection, str]:
    user = User.objects.filter(username=options["username"], is_active=True).first()
    if user is None:
        raise CommandError(f"There is no active user {options['username']!r}.", returncode=USAGE)
    connection = access.usable_connections(user).filter(name=options["connection"]).first()
    if connection is None:
        if elsewhere := Connection.objects.filter(name=options["connection"]).first():
            _refused(user, "use a connection", elsewhere)
        raise CommandError(f"{user} may use no connection {options['connection']!r}.", returncode=USAGE)
    try:
        return user, connection, job_ids.find(options["job_id"])
    except job_ids.NoJobID as error:
        raise CommandError(str(error), returncode=USAGE) from error


def _refused(user: User, act: str, connection: Connection) -> None:
    name = Actor(user, Via.COMMAND_LINE, os_user()).name
    refused(user, act, name=name, via=Via.COMMAND_LINE, connection=connection)


def _why(user: User, connection: Connection, options: dict[str, Any]) -> dict[str, str]:
    """Reason, ticket and whom to tell, in the shape that the pages ask for; the connection's name was typed already."""
    if not access.may_cancel(user, connection):
        _refused(user, "cancel a job", connection)
        raise CommandError(f"{user} may see jobs on {connection}, but not cancel them.", returncode=USAGE)
    given = {"reason": options["reason"] or "", "ticket": options["ticket"], "notify": options["notify"]}
    typed = {**given, "typed_name": connection.name}
    form = CancelForm(typed, connection=connection)
    if not form.is_valid():
        problems = [f"--{name}: {error}" for name, errors in form.errors.items() for error in errors]
        raise CommandError("\n".join(problems), returncode=USAGE)
    if options["notify"] and "notify" not in form.fields:
        raise CommandError("--notify: no e-mail is set up (EMAIL_URL).", returncode=USAGE)
    return form.what_and_why()
