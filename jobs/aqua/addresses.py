"""Which addresses may be called."""

import ipaddress
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class AddressRules:
    """``hosts`` are patterns such as ``*.zuora.com``; ``allow_loopback`` exempts this machine, http included."""

    hosts: tuple[str, ...] = ("*.zuora.com",)
    allow_loopback: bool = False

    def objection(self, url: str) -> str:
        """Why this URL may not be called, as a sentence that says what to do; "" where it may."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        if not is_host(host):
            return f"{host!r} is no host name."
        if is_loopback(host):
            if self.allow_loopback:
                return ""
            return f"{host} is this machine itself, which may be called only with ALLOW_LOOPBACK_HTTP."
        if parts.scheme != "https":
            return f"The address of {host} must begin with https://, so that nobody can read the credentials."
        if not any(fnmatchcase(host, pattern.lower()) for pattern in self.hosts):
            return f"{host} is not one of the hosts that UPSTREAM_HOSTS allows ({', '.join(self.hosts)})."
        return ""


def is_host(host: str) -> bool:
    """Whether this is a host name or an address that every reader of URLs takes for the same."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return len(host) <= 253 and all(_LABEL.fullmatch(label) for label in host.split("."))
    return True


def is_loopback(host: str) -> bool:
    """Whether a host, as written in a URL, is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
