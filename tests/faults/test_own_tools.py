"""Tests the tools of a fault test: callers, clock, search for secrets, and the processes that it can kill."""

import base64
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event
from urllib.parse import quote

import pytest

from hotline.cli import keeper
from hotline.cli.contexts import TurnedClock
from hotline.core.settings import Settings
from hotline.emulator.emulator import build_emulator
from hotline.gateway.rules import MAX_SEND
from tests.emulator.line import FakeLine, listening
from tests.emulator.running import serving
from tests.faults.callers import BrokenDialogues, Crowd, TipToTell, dial_once, try_to_tell
from tests.faults.canary import Search, number_forms, written_forms
from tests.faults.ledger import Breach, Invariant
from tests.faults.process_killer import FROZEN, ProcessKiller
from tests.faults.reading import DialogueBroken
from tests.faults.settling import STILL, Still, lasting
from tests.faults.stand.processes import below, command_line, send, started_as
from tests.support.eventually import eventually
from tests.support.handsets import EmulatorClient
from tests.support.stack import Stack
from workers.clock import FAREWELL_SECONDS

WAITS = [Breach(Invariant.SETTLED, "alert 1 is sending")]
DOUBTED = [Breach(Invariant.SETTLED, "alert 1 is unknown")]


def test_the_clock_is_turned_when_nothing_has_moved_for_a_while() -> None:
    still = Still()
    seen = [
        still.long_enough(breaches, at)
        for breaches, at in (
            (WAITS, 100.0),
            (WAITS, 100.0 + STILL - 0.1),
            (DOUBTED, 100.0 + STILL),
            (DOUBTED, 100.0 + 2 * STILL),
            (DOUBTED, 100.0 + 2 * STILL + 0.1),
            (DOUBTED, 100.0 + 3 * STILL),
        )
    ]
    assert seen == [False, False, False, True, False, True]


def test_when_time_is_up_a_breach_is_what_does_not_end_by_itself() -> None:
    """The breach of alert 1 counts, although its state changes. The breaches of the alerts 2 and 3 do not count,
    because each exists only for a part of the time."""
    goes = Breach(Invariant.SETTLED, "alert 2 is sending")
    comes = Breach(Invariant.SETTLED, "alert 3 is sending")
    looks = iter([[*WAITS, goes], [*DOUBTED, comes], [*WAITS, comes]])
    assert lasting(lambda: next(looks, WAITS), seconds=0.05, pause=0) == WAITS
    moving = iter([[goes], [comes], []])
    assert lasting(lambda: next(moving), seconds=60, pause=0) == []


@pytest.mark.slow(reason="waits until nothing has moved for a while, by the true clock")
def test_when_time_is_up_the_clock_is_turned_until_the_longest_doubt_is_over() -> None:
    turned = Event()
    found = lasting(
        lambda: [] if turned.is_set() else DOUBTED, seconds=60, pause=0.01, turn=turned.set
    )
    assert found == []


def test_a_line_s_clock_is_turned_for_whoever_reads_its_settings(tmp_path: Path) -> None:
    stack = Stack(tmp_path)
    stack.home.mkdir()
    clock = Settings.read(stack.environ).clock
    assert clock is not None
    before = TurnedClock(clock)()
    stack.turn(30)
    stack.turn(30)
    assert 60 <= (TurnedClock(clock)() - before).total_seconds() < 65


class Hurried(Event):
    """A `threading.Event` that adds up the waiting times instead of waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.waited = 0.0

    def wait(self, timeout: float | None = None) -> bool:
        self.waited += timeout or 0.0
        return False


def slept(tmp_path: Path, name: str, turned: list[int] | None) -> float:
    killer = ProcessKiller((), tmp_path, "", 1, turn=None if turned is None else turned.append)
    hurried = killer._stop = Hurried()
    assert killer._slept(name)
    return hurried.waited


def test_who_is_frozen_sleeps_by_the_line_s_clock_and_redis_by_the_true_one(tmp_path: Path) -> None:
    for name, turns in (("worker.frozen", [33]), ("redis.frozen", [])):
        turned: list[int] = []
        waited = slept(tmp_path, name, turned)
        assert turned == turns
        assert (waited < FROZEN[name]) is bool(turns)
        assert slept(tmp_path, name, None) == FROZEN[name]


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


def test_a_clean_folder_is_clean_and_the_search_goes_on_until_it_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"nothing to see")
    search = Search((tmp_path,), written_forms(WORD))
    stopped = threading.Event()
    thread = threading.Thread(target=search.until, args=(stopped,))
    thread.start()
    stopped.set()
    thread.join()
    search.once()
    assert not search.found


MARK = "a-name-that-nothing-else-has"
ASLEEP = f"import signal; signal.pause()  # {MARK}"
PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"


@pytest.fixture
def parent() -> Iterator["subprocess.Popen[bytes]"]:
    """Yields a process with a child process that sleeps."""
    process = subprocess.Popen([sys.executable, "-c", PARENT, ASLEEP], start_new_session=True)
    eventually(lambda: len(below(process.pid)) == 1)
    yield process
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_a_grandchild_is_found_by_its_command(parent: "subprocess.Popen[bytes]") -> None:
    (child,) = below(parent.pid)
    assert {parent.pid, child} <= set(below(os.getpid()))
    eventually(lambda: started_as(parent.pid, MARK) == [child])
    assert started_as(child, MARK) == []


def test_who_is_dead_is_not_found_and_gets_no_signal(parent: "subprocess.Popen[bytes]") -> None:
    (child,) = below(parent.pid)
    assert send(child, signal.SIGKILL)
    parent.wait()
    assert below(parent.pid) == []
    assert command_line(child) == ""
    assert not send(child, signal.SIGKILL)


def test_whoever_ends_the_line_waits_for_the_longest_send() -> None:
    assert MAX_SEND.total_seconds() + FAREWELL_SECONDS < keeper.FAREWELL
