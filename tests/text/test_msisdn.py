"""Tests how phone numbers are read, and to which network they belong."""

import re
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hotline.core.addresses import network_of
from hotline.text.errors import NumberInvalid
from hotline.text.identifiers import parse_caller, parse_sendable

OURS = "+250788123456"

WRITTEN = [
    # Each row: a number as a person writes it, the result for a recipient, and the result for a caller.
    ("+250788123456", OURS, OURS),
    ("0788123456", OURS, OURS),
    ("788123456", OURS, OURS),
    ("00250788123456", OURS, OURS),
    ("250788123456", OURS, OURS),
    (" 250788123456", OURS, OURS),
    ("+250 788 123 456", OURS, None),
    ("0788-123-456", OURS, None),
    ("+2500788123456", OURS, OURS),
    ("2500788123456", OURS, OURS),
    ("+250788123456;ext=1", OURS, None),
    ("+25078812345", None, "+25078812345"),
    ("+2507881234567", None, "+2507881234567"),
    ("*384*123#", None, None),
    ("MTN", None, None),
    ("8080", None, None),
    ("0788-CALL-ME", None, None),
    ("0788 12E 456", None, None),
    ("788123456 Uwase", None, None),
    ("(0788) 123.456", OURS, None),
    ("0900123456", None, None),
    ("0800123456", None, None),
    ("+250252580000", None, "+250252580000"),
    ("+8816123456789", None, "+8816123456789"),
    ("", None, None),
    ("+", None, None),
    ("+0788123456", None, OURS),
    ("0252580000", None, "+250252580000"),
    ("788-123-456", OURS, None),
    ("00788123456", None, OURS),
    ("0721123456", "+250721123456", "+250721123456"),
    ("0731123456", "+250731123456", "+250731123456"),
    ("0771123456", "+250771123456", "+250771123456"),
    ("0791123456", "+250791123456", "+250791123456"),
    ("+250700123456", None, "+250700123456"),
    ("+250741123456", None, "+250741123456"),
    ("+250761123456", None, "+250761123456"),
    ("+254712345678", None, "+254712345678"),
    ("+12125550123", None, "+12125550123"),
    ("+250788123456\n", OURS, None),
    ("+٢٥٠٧٨٨١٢٣٤٥٦", OURS, None),
]


def read(reader: Callable[[str], str], raw: str) -> str | None:
    try:
        return reader(raw)
    except NumberInvalid:
        return None


@pytest.mark.parametrize(("raw", "recipient", "_caller"), WRITTEN)
def test_a_recipient_is_rwandan(raw: str, recipient: str | None, _caller: str | None) -> None:
    assert read(parse_sendable, raw) == recipient


@pytest.mark.parametrize(("raw", "_recipient", "by_shape"), WRITTEN)
def test_a_caller_is_let_in_by_shape(
    raw: str, _recipient: str | None, by_shape: str | None
) -> None:
    assert read(parse_caller, raw) == by_shape


@given(st.one_of(st.text(), st.from_regex(r"[+ ]?[0-9 ()-]{4,20}", fullmatch=True)))
@example("+250788123456x999")
def test_whatever_is_written_is_e164_or_refused(raw: str) -> None:
    for reader in (parse_caller, parse_sendable):
        number = read(reader, raw)
        if number is None:
            continue
        assert number[0] == "+"
        assert number[1:].isdecimal()
        assert number.isascii()
        assert read(reader, number) == number


@given(st.from_regex(r"(0|\+250 ?)78[0-9]([ -]?[0-9A-Za-z]){6}", fullmatch=True))
def test_a_cell_with_a_letter_is_nobodys_number(raw: str) -> None:
    number = read(parse_sendable, raw)
    assert (number is None) is any(one.isalpha() for one in raw)


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_a_recipient_is_on_a_rwandan_mobile_network(raw: str) -> None:
    number = read(parse_sendable, raw)
    assert number is None or re.fullmatch(r"\+2507[2389][0-9]{7}", number)


@pytest.mark.parametrize("reader", [parse_caller, parse_sendable])
def test_a_refusal_does_not_repeat_the_number(reader: Callable[[str], str]) -> None:
    with pytest.raises(NumberInvalid) as refused:
        reader("+2507881-oops")
    assert "788" not in str(refused.value)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2::7", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::7", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::1", "::/64"),
        ("", ""),
        ("unix:", ""),
        ("192.0.2.7.example", ""),
    ],
)
def test_the_network_of_an_address(address: str, network: str) -> None:
    assert network_of(address) == network
