"""Accounts and teams: Django's, without the two-sided choosers that no screen reader can read and no phone can show."""

from collections.abc import Callable

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path

from jobs import access
from jobs.signing_in import second_factors

admin.site.unregister(User)
admin.site.unregister(Group)
# The rows of the sign-in hold secrets, and are changed by their own pages alone.
for label in ("account", "mfa", "usersessions"):
    admin.site.unregister(
        [model for model in apps.get_app_config(label).get_models() if admin.site.is_registered(model)]
    )


@admin.register(User)
class PersonAdmin(UserAdmin):
    """Who may sign in, and in which teams they are."""

    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    change_form_template = "admin/auth/user/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"auth_user_{name.replace('-', '_')}")
            for name, view in (("second-factor", self.second_factor), ("sessions", self.sessions))
        ]
        return [*own, *super().get_urls()]

    def second_factor(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a lost second factor away, after a question."""
        return self._after_a_question(request, pk, "second_factor", _reset)

    def sessions(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End somebody's sessions, after a question."""
        return self._after_a_question(request, pk, "sessions", _end)

    def _after_a_question(self, request: HttpRequest, pk: int, what: str, act: Callable[[User], str]) -> HttpResponse:
        if not access.may_manage(access.person(request)):
            raise PermissionDenied
        whose = get_object_or_404(User, pk=pk)
        if request.method != "POST":
            context = {**self.admin_site.each_context(request), "whose": whose, "what": what, "opts": self.opts}
            return render(request, "admin/auth/user/sure.html", context)
        self.message_user(request, act(whose), messages.SUCCESS)
        return redirect("admin:auth_user_change", pk)


def _reset(whose: User) -> str:
    if not second_factors.reset_second_factor(whose):
        return f"{whose} had no second factor."
    return f"The second factor of {whose} is gone, and their sessions have ended. They set up a new one."


def _end(whose: User) -> str:
    return f"Sessions of {whose} that were ended: {second_factors.end_all_sessions(whose)}."


@admin.register(Group)
class TeamAdmin(GroupAdmin):
    """A team; what it may do on a connection is its team access."""

    filter_horizontal = ()
