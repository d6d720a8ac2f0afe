"""Which team may do what on which connection."""

from django.contrib import admin

from jobs.admin.read_only import Managed
from jobs.models import TeamAccess


@admin.register(TeamAccess)
class TeamAccessAdmin(Managed, admin.ModelAdmin):
    """A team is a group of Django's."""

    list_display = ("team", "role", "connection")
    list_filter = ("role", "team", "connection")
    fields = ("team", "connection", "role")
    list_select_related = ("team", "connection")
    search_fields = ("team__name", "connection__name")
