"""Tests check characters with the example of ISO 7064, and that they reveal any single typing error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.text.identifiers import check_value

MODULI = pytest.mark.parametrize("modulus", [10, 26])


def test_the_standard_s_own_example() -> None:
    assert check_value([0, 7, 9, 4], 10) == 5


@MODULI
@given(st.data())
def test_one_sign_that_is_wrong_always_shows(modulus: int, data: st.DataObject) -> None:
    signs = st.integers(0, modulus - 1)
    values = data.draw(st.lists(signs, min_size=1, max_size=12))
    place = data.draw(st.integers(0, len(values) - 1))
    wrong = (values[place] + data.draw(st.integers(1, modulus - 1))) % modulus
    assert check_value([*values[:place], wrong, *values[place + 1 :]], modulus) != check_value(
        values, modulus
    )
