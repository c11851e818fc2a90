"""Says what runs in `bin/test --long` only, on which servers a test runs, and which seed a run has.

`bin/test` runs the same tests every day; `bin/test --long` runs all of them, at full length. The seed decides the order
of the tests, chance inside them and the examples of hypothesis. HOTLINE_TEST_SEED repeats a run: each process of a run
reads it and HOTLINE_TEST_LONG from the environment.
"""

import os
import random
import re
import signal
import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

from hotline.environment import is_yes
from tests.servers import Pair

ONLY_LONG = (
    "tests/cli/test_bench.py::test_a_gateway_of_eight_seconds_delays_each_alert_by_its_own_answer_alone",
    "tests/cli/test_bench.py::test_a_month_of_a_nation_is_counted_protected_and_printed_within_a_minute",
    "tests/cli/test_bench.py::test_alerts_are_timed_from_the_last_answer_to_acceptance",
    "tests/cli/test_bench.py::test_more_callers_than_the_server_once_took_are_all_answered",
    "tests/cli/test_bench_console.py::test_pages_and_hops_are_measured_on_a_small_line",
    "tests/cli/test_bench_nation.py::test_nothing_that_was_promised_is_lost_while_a_web_process_dies",
    "tests/cli/test_bench_reader.py::test_callers_are_measured_beside_responders_who_read",
    "tests/cli/test_bench_refer.py::test_a_burst_stands_beside_its_rows_alone",
    "tests/cli/test_bench_start.py::*",
    "tests/cli/test_demo_year.py::test_a_home_that_was_left_in_the_midst_of_its_year_says_so",
    "tests/cli/test_demo_year.py::test_a_small_year_is_full_and_no_command_hides_what_it_is",
    "tests/domain/evidence/test_published_year.py::test_e3_many_years_of_every_size",
    "tests/domain/evidence/together/test_told_together.py::test_e3_many_years_of_all_figures",
    "tests/domain/test_every_interleaving.py::test_no_danger_tip_is_lost_within_three_acts",
    "tests/house/test_image.py::*",
    "tests/web/test_strangers_at_the_door.py::test_colleagues_confirm_a_factor_beside_strangers[8 beside 200]",
)
"""Tests by their ids, `*` for anything: a name without parameters stands for all of them."""
FEW, MANY = 20, 300
PARTS = ("computing", "waiting")
SLOW = "mark.slow"
"""Every slow test writes its mark like this: the waiting part imports no file without it."""


def is_long() -> bool:
    """Returns True if everything runs at full length."""
    return is_yes(os.environ.get("HOTLINE_TEST_LONG", ""))


EXAMPLES = MANY if is_long() else FEW
"""How many examples a property tries."""


def seed() -> int:
    """Returns the seed of this run. The first process of a run draws it, and those it starts inherit it."""
    return int(
        os.environ.setdefault("HOTLINE_TEST_SEED", str(random.SystemRandom().randrange(10**6)))
    )


def register_profiles() -> None:
    """A slow machine is no fault of a property."""
    settings.register_profile("patient", deadline=None, max_examples=EXAMPLES)
    settings.register_profile("quick", deadline=None, max_examples=5)
    settings.load_profile("patient")


def seed_everything(config: pytest.Config) -> None:
    """Gives one seed to the order of the tests, to chance inside them, and to hypothesis."""
    if config.getoption("randomly_seed", None) == "default":
        config.option.randomly_seed = seed()
    if config.option.hypothesis_seed is None:
        config.option.hypothesis_seed = str(seed())
    if config.option.part == "waiting" and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A shell lets what it starts in the background ignore Ctrl-C.
        signal.signal(signal.SIGINT, signal.default_int_handler)


def how_to_repeat() -> str:
    command = "bin/test --long" if is_long() else "bin/test"
    return f"to repeat this run: HOTLINE_TEST_SEED={seed()} {command}"


def has_no_slow_test(path: Path, config: pytest.Config) -> bool:
    """Returns True if the waiting part need not import this file."""
    if config.option.part != "waiting" or not path.name.startswith("test_"):
        return False
    return SLOW not in path.read_text(encoding="utf-8")


def keep(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keeps the tests of this part and of this length, those first that take long."""
    for item in items:
        if has(item, "slow") and SLOW not in item.path.read_text(encoding="utf-8"):
            raise pytest.UsageError(f"{item.nodeid}: write pytest.mark.slow(...) in its own file")
    left_out = [item for item in items if not (in_part(item, config) and in_length(item))]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
    gone = set(left_out)
    items[:] = sorted((item for item in items if item not in gone), key=place)


def in_part(item: pytest.Item, config: pytest.Config) -> bool:
    waits = has(item, "slow") and not has(item, "alone")
    return config.option.part is None or waits == (config.option.part == "waiting")


def in_length(item: pytest.Item) -> bool:
    return is_long() or not (is_listed(item.nodeid) or is_of_the_other_pair(item))


def is_listed(test: str, listed: Sequence[str] = ONLY_LONG) -> bool:
    return _pattern(tuple(listed)).fullmatch(test) is not None


@cache
def _pattern(listed: tuple[str, ...]) -> re.Pattern[str]:
    alternatives = "|".join(re.escape(one).replace(r"\*", ".*") for one in listed)
    return re.compile(rf"(?:{alternatives})(?:\[.*\])?")


def is_of_the_other_pair(item: pytest.Item) -> bool:
    """Returns True if this test runs on the other pair of servers only.

    Tests of SQL that differs by kind, of locks and of races run on both: they are marked `both` or `fault`. Each other
    test has one pair, by its name: two of three SQLite and Valkey, the third PostgreSQL and Redis, which cost more.
    """
    if has(item, "both") or has(item, "fault"):
        return False
    if not (isinstance(item, pytest.Function) and hasattr(item, "callspec")):
        return False
    pair = item.callspec.params.get("pair")
    if not isinstance(pair, Pair):
        return False
    case = f"{item.path.name}::{item.name.replace(pair, '', 1)}"
    mine = Pair.SERVERS if zlib.crc32(case.encode()) % 3 == 0 else Pair.EMBEDDED
    return pair is not mine


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
