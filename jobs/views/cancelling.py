"""The pages on which a job is cancelled, and what became of it is shown."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render, resolve_url
from django.views.decorators.http import require_safe

from jobs import access, cancelling, confirming, drafts, history, pages
from jobs.access import person
from jobs.forms import CancelForm
from jobs.models import Cancellation, Exchange
from jobs.recording import Actor
from jobs.refusing import refused
from jobs.sentences import notices
from jobs.signing_in import proof
from jobs.views.answering import needs_post, own, see_other, visible_lookup


@needs_post
def cancel(request: HttpRequest, lookup_id: int) -> HttpResponse:
    """Cancel the job of a look-up, and go to what became of it."""
    if request.method != "POST":
        return see_other("lookup", lookup_id)
    user, found = person(request), visible_lookup(request, lookup_id)
    form = CancelForm(request.POST, connection=found.connection)
    if not form.is_valid():
        return render(request, "lookup.html", pages.lookup(user, found, form), status=422)
    if access.may_cancel(user, found.connection) and (first := proof.asked_for(request, found.connection)):
        return first
    try:
        cancellation = cancelling.cancel(actor=Actor(user), lookup=found, **form.what_and_why())
    except cancelling.AlreadyAsked as asked:
        return _to_the_same(request, asked.cancellation, found)
    except cancelling.NotAllowed as error:
        refused(user, "cancel a job", connection=found.connection, detail={"job_id": found.job_id})
        messages.error(request, str(error))
        return see_other("lookup", found.pk)
    except cancelling.NotWritten as error:
        return render(request, "lookup.html", pages.lookup(user, found, form) | {"problem": str(error)}, status=503)
    except cancelling.NotSeenToTheEnd as error:
        messages.warning(request, str(error))
        return see_other(error.cancellation)
    except cancelling.LookUpTooOld as error:
        return _look_up_again(request, found, form, str(error))
    except cancelling.CannotCancel as error:
        messages.error(request, str(error))
        return see_other("lookup", found.pk)
    drafts.drop(request)
    return see_other(cancellation)


def _to_the_same(request: HttpRequest, asked: Cancellation, found: Exchange) -> HttpResponse:
    """One result page for all who press at once, and may see it."""
    if access.visible_cancellations(person(request)).filter(pk=asked.pk).exists():
        messages.info(request, str(notices.THIS_IS_IT))
        return see_other(asked)
    messages.info(request, str(notices.OPEN_ELSEWHERE if asked.is_open else notices.ASKED_ELSEWHERE))
    return see_other("lookup", found.pk)


def _look_up_again(request: HttpRequest, old: Exchange, form: CancelForm, why: str) -> HttpResponse:
    """The look-up is no longer good to decide on: make it again, and keep what was typed."""
    user = person(request)
    new = cancelling.look_up(actor=Actor(user), connection=old.connection, job_id=old.job_id)
    typed = {name: value for name, value in form.what_and_why().items() if name in form.fields}
    drafts.Draft(resolve_url("lookup", new.pk), typed).keep(request)
    messages.warning(request, f"{why} {notices.READ_AGAIN}")
    return see_other("lookup", new.pk)


@require_safe
def cancellation(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What became of a cancellation; alone its changing part, for a page that keeps itself up to date."""
    shown = get_object_or_404(access.visible_cancellations(person(request)), uuid=uuid)
    is_part = bool(request.headers.get("HX-Request"))
    if is_part and request.GET.get("seen") == history.mark_of(shown):
        return HttpResponse(status=204)
    template = "cancellation_now.html" if is_part else "cancellation.html"
    return render(request, template, pages.cancellation(person(request), shown))


@needs_post
def check(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Read the job of an open cancellation again, now."""
    if request.method != "POST":
        return see_other("cancellation", uuid)
    user = person(request)
    shown = own(request, access.visible_cancellations(user), uuid=uuid)
    if not access.may_look_up(user, shown.connection):
        refused(user, "read a job again", connection=shown.connection, detail={"job_id": shown.job_id})
        messages.error(request, str(notices.MAY_ONLY_SEE))
    elif shown.is_open and not confirming.check_now(shown, Actor(user)):
        messages.info(request, str(notices.BEING_ASKED))
    return see_other(shown)
