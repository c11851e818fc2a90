"""Tests how the background processes of the hotline start."""

import os
import subprocess
import sys
from pathlib import Path

from tests.cli.homes import copy_home

LOOK = """
import gc, os, signal, sys, threading, time
from hotline.cli.processes import worker

def wait():
    until = time.monotonic() + 60
    while not gc.get_freeze_count() and time.monotonic() < until:
        time.sleep(0.05)
    print(gc.get_freeze_count() > 10_000, flush=True)
    os.kill(os.getpid(), signal.SIGTERM)

threading.Thread(target=wait, daemon=True).start()
worker.main([], standalone_mode=False)
"""
"""A program that runs a worker. A second thread checks that the worker's objects are out of garbage collection, and
then stops the worker."""


def test_what_a_worker_starts_with_is_no_burden_to_the_collector(tmp_path: Path) -> None:
    copy_home(tmp_path)
    environ = os.environ | {"HOTLINE_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", LOOK], env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True"]
