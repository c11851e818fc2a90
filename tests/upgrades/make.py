"""Writes the backups of this version. Run `python -m tests.upgrades.make` before each release.

For each kind of database, the folder of a version has a backup of a hotline with one tip, and its exported keys. All
keys belong only to these tests, and IDENTITY is not secret.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from click.testing import CliRunner, Result
from pyrage.x25519 import Identity

from hotline.cli.main import main
from hotline.operations.rules_backup import Engine
from tests.cli.test_init import file_tip
from tests.faults.stand.postgres import postgres_in
from tests.support.servers import short_folder

HERE = Path(__file__).parent
IDENTITY = Identity.from_str(
    "AGE-SECRET-KEY-1ZUVKAQ7G5FZ76SZLDC4QTJWZ7NG8XPFKAJDMYK3A6GFXYADUMUQQEX0L6H"
)
WORDS = "of the tests alone"
"""The passphrase of the desks and of the exported keys."""

PEOPLE = """name,msisdn,language,level,districts,categories
Responder 1,+250788101201,rw,responder,Gasabo,
Coordinator 1,+250788101202,fr,coordinator,Gasabo,
National desk 1,+250788100001,en,national,,
"""
SIGNED = ("--by", "Aline", "--reason", "an upgrade")


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine on which an operator types commands."""

    home: Path
    settings: Mapping[str, str]

    def __call__(self, *words: str, typed: str | None = None) -> Result:
        environ: dict[str, str | None] = {
            name: None for name in os.environ if name.startswith("HOTLINE_")
        }
        environ |= {"HOTLINE_HOME": str(self.home), **self.settings}
        return CliRunner(env=environ).invoke(main, words, input=typed)

    def well(self, *words: str, typed: str | None = None) -> Result:
        done = self(*words, typed=typed)
        assert done.exit_code == 0, done.output
        return done


def write(engine: Engine, machine: Machine, folder: Path) -> None:
    """Makes a hotline on an empty machine, and writes its backup and its exported keys into a folder."""
    machine.home.parent.mkdir(parents=True, exist_ok=True)
    words = machine.home.parent / "words"
    words.write_text(f"{WORDS}\n", encoding="utf-8")
    people = machine.home.parent / "people.csv"
    people.write_text(PEOPLE, encoding="utf-8")
    machine.well("init", "--passphrase-file", str(words))
    machine.well("people", "import", str(people))
    file_tip(machine.home, settings=machine.settings)
    told = machine.well("backup", "key", "--recipient", str(IDENTITY.to_public()))
    machine.well("backup", str(folder / f"{engine}.age"))
    machine.well("keys", "export", str(folder / f"{engine}.keys"), "--passphrase-file", str(words))
    pepper = machine.well("keys", "pepper", "show", *SIGNED).stdout
    on_paper = {"signer": told.stdout.split("signed by ")[1].split(":")[0], "pepper": pepper}
    (folder / f"{engine}.json").write_text(json.dumps(on_paper), encoding="utf-8")


def make() -> None:
    """Replaces the backups of this version, for both kinds of database."""
    os.umask(0o077)
    folder = HERE / metadata.version("hotline")
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    with tempfile.TemporaryDirectory() as name, short_folder("upgrades-") as place:
        write(Engine.SQLITE, Machine(Path(name) / "sqlite" / "home", {}), folder)
        with postgres_in(place, {}) as server:
            address = {"HOTLINE_DATABASE_URL": server.make("line")}
            home = Path(name) / "postgresql" / "home"
            write(Engine.POSTGRES, Machine(home, address), folder)


if __name__ == "__main__":
    make()
