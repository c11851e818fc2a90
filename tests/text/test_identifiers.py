"""Tests phone numbers, check characters, the estimate of people, and what reveals a person or a case."""

import hashlib
import re
from collections.abc import Callable, Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hotline.core.addresses import network_of
from hotline.text.errors import NumberInvalid
from hotline.text.identifiers import (
    MAX_RANK,
    REGISTERS,
    check_value,
    estimate,
    parse_caller,
    parse_sendable,
    register_and_rank,
    reveals,
    without_revealing,
)

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


def digest(person: int) -> int:
    return int.from_bytes(hashlib.sha256(person.to_bytes(8, "big")).digest()[:8], "big")


def sketch(people: Iterable[int]) -> dict[int, int]:
    registers: dict[int, int] = {}
    for person in people:
        register, rank = register_and_rank(digest(person))
        registers[register] = max(rank, registers.get(register, 0))
    return registers


@pytest.mark.parametrize(
    ("people", "within"),
    [(0, 0), (1, 0), (5, 0), (100, 0.01), (10_000, 0.025), (50_000, 0.025), (200_000, 0.025)],
)
def test_it_counts_within_three_standard_errors(people: int, within: float) -> None:
    counted = estimate(sketch(range(people)).values())
    assert abs(counted - people) <= people * within


def test_whoever_comes_again_counts_once() -> None:
    people = sketch([*range(1000), *range(1000)])
    assert people == sketch(range(1000))


def test_a_union_counts_those_of_both_once() -> None:
    one, other = sketch(range(3000)), sketch(range(2000, 5000))
    both = {at: max(one.get(at, 0), other.get(at, 0)) for at in one.keys() | other.keys()}
    assert both == sketch(range(5000))


@given(st.integers(0, 2**64 - 1))
def test_every_digest_has_a_place(number: int) -> None:
    register, rank = register_and_rank(number)
    assert 0 <= register < REGISTERS
    assert 1 <= rank <= MAX_RANK


@given(st.lists(st.integers(1, MAX_RANK), max_size=REGISTERS))
def test_any_registers_are_read(ranks: list[int]) -> None:
    assert estimate(ranks) >= 0


def test_full_registers_are_read_too() -> None:
    assert estimate([MAX_RANK - 1] * REGISTERS) > 2**60


GAPS = ("", " ", "\N{NO-BREAK SPACE}", "-", " - ", "\N{EN DASH}", ",", "_", ":", ".", "/", "\n")
HIDDEN = st.sampled_from(("", "\N{ZERO WIDTH SPACE}", "\N{SOFT HYPHEN}", "\N{WORD JOINER}"))
BESIDE = st.sampled_from(("", "Ask ", "came back: ", "(", "_"))
LEFT = "[...]"


def fullwidth(text: str) -> str:
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)


@given(
    st.sampled_from(["0788 123 456", "+250 788 123 456", "K7 Q4", "k 7 q 4", "W7 W7", "AC 7Q 49"]),
    st.sampled_from(GAPS),
    HIDDEN,
    st.booleans(),
    BESIDE,
)
def test_no_spelling_passes(secret: str, gap: str, hidden: str, wide: bool, before: str) -> None:
    parts = [fullwidth(one) if wide else one for one in secret.split()]
    text = before + gap.join(one[:1] + hidden + one[1:] for one in parts)
    assert reveals(text)
    scrubbed = without_revealing(f"{text} and more", LEFT).replace(hidden or "\0", "")
    assert scrubbed.endswith(f"{LEFT} and more")
    assert not any(one in scrubbed for one in parts if len(one) > 1)


@pytest.mark.parametrize(
    "text",
    [
        *("T12", "c12: wait", "T-12", "K7Q4", "B7C4", "W7Z0", "a@b.rw", "a\uff20b.rw"),
        *("12:30 0788", "07:88:12:34", "12:30 12:45 13:00"),
    ],
)
def test_a_reference_a_row_or_an_address_does_not_pass(text: str) -> None:
    assert reveals(text)
    assert without_revealing(text, "") != text


@pytest.mark.parametrize(
    "text",
    [
        "Back at 9H34, after 3KM",
        "between 12:30 - 12:45, on 1/12, 8:30",
        "a 9-year-old who came 7 times in 2024, the 7th on 17th",
        "Room 37, paid 700FRW, has 4 children",
        "10:12:30",
        "Came back. The red door",
    ],
)
def test_times_counts_and_words_pass(text: str) -> None:
    assert not reveals(text)
    assert without_revealing(text, LEFT) == text
