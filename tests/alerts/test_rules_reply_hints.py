"""Tests the digits that an SMS hint offers for a reply. Each offered digit is possible for the case, and the hint
with all digits fits in one SMS. If a person sends the hint back, the hotline never reads it as a reply.
"""

from itertools import product

import pytest

from hotline.alerts.rules_replies import OFFERED_DIGITS, OfferedCase, Verb, offered_texts
from hotline.alerts.rules_reply_parsing import parse_reply
from hotline.core.catalogues import load_phrases
from hotline.core.wording import Template
from hotline.text.characters import segments
from hotline.text.languages import CODES

PHRASES = load_phrases()
CASES = [
    OfferedCase(*held, *rest)
    for held in ((False, False), (True, False), (False, True))
    for rest in product((False, True), repeat=6)
]


def worded(case: OfferedCase, language: str) -> str:
    digits = " ".join(PHRASES.say(language, one) for one in offered_texts(case))
    return PHRASES.say(language, Template.ASK_BACK, ref="K7Q4CA", digits=digits)


def test_every_digit_is_offered_for_some_case_and_none_twice() -> None:
    assert {one for case in CASES for one in offered_texts(case)} == {*OFFERED_DIGITS}
    for case in CASES:
        digits = [one[0] for one in offered_texts(case)]
        assert digits
        assert digits == sorted(set(digits))


@pytest.mark.parametrize("language", CODES)
def test_hint_fits_one_sms_and_is_no_reply_if_sent_back(language: str) -> None:
    for case in CASES:
        hint = worded(case, language)
        assert segments(hint) == 1
        for national in (False, True):
            assert parse_reply(hint, ["K7Q4CA"], recent=True, national=national).actions == ()


@pytest.mark.parametrize("language", CODES)
def test_digit_before_quoted_hint_is_read(language: str) -> None:
    acts = parse_reply(f"5 {worded(OfferedCase(), language)}", ["K7Q4CA"], recent=True).actions
    assert [one.verb for one in acts] == [Verb.PASS_ON]
