"""Which addresses may be called: by their names, and by what the names lead to."""

import ipaddress
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

_UNICAST = ipaddress.ip_network("2000::/3")
_SPECIAL = [ipaddress.ip_network(network) for network in ("192.0.0.0/24", "2001::/23", "2002::/16", "3fff::/20")]
"""What not every version of Python knows to be special; Teredo and 6to4 hold any IPv4 address."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""A public IPv4 address, as a network without IPv4 reaches it: the last 32 bits."""

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


class ForbiddenAddress(Exception):
    """A name leads to where nothing may be called; the message is a sentence for people."""


def require_allowed(host: str, address: str) -> None:
    """Check the address that is about to be connected to, for the host that the URL names.

    This machine, where the URL itself names it (``AddressRules`` decides whether it may); otherwise the public
    internet alone: no private, link-local, shared, multicast or reserved network, in no notation of IPv6.

    Raises:
        ForbiddenAddress: it is another one.
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if not (found.is_loopback if is_loopback(host) else _is_public(found)):
        raise ForbiddenAddress(f"{host} leads to {address}, which is no address of the public internet.")


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return _is_public(ipaddress.IPv4Address(address.packed[-4:]))
        if address not in _UNICAST:
            return False
    is_special = address.is_multicast or any(address in network for network in _SPECIAL)
    return address.is_global and not is_special


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
