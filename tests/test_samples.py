"""The two parts of a run share all tests between them, and a day's sample is the same in every process of it."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from tests.floorplan.tree import ROOT

SHARED = """
import sys
sys.path.insert(0, {root!r})
from tests.conftest import pytest_addoption, pytest_collection_modifyitems, pytest_ignore_collect
"""
PARTS = """
import pytest

@pytest.mark.slow(reason="waits for nothing")
def test_waits(): pass

@pytest.mark.alone
@pytest.mark.slow(reason="waits for nothing")
def test_wants_a_core(): pass

def test_computes(): pass

@pytest.mark.long
def test_of_a_long_run(): pass
"""
PAIRS = """
import pytest
from tests.servers import Pair, pair

def test_one_pair_a_day(pair): pass

def test_another(pair): pass

@pytest.mark.both
def test_both_pairs_each_day(pair): pass
"""
TURNS = """
import pytest

@pytest.mark.turn("long stories", 0, 2)
def test_one_story(): pass

@pytest.mark.turn("long stories", 1, 2)
def test_another(): pass

@pytest.mark.long
@pytest.mark.turn("long stories", 1, 2)
def test_seldom(): pass
"""
Collect = Callable[..., set[str]]


@pytest.fixture
def collect(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Collect:
    pytester.makeini(
        "[pytest]\nmarkers =\n slow(reason):\n alone:\n long:\n both:\n chaos:\n turn(what, mine, of):\n"
        "filterwarnings =\n ignore\n"
    )
    pytester.makeconftest(SHARED.format(root=str(ROOT)))

    def collected(*words: str, seed: int = 1, long: str = "") -> set[str]:
        monkeypatch.setenv("HOTLINE_TEST_SEED", str(seed))
        monkeypatch.setenv("HOTLINE_TEST_LONG", long)
        run = pytester.inline_run("--collect-only", "-p", "no:randomly", *words)
        assert run.ret in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
        finished = run.getcalls("pytest_collection_finish")
        return {item.name for call in finished for item in call.session.items}

    return collected


def test_the_two_parts_share_every_test_of_a_sample(
    pytester: pytest.Pytester, collect: Collect
) -> None:
    pytester.makepyfile(PARTS)
    assert collect("--part", "waiting") == {"test_waits"}
    assert collect("--part", "computing") == {"test_wants_a_core", "test_computes"}
    assert collect() == {"test_waits", "test_wants_a_core", "test_computes"}
    assert collect(long="yes") == {*collect(), "test_of_a_long_run"}


def test_the_waiting_part_imports_no_file_where_nothing_waits(
    pytester: pytest.Pytester, collect: Collect
) -> None:
    pytester.makepyfile("raise OSError('imported')")
    assert collect("--part", "waiting") == set()


def test_a_pair_has_its_day_and_sql_is_proved_on_both(
    pytester: pytest.Pytester, collect: Collect
) -> None:
    pytester.makepyfile(PAIRS)
    both = {f"test_both_pairs_each_day[{pair}]" for pair in ("embedded", "servers")}
    coins = {
        f"{test}[{pair}]": pair
        for test in ("test_one_pair_a_day", "test_another")
        for pair in ("embedded", "servers")
    }
    days = [collect(seed=day) - both for day in range(12)]
    assert {len(day) for day in days} == {2}
    assert set().union(*days) == {*coins}
    assert {len({coins[name] for name in day}) for day in days} == {1, 2}, "a coin for each test"
    assert collect(long="yes") == both | {*coins}


def test_tests_that_take_turns_have_their_days(pytester: pytest.Pytester, collect: Collect) -> None:
    pytester.makepyfile(TURNS)
    days = [collect(seed=day) for day in range(12)]
    assert {len(day) for day in days} == {1}
    assert all(
        {*one, *next_day} == {"test_one_story", "test_another"} for one, next_day in pairwise(days)
    )
    assert collect(long="yes") == {"test_one_story", "test_another", "test_seldom"}


def test_a_mark_of_another_file_is_refused(pytester: pytest.Pytester, collect: Collect) -> None:
    pytester.makepyfile(shared="import pytest\nwaits = pytest.mark.slow(reason='')")
    pytester.makepyfile("from shared import waits\n\n@waits\ndef test_lost(): pass")
    assert pytester.inline_run("-p", "no:randomly").ret == pytest.ExitCode.USAGE_ERROR
