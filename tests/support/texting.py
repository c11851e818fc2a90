"""Simulates a phone that writes SMS to the hotline and reads its answers."""

from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from hotline.dialogue import service_answers
from hotline.dialogue.service_sms import MessageOutcome, take_sms
from hotline.gateway.rules import Priority
from hotline.gateway.stand_ins import FakeSms
from hotline.gateway.tables import Message
from hotline.keys.decrypt import LiveNumbers
from hotline.keys.encrypt import Encrypter
from hotline.keys.key_folder import LiveKeys
from tests.support.builders import make_message
from tests.support.callers import Line

HERS = "+250788000055"


def answers_of(line: Line) -> list[Message]:
    """Returns the answers to strangers, in the order in which they were written."""
    return [row for row in line.all(Message) if row.priority == Priority.ANSWER]


@dataclass
class Texter:
    """A simulated phone that sends and receives SMS. Use it with `says("akazi")` and `reads()`."""

    line: Line
    sms: FakeSms
    msisdn: str = HERS
    numbers: Any = None

    def __post_init__(self) -> None:
        self.numbers = count(1)

    def says(self, text: str, *, provider_id: str = "") -> MessageOutcome:
        name = provider_id or f"ATXid_{self.msisdn[-2:]}_{next(self.numbers)}"
        at = self.line.context.now()
        message = make_message(provider_id=name, sender=self.msisdn, text=text, sent_at=at)
        return take_sms(self.line.context, message)

    def reads(self) -> list[str]:
        """Returns the texts of the SMS that arrived after the last call of this function."""
        service_answers.send_due(self.line.context)
        came = [text for to, text in self.sms.sent if to == self.msisdn]
        self.sms.sent.clear()
        return came

    def asks(self, *texts: str) -> str:
        """Sends the given texts as SMS, and returns the answer to the last SMS. Each SMS must get exactly one
        answer."""
        for text in texts:
            self.says(text)
            self.line.clock.turn(seconds=20)
            (screen,) = self.reads()
        return screen


@pytest.fixture
def texter(line: Line, tmp_path: Path) -> Texter:
    sms, keys = FakeSms(), tmp_path / "keys"
    line.context = replace(
        line.context,
        sms=sms,
        encrypter=Encrypter(live=LiveKeys(keys / "hooks", "relay.pub")),
        numbers=LiveNumbers(LiveKeys(keys / "workers", "relay.key")),
    )
    return Texter(line, sms)
