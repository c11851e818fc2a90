"""`hotline prove-shred`: that what was erased is gone, also from yesterday's copies. On a line of its own."""

import json
import os
import secrets
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, field
from pathlib import Path

import click

from hotline.bootstrap import Role, build_kit
from hotline.cli.keys.weeks import weekly_folders
from hotline.cli.line.embedded import redis_of
from hotline.config import Settings
from hotline.errors import NotReady, StartFailed
from hotline.lab.chaos.stand.ground import Pair, ground
from hotline.lab.shred.intruder import Intruder, take
from hotline.lab.shred.left_keys import left_behind
from hotline.lab.shred.trial import Trial
from hotline.sealing.keys.keymaking import HELD_BY
from hotline.sealing.keys.weekly_lock import WEEKLY_KEY
from hotline.services import weekly_keys

PATIENCE = 10.0


@dataclass
class Proof:
    """What was tried, and what it found."""

    pair: str
    tried: list[str] = field(default_factory=list)
    blind: list[str] = field(default_factory=list)
    """Tries that found nothing on the day itself: they prove nothing."""
    found: list[str] = field(default_factory=list)
    seconds: float = 0.0


@click.command("prove-shred")
@click.option("--pair", type=click.Choice([pair.value for pair in Pair]), default=Pair.SQLITE.value)
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
@click.option("--home", is_flag=True, help="Look at the weekly keys of the line of HOTLINE_HOME.")
def prove_shred(pair: str, as_json: bool, home: bool) -> None:
    """Prove that what was erased opens for nobody; ends with 1 where anything was found.

    On a line of its own in a temporary folder, on this machine; the real one is not touched. A tip is told by the real
    hops; everything that was written is copied, as a backup or a thief would have it; months go by on its clock; then
    everything is tried with the desks' passphrase and every key that is left.

    With --home the real line is looked at: whether the keys of past weeks are gone from every folder, or from the one
    that HOTLINE_KEYS names. The web advances at the first session of a week, so look after somebody dialled.
    """
    proof = prove_home() if home else prove(Pair(pair))
    if as_json:
        click.echo(json.dumps(asdict(proof), indent=2))
    else:
        for name in proof.tried:
            said = "PROVES NOTHING" if name in proof.blind else "found nothing"
            click.echo(f"{'FOUND' if name in proof.found else said:14}  {name}")
        for name in sorted({*proof.found} - {*proof.tried}):
            click.echo(f"{'FOUND':14}  {name}")
    if proof.found or proof.blind:
        sys.exit(1)


def prove_home() -> Proof:
    """Raises NotReady before `hotline init`."""
    proof, settings = Proof("home"), Settings.read(os.environ)
    own = settings.keys
    folders = {own.name: own} if own else weekly_folders(settings.home / "keys")
    if own and own.name not in HELD_BY[WEEKLY_KEY]:
        raise NotReady(f"{own} is not the folder of a role with weekly keys")
    kit = build_kit(settings, Role(own.name) if own else Role.CONSOLE)
    with closing(kit.database):
        if own is None:
            weekly_keys.forget(kit)
        for name, left in left_behind(kit, folders):
            proof.tried.append(name)
            proof.found += [name] if left else []
    return proof


def prove(pair: Pair) -> Proof:
    """Raises ProgramMissing."""
    began = time.monotonic()
    proof = Proof(pair)
    with ExitStack() as held:
        on = held.enter_context(ground(pair))
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="hl")))
        home = folder / "home"
        home.mkdir(mode=0o700)
        environ = {k: v for k, v in on.environ.items() if k == "HOTLINE_DATABASE_URL"}
        _say("a line of its own")
        trial = Trial(home, environ)
        held.callback(trial.close)
        held.enter_context(redis_of(trial.settings))
        _story(trial, folder / "stolen", on.folders[:1], proof)
    proof.seconds = round(time.monotonic() - began, 1)
    return proof


def _story(trial: Trial, to: Path, also: tuple[Path, ...], proof: Proof) -> None:
    caller = f"+2507883{secrets.randbelow(100_000):05d}"
    words = f"ikanari{secrets.token_hex(6)}"
    _say("somebody tells a tip")
    trial.tell(caller, words)
    trial.text(caller, "akazi")
    until_logged(trial.home / "redis")
    stolen = take(trial, to, *also)
    intruder = Intruder(trial, stolen, caller, words)

    proof.tried = [*intruder.tries]
    proof.blind = [name for name, succeeds in intruder.tries.items() if not succeeds()]
    for passed in trial.pass_by(stolen.tip.id):
        _say(passed)
    proof.found = [name for name, succeeds in intruder.tries.items() if succeeds()]
    written = "the words and the number, in any form, in every file and every copy"
    proof.tried.append(written)
    proof.found += sorted(intruder.reads(trial.home, to, *also))


def until_logged(folder: Path) -> None:
    """Redis writes its file a moment later."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if any(b"run:" in path.read_bytes() for path in folder.rglob("*.aof")):
            return
        time.sleep(0.05)
    raise StartFailed("Redis wrote nothing")


def _say(what: str) -> None:
    click.echo(f"{what} ...", err=True)
