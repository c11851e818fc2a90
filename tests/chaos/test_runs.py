"""Real processes, killed by the dozen: no tip is lost, no alert is silent. And the run notices what is broken."""

import os
import re
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from hotline.cli.chaos import ledger
from hotline.cli.chaos.callers import dial_once, plan, tell
from hotline.cli.chaos.ground import Ground, Pair, under_test
from hotline.cli.chaos.killer import EACH, FAILPOINTS, FROZEN, MARKS
from hotline.cli.chaos.run import WORDS, Order, run
from hotline.cli.chaos.settling import kit_of, settle
from hotline.domain.places import districts
from hotline.errors import DialogueBroken, LabelMissing

TIPS = int(os.environ.get("CHAOS_TIPS", "2000"))
SEED = int(os.environ.get("CHAOS_SEED", "1"))
MINUTES = float(os.environ.get("CHAOS_MINUTES", "4"))
"""After so many nobody begins to tell any more: a slow machine tells fewer tips, and dies as many deaths."""
AT_LEAST = 20
A_TENTH = 10
"""Of the tips are told on the second pair: every death, and fewer callers."""
PAUSE = 10.0
"""Seconds between deaths once each has died its first ones: a new start costs the time of five tips."""
FEW = 6
PROCFILE = Path(__file__).parents[2] / "Procfile"
pytestmark = [pytest.mark.chaos, pytest.mark.timeout(1800)]


def procfile_without(step: str, folder: Path) -> Path:
    """The line's processes, with a step of the relay taken out."""
    procfile = folder / "Procfile"
    broken = f"clock: {sys.executable} -m tests.chaos.clock_without {step}"
    procfile.write_text(re.sub("(?m)^clock: .*$", broken, PROCFILE.read_text()))
    return procfile


@pytest.mark.parametrize(
    ("pair", "tips"), [(Pair.SQLITE, TIPS), (Pair.POSTGRES, TIPS // A_TENTH)], ids=[*Pair]
)
def test_no_tip_is_lost_and_no_alert_is_silent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], pair: Pair, tips: int
) -> None:
    report = run(tmp_path, Order(tips, SEED, pair, PAUSE, MINUTES), say=lambda _: None)
    with capsys.disabled():
        sys.stdout.write(f"\nchaos: {report.line()}\n")

    assert report.clean, report.found
    assert report.promised >= min(tips, AT_LEAST)
    often = {*FAILPOINTS, "redis", "redis.flush"} | (
        {"postgres"} if pair is Pair.POSTGRES else set()
    )
    assert all(report.deaths.get(name, 0) >= EACH for name in often), report.deaths
    seldom = {*MARKS, *FROZEN, "everything"}
    assert all(report.deaths.get(name, 0) >= 1 for name in seldom), report.deaths


@pytest.mark.parametrize(
    ("step", "failpoint", "patience"),
    [("refer_waiting", "tip.before_doorbell", 15), ("expire_leases", "worker.after_claim", 40)],
)
@pytest.mark.parametrize("broken", [False, True], ids=["whole", "without the step"])
def test_a_run_notices_that_a_step_is_missing(
    tmp_path: Path, step: str, failpoint: str, patience: float, broken: bool
) -> None:
    """The last tip meets the death that this step alone mends: with it all is well, without it the run says so."""
    codes = [district.code for district in districts()]
    procfile = procfile_without(step, tmp_path) if broken else None
    with under_test(tmp_path, Ground(), procfile=procfile) as (stack, faults):
        stack.emulator.set_faults({"kind": "retry_hop", "seconds": 1.0})
        told = [tell(stack.emulator, tip) for tip in plan(FEW, codes, WORDS)]
        assert settle(stack, told, seconds=30) == []

        (faults / failpoint).touch()
        with suppress(DialogueBroken, LabelMissing):
            # Never a second dial: another tip's doorbell would bring this one along.
            told.append(dial_once(stack.emulator, plan(FEW + 1, codes, WORDS)[-1]))
        breaches = settle(stack, told, seconds=patience if broken else 100)

        assert (faults / "log").read_text() == f"{failpoint}\n"
        assert bool(breaches) is broken
        kit = kit_of(stack)
        assert bool(ledger.unreferred(kit.database)) is (broken and step == "refer_waiting")
        kit.database.close()
