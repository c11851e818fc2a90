"""Decides for how long wrong PINs block a phone, and when coordinators are warned. Pure.

A warning means that another person may be using a responder's PIN.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum

from hotline.core.wording import Template
from hotline.text.time import KIGALI

MAX_IN_A_ROW = 3
"""This number of wrong PINs in a row blocks the phone for the time of `SHORT_BLOCK`."""
MAX_IN_A_DAY = 6
"""This number of wrong PINs within `DAY`, without a right PIN, blocks the phone until `BLOCK_ENDS`."""
SHORT_BLOCK, DAY = timedelta(minutes=10), timedelta(hours=24)
BLOCK_ENDS = time(6)
"""The time of day in Kigali at which a long block ends."""


def blocked_until(wrong: Sequence[datetime]) -> datetime | None:
    """Returns the time until which these wrong PINs block the phone. Returns None if the phone is not blocked.

    `wrong` contains the times of the wrong PINs since the last right PIN, the oldest first. After a long block, the
    count begins again.
    """
    until, in_a_row, today = None, 0, list[datetime]()
    for at in wrong:
        until, in_a_row = None, in_a_row + 1
        today = [*(one for one in today if at - one < DAY), at]
        if len(today) >= MAX_IN_A_DAY:
            until, in_a_row, today = _morning_after(at), 0, []
        elif in_a_row >= MAX_IN_A_ROW:
            until, in_a_row = at + SHORT_BLOCK, 0
    return until


def is_long_block(at: datetime, until: datetime) -> bool:
    """Returns True if the block from `at` to `until` is long, so that colleagues take over the cases."""
    return until - at > SHORT_BLOCK or until == _morning_after(at)


def _morning_after(at: datetime) -> datetime:
    local = at.astimezone(KIGALI)
    morning = datetime.combine(local.date(), BLOCK_ENDS, KIGALI)
    if morning <= local:
        morning += timedelta(days=1)
    return max(morning, at + SHORT_BLOCK)


MANY_CASES = 10
"""The number of cases that a phone may open within `MANY_WITHIN`. If a phone opens more, the coordinator is warned."""
MANY_WITHIN = timedelta(hours=1)
NIGHT_BEGINS, NIGHT_ENDS, REPORTED_AT = time(22), time(6), time(7)
"""These times of day are in Kigali time. One SMS at `REPORTED_AT` reports all phones that opened cases during the
night.
"""
SHOWN_FOR = timedelta(days=7)
"""The time for which a coordinator can read a warning."""
KEPT_FOR = timedelta(days=90)


class PinWarning(StrEnum):
    """The reason why a coordinator should ask a responder who used the phone."""

    WRONG = "wrong"
    """Three wrong PINs in a row, or six in a day."""
    NETWORK = "network"
    """The phone used another mobile network than at its previous use. So the SIM card may have been copied."""
    MANY = "many"
    """The phone opened more cases in an hour than one person can read."""
    NIGHT = "night"
    """The phone was first used at night."""
    NOT_ME = "not_me"
    """The responder reported that another person opened the list."""


WARNING_TEMPLATES: Mapping[PinWarning, Template] = {
    PinWarning.WRONG: Template.PINS_WRONG,
    PinWarning.NETWORK: Template.PIN_NETWORK,
    PinWarning.MANY: Template.PIN_MANY,
    PinWarning.NIGHT: Template.PIN_NIGHT,
    PinWarning.NOT_ME: Template.PIN_NOT_ME,
}
"""The SMS to the coordinator, for each warning. It does not name the responder."""
SHOWN_TEMPLATES: Mapping[PinWarning, Template] = {
    PinWarning.WRONG: Template.WARNING_WRONG,
    PinWarning.NETWORK: Template.WARNING_NETWORK,
    PinWarning.MANY: Template.WARNING_MANY,
    PinWarning.NIGHT: Template.WARNING_NIGHT,
    PinWarning.NOT_ME: Template.WARNING_NOT_ME,
}
"""The text that the coordinator reads after entering the PIN, for each warning. It names the responder."""


def is_night(at: datetime) -> bool:
    """Returns True if the time is between `NIGHT_BEGINS` and `NIGHT_ENDS`."""
    local = at.astimezone(KIGALI).time()
    return local >= NIGHT_BEGINS or local < NIGHT_ENDS


def night_began(at: datetime) -> datetime:
    """Returns when the present or last night began."""
    local = at.astimezone(KIGALI)
    begins = datetime.combine(local.date(), NIGHT_BEGINS, KIGALI)
    return begins if begins <= local else begins - timedelta(days=1)


def last_report_before(at: datetime) -> datetime:
    """Returns the last time before `at` when the clock in Kigali showed 07:00. Cases that were opened before this time
    must be reported now.
    """
    local = at.astimezone(KIGALI)
    morning = datetime.combine(local.date(), REPORTED_AT, KIGALI)
    return morning if morning <= local else morning - timedelta(days=1)
