"""The page of the past."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jobs import history_pages
from jobs.access import person
from jobs.history_form import HistoryForm


@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """Cancellations, or everything that was asked of Zuora, newest first, of what this person may see."""
    user = person(request)
    form = HistoryForm(request.GET, user=user)
    context = history_pages.past(user, form)
    return render(request, "history.html", context, status=200 if form.is_valid() else 422)
