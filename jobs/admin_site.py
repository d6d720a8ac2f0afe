"""Django's admin under the product's name."""

from django.contrib import admin
from django.http import HttpRequest

from jobs import access


class Site(admin.AdminSite):
    """Administrators manage here; auditors review."""

    site_header = "aquaadmin"
    site_title = "aquaadmin"
    index_title = "Administration and history"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff, and auditors whether staff or not."""
        user = request.user
        return user.is_active and (user.is_staff or (user.is_authenticated and access.is_auditor(user)))
