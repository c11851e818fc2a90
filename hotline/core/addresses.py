"""Checks if a web request came from a known network address. Pure. A malformed address never raises an error."""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any


def comes_from(address: str, networks: Sequence[str]) -> bool:
    """Returns True if an address is in one of the networks. Returns False for a text that is not an address."""
    found = _address(address)
    return found is not None and any(found in ip_network(network) for network in networks)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.strip())
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


LOOPBACK = ("127.0.0.0/8", "::1")
"""The addresses of this machine itself. If a web server on this machine passes on a request, the hotline trusts the
client's address that the server reports."""


def peer_of(environ: Mapping[str, Any], proxies: Sequence[str] = ()) -> str:
    """Returns the address of the computer that sent the request (the peer). If the peer is one of our own web servers,
    returns the last address in the request's header `X-Forwarded-For`.

    `proxies` are the networks of other trusted web servers.
    """
    peer: str = environ.get("REMOTE_ADDR") or ""
    forwarded: str = environ.get("HTTP_X_FORWARDED_FOR") or ""
    if not forwarded or not comes_from(peer, (*LOOPBACK, *proxies)):
        return peer
    return forwarded.rpartition(",")[2].strip()


ONE_PLACE = 64
"""The usual prefix length, in bits, of the IPv6 network of one household or office. Each user of such a network can
choose any address in it, so the hotline counts the network as one place."""


def network_of(address: str) -> str:
    """Returns an IPv4 address unchanged, and for an IPv6 address its /64 network."""
    found = _address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        return str(ip_network((found, ONE_PLACE), strict=False))
    return str(found or "")
