"""What somebody typed into a form that could not be accepted: kept for the same form, and never sent by itself.

A draft comes only from a POST that is known to come from our own pages. Before a sign-in it travels, sealed, as a
hidden field of the sign-in page: so nobody who is not signed in fills the database, and a draft comes back to whoever
signs in on the very page where it was typed. From then on it is in that person's session, bound to one page, whose
own rules decide whether they see it.
"""

from dataclasses import dataclass, field
from typing import Any

from django.core import signing
from django.http import HttpRequest
from django.shortcuts import resolve_url

SESSION_KEY = "draft"
SALT = "jobs.drafts"
GOOD_FOR = 24 * 60 * 60
LONGEST = 5000
"""Characters that are kept of a field: more than any field accepts."""

_FIELDS = {"look_up": ("connection", "job_id"), "cancel": ("reason", "ticket", "notify", "typed_name"), "check": ()}
_PAGES = {"look_up": "home", "cancel": "lookup", "check": "cancellation"}


@dataclass(frozen=True)
class Draft:
    """What was typed, and the page that has the form for it."""

    page: str
    fields: dict[str, str] = field(default_factory=dict)

    def seal(self) -> str:
        """As text that only we can have written."""
        return signing.dumps([self.page, self.fields], salt=SALT, compress=True)

    def keep(self, request: HttpRequest) -> None:
        """In the session, until the form is sent or another draft takes its place."""
        if self.fields:
            request.session[SESSION_KEY] = [self.page, self.fields]


def typed(request: HttpRequest) -> Draft | None:
    """What a POST carries; None where it is not to one of our own forms."""
    match = request.resolver_match
    if request.method != "POST" or match is None or match.view_name not in _FIELDS:
        return None
    fields = {name: request.POST[name][:LONGEST] for name in _FIELDS[match.view_name] if request.POST.get(name)}
    return Draft(resolve_url(_PAGES[match.view_name], *match.args, **match.kwargs), fields)


def unseal(sealed: str) -> Draft | None:
    """The draft that was sealed; None where it was not by us, or too long ago."""
    try:
        return Draft(*signing.loads(sealed, salt=SALT, max_age=GOOD_FOR))
    except signing.BadSignature:
        return None


def kept(request: HttpRequest) -> dict[str, Any] | None:
    """What was typed for this page, as the initial values of its form."""
    page, fields = request.session.get(SESSION_KEY, (None, None))
    return fields if page == request.path else None


def page_of(request: HttpRequest) -> str | None:
    """The page for which something is kept."""
    page: str | None = request.session.get(SESSION_KEY, (None, None))[0]
    return page


def drop(request: HttpRequest) -> None:
    """It was sent."""
    request.session.pop(SESSION_KEY, None)
