"""Real processes, killed by the dozen: no tip is lost, no alert is silent. And the run notices what is broken."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from hotline.cli.stack import Stack
from hotline.domain.places import districts
from hotline.errors import LabelMissing
from tests.chaos import ledger
from tests.chaos.killer import EACH, FAILPOINTS
from tests.chaos.pairs import Ground, ground
from tests.chaos.run import WORDS, kit_of, run, settle
from tests.chaos.told import Broken, dial_once, plan, tell

TIPS = int(os.environ.get("CHAOS_TIPS", "200"))
SEED = int(os.environ.get("CHAOS_SEED", "1"))
FEW = 6
PROCFILE = Path(__file__).parents[2] / "Procfile"
pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]


@contextmanager
def under_test(
    folder: Path, *, without: str | None = None, on: Ground | None = None
) -> Iterator[tuple[Stack, Path]]:
    """A line whose processes may be made to die, with a step of the relay taken out where one is named."""
    faults = folder / "faults"
    faults.mkdir()
    procfile = None
    if without is not None:
        broken = f"clock: {sys.executable} -m tests.chaos.clock_without {without}"
        procfile = folder / "Procfile"
        procfile.write_text(re.sub("(?m)^clock: .*$", broken, PROCFILE.read_text()))
    environ = {"HOTLINE_TESTING": "yes", "HOTLINE_FAULTS": str(faults)}
    environ |= on.environ if on else {}
    with Stack(folder, environ=environ, procfile=procfile) as stack:
        yield stack, faults


def test_no_tip_is_lost_and_no_alert_is_silent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with ground() as servers, under_test(tmp_path, on=servers) as (stack, faults):
        report = run(stack, faults, tips=TIPS, seed=SEED, servers=servers.deaths)
    with capsys.disabled():
        sys.stdout.write(f"\nchaos: {report.line()}\n")

    assert report.breaches == []
    assert report.promises >= TIPS
    wanted = {*FAILPOINTS, "redis", "redis.flush", *servers.deaths}
    assert all(report.kills.get(name, 0) >= EACH for name in wanted), report.kills


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
    with under_test(tmp_path, without=step if broken else None) as (stack, faults):
        stack.emulator.set_faults({"kind": "retry_hop", "seconds": 1.0})
        told = [tell(stack.emulator, tip) for tip in plan(FEW, codes, WORDS)]
        assert settle(stack, told, seconds=30) == []

        (faults / failpoint).touch()
        with suppress(Broken, LabelMissing):
            # Never a second dial: another tip's doorbell would bring this one along.
            told.append(dial_once(stack.emulator, plan(FEW + 1, codes, WORDS)[-1]))
        breaches = settle(stack, told, seconds=patience if broken else 100)

        assert (faults / "log").read_text() == f"{failpoint}\n"
        assert bool(breaches) is broken
        kit = kit_of(stack)
        assert bool(ledger.unreferred(kit.database)) is (broken and step == "refer_waiting")
        kit.database.close()
