"""Tests that a sketch counts each person only once, and that its error is not larger than the error expected for its
size."""

import hashlib
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.text.identifiers import MAX_RANK, REGISTERS, estimate, register_and_rank


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
