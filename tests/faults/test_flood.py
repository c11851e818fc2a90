"""Tests ten thousand tips an hour that can wait, with a slow gateway. Tips about danger arrive among them."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select

from hotline.gateway.rules_delivery import MessageState, Priority
from hotline.gateway.tables import Message
from hotline.text.places import districts
from hotline.tips import tables as books
from hotline.tips.rules import Urgency
from tests.faults.callers import BrokenDialogues, Habits, Promise, TipToTell, try_to_tell
from tests.faults.run import WORDS, waits
from tests.faults.settling import context_of, settle
from tests.faults.stand.ground import Pair, ground, under_test
from tests.long import is_long
from tests.support.handsets import EmulatorClient
from tests.support.homes import LayHome, sending
from tests.support.stack import Stack

PAIR = Pair(os.environ.get("CHAOS_PAIR", "sqlite"))
TIPS, IN_DANGER = (160, 20) if is_long() else (80, 10)
EVERY = 3600 / 10_000
"""The seconds between one caller and the next."""
CALLERS = 24
SLOW = {"kind": "slow", "seconds": 8.0}
"""Twelve places for tips that can wait allow three sends in two seconds. In that time, the test reports more than
five tips."""
WITHIN = 30.0
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(400),
    pytest.mark.slow(reason="waits for callers who dial at their own times"),
    pytest.mark.alone,
]


def flood(emulator: EmulatorClient) -> list[Promise]:
    """Dials for each caller at a fixed time, even if the previous call is not finished. Returns the promises."""
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
    """Returns the number of alerts from these many tips that have not been tried yet."""
    context = context_of(stack)
    of_the_flood = (Message.state == MessageState.PENDING, Message.priority > Priority.URGENT)
    with context.database.reading() as session:
        found = session.scalar(select(func.count()).select_from(Message).where(*of_the_flood))
    context.database.close()
    return found or 0


def in_danger(stack: Stack) -> set[str]:
    """Returns the numbers of the callers who reported danger. A caller whose call broke off may have two tips."""
    context = context_of(stack)
    callers = {
        context.pseudonyms.session(one["session"]): one["from"] for one in stack.emulator.sessions()
    }
    urgent = select(books.Tip.session_key).where(books.Tip.urgency == Urgency.DANGER)
    with context.database.reading() as session:
        told = {callers[key] for key in session.scalars(urgent)}
    context.database.close()
    return told


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
