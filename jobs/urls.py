"""The pages."""

from django.urls import include, path

from jobs import health, history_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("lookups/", views.look_up, name="look_up"),
    path("lookups/<int:lookup_id>/", views.lookup, name="lookup"),
    path("lookups/<int:lookup_id>/cancel", views.cancel, name="cancel"),
    path("cancellations/<uuid:uuid>/", views.cancellation, name="cancellation"),
    path("cancellations/<uuid:uuid>/check", views.check, name="check"),
    path("accounts/", include("jobs.signing_in.urls")),
    path("history/", history_views.history, name="history"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
