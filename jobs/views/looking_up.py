"""The pages on which a job is looked up and shown."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jobs import cancelling, drafts, pages
from jobs.access import person
from jobs.forms import CancelForm, LookUpForm
from jobs.recording import Actor
from jobs.refusing import refused
from jobs.signing_in import proof
from jobs.views.answering import needs_post, see_other, visible_lookup


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Look a job up; the person's recent cancellations below."""
    user = person(request)
    return render(request, "home.html", pages.home(user, LookUpForm(user=user, initial=drafts.kept(request))))


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


@require_safe
def lookup(request: HttpRequest, lookup_id: int) -> HttpResponse:
    """The job, its batches, what a cancel would stop, and the form that asks why."""
    found = visible_lookup(request, lookup_id)
    form = CancelForm(connection=found.connection, initial=drafts.kept(request))
    context = pages.lookup(person(request), found, form)
    return render(request, "lookup.html", context | {"ahead": proof.ahead(request, found.connection)})
