"""C11: tests the receipt of nine digits, which cannot be a phone number, and its status, which is one of four words."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.tips.rules_receipts import (
    Progress,
    ReceiptStatus,
    group_digits,
    is_receipt,
    number_from,
    status_of,
)
from tests.support.builders import NOON

SEEDS = st.integers(0, 2**256 - 1).map(lambda drawn: f"{drawn:064x}")


@given(SEEDS)
def test_c11_a_receipt_is_nine_digits_that_are_nobodys_number(seed: str) -> None:
    number = number_from(seed)

    assert number == number_from(seed)
    assert is_receipt(number)
    assert len(number) == 9
    for written in (number, f"0{number}", f"+250{number}"):
        assert not phonenumbers.is_valid_number(phonenumbers.parse(written, "RW"))
    assert group_digits(number).replace(" ", "") == number


@given(SEEDS, st.integers(0, 8), st.integers(1, 9))
def test_a_digit_that_is_wrong_shows(seed: str, place: int, by: int) -> None:
    number = number_from(seed)
    wrong = str((int(number[place]) + by) % 10)
    assert not is_receipt(number[:place] + wrong + number[place + 1 :])


@given(st.text(max_size=12))
def test_whatever_is_typed_is_judged_and_nothing_raises(typed: str) -> None:
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
def test_the_furthest_state_is_said(tips: list[Progress], status: ReceiptStatus | None) -> None:
    assert status_of(tips) == status
