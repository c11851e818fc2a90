"""C11: tests the receipt number with its nine digits, the status that a caller hears for it, a desk's question to the
caller, and the waiting time in lists."""

from datetime import timedelta
from typing import Any

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.tips.rules_receipts import (
    STILL_REPORTING,
    Progress,
    ReceiptStatus,
    group_digits,
    is_receipt,
    number_from,
    question_refusal,
    status_of,
    wait_of,
)
from tests.support.builders import NOON

SEEDS = st.integers(0, 2**256 - 1).map(lambda drawn: f"{drawn:064x}")


@given(SEEDS)
def test_c11_receipt_has_nine_digits_and_is_no_phone_number(seed: str) -> None:
    number = number_from(seed)

    assert number == number_from(seed)
    assert is_receipt(number)
    assert len(number) == 9
    for written in (number, f"0{number}", f"+250{number}"):
        assert not phonenumbers.is_valid_number(phonenumbers.parse(written, "RW"))
    assert group_digits(number).replace(" ", "") == number


@given(SEEDS, st.integers(0, 8), st.integers(1, 9))
def test_receipt_with_one_wrong_digit_is_invalid(seed: str, place: int, by: int) -> None:
    number = number_from(seed)
    wrong = str((int(number[place]) + by) % 10)
    assert not is_receipt(number[:place] + wrong + number[place + 1 :])


@given(st.text(max_size=12))
def test_any_typed_text_is_checked_as_receipt(typed: str) -> None:
    assert is_receipt(typed) in (True, False)


TAKEN = Progress(is_taken=True)
HELPED = Progress(is_taken=True, helped_at=NOON)
CLOSED = Progress(is_taken=True, helped_at=NOON, closed_at=NOON)


@pytest.mark.parametrize(
    ("tips", "status"),
    [
        ([], None),
        ([Progress()], ReceiptStatus.RECEIVED),
        ([TAKEN], ReceiptStatus.CHECKING),
        ([HELPED], ReceiptStatus.HELPER),
        ([CLOSED], ReceiptStatus.CLOSED),
        ([Progress(), TAKEN], ReceiptStatus.CHECKING),
        ([CLOSED, Progress()], ReceiptStatus.RECEIVED),
    ],
)
def test_status_shows_the_furthest_state(
    tips: list[Progress], status: ReceiptStatus | None
) -> None:
    assert status_of(tips) == status


MAY: dict[str, Any] = {
    "filed_at": NOON,
    "has_receipt": True,
    "closed": False,
    "asked": False,
    "signed": True,
}


def test_question_is_allowed_after_complete_report() -> None:
    assert question_refusal(NOON + STILL_REPORTING, **MAY) is None


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"signed": False}, "not signed"),
        ({"closed": True}, "closed"),
        ({"has_receipt": False}, "took no receipt"),
        ({"asked": True}, "a second question"),
        ({"filed_at": NOON + timedelta(seconds=1)}, "three minutes"),
    ],
)
def test_each_reason_refuses_the_question(changed: dict[str, Any], why: str) -> None:
    assert why in (question_refusal(NOON + STILL_REPORTING, **{**MAY, **changed}) or "")


MINUTES, HOURS = timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("urgency", "spent", "says", "late"),
    [
        (1, timedelta(seconds=20), "0 of 3 min", False),
        (1, 3 * MINUTES, "3 of 3 min", False),
        (1, timedelta(minutes=3, seconds=1), "4 of 3 min", True),
        (3, timedelta(hours=2, seconds=30), "3 of 2 h", True),
        (1, 9 * MINUTES, "9 of 3 min", True),
        (1, 5 * HOURS, "5 h of 3 min", True),
        (1, 72 * HOURS, "3 days of 3 min", True),
        (2, 14 * MINUTES, "14 of 15 min", False),
        (3, 61 * MINUTES, "1 of 2 h", False),
        (3, 59 * MINUTES, "59 min of 2 h", False),
        (3, 3 * HOURS, "3 of 2 h", True),
        (1, -1 * MINUTES, "0 of 3 min", False),
    ],
)
def test_wait_is_compared_with_promised_time(
    urgency: int, spent: timedelta, says: str, late: bool
) -> None:
    waits = wait_of(urgency, NOON, ended_at=None, now=NOON + spent)
    assert (str(waits), waits.is_late) == (says, late)
    over = wait_of(urgency, NOON, ended_at=NOON + spent, now=NOON + 100 * HOURS)
    assert (str(over), over.is_late) == (says, late)
