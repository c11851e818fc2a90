"""Repeats work in the background, in a thread of a server process."""

import logging
import os
import socket
import stat
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from hotline.errors import Unavailable
from hotline.web.bodies import RequestBodies

logger = logging.getLogger(__name__)


def repeat(seconds: float, work: Callable[[], object], name: str) -> None:
    """Starts a daemon thread that does this work again and again, every `seconds` seconds.

    If the work fails, only the class of the error is logged, and the work is tried again. An unavailable database is
    not logged, because other code reports it.
    """
    pause = threading.Event()

    def loop() -> None:
        while not pause.wait(seconds):
            try:
                work()
            except Unavailable:
                continue
            except Exception as broken:
                logger.error("the background task %s failed: %s", name, type(broken).__name__)

    threading.Thread(target=loop, name=name, daemon=True).start()


# Closes connections that block a thread because the body of the request does not arrive.

PATIENCE = 5.0
"""The number of seconds for which a connection may block a thread."""
LOOK_EVERY = 1.0
INTERNET = (socket.AF_INET, socket.AF_INET6)
HANDLES = "/proc/self/fd"
INFO_BYTES = 56
SENT_AT, RECEIVED_AT = 44, 52
"""Positions in the Linux structure `tcp_info`: the milliseconds since we last sent, and since we last received data."""

Peer = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Silence:
    """The number of seconds since we last sent data on a connection, and since the other end did."""

    ours: float
    theirs: float


def overdue_connections(
    seen: Mapping[Peer, Silence],
    strikes: Mapping[Peer, int],
    *,
    patience: float = PATIENCE,
    look_every: float = LOOK_EVERY,
) -> tuple[list[Peer], dict[Peer, int]]:
    """Returns the connections to close. Also returns how often it has seen each other overdue connection.

    A connection is overdue if we have sent nothing on it for five seconds. If the other end has sent nothing either,
    the connection is closed at once. If the other end still sends some bytes, the connection is closed at the fifth
    check. By then, a new request on an old connection has got its answer.
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
    bodies: RequestBodies,
    strikes: Mapping[Peer, int],
    *,
    patience: float,
    look_every: float = LOOK_EVERY,
) -> dict[Peer, int]:
    """Checks once if a body is late, and closes overdue connections.

    Returns how often each overdue connection was seen, for the next check. Raises OSError.
    """
    if bodies.longest() < look_every:
        return {}
    with _accepted() as connections:
        seen = {peer: _silence(connection) for peer, connection in connections.items()}
        close, left = overdue_connections(seen, strikes, patience=patience, look_every=look_every)
        for peer in close:
            with suppress(OSError):
                connections[peer].shutdown(socket.SHUT_RDWR)
    if close:
        logger.warning(
            "connections closed because their requests stayed incomplete: %d", len(close)
        )
    return left


def close_slow_ones_for_ever(bodies: RequestBodies, *, patience: float = PATIENCE) -> None:
    """Closes overdue connections every second, in a thread of its own.

    A request may work for at most `patience` seconds, because after that it looks like a late body.
    """
    strikes: dict[Peer, int] = {}

    def look() -> None:
        nonlocal strikes
        strikes = close_slow_ones(bodies, strikes, patience=patience)

    repeat(LOOK_EVERY, look, "closing slow connections")


@contextmanager
def _accepted() -> Iterator[dict[Peer, socket.socket]]:
    """Yields the connections that were made to this process's ports, by the address of the other end. Leaves out
    connections that the process itself opened.

    Each socket is a copy of the server's handle. The copy stays the same connection even if the server closes its own
    handle.
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
    """Returns a copy of the TCP socket with this handle.

    Returns None if the handle is closed or is not a TCP socket.
    """
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
