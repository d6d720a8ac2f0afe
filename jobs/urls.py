"""The pages."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import path

from jobs import health, views
from jobs.signing_in import SignIn

urlpatterns = [
    path("", views.home, name="home"),
    path("lookups/", views.look_up, name="look_up"),
    path("lookups/<int:lookup_id>/", views.lookup, name="lookup"),
    path("lookups/<int:lookup_id>/cancel", views.cancel, name="cancel"),
    path("cancellations/<uuid:uuid>/", views.cancellation, name="cancellation"),
    path("cancellations/<uuid:uuid>/check", views.check, name="check"),
    path("accounts/login/", login_not_required(SignIn.as_view()), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
