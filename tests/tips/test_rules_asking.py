"""Tests when a desk may ask its one question: each reason against it, one at a time."""

from datetime import timedelta
from typing import Any

import pytest

from hotline.tips.rules_receipts import STILL_REPORTING, question_refusal
from tests.support.builders import NOON

MAY: dict[str, Any] = {
    "filed_at": NOON,
    "has_receipt": True,
    "closed": False,
    "asked": False,
    "signed": True,
}


def test_it_may_be_asked_when_she_has_told_all() -> None:
    assert question_refusal(NOON + STILL_REPORTING, **MAY) is None


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"signed": False}, "not signed"),
        ({"closed": True}, "closed"),
        ({"has_receipt": False}, "took no receipt"),
        ({"asked": True}, "only one"),
        ({"filed_at": NOON + timedelta(seconds=1)}, "three minutes"),
    ],
)
def test_each_reason_against_it(changed: dict[str, Any], why: str) -> None:
    assert why in (question_refusal(NOON + STILL_REPORTING, **{**MAY, **changed}) or "")
