"""A room that passes its budget is named, and a test that waits unmarked. A busy machine is no reason for either."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.budgets import BUDGETS, ROOMS, by_room, judged, main
from tests.floorplan.tree import ROOT
from tests.spending import Moment, Spent, read


def make_spent(**fields: float) -> Spent:
    seconds = {"processor": 1.0, "wall": 1.0, "queued": 0.0, "times": 1.0, **fields}
    return Spent(test="tests/web/test_ussd.py::test_a", slow=False, browser=False, **seconds)


def test_a_room_that_passes_its_budget_is_named() -> None:
    dear = make_spent(processor=BUDGETS["web"], wall=BUDGETS["web"])
    assert judged([dear]) == []
    assert judged([dear, make_spent()]) == [
        f"web: {BUDGETS['web'] + 1} processor seconds, {BUDGETS['web']} are its budget"
    ]


def test_a_long_run_is_measured_by_what_a_sample_would_cost() -> None:
    runs = [make_spent(processor=100, times=10), make_spent(processor=100, times=0)]
    assert by_room(runs) == {"web": 10}


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"wall": 2.1}, True),
        ({"wall": 1.9}, False),
        ({"wall": 9, "processor": 8.5}, False),
        ({"wall": 9, "queued": 7.5}, False),
    ],
)
def test_a_test_that_waits_unmarked_is_named(fields: dict[str, float], fault: bool) -> None:
    assert bool(judged([make_spent(**fields)])) is fault
    assert judged([replace(make_spent(**fields), browser=True)]) == []


def test_every_room_has_a_budget() -> None:
    rooms = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}
    assert rooms == set(ROOMS)
    assert set(ROOMS.values()) == set(BUDGETS)


def test_only_a_long_run_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "spent"
    file.write_text(
        '{"test": "tests/web/a.py::b", "processor": 99, "wall": 99, "queued": 0,'
        ' "slow": false, "browser": false, "times": 1}\n'
    )
    monkeypatch.setenv("HOTLINE_TEST_LONG", "")
    assert main([str(file), str(tmp_path / "not there")]) == 0
    monkeypatch.setenv("HOTLINE_TEST_LONG", "yes")
    assert main([str(file)]) == 1
    assert "web: 99 processor seconds" in capsys.readouterr().out


def test_a_test_is_measured_with_its_children(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loop in a child that has ended, and a nap of the test itself."""
    pytester.makeconftest(
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom tests.conftest import"
        " pytest_addoption, pytest_fixture_setup, pytest_runtest_makereport, pytest_runtest_protocol\n"
        "from tests.spending import write_where_asked as pytest_configure\n"
    )
    pytester.makepyfile(
        "import subprocess, sys, time, pytest\n"
        "BUSY = 'import time\\nwhile time.process_time() < 0.3: pass'\n"
        "def test_works(): subprocess.run([sys.executable, '-c', BUSY], check=True)\n"
        "def test_naps(): time.sleep(0.3)\n"
        "@pytest.fixture(scope='module')\n"
        "def server(): time.sleep(0.3)\n"
        "def test_uses_a_server(server): pass\n"
    )
    pytester.inline_run("--spent", "spent", "-p", "no:randomly", "-p", "no:playwright")
    works, naps, uses = read(pytester.path / "spent")
    assert works.processor >= 0.29
    assert naps.processor < 0.2 < naps.waited
    assert uses.waited < 0.2, "a server that starts is nobody's test"


def test_a_moment_counts_what_is_burnt() -> None:
    began, until = Moment.now(), time.process_time() + 0.05
    while time.process_time() < until:
        pass
    assert Moment.now().own - began.own >= 0.04
