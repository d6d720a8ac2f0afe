"""The pages. A GET reads our database only; every call to Zuora is a POST."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render, resolve_url
from django.views.decorators.http import require_http_methods, require_safe

from jobs import access, cancelling, confirming, drafts, history, pages
from jobs.access import person
from jobs.forms import CancelForm, LookUpForm
from jobs.models import Cancellation, Exchange
from jobs.recording import Actor
from jobs.refusing import refused
from jobs.sentences import notices
from jobs.signing_in import proof

needs_post = require_http_methods(["GET", "HEAD", "POST"])
"""The address of a form: opened without one (a reload, the way back from signing in) it leads to the form's page."""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Look a job up; the person's recent cancellations below."""
    user = person(request)
    return render(request, "home.html", pages.home(user, LookUpForm(user=user, initial=drafts.kept(request))))


class SeeOther(HttpResponseRedirect):
    """After a POST: what is there now is to be read elsewhere."""

    status_code = 303


def see_other(to: Any, *args: Any) -> HttpResponse:
    """Go there and read; what was posted is not posted again."""
    return SeeOther(resolve_url(to, *args))


@needs_post
def look_up(request: HttpRequest) -> HttpResponse:
    """Read a job from Zuora and go to what came back."""
    if request.method != "POST":
        return see_other("home")
    user = person(request)
    form = LookUpForm(request.POST, user=user)
    if not form.is_valid():
        if elsewhere := form.connection_of_others():
            refused(user, "look up a job", connection=elsewhere)
        return render(request, "home.html", pages.home(user, form), status=422)
    connection, job_id = form.cleaned_data["connection"], form.cleaned_data["job_id"]
    found = cancelling.look_up(actor=Actor(user), connection=connection, job_id=job_id)
    drafts.drop(request)
    return see_other("lookup", found.pk)


def _visible_lookup(request: HttpRequest, lookup_id: int) -> Exchange:
    visible = access.visible_exchanges(person(request)).filter(cause="look_up")
    found: Exchange = _own(request, visible.select_related("snapshot"), pk=lookup_id)
    return found


def _own(request: HttpRequest, visible: QuerySet[Any], **key: Any) -> Any:
    """A row that this person may see; somebody else's is as one that does not exist, and to act on it is refused."""
    try:
        return visible.get(**key)
    except visible.model.DoesNotExist:
        elsewhere = visible.model._base_manager.filter(**key).first() if request.method == "POST" else None
        if elsewhere is not None:
            refused(person(request), "act on what they may not see", connection=elsewhere.connection)
        raise Http404 from None


@require_safe
def lookup(request: HttpRequest, lookup_id: int) -> HttpResponse:
    """The job, its batches, what a cancel would stop, and the form that asks why."""
    found = _visible_lookup(request, lookup_id)
    form = CancelForm(connection=found.connection, initial=drafts.kept(request))
    context = pages.lookup(person(request), found, form)
    return render(request, "lookup.html", context | {"ahead": proof.ahead(request, found.connection)})


@needs_post
def cancel(request: HttpRequest, lookup_id: int) -> HttpResponse:
    """Cancel the job of a look-up, and go to what became of it."""
    if request.method != "POST":
        return see_other("lookup", lookup_id)
    user, found = person(request), _visible_lookup(request, lookup_id)
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
    shown = _own(request, access.visible_cancellations(user), uuid=uuid)
    if not access.may_look_up(user, shown.connection):
        refused(user, "read a job again", connection=shown.connection, detail={"job_id": shown.job_id})
        messages.error(request, str(notices.MAY_ONLY_SEE))
    elif shown.is_open and not confirming.check_now(shown, Actor(user)):
        messages.info(request, str(notices.BEING_ASKED))
    return see_other(shown)
