"""Django's admin under the product's name and behind the product's own sign-in."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator

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

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The one door for all; who is in already goes on, or is told that they may not."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """On the person's own page, as for everybody."""
        return redirect("account_change_password")
