"""Runs one drawn world (a hotline with many stories) on one checkout, in its own process."""

import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.compare.draw import KINDS, DrawnWorld
from tests.compare.flow_map import FlowMap
from tests.compare.line import Checkout, Line, copied
from tests.compare.people import Prepared
from tests.compare.transcript import Transcript
from tests.compare.world import Story, World


@dataclass(frozen=True, slots=True)
class Played:
    transcripts: tuple[Transcript, ...]
    """One transcript for each story, and as the last one the transcript of the messages to the national desk."""
    seen: frozenset[str]
    steps: int
    seconds: float


def play(
    checkout: Checkout,
    home: Path,
    drawn: DrawnWorld,
    seed: int,
    slow: float = 1.0,
) -> Played:
    """Runs a world on a copy of a prepared home.

    Starts every process of the Procfile except the monitor, which reads the clock at random times. The monitor's alarm
    about many SMS would also change which alerts share one SMS.
    """
    began = time.monotonic()
    prepared = Prepared.read(home)
    folder = Path(tempfile.mkdtemp(prefix="hotline-compare-"))
    line = Line(checkout, copied(home, folder / "home"), drawn.begins)
    try:
        processes = (checkout.root / "Procfile").read_text(encoding="utf-8").splitlines(True)
        kept = [one for one in processes if "process watch" not in one]
        (folder / "Procfile").write_text("".join(kept), encoding="utf-8")
        line.start(folder / "Procfile")
        world = World(
            line, prepared, FlowMap.read(home / "compare-flows"), drawn.begins, drawn.grid, slow
        )
        stories = [
            Story(
                f"story {one.number} ({one.tale}, {prepared.districts[one.district].name})",
                KINDS[one.tale].tale,
                one.starts,
                world,
                prepared.districts[one.district],
                Random(f"{seed}:{one.number}"),
                Transcript(f"story {one.number}"),
                one.targets,
                KINDS[one.tale].owns,
            )
            for one in drawn.stories
        ]
        for story in stories:
            story.transcript.story = story.name
        world.nation.story = f"national desk of world {drawn.number}"
        world.play(stories)
    finally:
        line.stop()
        shutil.rmtree(folder, ignore_errors=True)
    transcripts = (*(one.transcript for one in stories), world.nation)
    return Played(transcripts, frozenset(world.seen), len(drawn.grid), time.monotonic() - began)
