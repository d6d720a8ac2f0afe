"""Django's admin under the product's name."""

from django.contrib.admin.apps import AdminConfig


class AdminSiteConfig(AdminConfig):
    """Uses ``jobs.admin.site``."""

    default_site = "jobs.admin.site.Site"
