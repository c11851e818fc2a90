"""`hotline worker` and `hotline clock`: the processes behind the web. The rooms above are imported by name."""

import gc
import os
import signal
import sys
from importlib import import_module
from threading import Event
from types import FrameType

import click

from hotline.adapters.logs import configure
from hotline.bootstrap import Role, build_reader, build_relay, refuse_wrong_keys
from hotline.cli.importing import uncollected
from hotline.config import Settings
from hotline.domain.jobs import QUEUES


@click.command()
@click.argument("queue", type=click.Choice(QUEUES))
def worker(queue: str) -> None:
    """Work on one queue, until told to stop. Exits with 1 where Redis is gone."""
    settings = Settings.read(os.environ)
    configure(settings.log, queue)
    kit = build_relay(settings)
    refuse_wrong_keys(kit, settings, Role.WORKERS)

    with uncollected():
        run = import_module("workers.worker").run
    keep_what_is_here()
    sys.exit(run(kit, settings.redis_url, queue))


@click.command()
def reader() -> None:
    """Open cases for responders' phones, behind their PINs, until told to stop."""
    settings = Settings.read(os.environ)
    configure(settings.log, "reader")
    kit = build_reader(settings)
    refuse_wrong_keys(kit, settings, Role.READER)
    with uncollected():
        run = import_module("workers.reader").run
    keep_what_is_here()
    stop = until_told()
    run(kit, settings.redis_url, stop, hear=lambda: ends_on_signal(stop))


@click.command()
def clock() -> None:
    """Own time: refer, remind, repeat, and deliver what no worker did, until told to stop."""
    settings = Settings.read(os.environ)
    configure(settings.log, "clock")
    kit = build_relay(settings)
    refuse_wrong_keys(kit, settings, Role.WORKERS)
    with uncollected():
        run = import_module("workers.clock").run
    keep_what_is_here()
    run(kit, until_told())


def keep_what_is_here() -> None:
    """What a process started with stays: a burst makes tuples by the thousand, and each time the collector looked at
    all the rest again: a fifth of what a tip cost."""
    gc.collect()
    gc.freeze()


def until_told() -> Event:
    """Set once somebody asks this process to stop."""
    stop = Event()
    ends_on_signal(stop)
    return stop


def ends_on_signal(stop: Event) -> None:
    """Set `stop` once somebody asks this process to stop, whoever heard that before."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, end)
