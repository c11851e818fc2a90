"""Runs `hotline process NAME`, which starts one of the processes that do not answer web requests. The module imports
the code of a process only when this process starts.
"""

import gc
import os
import signal
from collections.abc import Callable
from contextlib import nullcontext
from importlib import import_module
from threading import Event
from types import FrameType
from typing import Any

import click

from hotline.cli.contexts import (
    Role,
    build_monitor,
    build_reader,
    build_worker,
    refuse_wrong_keys,
    settings_of,
)
from hotline.core.contexts import Context
from hotline.core.importing import uncollected
from hotline.core.logs import configure
from hotline.core.settings import Settings
from hotline.monitoring.prometheus import serving
from hotline.monitoring.service_alarms import notify_wrong_keys
from hotline.monitoring.service_measures import gather
from hotline.text.errors import KeyWrong


@click.command()
def worker() -> None:
    """Run a worker, which assigns tips, sends alerts and answers, and reminds responders.

    You can run several workers.

    Example: hotline process worker
    """
    _hear("worker", Role.WORKERS, build_worker)


@click.command()
def reader() -> None:
    """Run the reader, which decrypts cases for responders' phones after the responders typed their PINs.

    Example: hotline process reader
    """
    _hear("reader", Role.READER, build_reader)


def _hear(name: str, role: Role, build: Callable[[Settings], Context]) -> None:
    settings = _settings_of(name)
    context = build(settings)
    refuse_wrong_keys(context, settings, role)
    run, stop = _runner(name), stop_event()
    run(
        context,
        settings_of(settings, role).redis_url,
        stop,
        listen_again=lambda: stop_on_signal(stop),
    )


@click.command()
def watch() -> None:
    """Run the monitoring, which checks everything every ten seconds and notifies on-call contacts.

    Example: hotline process watch
    """
    settings = _settings_of("watch")
    context = build_monitor(settings)
    try:
        refuse_wrong_keys(context, settings, Role.WATCH)
    except KeyWrong:
        # With a wrong key, this process can decrypt no phone number, and cannot send its alarm by SMS. The second alarm
        # channel (a mail or a command) does not need a key.
        notify_wrong_keys(context)
        raise
    stop = stop_event()
    run, port = _runner("watchman"), settings.metrics_port
    with serving(settings.metrics_host, port, lambda: gather(context)) if port else nullcontext():
        run(context, stop)


def _settings_of(process: str) -> Settings:
    settings = Settings.read(os.environ)
    configure(settings.log, process, settings.log_level)
    return settings


def _runner(process: str) -> Callable[..., Any]:
    """Imports and returns the function that a process runs."""
    with uncollected():
        run: Callable[..., Any] = import_module(f"workers.{process}").run
    # Each tip produces many tuples, after which Python's garbage collector checks all objects again. These checks would
    # take a fifth of the time for a tip, so the collector leaves out all objects that exist now.
    gc.collect()
    gc.freeze()
    return run


def stop_event() -> Event:
    """Returns an event that is set when a signal asks this process to stop."""
    stop = Event()
    stop_on_signal(stop)
    return stop


def stop_on_signal(stop: Event) -> None:
    """Sets `stop` when a signal asks this process to stop. The new signal handler replaces any earlier handler."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, end)
