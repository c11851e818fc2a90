"""A complaint about somebody who was to help: when answers become one, and how far it has come. Pure.

It goes the way of a tip and stays apart from tips: the national desk alone reads it and is told of it, since whoever is
complained of may sit at the district's desk.
"""

from collections.abc import Mapping
from enum import StrEnum

from hotline.domain.tip import UNSURE, Basis, TipState, TipSummary, Urgency, place_of

WRONG = "wrong"
"""The answer that says what was done."""


class Wrong(StrEnum):
    """What was done, as the first question offers it. Order is the menu's."""

    ASKED = "asked"
    """For money, or for sex."""
    ABSENT = "absent"
    """Nobody came."""
    TOLD = "told"
    """Others were told of it."""
    HURT = "hurt"
    """Hurt or frightened: as pressing as danger."""
    OTHER = "other"


def complained(answers: Mapping[str, str], *, completed: bool = False) -> TipSummary | None:
    """What `answers` come to; None while they make nothing that could be kept.

    One passage makes one complaint, whatever she corrects in it: no other desk can have heard of it. What was done
    stays sealed. A helper counts as an official here: whatever goes round the district's desk for one goes round it
    for the other.
    """
    state = stage(answers, completed=completed)
    if state is None:
        return None
    return TipSummary(
        state=state,
        place=place_of(answers) or UNSURE,
        within=None,
        sector=None,
        category=None,
        urgency=Urgency.DANGER if answers.get(WRONG) == Wrong.HURT else Urgency.SEEN,
        official="yes",
        basis=Basis.PUBLIC_DUTY,
    )


def stage(answers: Mapping[str, str], *, completed: bool = False) -> TipState | None:
    """How far these answers have brought a complaint: what was done is kept when she hangs up, be the place not said.

    Hurt and a place are filed at that hop, as danger is.
    """
    if completed:
        return TipState.COMPLETE
    if WRONG not in answers:
        return None
    pressing = answers[WRONG] == Wrong.HURT and place_of(answers) is not None
    return TipState.FILED if pressing else TipState.DRAFT
