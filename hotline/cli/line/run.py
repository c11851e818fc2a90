"""`hotline run`: every process of the line on one machine, each with its own keys and no more of the environment."""

import asyncio
import logging
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import click

from hotline.adapters.logs import configure
from hotline.adapters.queue import embedded_redis
from hotline.bootstrap import Role, build_kit, missing
from hotline.cli.line import key_gate
from hotline.cli.line.alone import PATIENCE, only_run, place_of, refuse_taken
from hotline.cli.line.keeper import Keeper, Program
from hotline.cli.line.procfile import ProcfileLine, procfile_option, read_procfile
from hotline.config import Settings, spelled_out
from hotline.environment import CHECKOUT
from hotline.errors import KeyMissing, NotReady, PartMissing, StoreUnavailable
from hotline.services.watch import trials
from hotline.store import migrate

logger = logging.getLogger(__name__)

ORDINARY = ("HOME", "LANG", "LC_ALL", "PYTHONWARNINGS", "TMPDIR", "TZ")
"""What any program may know."""
SENDING = ("HOTLINE_GATEWAY_API_KEY_FILE",)
"""Where the gateway's key lies: only a process that sends may know."""
WATCHING = ("HOTLINE_ALARM_COMMAND", "HOTLINE_ALARM_MAIL")
"""What only the watchman may know."""


@dataclass(frozen=True, slots=True)
class Post:
    """How a Procfile's process is run here."""

    role: Role
    count: int = 1
    sends: bool = True


POSTS: Mapping[str, Post] = {
    "web": Post(Role.HOOKS, sends=False),
    "alerts": Post(Role.WORKERS, count=2),
    "misc": Post(Role.WORKERS),
    "clock": Post(Role.WORKERS),
    "watch": Post(Role.WATCH),
    "reader": Post(Role.READER, sends=False),
    "console": Post(Role.PAGES, sends=False),
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
    with suppress(StoreUnavailable):
        # A line whose database does not answer starts, and waits for it.
        found = migrate.look_at(settings.database_url)
        migrate.refuse_unless_current(found)
        if found.state is migrate.TablesState.MISSING:
            raise missing(settings, f"{found.place} holds no tables of a line")
    _refuse_what_is_missing(settings)
    entries = read_procfile(procfile.read_text(encoding="utf-8"))
    programs = programs_of(settings, entries, os.environ)

    configure(settings.log, "keeper")
    logger.setLevel(logging.INFO)
    if warning := key_gate.web_warning(settings):
        logger.critical(warning)
    with only_run(settings.home):
        for host, port in listening(settings, entries):
            refuse_taken(host, port, patience=PATIENCE)
        key_gate.await_senders(settings)
        asyncio.run(Keeper(programs, say=logger.info, complain=logger.error).run())


def _refuse_what_is_missing(settings: Settings) -> None:
    """Builds each role's plugs, so that everything missing is said before anything starts.

    Raises NotReady also where invented months are about to meet real callers.
    """
    for role in {post.role for post in POSTS.values()}:
        try:
            kit = build_kit(replace(settings, keys=None), role)
        except (KeyMissing, PartMissing):
            # Its gate names it, and asks again; without the web process there is no line.
            if role is Role.HOOKS:
                raise
            continue
        with closing(kit.database), suppress(StoreUnavailable):
            if not settings.pretended and trials.is_invented(kit):
                raise NotReady(
                    "everything in this database is invented: a real line has a home and a database of its own"
                )


def listening(settings: Settings, entries: Sequence[ProcfileLine]) -> Iterator[tuple[str, int]]:
    """Host and port of each process of a Procfile that listens."""
    names = {entry.name for entry in entries}
    for name in ("web", "console"):
        if name in names:
            yield place_of(settings, name)


def programs_of(
    settings: Settings, entries: tuple[ProcfileLine, ...], environ: Mapping[str, str]
) -> tuple[Program, ...]:
    """Every process of the line, with what it may know. No process gets the name of a file with settings."""
    environ = spelled_out(environ)
    ordinary = {name: environ[name] for name in ORDINARY if name in environ}
    ordinary["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environ.get('PATH', os.defpath)}"
    ordinary |= {"PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1"}

    programs = []
    if settings.embedded_redis:
        socket = embedded_redis.socket_of(settings.redis_url)
        argv = embedded_redis.command(socket, settings.home / "redis")
        programs.append(Program("redis", argv, ordinary, opens=socket))
    for entry in entries:
        post = POSTS.get(entry.name)
        if post is None:
            continue
        known = ordinary | _settings_for(post, settings, environ)
        argv = ("/bin/sh", "-c", f"exec {entry.command}")
        refused = key_gate.of_role(settings, post.role)
        for number in range(1, post.count + 1):
            name = entry.name if post.count == 1 else f"{entry.name}.{number}"
            programs.append(Program(name, argv, known, refused=refused))
    return tuple(programs)


def _settings_for(post: Post, settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """The settings, with the keys of one trust, and the place of the gateway's key only where something is sent."""
    hidden = (*(() if post.sends else SENDING), *(() if post.role is Role.WATCH else WATCHING))
    known = {
        name: value
        for name, value in environ.items()
        if name.startswith("HOTLINE_") and name not in hidden
    }
    keys = settings.home / "keys" / post.role
    return known | {"HOTLINE_HOME": str(settings.home), "HOTLINE_KEYS": str(keys)}
