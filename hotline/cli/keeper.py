"""Starts the hotline's programs, keeps them running, and ends all of them when the keeper ends.

The keeper is the process that runs this module. If a program ends, the keeper starts it again, without a limit on the
number of starts. If the program had run for some time, the keeper starts it again at once. If the program ended soon
after its start, the keeper waits first, and each wait is longer, up to five seconds. Each program leads its own process
group. When the first process of a group ends, the keeper kills the rest of the group, because the workers of a web
server would still use the port. The guard is a small shell program that reads from a pipe to the keeper. If the keeper
itself is killed, the pipe closes, and the guard kills all remaining programs (docs/decisions/20).

The module also reads the Procfile, which lists the hotline's processes, one `name: command` on each line. Only one
hotline may run in a home folder, because a second hotline would damage the data. Only one web process may use a port,
because otherwise requests could reach the wrong hotline.
"""

import asyncio
import fcntl
import os
import re
import signal
import socket
import time
from asyncio.subprocess import Process
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import click

from hotline.cli.fork_server import FORKING, GO, StartRequest
from hotline.cli.options import FILE
from hotline.core.environment import CHECKOUT
from hotline.core.settings import Settings
from hotline.text.errors import Occupied, SettingsInvalid

FIRST_PAUSE = 0.25
LONGEST_PAUSE = 5.0
SETTLED = 5.0
"""A program that has run for this many seconds counts as successfully started."""
OPENING = 30.0
"""The maximum number of seconds for which programs wait until the programs that they need have opened their sockets. On
a slow machine, the fork server (a process that starts other processes) takes ten seconds to import its modules. A
program that did not wait would start without the fork server, and would need memory for a second copy of the same
modules."""
TELLING = 1.0
"""The maximum number of seconds for which the keeper waits for the exit code of a process that has ended."""
ASKED_AGAIN = 5.0
"""The number of seconds until the keeper tries again to start a program that was refused, for example because its key
is wrong. The operator may fix the cause of the refusal in these seconds."""
FAREWELL = 15.0
"""The number of seconds between asking a program to end and killing it. A program that is sending a message needs less
time than this to send it and to record it."""

GUARD = """
trap '' INT TERM HUP
live=' '
while read -r sign group; do
    case $sign in
        +) live="$live$group " ;;
        -) live="${live%% $group *} ${live#* $group }" ;;
    esac
done
for group in $live; do kill -s KILL -- "-$group" 2>/dev/null; done
"""
BIRTH = """
(echo "+ $$" >&0)
exec "$@" </dev/null
"""
"""Shell commands with which a program sends its process number to the guard before it begins. The guard knows every
running program, because no program begins before it has sent its number."""


@dataclass(frozen=True, slots=True)
class Program:
    name: str
    argv: tuple[str, ...]
    environ: Mapping[str, str] = field(repr=False)
    """The whole environment of the program. The program inherits no other variable. The environment is left out of
    `repr`, because it may contain a secret."""
    opens: Path | None = None
    """A socket that this program opens, and that other programs need. The keeper starts this program before the
    programs that need its socket, and ends it after them."""
    refused: Callable[[], str | None] | None = field(default=None, repr=False)
    """A function that the keeper calls in a thread before each start. The function returns the reason why the program
    must not start now, or None if it may start."""
    fork_server: Path | None = None
    """The socket of the fork server. The keeper sends `words` to this socket as the command. If the fork server does
    not answer, the keeper executes `argv`."""
    words: tuple[str, ...] = ()


class Child(Protocol):
    """One process that the keeper started."""

    @property
    def pid(self) -> int: ...

    @property
    def returncode(self) -> int | None: ...

    async def wait(self) -> int: ...


class _Forked:
    """One process that the fork server started."""

    def __init__(self, pid: int, output: asyncio.StreamReader, asked: asyncio.StreamWriter) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._answers, self._asked = output, asked
        self._handle, self._ended = os.pidfd_open(pid), asyncio.Event()
        asyncio.get_running_loop().add_reader(self._handle, self._end)

    @classmethod
    async def begin(cls, fork_server: Path, request: StartRequest) -> "_Forked":
        """Requests a process from the fork server. Raises OSError or ValueError if there is no answer."""
        answers, writer = await asyncio.open_unix_connection(fork_server)
        writer.write(request.line())
        async with asyncio.timeout(FORKING):
            return cls(int(await answers.readline()), answers, writer)

    def go(self) -> None:
        self._asked.write(GO)

    async def wait(self) -> int:
        """Returns the exit code of the process. If the fork server does not send the code in time, returns the code of
        a killed process."""
        await self._ended.wait()
        if self.returncode is None:
            code = b""
            with suppress(TimeoutError):
                async with asyncio.timeout(TELLING):
                    code = await self._answers.readline()
            self.returncode = int(code) if code else -signal.SIGKILL
            self._asked.close()
        return self.returncode

    def _end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._handle)
        os.close(self._handle)
        self._ended.set()


