"""Tests a hotline that no reply by SMS reaches. The alert contains a short code, and a responder takes the case by
dialling it."""

import json
import re
from pathlib import Path

import pytest

from hotline.text.gsm7 import segments
from tests.support.eventually import eventually
from tests.support.handsets import EmulatorClient
from tests.support.homes import LayHome, sending
from tests.support.stack import Stack

ENTRY = "*384*777*90#"
STRANGER = "+250788000002"
IN_DANGER_IN_GASABO = ("5", "1", "2", "1", "1")
GASABO_1, GASABO_2 = "+250788101201", "+250788101202"
URGENT = {
    GASABO_1: f"Gasabo, byihutirwa. Kanda {ENTRY}",
    GASABO_2: f"Gasabo, byihutirwa. Kanda {ENTRY}",
}
"""The text for each responder of the district, in the responder's language."""
NATIONAL = {
    "+250788100001": f"Gasabo, urgent. Dial {ENTRY}",
    "+250788100002": f"Gasabo, urgent. Composez {ENTRY}",
}
REFERENCE = re.compile(r"([A-Z0-9]{4,6}): ")
LIST = "Hitamo kimwe\n1 {reference}\n0 Subira inyuma\n00 Ahabanza"
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(120),
    pytest.mark.slow(reason="waits for real processes to start"),
]


def test_an_alert_is_taken_by_dialling_what_it_says(tmp_path: Path, lay_home: LayHome) -> None:
    procfile = sending(lay_home(tmp_path))
    with Stack(tmp_path, environ={"HOTLINE_INBOUND_SMS": "no"}, procfile=procfile) as stack:
        line = stack.emulator
        tells_and_hangs_up(line)
        eventually(lambda: len(line.outbox()) >= 3)
        references = told_whom(line)
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


def told_whom(line: EmulatorClient) -> dict[str, str]:
    """Returns the reference of each recipient. It checks that every alert is one segment in the recipient's
    language."""
    references = {}
    for sms in line.outbox():
        found = REFERENCE.match(sms["text"])
        assert found is not None
        assert sms["text"][found.end() :] == (URGENT | NATIONAL)[sms["to"]]
        assert segments(sms["text"]) == 1
        references[sms["to"]] = found[1]
    return references


def taken_by(stack: Stack) -> list[str | None]:
    return [tip["acknowledged_by"] for tip in json.loads(stack.command("tips", "list", "--json"))]
