"""Tests the result of six screening answers, for every combination."""

from itertools import product

import pytest

from hotline.tips.rules_events import LoggedEvent
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
from hotline.tips.rules_persons import ScreeningResult, screening_result

NAMES = (MINOR, ACT, FORCE, DECEIT, PURPOSE, FREE)


@pytest.mark.row("R8")
def test_r8_what_every_screening_comes_to() -> None:
    """The test checks the rules of the design in the other direction."""
    seen = set()
    for said in product(sorted(SURE), repeat=len(NAMES)):
        codes = dict(zip(NAMES, said, strict=True))
        PersonCodes(1, codes).checked(LoggedEvent.SCREENED)
        found = screening_result(codes)
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
            assert (
                screening_result({**codes, **means}) is not ScreeningResult.NOT_INDICATED
                or plain_no
            )
        assert screening_result({**codes, FREE: YES}) is screening_result({**codes, FREE: NO})
    assert seen == set(ScreeningResult)


def test_a_child_is_asked_two_questions_less() -> None:
    child = {MINOR: YES, ACT: YES, PURPOSE: UNSURE, FREE: UNSURE}
    PersonCodes(1, child).checked(LoggedEvent.SCREENED)
    assert screening_result(child) is ScreeningResult.POSSIBLE
    assert (
        screening_result({**child, MINOR: NO, FORCE: NO, DECEIT: NO})
        is ScreeningResult.NOT_INDICATED
    )
