"""Whether a run keeps its budgets of processor time, by room, and whether a test waits that is not marked `slow`.

    python -m tests.budgets FILE...    the files that --spent wrote

A budget is that of a sample. A long run counts only tests that today's sample would run, and divides what a test takes
by how many times longer it is there. A sample tells what it cost; a long run fails.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests import sampling
from tests.spending import Spent, read

BUDGETS = {
    "pure": 48,
    "services": 265,
    "store": 38,
    "web": 22,
    "console": 85,
    "flows": 12,
    "crawler": 62,
    "faults": 115,
    "cli": 90,
    "house": 50,
    "browser": 70,
}
"""Processor seconds, with both cores busy. All rooms together, the checks and the installing are ten minutes of two
cores (1,200); what is left is for a slower machine.
"""
ROOMS = {
    "text": "pure",
    "domain": "pure",
    "engine": "pure",
    "services": "services",
    "workers": "services",
    "store": "store",
    "adapters": "store",
    "sealing": "store",
    "web": "web",
    "console": "console",
    "flows": "flows",
    "transcripts": "flows",
    "crawler": "crawler",
    "faults": "faults",
    "chaos": "faults",
    "emulator": "cli",
    "cli": "cli",
    "house": "house",
    "floorplan": "house",
    "browser": "browser",
}
PATIENCE = 1.0
"""Seconds of true time. A test of a page waits for what the browser draws: its own mark says so."""


def room(spent: Spent) -> str:
    folder = spent.test.split("/")[1]
    return "browser" if spent.browser else ROOMS.get(folder, "house")


def by_room(all_spent: Iterable[Spent]) -> dict[str, float]:
    costs: dict[str, float] = defaultdict(float)
    for spent in all_spent:
        if spent.times:
            costs[room(spent)] += spent.processor / spent.times
    return costs


def over_budget(all_spent: Iterable[Spent]) -> list[str]:
    costs = by_room(all_spent)
    return [
        f"{name}: {costs[name]:.0f} processor seconds, {budget} are its budget"
        for name, budget in BUDGETS.items()
        if costs[name] > budget
    ]


def waits_unmarked(all_spent: Iterable[Spent]) -> list[str]:
    return [
        f"{spent.test}: waited {spent.waited:.1f} s; mark it slow, or turn the clock"
        for spent in all_spent
        if not (spent.slow or spent.browser) and spent.waited > PATIENCE
    ]


def judged(all_spent: Sequence[Spent]) -> list[str]:
    return over_budget(all_spent) + waits_unmarked(all_spent)


def main(files: Sequence[str]) -> int:
    all_spent = [spent for file in files for spent in read(Path(file))]
    costs = by_room(all_spent)
    for name, budget in BUDGETS.items():
        sys.stdout.write(f"{name:10}{costs[name]:6.0f} of {budget:3} processor seconds\n")
    faults = judged(all_spent)
    sys.stdout.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults and sampling.long() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
