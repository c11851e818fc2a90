"""Checks that the line may start, in a process that ends. Reports faults of the web process's keys.

`hotline run` starts this process, and so stays small itself.
"""

import json
import os
import sys
from contextlib import closing, suppress
from dataclasses import replace

import click

from hotline.cli import key_gate
from hotline.cli.contexts import Role, build_kit, missing
from hotline.cli.run import POSTS
from hotline.core import service_sample
from hotline.core.context import Kit
from hotline.core.settings import Settings
from hotline.errors import KeyMissing, NotReady, PartMissing, StoreUnavailable
from hotline.operations import migrate


@click.command()
def prepare() -> None:
    """Check that the line may start. Used by `hotline run`.

    After a line on standard input, it records that the processes that send start now. It prints the fault of the web
    process's keys, or null, as a line of JSON.

    Example: hotline process prepare
    """
    settings = Settings.read(os.environ)
    _refuse_other_tables(settings)
    _refuse_what_is_missing(settings)
    click.echo(json.dumps(key_gate.web_warning(settings)))
    if sys.stdin.readline():
        key_gate.await_senders(settings)


def _refuse_other_tables(settings: Settings) -> None:
    """Raises NotReady if the tables are missing or another release's.

    A line whose database does not answer may start, and waits for it.
    """
    with suppress(StoreUnavailable):
        found = migrate.look_at(settings.database_url)
        migrate.refuse_unless_current(found)
        if found.state is migrate.TablesState.MISSING:
            raise missing(settings, f"{found.place} has no tables of a line")


def _refuse_what_is_missing(settings: Settings) -> None:
    """Builds the context of each role that runs, so that a missing part is reported before any process starts."""
    for role in map(Role, sorted({post.role for post in POSTS.values()})):
        try:
            kit = build_kit(replace(settings, keys=None), role)
        except (KeyMissing, PartMissing):
            # The role's gate names it and checks again. Without the web process there is no line.
            if role is Role.HOOKS:
                raise
            continue
        with closing(kit.database):
            _refuse_invented(kit, settings)


def _refuse_invented(kit: Kit, settings: Settings) -> None:
    """Raises NotReady if sample data is about to meet real callers."""
    with suppress(StoreUnavailable):
        if not settings.pretended and service_sample.is_invented(kit):
            raise NotReady(
                "this database holds sample data: give a real line its own home and database"
            )
