"""Tests that no file contains a caller's words or number. It searches while the hotline runs and afterwards."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hotline.text.places import districts
from tests.faults.callers import plan, tell
from tests.faults.canary import Search, number_forms, written_forms
from tests.faults.settling import settle
from tests.support.homes import LayHome
from tests.support.stack import Stack, for_callers

WORDS = "ikanariyihishe"
STRANGER = "+250788654321"
TIPS = 6
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(300),
    pytest.mark.slow(reason="waits for real processes to start"),
]


def needles() -> dict[str, bytes]:
    """Returns the words of the tips and each caller's number, in every form."""
    tips = plan(TIPS, ["101"] * TIPS, WORDS)
    found = {f"words as {name}": form for name, form in written_forms(WORDS).items()}
    for number in (STRANGER, *(tip.msisdn for tip in tips)):
        found |= {f"{number[-4:]} as {name}": form for name, form in number_forms(number).items()}
    return found


@contextmanager
def searching(folder: Path) -> Iterator[Search]:
    """Searches everything that the hotline writes during the block, and once more afterwards."""
    search = Search((folder,), needles())
    over = threading.Event()
    thread = threading.Thread(target=search.until, args=(over,))
    thread.start()
    try:
        yield search
    finally:
        over.set()
        thread.join()
        search.once()


OFFERING = {"HOTLINE_CALL_BACK_NUMBER": "112"}


def story(stack: Stack) -> None:
    """Reports tips by USSD with words, one with a call-back, and one by a stranger's SMS. It waits until the result
    of all alerts is known."""
    codes = [district.code for district in districts()]
    told = [tell(stack.emulator, tip) for tip in plan(TIPS, codes, WORDS)]
    assert [bool(one.calls) for one in told] == [n == 1 for n in range(TIPS)]
    stack.emulator.text(f"Muraho {WORDS}", msisdn=STRANGER)
    assert settle(stack, told, seconds=60) == []
    stack.command("tips", "list", "--json")


def test_no_word_and_no_number_is_ever_written(tmp_path: Path, lay_home: LayHome) -> None:
    lay_home(tmp_path)
    with searching(tmp_path) as search, Stack(tmp_path, environ=OFFERING) as stack:
        story(stack)
        during = search.rounds
    assert during > 1
    assert search.found == set()


def test_the_search_finds_what_an_open_run_leaves_behind(tmp_path: Path, lay_home: LayHome) -> None:
    lay_home(tmp_path)
    procfile = tmp_path / "Procfile"
    procfile.write_text(
        re.sub("wsgi:application", "tests.faults.open_runs:application", for_callers())
    )
    with (
        searching(tmp_path) as search,
        Stack(tmp_path, environ=OFFERING, procfile=procfile) as stack,
    ):
        story(stack)
    assert any("words" in found for found in search.found)
