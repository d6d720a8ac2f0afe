"""Where Zuora's data centres answer.

Each environment has two names: the one that Zuora uses today and the one in its older
documentation, which people still say. The hosts are Zuora's documented ones.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from jobs.aqua.addresses import is_host

LEGACY_SUFFIX = "/apps"
"""A base URL that ends so speaks the older dialect: ``/apps/api/batch-query/…``."""


@dataclass(frozen=True, slots=True)
class Environment:
    """One place where Zuora answers.

    ``rest_base`` answers OAuth token calls, and is the same for an environment and its
    legacy twin: it tells whether two connections lead to one tenant.
    """

    slug: str
    name: str
    former_name: str
    rest_base: str
    is_production: bool
    legacy_base: str = ""

    @property
    def base_url(self) -> str:
        """The URL that the AQuA paths are appended to."""
        return self.legacy_base or self.rest_base

    @property
    def label(self) -> str:
        """Both names, for people who know either."""
        if self.former_name and self.former_name != self.name:
            return f"{self.name} (formerly {self.former_name})"
        return self.name


_TABLE = (
    # slug, name today, name in older documentation, REST host, is production
    ("us-production", "US Cloud 2 Production", "US Production", "rest.zuora.com", True),
    ("us-api-sandbox", "US Cloud 2 API Sandbox", "US API Sandbox", "rest.apisandbox.zuora.com", False),
    ("us-performance-test", "US Performance Test", "", "rest.pt1.zuora.com", False),
    ("us-cloud-production", "US Cloud 1 Production", "US Cloud Production", "rest.na.zuora.com", True),
    ("us-cloud-api-sandbox", "US Cloud 1 API Sandbox", "US Cloud API Sandbox", "rest.sandbox.na.zuora.com", False),
    ("us-central-sandbox", "US Developer & Central Sandbox", "US Central Sandbox", "rest.test.zuora.com", False),
    ("eu-cloud-production", "EU Production", "EU Cloud Production", "rest.eu.zuora.com", True),
    ("eu-cloud-api-sandbox", "EU API Sandbox", "EU Cloud API Sandbox", "rest.sandbox.eu.zuora.com", False),
    ("eu-central-sandbox", "EU Developer & Central Sandbox", "EU Central Sandbox", "rest.test.eu.zuora.com", False),
    ("apac-production", "APAC Production", "", "rest.ap.zuora.com", True),
    ("apac-central-sandbox", "APAC Developer & Central Sandbox", "", "rest.test.ap.zuora.com", False),
)

CUSTOM = "custom"
"""The slug of a base URL of one's own, such as a Production Copy tenant's."""

ENVIRONMENTS: dict[str, Environment] = {
    slug: Environment(slug, name, former, f"https://{host}", is_production)
    for slug, name, former, host, is_production in _TABLE
}
ENVIRONMENTS["us-production-legacy"] = Environment(
    slug="us-production-legacy",
    name="US Cloud 2 Production, legacy /apps address",
    former_name="US Production, legacy /apps address",
    rest_base="https://rest.zuora.com",
    is_production=True,
    legacy_base="https://www.zuora.com/apps",
)
ENVIRONMENTS["us-api-sandbox-legacy"] = Environment(
    slug="us-api-sandbox-legacy",
    name="US Cloud 2 API Sandbox, legacy /apps address",
    former_name="US API Sandbox, legacy /apps address",
    rest_base="https://rest.apisandbox.zuora.com",
    is_production=False,
    legacy_base="https://apisandbox.zuora.com/apps",
)


_LOOKS_LIKE = "A base URL looks like https://rest.example.zuora.com."
_PATH = re.compile(r"(/[A-Za-z0-9_-]+)*/?")


def tidy_base_url(url: str) -> str:
    """Bring a base URL of one's own into the one form in which it is stored and compared.

    Lower-case scheme and host, no default port, no trailing slash, and no ``/v1`` that
    the AQuA paths bring themselves.

    Raises:
        ValueError: not an http or https URL with a host, or it carries a user, a query
            or a fragment.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise ValueError(_LOOKS_LIKE) from None
    if parts.scheme not in ("http", "https") or not is_host(parts.hostname or ""):
        raise ValueError(_LOOKS_LIKE)
    if not _PATH.fullmatch(parts.path):
        raise ValueError("The path of a base URL has only letters, digits, - and _ in it.")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("A base URL has no user name, no question mark and no # in it.")
    hostname = parts.hostname or ""
    host = f"[{hostname}]" if ":" in hostname else hostname
    default_port = {"http": 80, "https": 443}[parts.scheme]
    if port not in (None, default_port):
        host = f"{host}:{port}"
    return f"{parts.scheme}://{host}{parts.path.rstrip('/').removesuffix('/v1').rstrip('/')}"


def rest_base_of(base_url: str) -> str:
    """The REST base of the tenant that a tidy base URL leads to, also where it is a legacy address.

    Zuora's legacy bases are ``https://{UI host}/apps``; its REST hosts are the UI hosts with ``rest.`` before
    them, in place of ``www.`` where there is one.
    """
    if not base_url.endswith(LEGACY_SUFFIX):
        return base_url
    scheme, _, host = base_url.removesuffix(LEGACY_SUFFIX).partition("://")
    if host.endswith(".zuora.com") and not host.startswith("rest."):
        host = f"rest.{host.removeprefix('www.')}"
    return f"{scheme}://{host}"


def job_url(base_url: str, job_id: str) -> str:
    """The URL that reads (GET) and cancels (DELETE) one job, in the dialect of its base."""
    prefix = "/api" if base_url.endswith(LEGACY_SUFFIX) else "/v1"
    return f"{base_url}{prefix}/batch-query/jobs/{quote(job_id, safe='')}"