class _Guard(NamedTuple):
    process: Process
    pipe: int
    """The pipe to the guard, which is open as long as the keeper runs."""

    @classmethod
    async def start(cls) -> "_Guard":
        reading, writing = os.pipe()
        process = await asyncio.create_subprocess_exec(
            "/bin/sh", "-c", GUARD, stdin=reading, start_new_session=True
        )
        os.close(reading)
        return cls(process, writing)

    def tell(self, sign: str, child: Child) -> None:
        """Reports a process to the guard: `+` for a running process, `-` for a process that ended."""
        with suppress(BrokenPipeError):
            os.write(self.pipe, f"{sign} {child.pid}\n".encode())

    async def end(self) -> None:
        os.close(self.pipe)
        await self.process.wait()


class Keeper:
    def __init__(
        self,
        programs: Iterable[Program],
        *,
        say: Callable[[str], None],
        complain: Callable[[str], None] | None = None,
    ) -> None:
        """Takes `say`, which reports progress, and `complain`, which reports a program that must not start. `complain`
        is `say` by default."""
        self._programs = tuple(programs)
        self._say = _without_errors(say)
        self._complain = _without_errors(complain or say)

    async def run(self) -> None:
        """Runs the programs until SIGINT, SIGTERM or SIGHUP, and then ends all of them."""
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        guard, end_needed = await _Guard.start(), asyncio.Event()

        def begin(programs: Iterable[Program], stopping: asyncio.Event) -> list[asyncio.Task[None]]:
            return [asyncio.create_task(self._keep(guard, item, stopping)) for item in programs]

        needed = begin((program for program in self._programs if program.opens), end_needed)
        for program in self._programs:
            if program.opens:
                await _either(_appearance(program.opens), stop.wait())
        other_tasks = begin((program for program in self._programs if not program.opens), stop)
        await stop.wait()
        await asyncio.gather(*other_tasks)
        end_needed.set()
        await asyncio.gather(*needed)
        await guard.end()

    async def _keep(self, guard: _Guard, program: Program, stopping: asyncio.Event) -> None:
        clock = asyncio.get_running_loop().time
        pause, reported = 0.0, ""
        while not stopping.is_set():
            refused = program.refused
            if why := await asyncio.to_thread(refused) if refused else None:
                if why != reported:
                    self._complain(f"{program.name} is not started: {why}")
                reported = why
                await _either(asyncio.sleep(ASKED_AGAIN), stopping.wait())
                continue
            reported, began = "", clock()
            try:
                ending = await self._live(guard, program, stopping)
            except OSError as broken:
                ending = f"did not start: {broken.strerror}"
            if stopping.is_set():
                return

            lived_well = clock() - began >= SETTLED
            pause = 0.0 if lived_well else min(LONGEST_PAUSE, max(FIRST_PAUSE, pause * 2))
            self._say(f"{program.name} {ending}; starting it again")
            await _either(asyncio.sleep(pause), stopping.wait())

    async def _live(self, guard: _Guard, program: Program, stopping: asyncio.Event) -> str:
        """Runs a program until it ends, and returns how it ended."""
        if program.opens is not None:
            program.opens.unlink(missing_ok=True)
        child = await _forked(guard, program) or await _executed(guard, program)
        self._say(f"{program.name} started, process {child.pid}")

        await _either(child.wait(), stopping.wait())
        if child.returncode is None:
            _kill_group(child, signal.SIGTERM)
            await _either(child.wait(), asyncio.sleep(FAREWELL))
        _kill_group(child, signal.SIGKILL)
        guard.tell("-", child)
        code = await child.wait()
        return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"


