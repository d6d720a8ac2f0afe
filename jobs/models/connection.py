"""Where one tenant's environment answers, and how to sign in there."""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from jobs.aqua.environments import CUSTOM, ENVIRONMENTS, Environment, rest_base_of
from jobs.fields import EncryptedTextField


def environment_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Zuora's environments under both of their names, with their hosts, and an address of one's own."""
    groups: dict[str, list[tuple[str, str]]] = {"Production": [], "Sandbox and test": [], "Legacy addresses": []}
    for slug, known in ENVIRONMENTS.items():
        kind = "Production" if known.is_production else "Sandbox and test"
        host = known.base_url.removeprefix("https://")
        groups["Legacy addresses" if known.legacy_base else kind].append((slug, f"{known.label} · {host}"))
    return [*groups.items(), ("Another", [(CUSTOM, "Custom base URL, such as a Production Copy tenant's")])]


IDS = RegexValidator(r"^[A-Za-z0-9_-]+(,[A-Za-z0-9_-]+)*\Z", "Enter IDs of letters and digits, with commas between.")


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
    environment = models.CharField(
        max_length=40,
        choices=environment_choices,
        help_text="Credentials belong to one environment. In Zuora, the address bar shows which: www.zuora.com is"
        " US Cloud 2 Production, eu.zuora.com is EU Production, and so on.",
    )
    base_url = models.CharField(
        "base URL",
        max_length=255,
        blank=True,
        help_text="Only for “Custom base URL”: the REST address that Zuora gave you. It begins with https:// and lies"
        " on a host that the setting UPSTREAM_HOSTS allows.",
    )
    is_production = models.BooleanField(
        "production",
        default=True,
        help_text="Marked in words and colour at every step; a cancel asks for the connection's name.",
    )
    auth = models.CharField(
        "sign-in",
        max_length=10,
        choices=Auth,
        default=Auth.OAUTH,
        help_text="OAuth: an OAuth client that an administrator makes for an API user in Zuora; recommended."
        " API access key pair and Basic: an API user's own sign-in; where single sign-on or expiring passwords are on,"
        " they stop working. The user's role needs API Write Access.",
    )
    client_id = models.CharField(
        "client ID",
        max_length=255,
        help_text="OAuth: the client ID, 36 characters. Key pair: the access key ID. Basic: the user name.",
    )
    secret = EncryptedTextField(bound_to="uuid", editable=False)
    entity_ids = models.CharField(
        "entity IDs",
        max_length=1000,
        blank=True,
        validators=(IDS,),
        help_text="Only with Zuora Multi-entity: sent as Zuora-Entity-Ids, with commas between.",
    )
    org_ids = models.CharField(
        "organization IDs",
        max_length=1000,
        blank=True,
        validators=(IDS,),
        help_text="Only with Zuora Multi-Org: sent as Zuora-Org-Ids, with commas between.",
    )
    cancel_method = models.CharField(
        max_length=10,
        choices=CancelMethod,
        default=CancelMethod.DELETE,
        help_text="Change it only where your gateway blocks DELETE.",
    )
    confirm_minutes = models.PositiveSmallIntegerField(
        "minutes to confirm",
        default=15,
        validators=(MinValueValidator(1), MaxValueValidator(24 * 60)),
        help_text="For so long after a cancel the job is read again, until Zuora shows what became of it.",
    )
    needs_approval = models.BooleanField(
        "needs approval",
        default=False,
        help_text="Recommended for production: a cancel is sent only after a second person, with the role approver, has"
        " approved it. It also holds on every other connection that may lead to the same tenant: one with the same"
        " address and the same client ID or tenant, or without a tenant.",
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

    def open_secret(self) -> str:
        """The secret in plain text, for signing in.

        Raises:
            SecretUnreadable: see ``jobs.fields``.
        """
        secret: str = self.secret.open(self.uuid)
        return secret
