"""Starts a process of the Procfile on a port of this machine and checks that it ends when it is told to end."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import requests

from hotline.cli.keeper import read_procfile
from hotline.core.environment import CHECKOUT
from tests.support.eventually import eventually

Process = subprocess.Popen[bytes]


def environ_of(home: Path, **more: str) -> Mapping[str, str]:
    """Returns the environment for a hotline with the folder `home`, without any setting that this machine has for
    another hotline."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ours = {"HOTLINE_HOME": str(home), "PATH": path, "PYTHONPATH": str(CHECKOUT)}
    return others | ours | more


def command_of(name: str) -> str:
    """Returns the command of this name in the Procfile."""
    return read_procfile((CHECKOUT / "Procfile").read_text(encoding="utf-8"))[name]


@contextmanager
def started(command: str, environ: Mapping[str, str]) -> Iterator[Process]:
    """Runs a command until the block ends, and checks that none of its worker processes remains. If the command does
    not end when it is told to end, the test fails."""
    process = subprocess.Popen(
        ["/bin/sh", "-c", f"exec {command}"], env=environ, cwd=CHECKOUT, start_new_session=True
    )
    try:
        yield process
    finally:
        end(process)


def end(process: Process) -> None:
    process.terminate()
    try:
        process.wait(20)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(5)


def until_it_answers(address: str) -> None:
    def answers() -> bool:
        try:
            return requests.get(address, timeout=2).ok
        except requests.RequestException:
            return False

    eventually(answers)
