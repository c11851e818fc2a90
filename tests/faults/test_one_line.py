"""Runs several stories on one hotline, because starting a hotline takes longer than any story."""

from itertools import count
from pathlib import Path

import pytest

from hotline.text.places import districts
from tests.faults import hands
from tests.faults.callers import plan, tell
from tests.faults.settling import accepted
from tests.support.eventually import eventually
from tests.support.homes import LayHome
from tests.support.stack import Stack

SIGNED = ("--by", "Aline", "--reason", "a rehearsal")
HERS = "+250788000078"
TIPS = plan(9, [districts()[0].code], "hafi y'umuhanda")
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(600),
    pytest.mark.slow(reason="waits for real processes to die and to start again"),
]


def keys_rotate_and_callers_and_responders_notice_nothing(stack: Stack) -> None:
    """Rotates keys with real processes while callers report tips. The test restarts no process."""
    numbers = count()

    def alerts_go_out() -> None:
        before = len(accepted(stack))
        tell(stack.emulator, TIPS[next(numbers)])
        eventually(lambda: len(accepted(stack)) > before, seconds=60)

    alerts_go_out()
    for key in ("runs", "relay"):
        stack.command("keys", "rotate", key, *SIGNED)
        alerts_go_out()
    stack.command("keys", "end-old", "--now", *SIGNED)
    alerts_go_out()
    assert "CANNOT BE REACHED" not in stack.command("people", "list")


def who_writes_a_word_reads_by_sms(stack: Stack) -> None:
    """Simulates a person who asks for topics by SMS. The SMS and the answer pass through the emulator, the web process,
    the worker and the gateway's SDK."""
    phone = stack.emulator

    def asks(text: str) -> str:
        before = len(phone.inbox(HERS))
        phone.text(text, msisdn=HERS)
        eventually(lambda: len(phone.inbox(HERS)) > before)
        return str(phone.inbox(HERS)[0]["text"])

    assert asks("urugo").startswith("Umukozi wo mu rugo")
    assert asks("9").startswith("Ibimenyetso bibi")
    assert asks("Komeza").startswith("Murakoze gusoma.")
    assert asks("Soza") == "Murakoze. Murabeho.\nUshobora gusiba ubu butumwa."
    parts = {one["parts"] for one in phone.outbox() if one["to"] == HERS}
    assert parts == {1}
    assert HERS not in stack.log.read_text(errors="replace")


STORIES = (keys_rotate_and_callers_and_responders_notice_nothing, who_writes_a_word_reads_by_sms)


def test_every_story(tmp_path: Path, subtests: pytest.Subtests, lay_home: LayHome) -> None:
    """The stories that kill no process come first."""
    with Stack(lay_home(tmp_path)) as stack:
        for story in STORIES:
            with subtests.test(story.__name__):
                story(stack)
        said = stack.log.read_text(errors="replace")
        assert "starting it again" not in said
        assert "tables ..." not in said, "a home that was made is made again"

        stack.emulator.reset()
        for story in hands.STORIES:
            with subtests.test(story.__name__):
                story(stack)
        assert stack.emulator.violations() == []
