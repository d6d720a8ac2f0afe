"""The app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class JobsConfig(AppConfig):
    """The product."""

    name = "jobs"
    verbose_name = "AQuA jobs"

    def ready(self) -> None:
        from jobs import checks, noting  # noqa: F401
        from jobs.ledger import guarding

        noting.connect()
        post_migrate.connect(lambda **_: guarding.install(), sender=self, weak=False, dispatch_uid="guarding")
        from jobs.signing_in import log, second_factors, sessions  # noqa: F401
