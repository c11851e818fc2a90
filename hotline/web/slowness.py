"""Closes connections that keep a thread waiting for a request's body.

The server has no limit of time for a body, and a read that waits cannot be ended from within. Closing the connection
ends it: the read returns what came, and the door refuses it as cut short (docs/adr/0049).
"""

import logging
import os
import socket
import stat
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from hotline.web.beside import every
from hotline.web.bodies import Bodies

logger = logging.getLogger(__name__)

PATIENCE = 5.0
"""Seconds that a connection may keep us waiting."""
LOOK_EVERY = 1.0
INTERNET = (socket.AF_INET, socket.AF_INET6)
HANDLES = "/proc/self/fd"
INFO_BYTES = 56
SENT_AT, RECEIVED_AT = 44, 52
"""Where Linux's `tcp_info` holds the milliseconds since we last sent data, and since we last received some."""

Peer = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Silence:
    """Seconds since this end of a connection sent something, and since the other end did."""

    ours: float
    theirs: float


def overdue(
    seen: Mapping[Peer, Silence],
    strikes: Mapping[Peer, int],
    *,
    patience: float = PATIENCE,
    look_every: float = LOOK_EVERY,
) -> tuple[list[Peer], dict[Peer, int]]:
    """The connections to close, and how often each of the others was found unanswered: for the next look.

    Closes what we have not answered for five seconds and what says nothing more. What goes on to say something, a byte
    now and then, is closed at the fifth look: a request that has just come on an old connection is answered by then.
    """
    close: list[Peer] = []
    left: dict[Peer, int] = {}
    for peer, silence in seen.items():
        if silence.ours < patience:
            continue
        number = strikes.get(peer, 0) + 1
        if silence.theirs >= look_every or number * look_every >= patience:
            close.append(peer)
        else:
            left[peer] = number
    return close, left


def close_slow_ones(
    bodies: Bodies,
    strikes: Mapping[Peer, int],
    *,
    patience: float = PATIENCE,
    look_every: float = LOOK_EVERY,
) -> dict[Peer, int]:
    """One look, while any body is late. Returns the strikes for the next one. Raises OSError."""
    if bodies.longest() < look_every:
        return {}
    with _accepted() as connections:
        seen = {peer: _silence(connection) for peer, connection in connections.items()}
        close, left = overdue(seen, strikes, patience=patience, look_every=look_every)
        for peer in close:
            with suppress(OSError):
                connections[peer].shutdown(socket.SHUT_RDWR)
    if close:
        logger.warning("closed connections whose request did not arrive whole: %d", len(close))
    return left


def close_slow_ones_for_ever(bodies: Bodies, *, patience: float = PATIENCE) -> None:
    """Looks each second. No request may work longer than `patience`: it looks like a late one."""
    strikes: dict[Peer, int] = {}

    def look() -> None:
        nonlocal strikes
        strikes = close_slow_ones(bodies, strikes, patience=patience)

    every(LOOK_EVERY, look, "closing slow connections")


@contextmanager
def _accepted() -> Iterator[dict[Peer, socket.socket]]:
    """The connections that came to a port of this process, by the other end's address; none that it made itself.

    Each is a copy of the server's own handle: it stays the same connection, whatever the server does meanwhile.
    """
    copies = [one for name in os.listdir(HANDLES) if (one := _copy(int(name))) is not None]
    try:
        ports = {one.getsockname()[1] for one in copies if _listens(one)}
        ours = [one for one in copies if one.getsockname()[1] in ports and not _listens(one)]
        yield {peer: one for one in ours if (peer := _peer(one)) is not None}
    finally:
        for one in copies:
            one.close()


def _copy(handle: int) -> socket.socket | None:
    """A socket of TCP behind a copy of that handle; None for anything else, and where it is closed by now."""
    with suppress(OSError):
        if stat.S_ISSOCK(os.fstat(handle).st_mode):
            copy = socket.socket(fileno=os.dup(handle))
            if copy.family in INTERNET and copy.type is socket.SOCK_STREAM:
                return copy
            copy.close()
    return None


def _listens(one: socket.socket) -> bool:
    return bool(one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))


def _peer(one: socket.socket) -> Peer | None:
    try:
        found: Peer = one.getpeername()
    except OSError:
        return None
    return found


def _silence(one: socket.socket) -> Silence:
    info = one.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, INFO_BYTES)
    (sent,) = struct.unpack_from("I", info, SENT_AT)
    (received,) = struct.unpack_from("I", info, RECEIVED_AT)
    return Silence(sent / 1000, received / 1000)
