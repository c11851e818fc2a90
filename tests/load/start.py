"""From starting the web server to its first right answer, beside a Python that does nothing, in turns."""

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

import click

from hotline.adapters.queue import embedded_redis
from hotline.cli.line.procfile import read_procfile
from hotline.environment import CHECKOUT
from hotline.errors import StartFailed
from tests.load.load import form, hop
from tests.stack import free_port

PATIENCE = 60.0
"""Seconds for one start on a slow machine."""
LOOK_EVERY = 0.005


@dataclass(frozen=True, slots=True)
class StartFigures:
    """Middle values, in seconds."""

    turns: int
    first_answer: float
    """From starting the process to the first screen."""
    python: float
    """Of `python -c pass`."""
    ratio: float
    spent: float
    """Of the processor, from the start to the end of the web process: the steadier figure on a busy machine."""
    python_spent: float
    spent_ratio: float


@click.command("start")
@click.option("--turns", default=5, show_default=True, help="How often each is started.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def start_bench(turns: int, as_json: bool) -> None:
    """From starting the web process to the first screen, on SQLite with one worker."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        figures = _measure(Path(folder), turns)

    if as_json:
        click.echo(json.dumps(asdict(figures)))
        return
    click.echo(f"first screen after {figures.first_answer:.2f} s   ", nl=False)
    click.echo(f"`python -c pass` {figures.python:.3f} s   ratio {figures.ratio:.1f}")
    click.echo(f"of the processor {figures.spent:.2f} s   ", nl=False)
    click.echo(f"{figures.python_spent:.3f} s   ratio {figures.spent_ratio:.1f}")


def _measure(folder: Path, turns: int) -> StartFigures:
    environ = _environ(folder)
    _hotline(environ, "init")
    path = urlsplit(json.loads(_hotline(environ, "keys", "hooks", "--json"))["ussd"]).path
    ours: list[_Start] = []
    python: list[_Start] = []
    with _redis(folder), click.progressbar(length=turns, label="turns", file=sys.stderr) as bar:
        for turn in range(turns):
            python.append(_python())
            ours.append(_first_answer(environ, hop(path, form(f"ATUid_{turn}", ""))))
            bar.update(1)
    return _figures(ours, python)


@dataclass(frozen=True, slots=True)
class _Start:
    seconds: float
    spent: float


def _figures(ours: Sequence[_Start], python: Sequence[_Start]) -> StartFigures:
    middle = statistics.median
    return StartFigures(
        turns=len(ours),
        first_answer=middle(one.seconds for one in ours),
        python=middle(one.seconds for one in python),
        ratio=middle(a.seconds / b.seconds for a, b in zip(ours, python, strict=True)),
        spent=middle(one.spent for one in ours),
        python_spent=middle(one.spent for one in python),
        spent_ratio=middle(a.spent / b.spent for a, b in zip(ours, python, strict=True)),
    )


def _environ(folder: Path) -> dict[str, str]:
    others = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    return others | {
        "HOTLINE_HOME": str(folder),
        "HOTLINE_PORT": str(free_port()),
        "HOTLINE_WEB_WORKERS": "1",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONPATH": str(CHECKOUT),
    }


@contextmanager
def _redis(folder: Path) -> Iterator[None]:
    path = folder / "redis" / "redis.sock"
    process = subprocess.Popen(
        embedded_redis.command(path, folder / "redis"), stdout=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + PATIENCE
        while not path.exists():
            if time.monotonic() > end:
                raise StartFailed("the embedded Redis does not start")
            time.sleep(LOOK_EVERY)
        yield
    finally:
        process.kill()
        process.wait()


def _python() -> _Start:
    began, spent = time.perf_counter(), _spent()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return _Start(time.perf_counter() - began, _spent() - spent)


def _first_answer(environ: Mapping[str, str], asked: bytes) -> _Start:
    """What was started is gone afterwards."""
    spent = _spent()
    seconds = _seconds(environ, asked)
    return _Start(seconds, _spent() - spent)


def _spent() -> float:
    """Seconds of the processor that every child took which has ended."""
    times = os.times()
    return times.children_user + times.children_system


def _seconds(environ: Mapping[str, str], asked: bytes) -> float:
    entries = read_procfile((CHECKOUT / "Procfile").read_text(encoding="utf-8"))
    (command,) = (entry.command for entry in entries if entry.name == "web")
    began = time.perf_counter()
    process = subprocess.Popen(
        ["/bin/sh", "-c", f"exec {command}"],
        env=environ,
        cwd=CHECKOUT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while time.perf_counter() - began < PATIENCE:
            if b"\r\n\r\nCON " in _ask(int(environ["HOTLINE_PORT"]), asked):
                return time.perf_counter() - began
            time.sleep(LOOK_EVERY)
        raise StartFailed("the web process gives no screen: `hotline doctor` says why")
    finally:
        process.terminate()
        process.wait()


def _ask(port: int, asked: bytes) -> bytes:
    """What was answered; nothing as long as nobody listens."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as wire:
            wire.sendall(asked)
            return wire.recv(65536)
    except OSError:
        return b""


def _hotline(environ: Mapping[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "hotline.cli.main", *words],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise StartFailed(f"`hotline {words[0]}` did not succeed: {done.stderr.strip()}")
    return done.stdout
