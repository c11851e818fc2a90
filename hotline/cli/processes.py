"""Runs `hotline process NAME`: the processes behind the web. Imports the layers above it by name."""

import gc
import os
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from threading import Event
from types import FrameType
from typing import Any

import click

from hotline.cli.contexts import Role, build_reader, build_relay, build_watch, refuse_wrong_keys
from hotline.core.context import Kit, LookingKit
from hotline.core.importing import uncollected
from hotline.core.logs import configure
from hotline.core.settings import Settings
from hotline.errors import KeyWrong
from hotline.monitoring.prometheus import serving
from hotline.monitoring.service_alarms import tell_other_of_keys
from hotline.monitoring.service_measures import gather


@click.command()
def worker() -> None:
    """Run a worker, which assigns tips, sends alerts and answers, and reminds responders.

    You can run several workers.

    Example: hotline process worker
    """
    _hear("worker", Role.WORKERS, build_relay)


@click.command()
def reader() -> None:
    """Run the reader, which decrypts cases for responders' phones behind their PINs.

    Example: hotline process reader
    """
    _hear("reader", Role.READER, build_reader)


def _hear(name: str, role: Role, build: Callable[[Settings], Kit]) -> None:
    settings = _settings_of(name)
    kit = build(settings)
    refuse_wrong_keys(kit, settings, role)
    run, stop = _runner(name), until_told()
    run(kit, settings.redis_url, stop, listen_again=lambda: ends_on_signal(stop))


@click.command()
def watch() -> None:
    """Run the monitoring, which checks everything every ten seconds and notifies on-call contacts.

    Example: hotline process watch
    """
    settings = _settings_of("watch")
    kit = build_watch(settings)
    try:
        refuse_wrong_keys(kit, settings, Role.WATCH)
    except KeyWrong:
        # Without the key no number decrypts. The second channel needs no key.
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


def _runner(process: str) -> Callable[..., Any]:
    """Imports and returns what a process runs. Exempts all present objects from garbage collection."""
    with uncollected():
        run: Callable[..., Any] = import_module(f"workers.{process}").run
    keep_what_is_here()
    return run


def _metrics(settings: Settings, kit: LookingKit) -> AbstractContextManager[object]:
    """Serves `/metrics` if a port is set for it. Raises Occupied if the port is taken."""
    if not settings.metrics_port:
        return nullcontext()
    return serving(settings.metrics_host, settings.metrics_port, lambda: gather(kit))


def keep_what_is_here() -> None:
    """Exempts all present objects from garbage collection. A burst of tips makes thousands of tuples. Each time the
    collector checked all other objects again, which was a fifth of a tip's cost."""
    gc.collect()
    gc.freeze()


def until_told() -> Event:
    """Returns an event that is set when a signal asks this process to stop."""
    stop = Event()
    ends_on_signal(stop)
    return stop


def ends_on_signal(stop: Event) -> None:
    """Sets `stop` when a signal asks this process to stop. Replaces any earlier handler."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, end)