def _without_errors(report: Callable[[str], None]) -> Callable[[str], None]:
    """Wraps a function that prints a report. If the report cannot be printed, for example because the disk is full, the
    keeper continues."""

    def told(line: str) -> None:
        with suppress(OSError):
            report(line)

    return told


async def _forked(guard: _Guard, program: Program) -> Child | None:
    """Asks the fork server to start a program, and returns the new process. Returns None if the fork server does not
    answer or does not start the program."""
    if program.fork_server is None:
        return None
    with suppress(OSError, ValueError):
        child = await _Forked.begin(
            program.fork_server, StartRequest(program.words, program.environ)
        )
        guard.tell("+", child)
        child.go()
        return child
    return None


async def _executed(guard: _Guard, program: Program) -> Child:
    return await asyncio.create_subprocess_exec(
        *("/bin/sh", "-c", BIRTH, program.name),
        *program.argv,
        env=dict(program.environ),
        stdin=guard.pipe,
        start_new_session=True,
    )


def _kill_group(child: Child, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, number)


async def _appearance(socket: Path) -> None:
    async with asyncio.timeout(OPENING):
        while not socket.exists():
            await asyncio.sleep(0.02)


async def _either(*waits: Coroutine[Any, Any, object]) -> None:
    """Waits for the first coroutine that finishes, and cancels the others."""
    tasks = [asyncio.create_task(wait) for wait in waits]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


LINE = re.compile(r"^(?P<name>[a-z][a-z0-9_-]*):\s*(?P<command>\S.*)$")

procfile_option = click.option(
    "--procfile",
    type=FILE,
    default=CHECKOUT / "Procfile",
    help="File with the list of processes that the command starts.",
)


def read_procfile(text: str) -> dict[str, str]:
    """Returns the command of each process, in the order of the file. The shell `sh` runs each command, which may
    contain settings such as `${HOTLINE_PORT:-8000}`. Raises SettingsInvalid with every invalid or repeated line."""
    entries: dict[str, str] = {}
    problems: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        found = LINE.match(line)
        if found is None:
            problems.append(f"Procfile line {number}: not `name: command`")
        elif found["name"] in entries:
            problems.append(f"Procfile line {number}: {found['name']} is there twice")
        else:
            entries[found["name"]] = found["command"].strip()

    if problems:
        raise SettingsInvalid(problems)
    return entries


LOCK = "run.lock"
PATIENCE = 2.0
"""The maximum number of seconds until the workers of a killed web process release their port."""
EACH = 0.05


def address_of(settings: Settings, process: str) -> tuple[str, int]:
    """Returns the host and the port on which the process `web` or `console` listens."""
    if process == "web":
        return settings.web_host, settings.port
    return settings.console_host, settings.console_port


@contextmanager
def only_run(home: Path) -> Iterator[None]:
    """Locks the home folder, so that only one `hotline run` or `hotline demo` uses it. The lock ends with the process
    that holds it. Raises Occupied."""
    handle = os.open(home / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise Occupied(
            f"a hotline already runs in {home}: stop it first, or set HOTLINE_HOME to another folder"
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
                f"port {port} is taken by another program."
                " Stop that program, or choose another port: for the gateway with HOTLINE_PORT, for the"
                " console with HOTLINE_CONSOLE_PORT, for the demo's page with --page-port"
            )
        time.sleep(EACH)


def _free(host: str, port: int) -> bool:
    """Returns True if the port is free. Raises Occupied if the address does not belong to this machine."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise Occupied(
            f"{host} is not an address of this machine: correct HOTLINE_WEB_HOST or HOTLINE_CONSOLE_HOST"
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
    """Run COMMAND of a server with the host, port and number of workers of the settings.

    If the port is taken or a setting is wrong, the command stops with an error before it starts the server. The
    Procfile uses this command for the processes that answer requests.

    Example: hotline process listen web gunicorn wsgi:app
    """
    settings = Settings.read(os.environ)
    host, port = address_of(settings, process)
    workers = settings.web_workers if process == "web" else 1
    refuse_taken(host, port, patience=PATIENCE)
    server_options = ("--host", host, "--port", str(port), "--workers", str(workers))
    if command[0] != "granian":
        os.execvp(command[0], (*command, *server_options))
    from granian.cli import cli as granian

    # The server `granian` runs in this process, so that its workers share the code that the fork server has imported.
    granian.main(args=[*command[1:], *server_options], prog_name=command[0])
