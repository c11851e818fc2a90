"""Finds the network of an address. Pure."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

ONE_PLACE = 64
"""Bits of an IPv6 network that one household or office has. Its users can choose any address in the network."""


def network_of(address: str) -> str:
    """Returns an IPv4 address unchanged, the /64 of an IPv6 address, and an empty text for anything else."""
    try:
        found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ip_network((found, ONE_PLACE), strict=False))
