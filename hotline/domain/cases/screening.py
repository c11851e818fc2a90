"""What the answers of a screening come to: act, means and purpose, as law 51/2018 has them (article 3). Pure.

A responder's word is never more than "possible": a deciding body alone says that somebody is a victim, or is none. It
closes no case and lowers no urgency.
"""

from collections.abc import Mapping
from enum import StrEnum

from hotline.domain.cases.people_codes import ACT, DECEIT, FORCE, MINOR, NO, PURPOSE, UNSURE, YES


class ScreeningResult(StrEnum):
    POSSIBLE = "possible"
    NOT_INDICATED = "not_indicated"
    UNCLEAR = "unclear"


def is_taken_for_child(minor: str | None) -> bool:
    """Whether nothing but a plain no says that somebody is grown up: who may be a child is one until it is settled."""
    return minor in (YES, UNSURE)


def result(codes: Mapping[str, str]) -> ScreeningResult:
    """A child needs no means. What was not asked counts as unsure."""
    act, purpose = codes.get(ACT, UNSURE), codes.get(PURPOSE, UNSURE)
    means = (codes.get(FORCE, UNSURE), codes.get(DECEIT, UNSURE))
    child = is_taken_for_child(codes.get(MINOR, UNSURE))
    used = child or any(one != NO for one in means)
    if NO in (act, purpose) or not used:
        return ScreeningResult.NOT_INDICATED
    if YES in (act, purpose, *means):
        return ScreeningResult.POSSIBLE
    return ScreeningResult.UNCLEAR
