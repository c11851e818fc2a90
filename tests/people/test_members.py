"""Tests that only a member can decrypt a desk's key. To decrypt a member's own key, a program needs both the PIN and
the reader's pepper."""

import secrets
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.keys.encrypt import KeyPair
from hotline.keys.passphrase import Costs
from hotline.people.decrypt_members import (
    HEADER,
    PinVault,
    decrypt_desk_key,
    wrap_desk_key,
)
from hotline.text.errors import DecryptionFailed, PinRefused

QUICK = Costs(passes=1, kib=8)
DESK_KEY = secrets.token_bytes(32)
HERS, OTHERS = KeyPair.new(), KeyPair.new()
PEPPER, BEFORE = secrets.token_bytes(32), secrets.token_bytes(32)
VAULT = PinVault(lambda: (PEPPER, BEFORE), QUICK)
PIN = "407193"


def test_a_desk_s_key_opens_for_its_member_alone() -> None:
    wrapped = wrap_desk_key(DESK_KEY, HERS.public, "12", "r7")
    assert decrypt_desk_key(wrapped, HERS.private, "12", "r7") == DESK_KEY


def test_a_desk_s_key_opens_for_no_other_one() -> None:
    wrapped = wrap_desk_key(DESK_KEY, HERS.public, "12", "r7")
    for desk, member, pair in (("13", "r7", HERS), ("12", "r8", HERS), ("12", "r7", OTHERS)):
        with pytest.raises(DecryptionFailed):
            decrypt_desk_key(wrapped, pair.private, desk, member)
    with pytest.raises(DecryptionFailed):
        wrap_desk_key(DESK_KEY, b"short", "12", "r7")


@given(st.data())
def test_a_desk_s_key_that_was_altered_does_not_open(data: st.DataObject) -> None:
    wrapped = wrap_desk_key(DESK_KEY, HERS.public, "12", "r7")
    at = data.draw(st.integers(0, len(wrapped) - 1))
    flip = data.draw(st.integers(1, 255))
    altered = wrapped[:at] + bytes([wrapped[at] ^ flip]) + wrapped[at + 1 :]
    with pytest.raises(DecryptionFailed):
        decrypt_desk_key(altered, HERS.private, "12", "r7")


def test_a_member_s_key_opens_under_her_own_pin() -> None:
    wrap = VAULT.wrap(HERS.private, PIN, 7)
    assert VAULT.open(wrap, PIN, 7) == HERS.private
    assert VAULT.wrap(HERS.private, PIN, 7) != wrap


def test_a_member_s_key_needs_their_pin_and_identity() -> None:
    wrap = VAULT.wrap(HERS.private, PIN, 7)
    for pin, responder_id in (("407194", 7), (PIN, 8), ("", 7)):
        with pytest.raises(PinRefused):
            VAULT.open(wrap, pin, responder_id)


@given(st.data())
def test_a_broken_wrap_is_refused_as_a_wrong_pin_is(data: st.DataObject) -> None:
    wrap = VAULT.wrap(HERS.private, PIN, 7)
    kept = data.draw(st.integers(0, len(wrap) - 1))
    with pytest.raises(PinRefused):
        VAULT.open(wrap[:kept], PIN, 7)
    header = data.draw(st.binary(min_size=HEADER.size, max_size=HEADER.size))
    if header != wrap[: HEADER.size]:
        with pytest.raises(PinRefused):
            VAULT.open(header[:5] + wrap[5:13] + header[13:] + wrap[HEADER.size :], PIN, 7)


def test_a_pepper_that_was_put_aside_opens_what_it_wrapped_and_a_stranger_s_opens_nothing() -> None:
    older = PinVault(lambda: (BEFORE,), QUICK).wrap(HERS.private, PIN, 7)
    assert VAULT.open(older, PIN, 7) == HERS.private
    stranger = PinVault(lambda: (secrets.token_bytes(32),), QUICK)
    with pytest.raises(PinRefused):
        stranger.open(older, PIN, 7)


def test_a_wrap_says_what_it_cost_so_that_costs_may_rise() -> None:
    wrap = VAULT.wrap(HERS.private, PIN, 7)
    dearer = PinVault(lambda: (PEPPER,), Costs(passes=2, kib=16))
    assert dearer.open(wrap, PIN, 7) == HERS.private


def test_a_try_of_a_pin_costs_whoever_has_every_key_a_fiftieth_of_a_second() -> None:
    """A million attempts at one person's PIN take at least five hours of processor time."""
    vault = PinVault(lambda: (PEPPER,))
    began = time.perf_counter()
    vault.open_nothing(PIN)
    assert time.perf_counter() - began > 0.02
