"""The admin's pages for tests: what its forms send, and what its pages say."""

from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from jobs.models import Connection
from jobs.models.exchange import Exchange

ADD = "/admin/jobs/connection/add/"
LIST = "/admin/jobs/connection/"


def page_of(row: object, page: str = "change") -> str:
    """The URL of one row's page in the admin."""
    meta = row._meta  # type: ignore[attr-defined]
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}", args=[row.pk])  # type: ignore[attr-defined]


def filled_in(connection: Connection | None = None, **fields: object) -> dict[str, object]:
    """What a browser sends from the form of a connection; ``new_secret`` is empty unless it is given."""
    stored = connection or Connection(environment="us-api-sandbox", client_id="an ID", name="A new one")
    names = (
        *("name", "tenant", "environment", "base_url", "auth", "client_id"),
        *("cancel_method", "confirm_minutes", "entity_ids", "org_ids"),
    )
    data: dict[str, object] = {name: getattr(stored, name) for name in names}
    data |= {name: "on" for name in ("is_production", "is_active") if getattr(stored, name)}
    data |= {"access-TOTAL_FORMS": 0, "access-INITIAL_FORMS": 0, "new_secret": ""}
    return data | fields


def said(response: HttpResponse) -> list[str]:
    """The messages of an answer that has not been followed."""
    return [str(message) for message in get_messages(response.wsgi_request)]  # type: ignore[attr-defined]


def form_error(response: HttpResponse, field: str) -> str:
    """The first complaint about one field of the admin's form."""
    assert response.status_code == 200
    return str(response.context["adminform"].form.errors[field][0])  # type: ignore[attr-defined]


def results(browser: Client, model: str, **query: object) -> list[object]:
    """The rows that a list page of the admin shows."""
    response = browser.get(f"/admin/jobs/{model}/", query)
    assert response.status_code == 200
    return list(response.context["cl"].result_list)


def last_exchange() -> Exchange:
    exchange = Exchange.objects.first()
    assert exchange is not None
    return exchange
