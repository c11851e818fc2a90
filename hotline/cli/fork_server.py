"""Starts the processes of the hotline as copies (forks) of one running process, the fork server. The fork server
imports the code that these processes share only once, before any process reads a key.

So each forked process starts quickly, and all processes use the same memory for this code. The fork server itself never
knows a key or a setting. The request to start a child process contains the settings of the child and the place of its
keys (docs/decisions/20).

The keeper (`hotline run`) sends requests on a unix socket, with one connection for each process. The keeper sends a
line of JSON with `argv`, `environ` and `gate`. The fork server replies with the process id. The keeper stores this id
and answers `go`, and the process then runs its program. When the started process ends, the fork server sends its exit
code to the keeper. If a request names a role as `gate`, the fork server starts no program. Instead, it answers with the
reason why the processes of this role must not start, or with null. If the fork server ends, the processes that it
started continue.
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
    *("hotline.web.hooks_app", "hotline.web.bodies"),
)
"""Modules that several processes import. These modules contain no page of the console, and no code that decrypts a
case."""
GO = b"go\n"
PATIENCE = 5.0
"""The number of seconds within which a whole request must arrive, and also within which the answer `go` must arrive."""
FORKING = 10.0
"""The number of seconds for which the keeper waits for a fork server that does not answer. If the server still does
not answer, the keeper starts processes without the fork server."""


@dataclass(frozen=True, slots=True)
class StartRequest:
    """One request from the keeper to the fork server."""

    argv: tuple[str, ...]
    environ: Mapping[str, str] = field(repr=False)
    """The whole environment of the process. The environment is left out of `repr`, because it may contain a secret."""
    gate: str = ""

    def line(self) -> bytes:
        """Returns the request as a line of JSON, ready to send."""
        fields = {"argv": self.argv, "environ": dict(self.environ), "gate": self.gate}
        return f"{json.dumps(fields)}\n".encode()


def why_not_start(fork_server: Path, role: str, environ: Mapping[str, str]) -> str | None:
    """Returns the reason why the processes of a role must not start. Returns None if the processes may start, or if
    the fork server does not answer."""
    with suppress(OSError, ValueError), socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(FORKING)
        asking.connect(str(fork_server))
        asking.sendall(StartRequest((), environ, role).line())
        refused: str | None = json.loads(asking.makefile().readline())
        return refused
    return None


def main(path: str) -> None:
    """Receives requests on a unix socket at `path` until a signal ends the server. In a child process, this function
    runs the requested program."""
    setproctitle.getproctitle()  # Finds the place of the process's name in memory, before the environment changes.
    with uncollected():
        for name in SHARED:
            import_module(name)
        # Prepares the classes of the database tables once, before the first fork. Otherwise each process would prepare
        # them at its first query, in its own memory.
        import_module("sqlalchemy.orm").configure_mappers()
        import_module("hotline.flows.service_check").place_lists()
        import_module("hotline.core.catalogues").load_phrases()
    gc.collect()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listening:
        os.umask(0o077)
        # The keeper connects as soon as the path exists, so the socket must listen before it gets this path.
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
    """Forks a child for each request, and reports the child's exit code. The function returns only in a child
    process."""
    waiting = selectors.DefaultSelector()
    waiting.register(listening, selectors.EVENT_READ)
    while True:
        for key, _ in waiting.select():
            if key.fileobj is not listening:
                waiting.unregister(key.fileobj)
                _tell_end(key.data, int(key.fd))
                continue
            asking, _ = listening.accept()
            request = _start_request(asking)
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


def _start_request(asking: socket.socket) -> StartRequest | None:
    asking.settimeout(PATIENCE)
    with suppress(OSError, ValueError, KeyError, TypeError):
        fields: Any = json.loads(asking.makefile().readline())
        return StartRequest(tuple(fields["argv"]), fields["environ"], fields["gate"])
    return None


def _tell_end(child: tuple[int, socket.socket], handle: int) -> None:
    number, asking = child
    _, status = os.waitpid(number, 0)
    os.close(handle)
    with suppress(OSError), asking:
        asking.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _become_own_process(request: StartRequest) -> None:
    """Gives a child process its own process group, environment and process name."""
    os.setsid()
    os.environ.clear()
    os.environ.update(request.environ)
    time.tzset()
    sys.argv = list(request.argv)
    setproctitle.setproctitle(" ".join(request.argv) or f"hotline gate {request.gate}")


def _is_noted(asking: socket.socket) -> bool:
    """Sends the id of this process to the keeper. Returns True after the keeper has stored the id. After this, the
    keeper can stop the process with a signal."""
    with asking, suppress(OSError):
        asking.sendall(f"{os.getpid()}\n".encode())
        return asking.recv(len(GO)) == GO
    return False


def _refusal(request: StartRequest) -> str | None:
    key_gate, config, bootstrap = map(
        import_module, ("hotline.cli.key_gate", "hotline.core.settings", "hotline.cli.contexts")
    )
    settings = config.Settings.read(request.environ)
    refused: str | None = key_gate.key_refusal(settings, bootstrap.Role(request.gate))
    return refused


if __name__ == "__main__":
    main(sys.argv[1])
