"""What each page shows: the values that its template is given."""

from collections import Counter
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User

from jobs import access, cancelling, history
from jobs.aqua import job_id as job_ids
from jobs.asked import led_to
from jobs.forms import CancelForm, LookUpForm
from jobs.models import Cancellation, Exchange, JobSnapshot
from jobs.sentences import advice, fate, lookup_sentence, sentence
from jobs.sentences.evidence import evidence_of
from jobs.sentences.owner import mail_sentence, text_for_owner


def home(user: User, form: LookUpForm) -> dict[str, Any]:
    """The start page."""
    return {
        "form": form,
        "may_look_up": access.usable_connections(user).exists(),
        "own": list(history.recent_cancellations(user)),
        "others": list(history.recent_elsewhere(user)),
    }


def lookup(user: User, found: Exchange, form: CancelForm) -> dict[str, Any]:
    """The review page."""
    live = cancelling.can_be_cancelled(found)
    return {
        "lookup": found,
        "connection": found.connection,
        "sentence": lookup_sentence(found),
        "job": found.snapshot,
        "batches": batches(found.snapshot),
        "can_be_cancelled": live,
        "may_cancel": access.may_cancel(user, found.connection),
        "may_look_up": access.may_look_up(user, found.connection),
        "is_usual_id": job_ids.is_usual(found.job_id),
        "stateful": advice.of_stateful(found.snapshot) if live else "",
        "means": advice.of_cancelling(found.snapshot),
        "led_to": led_to(found),
        "form": form,
    }


def cancellation(user: User, shown: Cancellation) -> dict[str, Any]:
    """The result page."""
    evidence = evidence_of(shown)
    last = evidence.read.snapshot if evidence.read and evidence.read.snapshot else None
    job = last or shown.lookup.snapshot
    rows = batches(job)
    return {
        "cancellation": shown,
        "connection": shown.connection,
        "sentence": sentence(shown),
        "job": job,
        "is_before": last is None,
        "batches": rows,
        "counts": list(Counter(row["fate"].word for row in rows).items()) if last else [],
        "read": evidence.read,
        "answer": evidence.answer,
        "exchanges": list(history.exchanges_of(shown)),
        "news": list(history.news_of(shown)),
        "may_look_up": access.may_look_up(user, shown.connection),
        "mark": history.mark_of(shown),
        "owner_text": "" if shown.is_open else text_for_owner(shown),
        "mail": mail_sentence(shown, is_set_up=bool(settings.MAIL_FROM)),
    }


def batches(job: JobSnapshot | None) -> list[dict[str, Any]]:
    """Each batch with what would become, or became, of it."""
    if job is None:
        return []
    return [{"batch": batch, "fate": fate(batch, job_status=job.status)} for batch in job.batches.all()]
