"""Tests how an address is recognised as part of a known network."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.core.addresses import comes_from


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("192.0.2.7", True),
        ("192.0.2.16", False),
        ("::ffff:192.0.2.7", True),
        ("2001:db8::7", True),
        ("2001:db8::8", False),
        ("", False),
        ("unix:", False),
        ("192.0.2.7, 203.0.113.1", False),
    ],
)
def test_an_address_lies_in_a_network_or_not(address: str, known: bool) -> None:
    assert comes_from(address, ("192.0.2.0/28", "2001:db8::7")) is known
    assert not comes_from(address, ())


@given(st.text())
def test_no_address_raises(address: str) -> None:
    comes_from(address, ("192.0.2.0/28",))
