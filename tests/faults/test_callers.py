"""Tests the callers of a fault test: which screens they accept as a promise, and that they do not stop trying."""

from collections.abc import Iterator

import pytest

from hotline.emulator.emulator import build_emulator
from tests.emulator.line import FakeLine, listening
from tests.emulator.running import serving
from tests.faults.callers import BrokenDialogues, TipToTell, dial_once, try_to_tell
from tests.faults.crowd import Crowd
from tests.faults.reading import DialogueBroken
from tests.support.handsets import EmulatorClient

TIP = TipToTell(1, "12", danger=True, words="")
SCREENS = {
    "": "CON 5 Ufite ikibazo?",
    "5": "CON 1 Yego\n2 Oya",
    "5*1": "CON 1 Yego\n2 Oya",
    "5*1*2": "CON 1 Kigali",
    "5*1*2*1": "CON 1 Gasabo",
    "5*1*2*1*1": "CON Byoherejwe. Murakoze.",
}
WITHOUT_A_PROMISE = SCREENS | {"5*1*2*1*1": "CON Akarere?"}


@pytest.fixture
def line() -> FakeLine:
    return FakeLine(SCREENS)


@pytest.fixture
def client(line: FakeLine) -> Iterator[EmulatorClient]:
    with listening(line) as hooks, serving(build_emulator(hooks=hooks)) as url:
        yield EmulatorClient(url)


def dialled(line: FakeLine) -> int:
    return sum(hop["text"] == "" for hop in line.heard("ussd"))


def test_a_promise_is_what_the_screen_says(client: EmulatorClient, line: FakeLine) -> None:
    assert dial_once(client, TIP).place == "12"
    line.answers = WITHOUT_A_PROMISE
    with pytest.raises(DialogueBroken):
        dial_once(client, TIP)


def test_what_one_has_read_another_keys_ahead(client: EmulatorClient, line: FakeLine) -> None:
    habits: dict[tuple[bool, str], str] = {}
    dial_once(client, TipToTell(3, "12", danger=True, words=""), habits)
    line.told.clear()
    dial_once(client, TIP, habits)
    assert [hop["text"] for hop in line.heard("ussd")] == ["", "5*1*2*1*1"]


def test_she_dials_until_she_is_heard(client: EmulatorClient, line: FakeLine) -> None:
    broken = BrokenDialogues()
    line.answers = WITHOUT_A_PROMISE

    def repair() -> None:
        if dialled(line) == 3:
            line.answers = SCREENS

    line.before = repair
    assert try_to_tell(client, TIP, broken) is not None
    assert (broken.most_dials, broken.unheard) == (3, [])
    assert broken.ends.total() == 2


def test_when_it_is_late_nobody_begins_to_tell(client: EmulatorClient, line: FakeLine) -> None:
    Crowd(client, 2, "", enough=lambda: True, late=lambda: True, callers=1).tell()
    assert line.told == []
