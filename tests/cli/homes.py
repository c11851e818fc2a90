"""Provides home folders of a hotline as `hotline init` makes them. A test process makes them once and then copies them
from memory.

`hotline init` measures every screen of the flows, runs every migration and derives a key from a passphrase. That takes
longer than most tests.
"""

import os
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from stat import S_IMODE

from click.testing import CliRunner

from hotline.cli.main import main
from hotline.core.environment import OWNER_ONLY

Kept = Mapping[Path, tuple[int, bytes | None]]
"""The mode and the bytes of each path. A folder has no bytes."""


PASSPHRASE = "correct horse battery"
"""The passphrase of the desks in a home that does not belong to a demo."""


def copy_home(home: Path, *, demo: bool = True) -> None:
    """Writes everything that `hotline init` would make, with the mode of each folder and file. All homes in a process
    are the same.

    In the home of a demo, the passphrase of the desks is in `enrolment-passphrase`. In another home, it is PASSPHRASE.
    """
    for path, (mode, held) in _home(demo).items():
        if held is None:
            (home / path).mkdir(mode=mode, parents=True, exist_ok=True)
        else:
            handle = os.open(home / path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with os.fdopen(handle, "wb") as file:
                file.write(held)


@cache
def _home(demo: bool) -> Kept:
    environ: dict[str, str | None] = {
        name: None for name in os.environ if name.startswith("HOTLINE_")
    }
    with tempfile.TemporaryDirectory() as name:
        home, words = Path(name) / "home", ["init"]
        if demo:
            words.append("--demo")
        else:
            file = Path(name) / "passphrase"
            file.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
            words += ["--passphrase-file", str(file)]
        before = os.umask(OWNER_ONLY)
        try:
            done = CliRunner(env={**environ, "HOTLINE_HOME": str(home)}).invoke(main, words)
        finally:
            os.umask(before)
        assert done.exit_code == 0, done.output
        return {path.relative_to(home): _held(path) for path in (home, *sorted(home.rglob("*")))}


def _held(path: Path) -> tuple[int, bytes | None]:
    return S_IMODE(path.stat().st_mode), path.read_bytes() if path.is_file() else None
