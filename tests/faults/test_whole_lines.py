"""Tests whole hotlines with different settings: without SMS replies, with separate key folders, with a flood of tips,
and with a search for secrets."""

import json
import os
import re
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import requests
from sqlalchemy import func, select

from hotline.cli import run
from hotline.gateway.rules import MessageState, Priority
from hotline.gateway.tables import Message
from hotline.text.characters import segments
from hotline.text.places import districts
from hotline.tips import tables as books
from hotline.tips.rules import Urgency
from tests.faults.callers import (
    BrokenDialogues,
    Habits,
    Promise,
    TipToTell,
    plan,
    tell,
    try_to_tell,
)
from tests.faults.canary import Search, number_forms, written_forms
from tests.faults.ledger import REFERENCE
from tests.faults.run import WORDS, waits
from tests.faults.settling import context_of, reading, settle
from tests.faults.stand.ground import Pair, ground, under_test
from tests.long import is_long
from tests.support.eventually import eventually
from tests.support.handsets import EmulatorClient
from tests.support.homes import LayHome, sending
from tests.support.stack import (
    Stack,
    bare_environ,
    command_words,
    for_callers,
    free_port,
    hotline,
    process,
)

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(400),
    pytest.mark.slow(reason="waits for real processes to start"),
]

ENTRY = "*384*777*90#"
STRANGER = "+250788000002"
IN_DANGER_IN_GASABO = ("5", "1", "2", "1", "1")
GASABO_1, GASABO_2 = "+250788101201", "+250788101202"
URGENT = {
    GASABO_1: f"Gasabo, byihutirwa. Kanda {ENTRY}",
    GASABO_2: f"Gasabo, byihutirwa. Kanda {ENTRY}",
}
"""The text of the alert to each responder of the district, without the reference."""
NATIONAL = {
    "+250788100001": f"Gasabo, urgent. Dial {ENTRY}",
    "+250788100002": f"Gasabo, urgent. Composez {ENTRY}",
}
ANY_REFERENCE = re.compile(r"([A-Z0-9]{4,6}): ")
LIST = "Hitamo kimwe\n1 {reference}\n0 Subira inyuma\n00 Ahabanza"


def test_an_alert_is_taken_by_dialling_what_it_says(tmp_path: Path, lay_home: LayHome) -> None:
    procfile = sending(lay_home(tmp_path))
    with Stack(tmp_path, environ={"HOTLINE_INBOUND_SMS": "no"}, procfile=procfile) as stack:
        line = stack.emulator
        tells_and_hangs_up(line)
        eventually(lambda: len(line.outbox()) >= 3)
        references = references_sent(line)
        assert {GASABO_1, GASABO_2} < set(references)

        asked = line.dial(ENTRY, msisdn=GASABO_1)
        assert asked.screen == LIST.format(reference=references[GASABO_1])
        assert line.dial(ENTRY, msisdn=STRANGER).screen == line.dial(msisdn=STRANGER).screen
        asked.reply("1")
        assert asked.reply("1").startswith("Urabifashe. Bitarasomwa: ")

        assert taken_by(stack) == ["Gasabo 1"]
        assert line.dial(ENTRY, msisdn=GASABO_1).screen == LIST.format(
            reference=references[GASABO_1]
        )
        assert line.violations() == []


def tells_and_hangs_up(line: EmulatorClient) -> None:
    session = line.dial()
    for key in IN_DANGER_IN_GASABO:
        session.reply(key)
    session.hang_up()


def references_sent(line: EmulatorClient) -> dict[str, str]:
    """Returns the reference in the alert to each phone number. Also checks that every alert is one SMS segment in the
    recipient's language."""
    references = {}
    for sms in line.outbox():
        found = ANY_REFERENCE.match(sms["text"])
        assert found is not None
        assert sms["text"][found.end() :] == (URGENT | NATIONAL)[sms["to"]]
        assert segments(sms["text"]) == 1
        references[sms["to"]] = found[1]
    return references


def taken_by(stack: Stack) -> list[str | None]:
    return [tip["acknowledged_by"] for tip in json.loads(stack.command("tips", "list", "--json"))]


