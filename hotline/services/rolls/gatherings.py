"""What local leaders tell of the sessions they held: counted by district and occasion, apart from calls."""

from contextlib import suppress
from datetime import datetime

from hotline.domain.rolls.gathering import CAME, HELD, Gathering, Joining, counted, read_sms
from hotline.domain.rolls.joining import Roll
from hotline.errors import KeyMissing
from hotline.ports import Kit
from hotline.services.reach.outreach import day_of
from hotline.services.rolls import joining
from hotline.store.database import Session
from hotline.store.reach import outreach
from hotline.store.reach.outreach import Cell
from hotline.store.rolls import joined


def log(
    session: Session, kit: Kit, caller: str, told: Gathering, *, at: datetime, channel: str
) -> bool:
    """Count a session that a leader held; False for anybody else. Twice the same on a day changes nothing."""
    row = None
    with suppress(KeyMissing):
        row = joined.for_writing(session, kit.pseudonyms.joined(Roll.LEADERS, caller))
    if row is None:
        return False
    day = day_of(at)
    row.told, held, came = counted(row.told, day, told)
    for measure, number in ((HELD, held), (CAME, came)):
        cell = Cell(day, measure, "", channel, "", row.district, told.occasion)
        if number:
            outreach.count(session, cell, number)
    return True


def hear(session: Session, kit: Kit, caller: str, text: str, at: datetime, channel: str) -> bool:
    """An MO of a leader: her code, or a session held. False where it is none, or of nobody on the roll."""
    match read_sms(text):
        case Joining(code):
            said = joining.Said(code, at)
            return joining.join_by_sms(session, kit, Roll.LEADERS, caller, said)
        case Gathering() as told:
            return log(session, kit, caller, told, at=at, channel=channel)
        case None:
            return False
