"""Accounts and teams: Django's, without the two-sided choosers that no screen reader can read and no phone can show."""

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User

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


@admin.register(Group)
class TeamAdmin(GroupAdmin):
    """A team; what it may do on a connection is its team access."""

    filter_horizontal = ()
