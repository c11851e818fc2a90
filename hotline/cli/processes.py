"""`hotline worker` and `hotline clock`: the processes behind the web. The rooms above are imported by name."""

import logging
import os
import signal
import sys
from importlib import import_module
from threading import Event
from types import FrameType

import click

from hotline.bootstrap import Role, build_kit
from hotline.config import Settings
from hotline.domain.jobs import QUEUES

LOG_FORMAT = "%(levelname)s %(name)s %(message)s"


@click.command()
@click.argument("queue", type=click.Choice(QUEUES))
def worker(queue: str) -> None:
    """Work on one queue, until told to stop. Exits with 1 where Redis is gone."""
    logging.basicConfig(level=logging.WARNING, format=LOG_FORMAT)
    settings = Settings.read(os.environ)
    kit = build_kit(settings, Role.WORKERS)

    sys.exit(import_module("workers.worker").run(kit, settings.redis_url, queue))


@click.command()
def clock() -> None:
    """Own time: refer, remind, repeat, and deliver what no worker did, until told to stop."""
    logging.basicConfig(level=logging.WARNING, format=LOG_FORMAT)
    kit = build_kit(Settings.read(os.environ), Role.WORKERS)
    import_module("workers.clock").run(kit, until_told())


def until_told() -> Event:
    """Set once somebody asks this process to stop."""
    stop = Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, end)
    return stop
