"""`hotline process NAME`: the processes behind the web. The layers above are imported by name."""

import gc
import os
import signal
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from threading import Event
from types import FrameType
from typing import Any

import click

from hotline.adapters.logs import configure
from hotline.adapters.prometheus import serving
from hotline.bootstrap import Role, build_reader, build_relay, build_watch, refuse_wrong_keys
from hotline.cli.importing import uncollected
from hotline.config import Settings
from hotline.errors import KeyWrong
from hotline.ports import LookingKit
from hotline.services.watch.measures import gather
from hotline.services.watch.watchers import tell_other_of_keys


@click.command()
def alerts() -> None:
    """Send alerts, until told to stop. Exits with 1 where Redis is gone."""
    _work("alerts")


@click.command()
def misc() -> None:
    """Work on everything but alerts, until told to stop. Exits with 1 where Redis is gone."""
    _work("misc")


def _work(queue: str) -> None:
    settings = _settings_of(queue)
    kit = build_relay(settings)
    refuse_wrong_keys(kit, settings, Role.WORKERS)
    sys.exit(_runner("worker")(kit, settings.redis_url, queue))


@click.command()
def reader() -> None:
    """Decrypt cases for responders' phones, behind their PINs, until told to stop."""
    settings = _settings_of("reader")
    kit = build_reader(settings)
    refuse_wrong_keys(kit, settings, Role.READER)
    run, stop = _runner("reader"), until_told()
    run(kit, settings.redis_url, stop, hear=lambda: ends_on_signal(stop))


@click.command()
def clock() -> None:
    """Own time: refer, remind, repeat, and deliver what no worker did, until told to stop."""
    settings = _settings_of("clock")
    kit = build_relay(settings)
    refuse_wrong_keys(kit, settings, Role.WORKERS)
    _runner("clock")(kit, until_told())


@click.command()
def watch() -> None:
    """Look at everything every ten seconds and notify on-call contacts, until told to stop."""
    settings = _settings_of("watch")
    kit = build_watch(settings)
    try:
        refuse_wrong_keys(kit, settings, Role.WATCH)
    except KeyWrong:
        # The numbers that it would open stay closed; the second channel needs no key.
        tell_other_of_keys(kit)
        raise
    stop = until_told()
    run = _runner("watchman")
    with _metrics(settings, kit):
        run(kit, stop)


def _settings_of(process: str) -> Settings:
    settings = Settings.read(os.environ)
    configure(settings.log, process)
    return settings


def _runner(worker: str) -> Callable[..., Any]:
    """Imports what a process does, and keeps the collector from what is there now."""
    with uncollected():
        run: Callable[..., Any] = import_module(f"workers.{worker}").run
    keep_what_is_here()
    return run


def _metrics(settings: Settings, kit: LookingKit) -> AbstractContextManager[object]:
    """`/metrics`, where a port is given for it. Raises Occupied where that is taken."""
    if not settings.metrics_port:
        return nullcontext()
    return serving(settings.metrics_host, settings.metrics_port, lambda: gather(kit))


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
