"""Tests that a run has the same tests every day, and that `--long` leaves none out."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.long import ONLY_LONG, is_listed, seed
from tests.support.servers import Pair

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
"""
PAIRS = """
import pytest
from tests.support.servers import Pair, pair

@pytest.mark.parametrize("n", range(30))
def test_on_one_pair(pair, n): pass

@pytest.mark.both
def test_on_both(pair): pass

@pytest.mark.fault(17)
def test_of_a_fault(pair): pass
"""
Collect = Callable[..., set[str]]


@pytest.fixture
def collect(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Collect:
    pytester.makeini(
        "[pytest]\nmarkers =\n slow(reason):\n alone:\n both:\n chaos:\n fault(number):\n"
        "filterwarnings =\n ignore\n"
    )
    pytester.makeconftest(SHARED.format(root=str(ROOT)))

    def collected(*words: str, long: str = "") -> set[str]:
        monkeypatch.setenv("HOTLINE_TEST_LONG", long)
        run = pytester.inline_run("--collect-only", "-p", "no:randomly", *words)
        assert run.ret in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
        finished = run.getcalls("pytest_collection_finish")
        return {item.name for call in finished for item in call.session.items}

    return collected


def test_the_two_parts_share_every_test(pytester: pytest.Pytester, collect: Collect) -> None:
    pytester.makepyfile(PARTS)
    assert collect("--part", "waiting") == {"test_waits"}
    assert collect("--part", "computing") == {"test_wants_a_core", "test_computes"}
    assert collect() == {"test_waits", "test_wants_a_core", "test_computes"}


def test_the_waiting_part_imports_few_files(pytester: pytest.Pytester, collect: Collect) -> None:
    pytester.makepyfile("raise OSError('imported')")
    assert collect("--part", "waiting") == set()


def test_a_test_has_one_pair_or_both(pytester: pytest.Pytester, collect: Collect) -> None:
    pytester.makepyfile(PAIRS)
    both = {f"{test}[{pair}]" for test in ("test_on_both", "test_of_a_fault") for pair in Pair}
    once = collect()
    assert both <= once
    assert collect() == once, "the same every day"
    pairs = [next(pair for pair in Pair if f"[{pair}" in name) for name in once - both]
    assert len(pairs) == 30
    assert {*pairs} == {*Pair}
    assert len(collect(long="yes")) == 64


def test_a_mark_of_another_file_is_refused(pytester: pytest.Pytester, collect: Collect) -> None:
    pytester.makepyfile(shared="import pytest\nwaits = pytest.mark.slow(reason='')")
    pytester.makepyfile("from shared import waits\n\n@waits\ndef test_lost(): pass")
    assert pytester.inline_run("-p", "no:randomly").ret == pytest.ExitCode.USAGE_ERROR


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("tests/a.py::test_b", True),
        ("tests/a.py::test_b[rw-1]", True),
        ("tests/a.py::test_bc", False),
        ("tests/c.py::test_d[fr]", True),
        ("tests/c.py::test_d[rw]", False),
        ("tests/e.py::TestF::test_g", True),
    ],
)
def test_a_name_covers_its_parameters_and_a_star_any_text(test: str, expected: bool) -> None:
    listed = ("tests/a.py::test_b", "tests/c.py::test_d[fr]", "tests/e.py::*")
    assert is_listed(test, listed) is expected


def test_each_listed_test_is_there() -> None:
    lost = []
    for test in ONLY_LONG:
        name = test.partition("::")[2].partition("[")[0]
        files = [*ROOT.glob(test.partition("::")[0].partition("[")[0])]
        if not files or not (name in ("", "*") or name in functions_of(files[0])):
            lost.append(test)
    assert lost == []


def functions_of(file: Path) -> set[str]:
    source = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(source) if isinstance(node, ast.FunctionDef)}


def test_a_seed_is_drawn_once_and_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOTLINE_TEST_SEED", raising=False)
    assert seed() == seed()
    monkeypatch.setenv("HOTLINE_TEST_SEED", "7")
    assert seed() == 7
