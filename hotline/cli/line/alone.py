"""Allows one line in one home, and one web process on one port. A second one would share its calls or damage its data.

The web server's workers share their port by SO_REUSEPORT, and another line's workers would join them. The network then
gives each line every other call. So the port is tried before they begin, without that option.
"""

import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from hotline.config import Settings
from hotline.errors import Occupied

LOCK = "run.lock"
PATIENCE = 2.0
"""Seconds in which the workers of a killed web process release their port."""
EACH = 0.05


def place_of(settings: Settings, process: str) -> tuple[str, int]:
    """Returns the host and the port of `web` or `console`."""
    if process == "web":
        return settings.web_host, settings.port
    return settings.console_host, settings.console_port


@contextmanager
def only_run(home: Path) -> Iterator[None]:
    """Locks the home for one `hotline run` or `demo`. The lock ends with the process. Raises Occupied."""
    handle = os.open(home / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise Occupied(
            f"a line already runs in {home}, and goes on: end it first,"
            " or set HOTLINE_HOME for another line"
        ) from None
    try:
        yield
    finally:
        os.close(handle)


def refuse_taken(host: str, port: int, *, patience: float = 0.0) -> None:
    """Raises Occupied if another program still listens on the port after `patience` seconds."""
    end = time.monotonic() + patience
    while not _free(host, port):
        if time.monotonic() >= end:
            raise Occupied(
                f"port {port} is taken: another line or program listens there, and would get some of this"
                " line's calls. End it, or set HOTLINE_PORT (HOTLINE_CONSOLE_PORT for the console, --page-port"
                " for the demo's handsets)"
            )
        time.sleep(EACH)


def _free(host: str, port: int) -> bool:
    """Returns True if the port is free. Raises Occupied if the address does not belong to this machine."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise Occupied(
            f"{host} is no address of this machine: see HOTLINE_WEB_HOST and HOTLINE_CONSOLE_HOST"
        ) from None
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError:
            return False
    return True


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("process", type=click.Choice(["web", "console"]))
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def listen(process: str, command: tuple[str, ...]) -> None:
    """Becomes COMMAND, a server's, with the `--host`, `--port` and `--workers` of the settings.

    Stops if the port is taken or a setting is wrong, before the server prints its own usage. The Procfile uses this
    command for the processes that answer requests.
    """
    settings = Settings.read(os.environ)
    host, port = place_of(settings, process)
    workers = settings.web_workers if process == "web" else 1
    refuse_taken(host, port, patience=PATIENCE)
    given = ("--host", host, "--port", str(port), "--workers", str(workers))
    if command[0] != "granian":
        os.execvp(command[0], (*command, *given))
    from granian.cli import cli as granian

    # In this process, so that the server's workers share what the fork server has imported.
    granian.main(args=[*command[1:], *given], prog_name=command[0])
