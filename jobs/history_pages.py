"""The page of the past: what its template is given."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User

from jobs import history
from jobs.history import CANCELLATIONS, EXCHANGES, Page, Place
from jobs.history.running import MOST_COUNTED
from jobs.history_form import HistoryForm


def past(user: User, form: HistoryForm) -> dict[str, Any]:
    """A page of cancellations, or of everything that was asked of Zuora."""
    tabs = [
        (name, words, f"?{urlencode({**_typed(form), 'show': name})}", form.show == name)
        for name, words in ((CANCELLATIONS, "Cancellations"), (EXCHANGES, "Everything asked of Zuora"))
    ]
    context = {"form": form, "tabs": tabs, "show": form.show, "is_narrowed": False}
    if not form.is_valid():
        return context
    wanted = form.filter()
    place = form.place()
    page = history.page(user, wanted, place)
    return {
        **context,
        "page": page,
        "is_narrowed": bool(set(wanted.as_dict()) - {"show"}),
        "is_first": place == Place(),
        "count": _count(page),
        "understood": _understood(page, form),
        "older": page.older and f"?{wanted.query(before=page.older)}",
        "newer": page.newer and f"?{wanted.query(after=page.newer)}",
        "newest": f"?{wanted.query()}",
    }


def _typed(form: HistoryForm) -> dict[str, str]:
    """What the other list can be narrowed to as well."""
    both = ("q", "connection", "environment", "person", "team", "since", "until")
    return {name: form.data[name] for name in both if form.data.get(name)}


def _count(page: Page) -> str:
    if page.count is None:
        return ""
    if page.is_capped:
        return f"{MOST_COUNTED:,}+ found"
    return "1 found" if page.count == 1 else f"{page.count:,} found"


def _understood(page: Page, form: HistoryForm) -> str:
    """How the search box was read, where it was read as an ID, or not as it was meant."""
    understood = page.planned.understood
    if understood.too_many:
        return f"More words than can be searched begin with “{understood.too_many}”: type more of it."
    if understood.kind == "words" and form.show == EXCHANGES:
        return "Words are searched among cancellations; here an ID of any kind finds its rows."
    return f"Found as {understood.kind}." if understood.kind and understood.kind != "words" else ""
