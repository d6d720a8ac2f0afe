"""How a view answers, and which rows it may act on."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.views.decorators.http import require_http_methods

from jobs import access
from jobs.access import person
from jobs.models import Exchange
from jobs.models.reading import one
from jobs.refusing import refused

needs_post = require_http_methods(["GET", "HEAD", "POST"])
"""The address of a form: opened without one (a reload, the way back from signing in) it leads to the form's page."""


class SeeOther(HttpResponseRedirect):
    """After a POST: what is there now is to be read elsewhere."""

    status_code = 303


def see_other(to: Any, *args: Any) -> HttpResponse:
    """Go there and read; what was posted is not posted again."""
    return SeeOther(resolve_url(to, *args))


def own(request: HttpRequest, visible: QuerySet[Any], **key: Any) -> Any:
    """A row that this person may see; somebody else's is as one that does not exist, and to act on it is refused."""
    try:
        return visible.get(**key)
    except visible.model.DoesNotExist:
        elsewhere = visible.model._base_manager.filter(**key).first() if request.method == "POST" else None
        raise _hidden(request, elsewhere) from None


def visible_lookup(request: HttpRequest, lookup_id: int) -> Exchange:
    """A look-up that this person may see; the same holds."""
    found = one(Exchange, "connection", "snapshot", id=lookup_id, cause="look_up")
    if found is None or not access.may_see(person(request), found.connection):
        raise _hidden(request, found)
    return found


def _hidden(request: HttpRequest, row: Any) -> Http404:
    if row is not None and request.method == "POST":
        refused(person(request), "act on what they may not see", connection=row.connection)
    return Http404()
