"""Filters that offer only what the person may see."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from jobs import access


class ByConnection(admin.SimpleListFilter):
    """One of the connections that the person may see."""

    title = parameter_name = "connection"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return _choices(access.visible_connections(access.person(request)).values_list("pk", "name"))

    def has_output(self) -> bool:
        return True

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(connection=self.value()) if _is_number(self.value()) else queryset


class ByPerson(admin.SimpleListFilter):
    """One of the people who asked for a cancel that the person may see."""

    title = parameter_name = "person"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = access.visible_cancellations(access.person(request)).order_by("requested_by__username")
        return _choices(rows.values_list("requested_by", "requested_by__username").distinct())

    def has_output(self) -> bool:
        return True

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(requested_by=self.value()) if _is_number(self.value()) else queryset


class ByActor(ByPerson):
    """One of the people who asked Zuora something that the person may see."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = access.visible_exchanges(access.person(request)).filter(actor__isnull=False)
        return _choices(rows.order_by("actor__username").values_list("actor", "actor__username").distinct())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(actor=self.value()) if _is_number(self.value()) else queryset


class ByEntryActor(ByActor):
    """One of the people whom the person may see; the ledger itself is not walked for them."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return _choices(access.visible_people(access.person(request)).values_list("pk", "username"))


def _choices(rows: Iterable[tuple[int, str]]) -> list[tuple[str, str]]:
    return [(str(key), name) for key, name in rows]


def _is_number(value: str | None) -> bool:
    return value is not None and value.isascii() and value.isdigit() and len(value) < 19
