"""Starts processes of the hotline by forking. It imports their shared code once, before any key is read.

A forked process shares the memory of that code with all others, and starts at once. The fork server never knows a key
or a setting. A child process gets its own keys and settings with the request (docs/decisions/20).

The keeper sends requests on a unix socket, with one connection for each process. The keeper sends a line of JSON with
`argv`, `environ` and `gate`. The keeper receives the number of the process, stores the number, and then answers `go`.
At the end, the keeper receives the exit code. If the keeper sends a role as `gate`, the answer is the reason, as JSON,
why the processes of that role must not start. If the fork server ends, the processes that it started continue.
"""

import gc
import json
import os
import selectors
import socket
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import setproctitle

from hotline.core.importing import uncollected

SHARED = (
    *("hotline.cli.main", "hotline.cli.processes", "workers.worker", "workers.clock"),
    *("workers.jobs", "hotline.gateway.africastalking", "hotline.monitoring.instruments"),
    *("hotline.gateway.http", "workers.watchman", "granian.cli"),
    *("hotline.web.hooks_app", "hotline.web.hooks_app", "hotline.web.bodies"),
)
"""Modules that several processes import. They contain no page and no code that decrypts a case."""
GO = b"go\n"
PATIENCE = 5.0
"""A whole request must arrive within this number of seconds. The answer of `hotline run` must then arrive within the
same number of seconds."""
FORKING = 10.0
"""Seconds for which the keeper waits for a fork server that may be frozen. After that, it starts processes without
the fork server."""


@dataclass(frozen=True, slots=True)
class StartRequest:
    """One request from the keeper to the fork server."""

    argv: tuple[str, ...]
    environ: Mapping[str, str] = field(repr=False)
    """The whole environment of the process. It is left out of `repr`, because it may contain a secret."""
    gate: str = ""

    def line(self) -> bytes:
        """Returns the request as a line of JSON, ready to send."""
        said = {"argv": self.argv, "environ": dict(self.environ), "gate": self.gate}
        return f"{json.dumps(said)}\n".encode()


def why_not_start(fork_server: Path, role: str, environ: Mapping[str, str]) -> str | None:
    """Returns the reason why the processes of a role must not start. Returns None if they may start, or if the fork
    server does not answer."""
    with suppress(OSError, ValueError), socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(FORKING)
        asking.connect(str(fork_server))
        asking.sendall(StartRequest((), environ, role).line())
        refused: str | None = json.loads(asking.makefile().readline())
        return refused
    return None


def main(path: str) -> None:
    """Handles requests at a path until a signal ends the server. In a child process, runs the requested program."""
    setproctitle.getproctitle()  # Finds this process's name in memory before the environment changes.
    with uncollected():
        for name in SHARED:
            import_module(name)
        # Maps the tables once. Otherwise each process would map the tables at its first query, in its own memory.
        import_module("sqlalchemy.orm").configure_mappers()
        import_module("hotline.flows.service_check").place_lists()
        import_module("hotline.core.catalogues").load_phrases()
    gc.collect()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listening:
        os.umask(0o077)
        # The keeper connects when the path appears. The socket must listen before the path appears.
        unready = Path(f"{path}.new")
        unready.unlink(missing_ok=True)
        listening.bind(str(unready))
        listening.listen(64)
        unready.replace(path)
        request, asking = _serve(listening)
    _become_own_process(request)
    if request.gate:
        with asking, suppress(OSError):
            asking.sendall(f"{json.dumps(_refusal(request))}\n".encode())
    elif _is_noted(asking):
        import_module("hotline.cli.main").start()


def _serve(listening: socket.socket) -> tuple[StartRequest, socket.socket]:
    """Forks a child for each request, and reports the child's exit code. It returns only in a child."""
    waiting = selectors.DefaultSelector()
    waiting.register(listening, selectors.EVENT_READ)
    while True:
        for key, _ in waiting.select():
            if key.fileobj is not listening:
                waiting.unregister(key.fileobj)
                _tell_end(key.data, int(key.fd))
                continue
            asking, _ = listening.accept()
            request = _heard(asking)
            if request is None:
                asking.close()
                continue
            if (child := os.fork()) == 0:
                _forget_siblings(waiting)
                return request, asking
            waiting.register(os.pidfd_open(child), selectors.EVENT_READ, (child, asking))


def _forget_siblings(waiting: selectors.BaseSelector) -> None:
    for key in waiting.get_map().values():
        if key.data is not None:
            os.close(key.fd)
            key.data[1].close()
    waiting.close()


def _heard(asking: socket.socket) -> StartRequest | None:
    asking.settimeout(PATIENCE)
    with suppress(OSError, ValueError, KeyError, TypeError):
        said: Any = json.loads(asking.makefile().readline())
        return StartRequest(tuple(said["argv"]), said["environ"], said["gate"])
    return None


def _tell_end(child: tuple[int, socket.socket], handle: int) -> None:
    number, asking = child
    _, status = os.waitpid(number, 0)
    os.close(handle)
    with suppress(OSError), asking:
        asking.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _become_own_process(request: StartRequest) -> None:
    """Gives a child its own process group, environment and name."""
    os.setsid()
    os.environ.clear()
    os.environ.update(request.environ)
    time.tzset()
    sys.argv = list(request.argv)
    setproctitle.setproctitle(" ".join(request.argv) or f"hotline gate {request.gate}")


def _is_noted(asking: socket.socket) -> bool:
    """Sends the number of this process to the keeper. Returns True after the keeper has stored it, because the
    keeper can then signal the process group."""
    with asking, suppress(OSError):
        asking.sendall(f"{os.getpid()}\n".encode())
        return asking.recv(len(GO)) == GO
    return False


def _refusal(request: StartRequest) -> str | None:
    key_gate, config, bootstrap = map(
        import_module, ("hotline.cli.key_gate", "hotline.core.settings", "hotline.cli.contexts")
    )
    settings = config.Settings.read(request.environ)
    refused: str | None = key_gate.KeyGate(settings, bootstrap.Role(request.gate))()
    return refused


if __name__ == "__main__":
    main(sys.argv[1])
