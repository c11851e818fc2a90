"""`hotline watch run`: the process that watches the line."""

import os
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module

import click

from hotline.adapters.logs import configure
from hotline.adapters.prometheus import serving
from hotline.bootstrap import Role, build_watch, refuse_wrong_keys
from hotline.cli.importing import uncollected
from hotline.cli.line.processes import keep_what_is_here, until_told
from hotline.config import Settings
from hotline.errors import KeyWrong
from hotline.ports import LookingKit
from hotline.services.watch.measures import gather
from hotline.services.watch.watchers import tell_other_of_keys


@click.group()
def watch() -> None:
    """Watch the line, and notify on-call contacts."""


@watch.command()
def run() -> None:
    """Look at everything every ten seconds and wake people, until told to stop."""
    settings = Settings.read(os.environ)
    configure(settings.log, "watch")
    kit = build_watch(settings)
    try:
        refuse_wrong_keys(kit, settings, Role.WATCH)
    except KeyWrong:
        # The numbers that it would open stay closed; the second channel needs no key.
        tell_other_of_keys(kit)
        raise
    stop = until_told()
    with uncollected():
        run_watchman = import_module("workers.watchman").run
    keep_what_is_here()
    with _metrics(settings, kit):
        run_watchman(kit, stop)


def _metrics(settings: Settings, kit: LookingKit) -> AbstractContextManager[object]:
    """`/metrics`, where a port is given for it. Raises Occupied where that is taken."""
    if not settings.metrics_port:
        return nullcontext()
    return serving(settings.metrics_host, settings.metrics_port, lambda: gather(kit))
