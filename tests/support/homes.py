"""Provides a prepared home of a hotline. A test run makes this home once with `hotline init --demo`, and each test
copies it."""

import fcntl
import os
import shutil
from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from tests.support.stack import bare_environ, hotline

LayHome = Callable[[Path], Path]
CHECKOUT = Path(__file__).parents[2]
SENDING = ("web", "worker")


@pytest.fixture(scope="session")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Creates the home of a hotline on SQLite. All workers of a test run share this home, and the first worker creates
    it."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    home, half = shared / "made-home", shared / "half-made-home"
    with (shared / "made-home.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.exists():
            hotline(bare_environ() | {"HOTLINE_HOME": str(half)}, "init", "--demo")
            half.rename(home)
    return home


@pytest.fixture
def lay_home(made_home: Path) -> LayHome:
    """Returns a function that copies the prepared home into a folder and returns the folder, so that a `Stack` starts
    there faster."""

    def lay(folder: Path) -> Path:
        shutil.copytree(made_home, folder / "home")
        return folder

    return lay


def sending(folder: Path) -> Path:
    """Writes a Procfile with only the processes that receive tips and send alerts."""
    return processes(folder, SENDING)


def processes(folder: Path, wanted: Collection[str]) -> Path:
    """Writes a Procfile with only these processes."""
    lines = (CHECKOUT / "Procfile").read_text(encoding="utf-8").splitlines()
    procfile = folder / "Procfile"
    kept = [line for line in lines if line.partition(":")[0] in wanted]
    procfile.write_text("\n".join(kept), encoding="utf-8")
    return procfile
