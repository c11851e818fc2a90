"""A hop of another phone in somebody's session: it ends politely, is counted, and wakes a person."""

from contextlib import suppress
from datetime import datetime

from hotline.domain.watch.alarms import Alarm
from hotline.errors import StoreUnavailable
from hotline.ports import Kit
from hotline.services import alarming
from hotline.services.reach.outreach import day_of
from hotline.store.database import Session
from hotline.store.reach import outreach
from hotline.store.reach.outreach import Cell

STRANGE_CALLER = "strange_caller"
"""The counter of such hops."""
USSD = "ussd"


def turn_away(kit: Kit) -> None:
    """Count it and raise the alarm. A database that cannot commit hides neither: it has an alarm of its own."""
    with suppress(StoreUnavailable), kit.database.writing() as session:
        at = kit.now()
        cell = Cell(day=day_of(at), measure=STRANGE_CALLER, language="", channel=USSD, entry="")
        outreach.count(session, cell)
        alarming.note(session, Alarm.STRANGE_CALLER, at)


def turned_away(session: Session, at: datetime) -> int:
    """How often on the day of `at`."""
    return outreach.counted_on(session, day_of(at), STRANGE_CALLER)
