"""Where one tenant's environment answers, and how to sign in there."""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from jobs.aqua.environments import CUSTOM, ENVIRONMENTS, Environment, rest_base_of
from jobs.fields import EncryptedTextField


def environment_choices() -> list[tuple[str, str]]:
    """Zuora's environments under both of their names, and an address of one's own."""
    return [(slug, known.label) for slug, known in ENVIRONMENTS.items()] + [(CUSTOM, "Custom base URL")]


class Connection(models.Model):
    """One stored connection. ``version`` goes up with each change, and with it the pooled client is renewed."""

    class Auth(models.TextChoices):
        OAUTH = "oauth", "OAuth client credentials"
        KEYS = "keys", "API access key pair (apiAccessKeyId / apiSecretAccessKey)"
        BASIC = "basic", "User name and password (Basic)"

    class CancelMethod(models.TextChoices):
        DELETE = "DELETE", "DELETE (what Zuora documents)"
        POST = "POST", "POST (where a gateway blocks DELETE)"

    name = models.CharField(max_length=100, unique=True)
    tenant = models.CharField(max_length=100, blank=True, help_text="The tenant as your company calls it.")
    environment = models.CharField(max_length=40, choices=environment_choices)
    base_url = models.CharField("base URL", max_length=255, blank=True)
    is_production = models.BooleanField("production", default=True)
    auth = models.CharField("sign-in", max_length=10, choices=Auth, default=Auth.OAUTH)
    client_id = models.CharField("client ID", max_length=255)
    secret = EncryptedTextField(bound_to="uuid", editable=False)
    entity_ids = models.CharField("entity IDs", max_length=1000, blank=True)
    org_ids = models.CharField("organization IDs", max_length=1000, blank=True)
    cancel_method = models.CharField(max_length=10, choices=CancelMethod, default=CancelMethod.DELETE)
    confirm_minutes = models.PositiveSmallIntegerField(
        "minutes to confirm",
        default=15,
        validators=(MinValueValidator(1), MaxValueValidator(24 * 60)),
        help_text="For so long after a cancel the job is read again, until Zuora shows what became of it.",
    )
    is_active = models.BooleanField("active", default=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def known_environment(self) -> Environment | None:
        """The environment by its slug; None for a base URL of one's own."""
        return ENVIRONMENTS.get(self.environment)

    @property
    def address(self) -> str:
        """The URL that the AQuA paths are appended to."""
        known = self.known_environment
        return known.base_url if known else self.base_url

    @property
    def rest_base(self) -> str:
        """What tells tenants apart: two connections with one rest base may lead to the same job."""
        known = self.known_environment
        return known.rest_base if known else rest_base_of(self.base_url)

    @property
    def environment_name(self) -> str:
        """The environment in words, as it is copied into the history."""
        known = self.known_environment
        return known.name if known else self.base_url

    @property
    def kind(self) -> str:
        """``Production`` or ``Sandbox``: what is shown in words and colour at every step."""
        return "Production" if self.is_production else "Sandbox"

    def has_history(self) -> bool:
        """Whether anything was ever asked of Zuora over it."""
        return self.exchanges.exists() or self.cancellations.exists()

    def open_secret(self) -> str:
        """The secret in plain text, for signing in.

        Raises:
            SecretUnreadable: see ``jobs.fields``.
        """
        secret: str = self.secret.open(self.uuid)
        return secret
