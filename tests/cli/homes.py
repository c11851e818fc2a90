"""Provides home folders of a hotline as `hotline init` makes them, and runs commands and contexts for a home. A test
process makes a home once and then copies it from memory.

`hotline init` measures every screen of the flows, runs every migration and derives a key from a passphrase. These steps
take longer than most tests.
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from stat import S_IMODE
from typing import TypeVar

import click
from click.testing import CliRunner, Result

from hotline.cli.contexts import build_cli
from hotline.cli.main import main
from hotline.core.contexts import CliContext, Context
from hotline.core.environment import OWNER_ONLY
from hotline.core.settings import Settings
from hotline.people import tables_desks
from hotline.tips import queries
from hotline.tips.tables import Tip

C = TypeVar("C", bound=Context)
Kept = Mapping[Path, tuple[int, bytes | None]]
"""A map from each path in a home to its mode. For a file, the map also has the file's bytes."""


PASSPHRASE = "correct horse battery"
"""The passphrase of the desks in a home that does not belong to a demo."""


def hotline(
    home: Path,
    *words: str,
    code: int | None = 0,
    typed: str | None = None,
    command: click.Command = main,
    **more: str,
) -> Result:
    """Runs `hotline`, or another command, for this home. The command sees no other settings from the environment.
    Checks the exit code, unless `code` is None.
    """
    environ: dict[str, str | None] = {
        name: None for name in os.environ if name.startswith("HOTLINE_")
    }
    runner = CliRunner(env={**environ, "HOTLINE_HOME": str(home), **more})
    told = runner.invoke(command, words, input=typed)
    assert code in (None, told.exit_code), told.output
    return told


@contextmanager
def opened(home: Path, build: Callable[[Settings], C], **more: str) -> Iterator[C]:
    """Yields the context of a process with this home, and closes its database at the end."""
    context = build(Settings.read({"HOTLINE_HOME": str(home), **more}))
    with closing(context.database):
        yield context


@contextmanager
def command_line(home: Path) -> Iterator[CliContext]:
    """Yields the context that a command uses with this home."""
    with opened(home, build_cli) as context:
        yield context


def file_encrypted(context: Context, tip: Tip, answers: Mapping[str, str], *desks: str) -> int:
    """Stores a tip whose answers are encrypted for `desks`, as the hooks do for a caller's tip. Returns the id of the
    tip."""
    with context.database.writing() as session:
        encrypted = context.encrypter.tip(
            answers,
            uid=tip.uid,
            place=tip.place,
            desks=tables_desks.public_keys(session, desks),
            at=context.now(),
        )
        tip.body = encrypted.body
        session.add(tip)
        session.flush()
        queries.give_keys(session, tip.id, encrypted.grants, first=True)
        return tip.id


def copy_home(home: Path, *, demo: bool = True) -> None:
    """Writes everything that `hotline init` would make, with the mode of each folder and file. All homes in a process
    are the same.

    In the home of a demo, the passphrase of the desks is in `enrolment-passphrase`. In any other home, the passphrase
    of the desks is PASSPHRASE.
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
            hotline(home, *words)
        finally:
            os.umask(before)
        return {path.relative_to(home): _held(path) for path in (home, *sorted(home.rglob("*")))}


def _held(path: Path) -> tuple[int, bytes | None]:
    return S_IMODE(path.stat().st_mode), path.read_bytes() if path.is_file() else None
