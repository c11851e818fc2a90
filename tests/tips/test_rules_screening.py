"""Tests the result of six screening answers, for every combination."""

from itertools import product

import pytest

from hotline.tips.rules_events import EntryKind
from hotline.tips.rules_person_codes import (
    ACT,
    DECEIT,
    FORCE,
    FREE,
    MINOR,
    NO,
    PURPOSE,
    SURE,
    UNSURE,
    YES,
    PersonCodes,
)
from hotline.tips.rules_persons import ScreeningResult, screened_as

NAMES = (MINOR, ACT, FORCE, DECEIT, PURPOSE, FREE)


@pytest.mark.row("R8")
def test_r8_what_every_screening_comes_to() -> None:
    """The design's rules are checked in the reverse direction."""
    seen = set()
    for said in product(sorted(SURE), repeat=len(NAMES)):
        codes = dict(zip(NAMES, said, strict=True))
        PersonCodes(1, codes).checked(EntryKind.SCREENED)
        found = screened_as(codes)
        seen.add(found)
        grown_up = codes[MINOR] == NO
        both_no = codes[FORCE] == codes[DECEIT] == NO
        plain_no = NO in (codes[ACT], codes[PURPOSE]) or (grown_up and both_no)
        assert (found is ScreeningResult.NOT_INDICATED) is plain_no
        if found is ScreeningResult.POSSIBLE:
            assert YES in (codes[ACT], codes[PURPOSE], codes[FORCE], codes[DECEIT])
        if found is ScreeningResult.UNCLEAR:
            assert YES not in (codes[ACT], codes[PURPOSE], codes[FORCE], codes[DECEIT])
        if codes[MINOR] in (YES, UNSURE):
            means = {FORCE: NO, DECEIT: NO}
            assert screened_as({**codes, **means}) is not ScreeningResult.NOT_INDICATED or plain_no
        assert screened_as({**codes, FREE: YES}) is screened_as({**codes, FREE: NO})
    assert seen == set(ScreeningResult)


def test_a_child_is_asked_two_questions_less() -> None:
    child = {MINOR: YES, ACT: YES, PURPOSE: UNSURE, FREE: UNSURE}
    PersonCodes(1, child).checked(EntryKind.SCREENED)
    assert screened_as(child) is ScreeningResult.POSSIBLE
    assert screened_as({**child, MINOR: NO, FORCE: NO, DECEIT: NO}) is ScreeningResult.NOT_INDICATED
