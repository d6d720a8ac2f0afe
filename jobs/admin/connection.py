"""Connections: add, edit, test."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse

from jobs import access, trying
from jobs.admin.read_only import Managed
from jobs.connection_form import ConnectionForm
from jobs.connections import save_connection
from jobs.models import Connection, TeamAccess
from jobs.recording import Actor


class TeamAccessInline(Managed, admin.TabularInline):
    """The teams of one connection."""

    model = TeamAccess
    fields = ("team", "role")
    extra = 1


@admin.register(Connection)
class ConnectionAdmin(Managed, admin.ModelAdmin):
    """Where tenants answer. A connection is in the ledger from its first day: it is made inactive, never deleted."""

    form = ConnectionForm
    inlines = (TeamAccessInline,)
    actions = None
    list_display = ("name", "tenant", "environment_name", "is_production", "auth", "is_active")
    list_filter = ("is_production", "is_active", "environment")
    search_fields = ("name", "tenant")
    change_form_template = "admin/jobs/connection/change_form.html"
    fieldsets = (
        (None, {"fields": ("name", "tenant", "environment", "base_url", "is_production", "is_active")}),
        ("Sign-in", {"fields": ("auth", "client_id", "new_secret")}),
        ("Cancelling", {"fields": ("cancel_method", "confirm_minutes", "entity_ids", "org_ids")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Connection | None = None) -> Any:
        """To one who only looks on there is no field for a secret."""
        fieldsets = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj):
            return fieldsets
        return [
            (name, {**options, "fields": [field for field in options["fields"] if field != "new_secret"]})
            for name, options in fieldsets
        ]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Connection, form: forms.ModelForm, change: bool) -> None:
        save_connection(obj)

    def get_urls(self) -> list[URLPattern]:
        test = path("<int:pk>/test/", self.admin_site.admin_view(self.test), name="jobs_connection_test")
        return [test, *super().get_urls()]

    def test(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask Zuora for a job that cannot exist; nothing is cancelled."""
        user = access.person(request)
        if not access.may_manage(user):
            raise PermissionDenied
        connection = get_object_or_404(Connection, pk=pk)
        if request.method != "POST":
            return HttpResponseRedirect(reverse("admin:jobs_connection_change", args=[pk]))
        result = trying.try_connection(connection, Actor(user))
        self.message_user(request, result.sentence, messages.SUCCESS if result.works else messages.ERROR)
        return HttpResponseRedirect(reverse("admin:jobs_connection_change", args=[pk]))
