"""Whether a request came from an address that is known. Pure, and total."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network


def comes_from(address: str, networks: Sequence[str]) -> bool:
    """Whether an address lies in one of the networks; False for what is no address."""
    found = _address(address)
    return found is not None and any(found in ip_network(network) for network in networks)


def _address(written: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(written.strip())
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
