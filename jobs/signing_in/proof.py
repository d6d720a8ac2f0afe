"""Before somebody acts on production: have they proved who they are, surely enough and lately enough?

``asked_for`` stands before every such act, whatever its door. What was typed waits in its form, and is sent by hand.
"""

from allauth.account.adapter import get_adapter
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url

from jobs import drafts
from jobs.access import person
from jobs.drafts import Draft
from jobs.models import Connection
from jobs.sentences import notices
from jobs.sentences.notices import Notice
from jobs.signing_in import sessions


def lacking(request: HttpRequest, connection: Connection) -> Notice | None:
    """What is still to be proved before this person acts on a connection; None where nothing is. Asks no database."""
    if not connection.is_production:
        return None
    if settings.REQUIRE_MFA_ON_PRODUCTION and not sessions.has_second_factor(request):
        return notices.SECOND_FACTOR_FIRST
    return None if sessions.proved_lately(request) else notices.PROVE_FIRST


def ahead(request: HttpRequest, connection: Connection) -> Notice | None:
    """What to say on the page with the form of such an act: what will be asked; None where nothing will."""
    will = {notices.SECOND_FACTOR_FIRST: notices.SECOND_FACTOR_AHEAD, notices.PROVE_FIRST: notices.PROVE_AHEAD}
    notice = lacking(request, connection)
    return will[notice] if notice else None


def asked_for(request: HttpRequest, connection: Connection) -> HttpResponse | None:
    """None where this person may go on. Otherwise the answer that leads them to prove who they are, with nothing sent.

    The request is a POST of one of the forms that ``jobs.drafts`` knows.
    """
    if (notice := lacking(request, connection)) is None:
        return None
    draft = drafts.typed(request) or Draft(resolve_url("home"))
    draft.keep(request)
    messages.warning(request, str(notice))
    user = person(request)
    needs_second = notice is notices.SECOND_FACTOR_FIRST
    if needs_second and not is_mfa_enabled(user):
        return redirect("mfa_index")
    ways = [way for way in get_adapter().get_reauthentication_methods(user) if "mfa" in way["id"] or not needs_second]
    if not ways:  # somebody without a password of ours: by the way they came
        return redirect(draft.page)
    return redirect_to_login(draft.page, ways[0]["url"])
