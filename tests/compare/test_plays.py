"""Tests that the comparison finds no difference between a commit and itself, but finds a changed text, time or
recipient."""

import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.compare.checkouts import ROOT, tree
from tests.compare.draw import Drawn, DrawnWorld
from tests.compare.line import Checkout, Line
from tests.compare.people import Prepared, sample
from tests.compare.play import play
from tests.compare.transcript import Transcript, difference
from tests.support.homes import LayHome

pytestmark = [
    pytest.mark.slow(reason="waits for a line to look at its clock"),
    pytest.mark.timeout(600),
]

AT = datetime.now(UTC).replace(hour=7, minute=0, second=0) + timedelta(days=1)
WORLD = DrawnWorld(
    0,
    AT + timedelta(hours=1),
    (0, 1, 2, 3, 4, 5, 6, 8),
    (
        Drawn(1, "answers", 0, 0),
        Drawn(2, "tells", 1, 1, ("report.sector",)),
        Drawn(3, "reads", 0, 2, ("abroad.fee", "homes.signs")),
    ),
)
DEADLINE = re.compile(r"(Urgency\.DANGER: Times\(\s*acknowledge=timedelta\(minutes=)3\b")
"""The line in the source code with the number of minutes that the hotline waits for an answer to an alert about danger.
The test makes this number larger by three, because the comparison reports no SMS that is only two minutes later."""
SAID = "OK."
"""The text that the test adds to one screen of the changed hotline, in each language."""


@pytest.fixture
def home(lay_home: LayHome, tmp_path: Path) -> Path:
    """Returns the home of a demo, prepared as for a comparison."""
    home = lay_home(tmp_path) / "home"
    shutil.copytree(ROOT / "flows", home / "compare-flows")
    Prepared(home, AT, *sample(0)).keep()
    return home


def played(checkout: Checkout, home: Path) -> dict[str, Transcript]:
    return {one.story: one for one in play(checkout, home, WORLD, 25).transcripts}


def changed(home: Path, tmp_path: Path) -> tuple[Checkout, Path]:
    """Returns a changed checkout and a changed home. In the checkout, the hotline waits three minutes longer for an
    answer to an alert. In the home, one screen has a different text.
    """
    root = tmp_path / "changed"
    for name in ("hotline", "workers", "locales", "flows"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("wsgi.py", "Procfile", "pyproject.toml"):
        shutil.copy(ROOT / name, root / name)
    found = [file for file in root.rglob("*.py") if DEADLINE.search(file.read_text())]
    assert found, "no source line says how long an alert of danger waits"
    for file in found:
        file.write_text(DEADLINE.sub(r"\g<1>6", file.read_text()))
    other = shutil.copytree(home, tmp_path / "other")
    flows = other / "compare-flows" / "abroad.yaml"
    head, _, rest = flows.read_text().partition("  fee:")
    said = re.sub(r"(?m)^( *(?:rw|fr|en): .*[.])$", rf"\g<1> {SAID}", rest, count=3)
    flows.write_text(f"{head}  fee:{said}")
    checkout = replace(tree(), root=root)
    line = Line(checkout, other, AT)
    line.command("flows", "publish", str(flows.parent), "--by", "Editor 1", "--reason", "compare")
    line.stop()
    return checkout, other


def test_a_tree_equals_itself_and_a_change_is_found(home: Path, tmp_path: Path) -> None:
    ours, again = (played(tree(), home) for _ in range(2))
    assert [difference([ours[story]], [again[story]]) for story in ours] == [None] * len(ours)
    assert all(transcript.entries for transcript in ours.values())

    theirs = played(*changed(home, tmp_path))
    found = {story: difference([ours[story]], [theirs[story]]) for story in ours}
    lines = [line for one in found.values() if one for line in (*one.ours, *one.theirs)]
    assert any(SAID in line for line in lines)
    alerts = [line for line in lines if "SMS to" in line]
    assert alerts, "an alert that comes three minutes later is no difference"
