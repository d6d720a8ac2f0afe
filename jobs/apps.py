"""The app."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """The product."""

    name = "jobs"
    verbose_name = "AQuA jobs"

    def ready(self) -> None:
        from jobs import checks  # noqa: F401
        from jobs.signing_in import log, sessions  # noqa: F401