CANARY = "ikanariyihishe"
WRITER = "+250788654321"
CANARY_TIPS = 6


def needles() -> dict[str, bytes]:
    """Returns the words of the tips and each caller's phone number, plain and encoded."""
    tips = plan(CANARY_TIPS, ["101"] * CANARY_TIPS, CANARY)
    found = {f"words as {name}": form for name, form in written_forms(CANARY).items()}
    for number in (WRITER, *(tip.msisdn for tip in tips)):
        found |= {f"{number[-4:]} as {name}": form for name, form in number_forms(number).items()}
    return found


@contextmanager
def searching(folder: Path) -> Iterator[Search]:
    """Searches all files that the hotline writes during the `with` block, and once more at its end."""
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
    """Reports tips with words by USSD, one of them with a call-back, and one tip by SMS. Waits until the results of all
    alerts are known."""
    codes = [district.code for district in districts()]
    told = [tell(stack.emulator, tip) for tip in plan(CANARY_TIPS, codes, CANARY)]
    assert [bool(one.calls) for one in told] == [n == 1 for n in range(CANARY_TIPS)]
    stack.emulator.text(f"Muraho {CANARY}", msisdn=WRITER)
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


OWN_WORDS = "hafi y'isoko"


class Trusts:
    """A hotline that keeps no keys in its home folder. Each role has a separate key folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.port, self.page_port = free_port(), free_port()
        self.socket = folder / "redis.sock"
        self.environ = bare_environ() | {
            "HOTLINE_HOME": str(self.home),
            "HOTLINE_PORT": str(self.port),
            "HOTLINE_REDIS_URL": f"unix://{self.socket}",
            "HOTLINE_GATEWAY_URL": f"http://127.0.0.1:{self.page_port}",
            "HOTLINE_INBOUND_SMS": "yes",
        }
        self.emulator = EmulatorClient(f"http://127.0.0.1:{self.page_port}")

    def part(self) -> None:
        """Moves each role's key folder out of the home, into a folder of its own."""
        for keys in list((self.home / "keys").iterdir()):
            shutil.move(keys, self.folder / f"only-{keys.name}" / keys.name)
        (self.home / "keys").rmdir()

    def environ_of(self, role: str) -> dict[str, str]:
        return self.environ | {"HOTLINE_KEYS": str(self.folder / f"only-{role}" / role)}

    def hotline(self, role: str, *words: str) -> str:
        return hotline(self.environ_of(role), *words)

    def process(self, *argv: str, role: str = "") -> AbstractContextManager[None]:
        environ = self.environ_of(role) if role else self.environ
        return process(environ, self.folder / "line.log", *argv)

    def ready(self) -> bool:
        try:
            self.emulator.outbox()
            return requests.get(f"http://127.0.0.1:{self.port}/readyz", timeout=2).ok
        except requests.RequestException:
            return False


@contextmanager
def running(trusts: Trusts) -> Iterator[None]:
    hooks = trusts.folder / "hooks.json"
    hooks.write_text(trusts.hotline("hooks", "keys", "hooks", "--json"))
    granian = (sys.executable, "-m", "granian", "--interface", "wsgi")
    emulator = ("process", "emulator", "--port", str(trusts.page_port), "--hooks", str(hooks))
    with (
        trusts.process(*run.redis_command(trusts.socket, trusts.folder / "redis")),
        trusts.process(*command_words(*emulator)),
        trusts.process(*granian, "--port", str(trusts.port), "wsgi:application", role="hooks"),
        trusts.process(*command_words("process", "worker"), role="workers"),
    ):
        eventually(trusts.ready, seconds=90)
        yield


