"""Stops `hotline run` and `hotline demo` from starting a process whose keys are lost or damaged, or belong to another
hotline.

Also checks for `hotline run` that the tables and the settings allow the hotline to start. This check is a separate
process, so that `hotline run` itself uses little memory.
"""

import json
import os
import sys
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from socket import gethostname

import click

from hotline.cli import contexts
from hotline.cli.command_context import LOST
from hotline.cli.contexts import Role, build_cli, build_context, missing_error, wrong_sentence
from hotline.cli.run import PROCESSES
from hotline.core import tables as core_tables
from hotline.core.database import Database, open_database
from hotline.core.settings import Settings
from hotline.gateway import service_alert_path
from hotline.keys.key_making import missing_keys
from hotline.keys.tables_canaries import ProcessStart
from hotline.monitoring import service_alarms, service_checks_keys
from hotline.operations import migrate
from hotline.text.errors import KeyMissing, NotReady, PartMissing, StoreUnavailable


def key_refusal(settings: Settings, role: Role) -> str | None:
    """Returns the reason why a role's processes must not start, and records this reason. Returns None if the processes
    may start, or if the database does not answer.

    The keeper calls this function before each start. So after an operator has repaired a key, the processes start
    without a new `hotline run`.
    """
    settings = replace(settings, keys=None)
    with suppress(StoreUnavailable), closing(open_database(settings.database_url)) as database:
        try:
            names, why = _wrong_keys(database, settings, role)
        except KeyMissing as unreadable:
            names, why = "a key", str(unreadable)
        if not names:
            return None
        start = ProcessStart(
            role=role,
            host=gethostname(),
            at=contexts.clock(settings)(),
            wrong_keys=names,
            second_channel=None,
        )
        service_checks_keys.note_start(database, start)
        if role is Role.WATCH:
            # The monitor cannot report its own wrong keys, because it does not start. So this code reports them.
            with suppress(NotReady, KeyMissing):
                context = build_cli(settings)
                with closing(context.database):
                    service_alarms.notify_wrong_keys(context)
        return why
    return None


def _wrong_keys(database: Database, settings: Settings, role: Role) -> tuple[str, str]:
    """Returns the names of the keys that prevent the start, and the reason. Both texts are empty if no key prevents the
    start."""
    folder = settings.home / "keys" / role
    if not folder.is_dir():
        return "every key", str(missing_error(settings, f"the key folder {folder} is not there"))
    known_names = service_checks_keys.known_names(database)
    if lost := ", ".join(sorted(known_names.intersection(missing_keys(folder, role)))):
        return lost, f"{folder} lacks {lost}: {LOST}"
    if wrong := service_checks_keys.check_keys(database, folder).wrong:
        return ", ".join(wrong), wrong_sentence(folder, wrong)
    return "", ""


def web_warning(settings: Settings) -> str | None:
    """Returns the text about a fault in the web process's keys, or None if there is no fault. The web process starts
    even if its keys have a fault."""
    folder: Path = settings.home / "keys" / Role.HOOKS
    with suppress(StoreUnavailable), closing(open_database(settings.database_url)) as database:
        if wrong := service_checks_keys.check_keys(database, folder).wrong:
            return f"web starts all the same, and files: {wrong_sentence(folder, wrong)}"
    return None


def record_sender_start(settings: Settings) -> None:
    """Records that the sending processes start now, unless a wrong key stops them."""
    with suppress(StoreUnavailable):
        if key_refusal(settings, Role.WORKERS) is None:
            with closing(open_database(settings.database_url)) as database:
                service_alert_path.await_senders(database, contexts.clock(settings)())


@click.command()
def prepare() -> None:
    """Check that the hotline may start. `hotline run` uses this command. When the command reads a line on standard
    input, it records that the processes that send SMS start now. As a line of JSON, the command prints the fault of
    the web process's keys, or null.

    Example: hotline process prepare
    """
    settings = Settings.read(os.environ)
    # If the database does not answer, the hotline may start, and its processes wait for the database.
    with suppress(StoreUnavailable):
        found = migrate.find_tables(settings.database_url)
        migrate.refuse_unless_current(found)
        if found.state is migrate.TablesState.MISSING:
            raise missing_error(settings, f"the database {found.place} lacks the hotline's tables")
    _refuse_missing(settings)
    click.echo(json.dumps(web_warning(settings)))
    if sys.stdin.readline():
        record_sender_start(settings)


def _refuse_missing(settings: Settings) -> None:
    """Builds the context of each role on this machine, so that the command reports a missing part before any process
    starts."""
    for role in map(Role, sorted({post.role for post in PROCESSES.values()})):
        try:
            context = build_context(replace(settings, keys=None), role)
        except (KeyMissing, PartMissing):
            # If another role lacks a key, its processes wait, and `key_refusal` checks their keys again before each
            # start. Without the web process, the hotline cannot work.
            if role is Role.HOOKS:
                raise
            continue
        with closing(context.database), suppress(StoreUnavailable):
            # A hotline with sample data must not serve real callers.
            if not settings.is_emulated and core_tables.is_sample(context.database):
                raise NotReady(
                    "this database holds sample data: use another home folder and database for a real hotline"
                )
