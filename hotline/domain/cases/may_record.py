"""Decides if an event about a person may be recorded now. Pure. Every function that writes asks it.

After a no, nothing is offered until that person says yes. For a child, a decision with the child officer comes first.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from hotline.domain.cases.entries import EntryKind
from hotline.domain.cases.following import THIRTY_DAYS
from hotline.domain.cases.people_codes import (
    ANSWER,
    CONSENT,
    INTEREST,
    OF_REFERRAL,
    SEX,
    THIRTY,
    YES,
    ConsentCode,
    PersonCodes,
    ServiceAnswer,
    ThirtyDays,
)
from hotline.domain.cases.persons import ConsentStands, MetPerson, OfferedHelp


class StopReason(StrEnum):
    """A reason why an event is not recorded. The word is a flag of the screens."""

    SAYS_NO = "says_no"
    UNASKED = "unasked"
    UNDECIDED = "undecided"
    NOBODY_WAITS = "nobody_waits"
    """There is no such person or offer, or no event that this one could follow."""
    TOO_EARLY = "too_early"
    """The thirty days are not over."""
    ASK_ANEW = "ask_anew"
    """A correction makes no yes and removes no no. The person is asked again, and that is another event."""


OF_CONSENT = {
    ConsentStands.NO: StopReason.SAYS_NO,
    ConsentStands.UNASKED: StopReason.UNASKED,
    ConsentStands.UNDECIDED: StopReason.UNDECIDED,
}
MEETS = (EntryKind.SCREENED, EntryKind.CONSENT)
"""Events at which a person may be met for the first time."""


def judged(
    people: Sequence[MetPerson],
    kind: EntryKind,
    said: PersonCodes,
    at: datetime,
    *,
    corrects: int | None = None,
) -> StopReason | None:
    """Returns None if the event may be recorded, else the reason. `corrects` is the event that this one replaces."""
    person = next((one for one in people if one.n == said.n), None)
    if person is None:
        is_next = kind in MEETS and corrects is None and said.n == len(people) + 1
        return None if is_next else StopReason.NOBODY_WAITS
    if corrects is not None and (stop := _corrected(person, kind, said, corrects)):
        return stop
    if kind is EntryKind.OFFERED:
        seen = replace(person, sex=said.codes.get(SEX, person.sex))
        return OF_CONSENT.get(seen.consent)
    return _follows(person, kind, said, at) if kind in OF_REFERRAL else None


def _follows(
    person: MetPerson, kind: EntryKind, said: PersonCodes, at: datetime
) -> StopReason | None:
    offer = offer_of(person, said.referral)
    if offer is None or (kind is not EntryKind.ANSWERED and offer.answer != ServiceAnswer.ACCEPTED):
        return StopReason.NOBODY_WAITS
    if kind is not EntryKind.THIRTY:
        return None
    if offer.arrived != YES or offer.arrived_at is None:
        return StopReason.NOBODY_WAITS
    early = at < offer.arrived_at + THIRTY_DAYS and said.codes[THIRTY] != ThirtyDays.DANGER
    return StopReason.TOO_EARLY if early else None


def _corrected(
    person: MetPerson, kind: EntryKind, said: PersonCodes, corrects: int
) -> StopReason | None:
    # A corrected event no longer counts. A second correction of it would remove what the first one says.
    standing = (one.entry for one in person.moments if one.corrected_by is None)
    was = next((one for one in standing if one.id == corrects), None)
    if was is None or was.kind is not kind or was.said.referral != said.referral:
        return StopReason.NOBODY_WAITS
    if kind is EntryKind.ANSWERED and was.said.codes[ANSWER] == ServiceAnswer.PERSON_REFUSED:
        return None if person.is_child else StopReason.ASK_ANEW
    if kind is not EntryKind.CONSENT:
        return None
    makes_yes = YES in (said.codes.get(INTEREST), said.codes[CONSENT])
    makes_yes = makes_yes or said.codes[CONSENT] == ConsentCode.ASSENT_YES
    takes_no = was.said.codes[CONSENT] == ConsentCode.NO
    return StopReason.ASK_ANEW if makes_yes or takes_no else None


def offer_of(person: MetPerson, referral: int | None) -> OfferedHelp | None:
    return next((one for one in person.referrals if one.offered_id == referral), None)
