"""Accounts and teams: Django's, without the two-sided choosers that no screen reader can read and no phone can show."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class PersonAdmin(UserAdmin):
    """Who may sign in, and in which teams they are."""

    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")


@admin.register(Group)
class TeamAdmin(GroupAdmin):
    """A team; what it may do on a connection is its team access."""

    filter_horizontal = ()
