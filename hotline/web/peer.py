"""Names the address that a request comes from."""

from collections.abc import Mapping, Sequence
from typing import Any

from hotline.domain.origin import comes_from

LOOPBACK = ("127.0.0.0/8", "::1")
"""A web server on this machine is believed."""


def peer_of(environ: Mapping[str, Any], proxies: Sequence[str] = ()) -> str:
    """Returns the peer's address; where a web server of ours is the peer, the address that it wrote last.

    `proxies` are the networks of web servers on other machines that are believed too.
    """
    peer: str = environ.get("REMOTE_ADDR") or ""
    named: str = environ.get("HTTP_X_FORWARDED_FOR") or ""
    if not named or not comes_from(peer, (*LOOPBACK, *proxies)):
        return peer
    return named.rpartition(",")[2].strip()
