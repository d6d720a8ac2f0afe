"""Django's admin under the product's name."""

from django.contrib.admin.apps import AdminConfig


class AdminSiteConfig(AdminConfig):
    """Uses ``jobs.admin_site``, which stands outside ``jobs.admin``: that package registers with it."""

    default_site = "jobs.admin_site.Site"
