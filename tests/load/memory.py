"""What each process of a line holds in memory, and all of them together, after some use."""

import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from hotline.domain.places.places import districts
from tests.load.alerts import tell
from tests.stack import Stack

PROC = Path("/proc")
STAND_IN = "emulator"
"""No part of a line: a real one has the gateway elsewhere."""


@dataclass(frozen=True, slots=True)
class Held:
    """Megabytes of one process: its own, and its share of what it has in common with others (PSS)."""

    process: str
    megabytes: float


@dataclass(frozen=True, slots=True)
class MemoryFigures:
    processes: tuple[Held, ...]
    line: float
    """All of them without the gateway's stand-in."""


@click.command("memory")
@click.option("--tips", default=60, show_default=True, help="How many are told before the look.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def memory_bench(tips: int, as_json: bool) -> None:
    """What each process of a line on SQLite and the embedded Valkey holds, after some tips. Linux only."""
    if not (PROC / "self" / "smaps_rollup").exists():
        raise click.ClickException(
            "this machine does not say what a process holds: no smaps_rollup"
        )
    with (
        tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder,
        Stack(Path(folder)) as stack,
    ):
        click.echo(f"telling {tips} tips ...", err=True)
        codes = [district.code for district in districts()]
        for number in range(tips):
            tell(stack.emulator, codes[number % len(codes)])
        figures = _figures(stack.pid)

    if as_json:
        click.echo(json.dumps(asdict(figures)))
        return
    for held in figures.processes:
        click.echo(f"{held.megabytes:8.1f} MB  {held.process}")
    click.echo(f"{figures.line:8.1f} MB  the line, without the gateway's stand-in")


def _figures(keeper: int) -> MemoryFigures:
    found = tuple(
        sorted(
            (Held(_name(pid), _share(pid)) for pid in _family(keeper)),
            key=lambda held: (-held.megabytes, held.process),
        )
    )
    return MemoryFigures(found, sum(h.megabytes for h in found if STAND_IN not in h.process))


def _family(keeper: int) -> list[int]:
    """The keeper and everything below it."""
    parents = {int(path.name): _parent(path) for path in PROC.iterdir() if path.name.isdigit()}
    family = {keeper}
    grown = True
    while grown:
        below = {pid for pid, parent in parents.items() if parent in family} - family
        family |= below
        grown = bool(below)
    return sorted(family)


def _parent(folder: Path) -> int:
    try:
        return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _share(pid: int) -> float:
    rollup = (PROC / str(pid) / "smaps_rollup").read_text()
    (kilobytes,) = (line.split()[1] for line in rollup.splitlines() if line.startswith("Pss:"))
    return int(kilobytes) / 1024


def _name(pid: int) -> str:
    """Its command without paths, options and whatever interprets it."""
    said = (PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace")
    words = said.replace("\0", " ").split()
    names = [Path(word).name for word in words if not word.startswith("-")]
    known = [n for n in names if not n.isdigit() and not n.startswith(("python", "hotline."))]
    return " ".join(known[:3]) or "hotline"
