"""Rows that are reviewed and never touched, and rows that administrators alone touch."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from jobs import access
from jobs.access import person


class ReadOnly(admin.options.BaseModelAdmin):
    """Nobody adds, changes or deletes, administrators included; access decides who sees which rows."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.is_active

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active


class Managed(admin.options.BaseModelAdmin):
    """Administrators manage; auditors look on."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return access.may_manage(person(request))

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return access.may_manage(person(request))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return access.may_manage(person(request))

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return access.sees_everything(person(request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return access.sees_everything(person(request))


class ReviewAdmin(ReadOnly, admin.ModelAdmin):
    """A read-only list and page over the rows that ``visible`` gives a person."""

    visible: Callable[[User], QuerySet[Any]]
    actions = None
    change_form_template = "admin/review.html"
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return type(self).visible(person(request))
