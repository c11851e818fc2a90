"""Tests the tools of a fault test: callers, clock, search for secrets, and the processes that it can kill."""

import base64
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from hotline.cli import keeper
from hotline.emulator.emulator import build_emulator
from hotline.gateway.rules import MAX_SEND
from tests.emulator.line import FakeLine, listening
from tests.emulator.running import serving
from tests.faults.callers import TipToTell, dial_once
from tests.faults.canary import Search, number_forms, written_forms
from tests.faults.ledger import Breach, Invariant
from tests.faults.reading import DialogueBroken
from tests.faults.settling import lasting
from tests.support.handsets import EmulatorClient
from workers.clock import FAREWELL_SECONDS

WAITS = [Breach(Invariant.SETTLED, "alert 1 is sending")]
DOUBTED = [Breach(Invariant.SETTLED, "alert 1 is unknown")]


def test_when_time_is_up_a_breach_is_what_does_not_end_by_itself() -> None:
    """The breach of alert 1 counts, although its state changes. The breaches of the alerts 2 and 3 do not count,
    because each exists only for a part of the time."""
    goes = Breach(Invariant.SETTLED, "alert 2 is sending")
    comes = Breach(Invariant.SETTLED, "alert 3 is sending")
    looks = iter([[*WAITS, goes], [*DOUBTED, comes], [*WAITS, comes]])
    assert lasting(lambda: next(looks, WAITS), seconds=0.05, pause=0) == WAITS
    moving = iter([[goes], [comes], []])
    assert lasting(lambda: next(moving), seconds=60, pause=0) == []


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


def test_a_promise_is_what_the_screen_says(client: EmulatorClient, line: FakeLine) -> None:
    assert dial_once(client, TIP).place == "12"
    line.answers = WITHOUT_A_PROMISE
    with pytest.raises(DialogueBroken):
        dial_once(client, TIP)


WORD = "ikanari-yihishe"


@pytest.mark.parametrize(
    "hidden",
    [
        WORD.encode(),
        WORD.encode("utf-16-le"),
        WORD.encode("utf-16-be"),
        "".join(f"%{ord(letter):02X}" for letter in WORD).encode(),
        WORD.encode().hex().encode(),
        *(
            base64.b64encode(b"x" * before + WORD.encode() + b"y" * after)
            for before in range(4)
            for after in range(3)
        ),
    ],
)
def test_a_word_is_found_in_every_form(tmp_path: Path, hidden: bytes) -> None:
    (tmp_path / "file").write_bytes(b"before " + hidden + b" after")
    search = Search((tmp_path,), written_forms(WORD))
    search.once()
    assert search.found


@pytest.mark.parametrize(
    "written", ["+250788123456", "0788123456", quote("+250788123456"), "250788123456"]
)
def test_a_number_is_found_however_it_is_written(tmp_path: Path, written: str) -> None:
    (tmp_path / "file").write_text(f"from={written}&")
    search = Search((tmp_path,), number_forms("+250788123456"))
    search.once()
    assert search.found


def test_a_changed_file_is_read_again_and_every_file_at_the_end(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x" * len(WORD))
    search = Search((tmp_path,), written_forms(WORD))
    search.changed()
    before = file.stat()
    file.write_text(WORD)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    search.changed()
    assert not search.found
    search.once()
    assert search.found

    search.found.clear()
    file.write_text(f"{WORD} again")
    search.changed()
    assert search.found


def test_whoever_ends_the_line_waits_for_the_longest_send() -> None:
    assert MAX_SEND.total_seconds() + FAREWELL_SECONDS < keeper.FAREWELL
