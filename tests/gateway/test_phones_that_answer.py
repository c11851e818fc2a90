"""Tests a phone that automatically answers each SMS, from the hook to the gateway. The exchange of messages must
end."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from hotline.alerts import service_sending
from hotline.core.database import Database
from hotline.gateway.rules import MessageKind
from hotline.gateway.tables import Message
from hotline.people.rules import Level
from tests.support.callers import DANGER_HERE, make_ready
from tests.support.clock import Clock
from tests.support.night import Night, night

DESK = "+250788000101"


@pytest.fixture
def here(database: Database, tmp_path: Path, clock: Clock) -> Night:
    """Returns a hotline with one responder, and one member of the national desk who is alerted repeatedly about an
    overdue case."""
    return night(
        make_ready(database, tmp_path, clock, national=False),
        one=(Level.RESPONDER, "12"),
        desk=(Level.NATIONAL, ""),
    )


def answering(here: Night, says: Callable[[int], str], hours: int) -> list[datetime]:
    """Sends, for this number of hours, a reply to each SMS that the national desk's phone gets. The reply goes through
    the hook.

    Returns the times of the hotline's own answers.
    """
    number, read = count(), 0
    here.tells(*DANGER_HERE).hang_up()
    for _ in range(hours * 4):
        here.tick(minutes=15)
        turns = 0
        while len(hers := [text for to, text in here.sms.sent if to == DESK]) > read:
            turns += 1
            assert turns <= 11, "they answer one another"
            for _ in hers[read:]:
                n = next(number)
                sms = {"id": f"ATXid_{n}", "from": DESK, "to": "7770", "text": says(n)}
                assert here.line.post("sms", sms).status_code == 200
            read = len(hers)
            service_sending.deliver_due(here.line.context)
    assert read > 10, "it was rung often"
    rows = here.line.all(Message)
    return sorted(row.created_at for row in rows if row.kind == MessageKind.CONFIRMATION)


def test_it_gets_ten_answers_an_hour_while_the_danger_is_open(here: Night) -> None:
    answers = answering(here, lambda n: f"I am driving ({n})", hours=3)
    hour = timedelta(hours=1)
    assert max(sum(at <= other < at + hour for other in answers) for at in answers) == 10
    assert "We answer no more SMS this hour. Dial *384*777*90#." in {t for _, t in here.sms.sent}


def test_the_same_text_is_answered_once_each_time_that_it_is_rung(here: Night) -> None:
    """The hotline never answers a reply to its own answer."""
    answers = answering(here, lambda _: "I am driving", hours=3)
    asks = ("Gasabo", " open. Dial")
    rings = [text for to, text in here.sms.sent if to == DESK and any(one in text for one in asks)]
    assert len(answers) <= len(rings)
