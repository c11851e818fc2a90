"""Returns the address from which a request comes."""

from collections.abc import Mapping, Sequence
from typing import Any

from hotline.domain.origin import comes_from

LOOPBACK = ("127.0.0.0/8", "::1")
"""The addresses of a web server on this machine, which may name the client's address."""


def peer_of(environ: Mapping[str, Any], proxies: Sequence[str] = ()) -> str:
    """Returns the peer's address. If the peer is one of our web servers, returns the last address that it named.

    `proxies` are the networks of other trusted web servers.
    """
    peer: str = environ.get("REMOTE_ADDR") or ""
    named: str = environ.get("HTTP_X_FORWARDED_FOR") or ""
    if not named or not comes_from(peer, (*LOOPBACK, *proxies)):
        return peer
    return named.rpartition(",")[2].strip()
