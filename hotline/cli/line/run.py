"""`hotline run`: every process of the line on one machine, each with its own keys and no more of the environment."""

import asyncio
import json
import logging
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from hotline.adapters.logs import configure
from hotline.adapters.queue import embedded_redis
from hotline.cli.line.alone import PATIENCE, only_run, place_of, refuse_taken
from hotline.cli.line.fork_server import ask_gate
from hotline.cli.line.keeper import Keeper, Program
from hotline.cli.line.procfile import ProcfileLine, procfile_option, read_procfile
from hotline.config import Settings, spelled_out
from hotline.environment import CHECKOUT

logger = logging.getLogger(__name__)

HOOKS, WATCH = "hooks", "watch"
FORKED = ("hotline", "process")
"""The first words of a command that the fork server forks."""
PREPARE = (sys.executable, "-m", "hotline.cli.main", "process", "prepare")
ORDINARY = ("HOME", "LANG", "LC_ALL", "PYTHONWARNINGS", "TMPDIR", "TZ")
"""What any program may know."""
SENDING = ("HOTLINE_GATEWAY_API_KEY_FILE",)
"""Where the gateway's key lies: only a process that sends may know."""
WATCHING = ("HOTLINE_ALARM_COMMAND", "HOTLINE_ALARM_MAIL")
"""What only the watchman may know."""


@dataclass(frozen=True, slots=True)
class Post:
    """How a Procfile's process is run here."""

    role: str
    """A `bootstrap.Role`, by its value: the keeper does not import what builds a kit."""
    count: int = 1
    sends: bool = True


POSTS: Mapping[str, Post] = {
    "web": Post(HOOKS, sends=False),
    "alerts": Post("workers", count=2),
    "misc": Post("workers"),
    "clock": Post("workers"),
    "watch": Post(WATCH),
    "reader": Post("reader", sends=False),
    "console": Post("pages", sends=False),
}
"""`release` is for a platform's deploy: on one machine `hotline init` is said by a person."""


@click.command()
@procfile_option
def run(procfile: Path) -> None:
    """Run the line: what the Procfile names, and the embedded Redis where no URL is given.

    Starts again what dies. Ends everything on Ctrl-C. Nothing starts where the web process's keys, the database or the
    gateway's key are missing, where the tables are another release's, where a line runs in this home already, or where
    the port is taken. A process whose key is lost or wrong is named, and starts once the key is put right; the web
    process goes on filing.
    """
    settings = Settings.read(os.environ)
    entries = read_procfile(procfile.read_text(encoding="utf-8"))
    configure(settings.log, "keeper")
    logger.setLevel(logging.INFO)
    pipe = subprocess.PIPE
    with subprocess.Popen(PREPARE, stdin=pipe, stdout=pipe, stderr=pipe) as preparing:
        said = preparing.stdout.readline() if preparing.stdout else b""
        if not said:
            _, complaint = preparing.communicate()
            click.echo(complaint, err=True, nl=False)
            sys.exit(preparing.returncode)
        if warning := json.loads(said):
            logger.critical(warning)
        with only_run(settings.home), fork_server_place() as fork_server:
            for host, port in listening(settings, entries):
                refuse_taken(host, port, patience=PATIENCE)
            preparing.communicate(b"go on\n")
            programs = programs_of(settings, entries, os.environ, fork_server)
            asyncio.run(Keeper(programs, say=logger.info, complain=logger.error).run())


@contextmanager
def fork_server_place() -> Iterator[Path]:
    """Yields where the fork server listens: a short path in a folder of this process alone."""
    with TemporaryDirectory(prefix="hotline-") as folder:
        yield Path(folder) / "fork_server"


def listening(settings: Settings, entries: Sequence[ProcfileLine]) -> Iterator[tuple[str, int]]:
    """Host and port of each process of a Procfile that listens."""
    names = {entry.name for entry in entries}
    for name in ("web", "console"):
        if name in names:
            yield place_of(settings, name)


def programs_of(
    settings: Settings,
    entries: tuple[ProcfileLine, ...],
    environ: Mapping[str, str],
    fork_server: Path,
) -> tuple[Program, ...]:
    """Returns every process of the line with what it may know, and the fork server that listens at a path.

    No process gets the name of a file with settings.
    """
    environ = spelled_out(environ)
    ordinary = {name: environ[name] for name in ORDINARY if name in environ}
    ordinary["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environ.get('PATH', os.defpath)}"
    ordinary |= {"PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1"}

    programs = []
    if settings.embedded_redis:
        socket = embedded_redis.socket_of(settings.redis_url)
        argv = embedded_redis.command(socket, settings.home / "redis")
        programs.append(Program("redis", argv, ordinary, opens=socket))
    serving = (sys.executable, "-m", "hotline.cli.line.fork_server", str(fork_server))
    programs.append(Program("fork_server", serving, ordinary, opens=fork_server))
    all_known = {**ordinary, **_named(environ), "HOTLINE_HOME": str(settings.home)}
    for entry in entries:
        post = POSTS.get(entry.name)
        if post is None:
            continue
        known = ordinary | _settings_for(post, settings, environ)
        argv = ("/bin/sh", "-c", f"exec {entry.command}")
        words = tuple(shlex.split(entry.command))
        forks = fork_server if words[:2] == FORKED else None
        # The web process goes on filing, whatever is wrong with its keys.
        gate = partial(ask_gate, fork_server, post.role, all_known) if post.role != HOOKS else None
        for number in range(1, post.count + 1):
            name = entry.name if post.count == 1 else f"{entry.name}.{number}"
            programs.append(
                Program(name, argv, known, refused=gate, fork_server=forks, words=words)
            )
    return tuple(programs)


def _settings_for(post: Post, settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """The settings, with the keys of one trust, and the place of the gateway's key only where something is sent."""
    hidden = (*(() if post.sends else SENDING), *(() if post.role == WATCH else WATCHING))
    known = {name: value for name, value in _named(environ).items() if name not in hidden}
    keys = settings.home / "keys" / post.role
    return known | {"HOTLINE_HOME": str(settings.home), "HOTLINE_KEYS": str(keys)}


def _named(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name.startswith("HOTLINE_")}
