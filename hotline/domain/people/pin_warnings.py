"""Names what may show that somebody else uses a responder's PIN, and decides when it is said. Pure."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum

from hotline.domain.call_back import KIGALI
from hotline.domain.wording import Template

MANY_CASES = 10
"""A phone that reads more cases within `MANY_WITHIN` raises a warning."""
MANY_WITHIN = timedelta(hours=1)
NIGHT_BEGINS, NIGHT_ENDS, TOLD_AT = time(22), time(6), time(7)
"""In Kigali's time. Openings of a night are told in one SMS at `TOLD_AT`."""
SHOWN_FOR = timedelta(days=7)
"""A coordinator finds a warning behind the PIN for so long."""
KEPT_FOR = timedelta(days=90)


class PinWarning(StrEnum):
    """One reason to ask a responder who used the phone."""

    WRONG = "wrong"
    """Three wrong PINs in a row, or six in a day."""
    NETWORK = "network"
    """The phone used another network than the time before: the SIM may be a copy."""
    MANY = "many"
    """The phone opened more cases in an hour than a person reads."""
    NIGHT = "night"
    """The phone was first used at night."""
    NOT_ME = "not_me"
    """The responder says that somebody else opened it."""


SMS: Mapping[PinWarning, Template] = {
    PinWarning.WRONG: Template.PINS_WRONG,
    PinWarning.NETWORK: Template.PIN_NETWORK,
    PinWarning.MANY: Template.PIN_MANY,
    PinWarning.NIGHT: Template.PIN_NIGHT,
    PinWarning.NOT_ME: Template.PIN_NOT_ME,
}
"""What the coordinator is sent. No SMS names a responder."""
SHOWN: Mapping[PinWarning, Template] = {
    PinWarning.WRONG: Template.WARNING_WRONG,
    PinWarning.NETWORK: Template.WARNING_NETWORK,
    PinWarning.MANY: Template.WARNING_MANY,
    PinWarning.NIGHT: Template.WARNING_NIGHT,
    PinWarning.NOT_ME: Template.WARNING_NOT_ME,
}
"""What the coordinator reads behind the PIN, with the responder's name."""


def is_night(at: datetime) -> bool:
    """Returns True between `NIGHT_BEGINS` and `NIGHT_ENDS`."""
    local = at.astimezone(KIGALI).time()
    return local >= NIGHT_BEGINS or local < NIGHT_ENDS


def night_began(at: datetime) -> datetime:
    """Returns when the night that `at` lies in began."""
    local = at.astimezone(KIGALI)
    begins = datetime.combine(local.date(), NIGHT_BEGINS, KIGALI)
    return begins if begins <= local else begins - timedelta(days=1)


def nights_told_before(at: datetime) -> datetime:
    """Returns the last 07:00 before `at`: openings before it are due to be told."""
    local = at.astimezone(KIGALI)
    morning = datetime.combine(local.date(), TOLD_AT, KIGALI)
    return morning if morning <= local else morning - timedelta(days=1)
