"""The parts of a run, and the tests of today's sample: hooks that tests/conftest.py shares with every room.

Marks: `slow` waits for true time, `alone` wants a core of its own, `long` belongs to a run at full length alone,
`both` needs both databases every day, `turn` shares its days with others. `bin/test` makes two runs at once:
`--part computing` and `--part waiting`.
"""

import signal
from pathlib import Path

import pytest
from hypothesis import settings

from tests import sampling
from tests.servers import Pair

PARTS = ("computing", "waiting")
SLOW = "mark.slow"
"""Every slow test writes its mark like this: the waiting part imports no file without it."""
FEW, MANY = 20, 300
DAYS_OF_PAIRS = (Pair.EMBEDDED, Pair.EMBEDDED, Pair.SERVERS)
FIRST_DAY = 739_947
"""The day from which turns are counted: 27 November 2026."""
EXAMPLES = MANY if sampling.long() else FEW


def add_options(parser: pytest.Parser) -> None:
    parser.addoption("--spent", type=Path, help="a file for what each test costs, a line each")
    parser.addoption("--part", choices=PARTS, help="only the tests that compute, or that wait")


def seed_everything(config: pytest.Config) -> None:
    """Gives one seed to the order of the tests, to chance inside them, and to hypothesis."""
    if config.getoption("randomly_seed", None) == "default":
        config.option.randomly_seed = sampling.seed()
    if config.option.hypothesis_seed is None:
        config.option.hypothesis_seed = str(sampling.seed())
    if config.option.part == "waiting" and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A shell lets what it starts in the background ignore Ctrl-C.
        signal.signal(signal.SIGINT, signal.default_int_handler)


def register_profiles() -> None:
    """A slow machine is no fault of a property."""
    settings.register_profile("patient", deadline=None, max_examples=EXAMPLES)
    settings.register_profile("quick", deadline=None, max_examples=5)
    settings.load_profile("patient")


def how_to_repeat() -> str:
    length = "everything at full length" if sampling.long() else "a sample"
    return f"{length}; to repeat it: HOTLINE_TEST_SEED={sampling.seed()} bin/test ..."


def without_slow_tests(path: Path, config: pytest.Config) -> bool:
    """Whether the waiting part need not import this file."""
    if config.option.part != "waiting" or not path.name.startswith("test_"):
        return False
    return SLOW not in path.read_text(encoding="utf-8")


def keep(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keeps what belongs to this part and to today's sample; those that want a core begin first."""
    for item in items:
        if has(item, "slow") and SLOW not in item.path.read_text(encoding="utf-8"):
            raise pytest.UsageError(f"{item.nodeid}: write pytest.mark.slow(...) in its own file")
    left_out = [item for item in items if not (in_part(item, config) and in_sample(item))]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
    gone = set(left_out)
    items[:] = sorted((item for item in items if item not in gone), key=place)


def in_part(item: pytest.Item, config: pytest.Config) -> bool:
    waits = has(item, "slow") and not has(item, "alone")
    return config.option.part is None or waits == (config.option.part == "waiting")


def in_sample(item: pytest.Item) -> bool:
    return sampling.long() or in_a_short_run(item)


def times_longer(item: pytest.Item) -> float:
    """How many times as long as in today's sample it takes, where all is long; 0 where the sample leaves it out."""
    if not sampling.long():
        return 1
    if not in_a_short_run(item):
        return 0
    marked = item.get_closest_marker("longer")
    examples = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    return float(marked.args[0]) if marked else MANY / FEW if examples else 1


def in_a_short_run(item: pytest.Item) -> bool:
    return not has(item, "long") and is_its_turn(item) and is_the_day_of_its_pair(item)


def is_its_turn(item: pytest.Item) -> bool:
    """Its group goes round, from one that was drawn: in so many days as it has members each runs once."""
    turn = item.get_closest_marker("turn")
    if turn is None:
        return True
    what, mine, of = turn.args
    first = sampling.pick(range(of), what, {"HOTLINE_TEST_SEED": str(FIRST_DAY)})
    return bool(mine == (first + sampling.seed() - FIRST_DAY) % of)


def is_the_day_of_its_pair(item: pytest.Item) -> bool:
    """One pair of servers proves it today, and the other another day; each test has its own days.

    Those of PostgreSQL, which costs twice as much, are one in three, but for faults: they are one in two.

    Marked `both`, it races for locks, and does so on both each day.
    """
    if has(item, "both") or not (isinstance(item, pytest.Function) and hasattr(item, "callspec")):
        return True
    pair = item.callspec.params.get("pair")
    if not isinstance(pair, Pair):
        return True
    case = f"{item.path.name}::{item.name.replace(pair, '', 1)}"
    days = tuple(Pair) if "faults" in item.path.parts else DAYS_OF_PAIRS
    return pair is sampling.pick(days, f"the pair of {case}")


def place(item: pytest.Item) -> tuple[int, str]:
    """Its rank; and those of a browser follow each other folder by folder, so that a folder's line ends with it."""
    return rank(item), str(item.path.parent) if has(item, "browser") else ""


def rank(item: pytest.Item) -> int:
    """One worker takes them from the front, the other from the middle: so two fault runs seldom meet.

    Those of a browser follow each other: one Chromium and one line are enough for them.
    """
    first = ("alone", "browser", "chaos", "slow")
    return next((n for n, mark in enumerate(first) if has(item, mark)), len(first))


def has(item: pytest.Item, mark: str) -> bool:
    return item.get_closest_marker(mark) is not None
