"""Processes of the Procfile for a bench of pages: the console with its null endpoint, and the web process."""

import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import create_connection

from hotline.cli.line.procfile import read_procfile
from hotline.environment import CHECKOUT
from hotline.errors import StartFailed

SERVED = {
    "console": ("workers.console:application", "tests.load.console.served:application"),
    "web": ("wsgi:application", "tests.load.hops.served:application"),
}
"""What the server of each is to import in place of its own, so that a null endpoint stands beside it."""
PATIENCE = 120.0
FAREWELL = 30.0
LOOK_EVERY = 0.05


@contextmanager
def started(name: str, environ: Mapping[str, str], *, port: int, log: Path) -> Iterator[None]:
    """The Procfile's command of that name, for as long as the block. Raises StartFailed with what it printed."""
    entries = read_procfile((CHECKOUT / "Procfile").read_text(encoding="utf-8"))
    (command,) = (entry.command for entry in entries if entry.name == name)
    own, ours = SERVED[name]
    with log.open("ab") as output:
        process = subprocess.Popen(
            ["/bin/sh", "-c", f"exec {command.replace(own, ours)}"],
            env=environ,
            cwd=CHECKOUT,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _until_heard(process, port, log)
        yield
    finally:
        process.terminate()
        try:
            process.wait(FAREWELL)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _until_heard(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        with suppress(OSError), create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(LOOK_EVERY)
    raise StartFailed(f"the process does not start: {log.read_text(errors='replace')[-2000:]}")