def test_the_whole_story_passes_with_one_key_folder_each(tmp_path: Path, lay_home: LayHome) -> None:
    trusts = Trusts(lay_home(tmp_path))
    passphrase = trusts.home / "enrolment-passphrase"
    trusts.part()

    with running(trusts):
        tell(trusts.emulator, plan(2, [districts()[0].code] * 2, OWN_WORDS)[1])
        eventually(lambda: len(alerts(trusts)) == 3)
        first = alerts(trusts)[0]
        trusts.emulator.text(f"1 {first['text'][:4]}", msisdn=first["to"])
        eventually(lambda: listed(trusts)[0]["acknowledged_by"] is not None)

    (tip,) = listed(trusts)
    signed = ("--by", "Alice", "--reason", "to act", "--second", "Bosco")
    read = trusts.hotline(
        *("console", "tips", "read", str(tip["id"]), "--desk", "national"),
        *("--passphrase-file", str(passphrase), *signed),
    )
    assert OWN_WORDS in read


def alerts(trusts: Trusts) -> list[dict[str, str]]:
    return [
        sms for sms in trusts.emulator.outbox() if sms["accepted"] and REFERENCE.match(sms["text"])
    ]


def listed(trusts: Trusts) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(trusts.hotline("console", "tips", "list", "--json"))
    return found


PAIR = Pair(os.environ.get("CHAOS_PAIR", "sqlite"))
TIPS, IN_DANGER = (160, 20) if is_long() else (80, 10)
EVERY = 3600 / 10_000
"""The seconds between one caller and the next."""
CALLERS = 24
SLOW = {"kind": "slow", "seconds": 8.0}
"""A fault of the emulator: the gateway needs eight seconds for each answer. In two seconds with such a gateway, the
hotline sends three alerts and callers report more than five tips."""
WITHIN = 30.0


def flood(emulator: EmulatorClient) -> list[Promise]:
    """Dials for each caller at a fixed time, even if the previous call is not finished. Returns the sessions in which
    the hotline accepted a tip."""
    codes = [district.code for district in districts()]
    tips = [
        TipToTell(n, codes[n % len(codes)], n % (TIPS // IN_DANGER) == 0, WORDS, child=False)
        for n in range(TIPS)
    ]
    began, broken, habits, over = time.monotonic(), BrokenDialogues(), Habits(), threading.Event()

    def tell(tip: TipToTell) -> Promise | None:
        over.wait(max(0.0, began + tip.number * EVERY - time.monotonic()))
        return try_to_tell(emulator, tip, broken, habits)

    with ThreadPoolExecutor(CALLERS) as callers:
        told = list(callers.map(tell, tips))
    return [promise for promise in told if promise is not None]


def waiting(stack: Stack) -> int:
    """Returns the number of alerts about the flood of tips that the hotline has not tried to send yet."""
    of_the_flood = (Message.state == MessageState.PENDING, Message.priority > Priority.URGENT)
    with reading(stack) as session:
        found = session.scalar(select(func.count()).select_from(Message).where(*of_the_flood))
    return found or 0


def in_danger(stack: Stack) -> set[str]:
    """Returns the numbers of the callers who reported danger. The result is a set, because a caller whose call broke
    off may have two tips."""
    context = context_of(stack)
    callers = {
        context.pseudonyms.session(one["session"]): one["from"] for one in stack.emulator.sessions()
    }
    urgent = select(books.Tip.session_key).where(books.Tip.urgency == Urgency.DANGER)
    with context.database.reading() as session:
        told = {callers[key] for key in session.scalars(urgent)}
    context.database.close()
    return told


@pytest.mark.alone
@pytest.mark.fault(39)
def test_danger_overtakes_a_flood_and_none_is_lost(tmp_path: Path, lay_home: LayHome) -> None:
    if PAIR is Pair.SQLITE:
        lay_home(tmp_path)
    with (
        ground(PAIR) as servers,
        under_test(tmp_path, servers, procfile=sending(tmp_path)) as (stack, _),
    ):
        stack.emulator.set_faults(SLOW)
        told = flood(stack.emulator)
        assert len(told) == TIPS
        assert waiting(stack) > 0, "the flood was sent as it came: nothing had to be overtaken"
        stack.emulator.clear_faults()

        assert settle(stack, told) == []
        danger = waits(stack)
        assert len(in_danger(stack)) == IN_DANGER
        assert danger["p95"] <= WITHIN, danger
