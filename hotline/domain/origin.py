"""Checks if a request came from a known address. Pure. Never raises for a malformed address."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network


def comes_from(address: str, networks: Sequence[str]) -> bool:
    """Returns True if an address is in one of the networks. Returns False for a text that is no address."""
    found = _address(address)
    return found is not None and any(found in ip_network(network) for network in networks)


def _address(written: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(written.strip())
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
