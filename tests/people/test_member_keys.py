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
OWN, OTHERS = KeyPair.new(), KeyPair.new()
PEPPER, OLD_PEPPER = secrets.token_bytes(32), secrets.token_bytes(32)
VAULT = PinVault(lambda: (PEPPER, OLD_PEPPER), QUICK)
PIN = "407193"


def test_desk_key_decrypts_for_its_member() -> None:
    wrapped = wrap_desk_key(DESK_KEY, OWN.public, "12", "r7")
    assert decrypt_desk_key(wrapped, OWN.private, "12", "r7") == DESK_KEY


def test_desk_key_decrypts_for_no_other_member() -> None:
    wrapped = wrap_desk_key(DESK_KEY, OWN.public, "12", "r7")
    for desk, member, pair in (("13", "r7", OWN), ("12", "r8", OWN), ("12", "r7", OTHERS)):
        with pytest.raises(DecryptionFailed):
            decrypt_desk_key(wrapped, pair.private, desk, member)
    with pytest.raises(DecryptionFailed):
        wrap_desk_key(DESK_KEY, b"short", "12", "r7")


@given(st.data())
def test_altered_desk_key_does_not_decrypt(data: st.DataObject) -> None:
    wrapped = wrap_desk_key(DESK_KEY, OWN.public, "12", "r7")
    at = data.draw(st.integers(0, len(wrapped) - 1))
    flip = data.draw(st.integers(1, 255))
    altered = wrapped[:at] + bytes([wrapped[at] ^ flip]) + wrapped[at + 1 :]
    with pytest.raises(DecryptionFailed):
        decrypt_desk_key(altered, OWN.private, "12", "r7")


def test_member_key_decrypts_with_own_pin() -> None:
    wrap = VAULT.wrap(OWN.private, PIN, 7)
    assert VAULT.open(wrap, PIN, 7) == OWN.private
    assert VAULT.wrap(OWN.private, PIN, 7) != wrap


def test_a_member_s_key_needs_their_pin_and_identity() -> None:
    wrap = VAULT.wrap(OWN.private, PIN, 7)
    for pin, responder_id in (("407194", 7), (PIN, 8), ("", 7)):
        with pytest.raises(PinRefused):
            VAULT.open(wrap, pin, responder_id)


@given(st.data())
def test_damaged_wrap_is_refused_like_a_wrong_pin(data: st.DataObject) -> None:
    wrap = VAULT.wrap(OWN.private, PIN, 7)
    kept = data.draw(st.integers(0, len(wrap) - 1))
    with pytest.raises(PinRefused):
        VAULT.open(wrap[:kept], PIN, 7)
    header = data.draw(st.binary(min_size=HEADER.size, max_size=HEADER.size))
    if header != wrap[: HEADER.size]:
        with pytest.raises(PinRefused):
            VAULT.open(header[:5] + wrap[5:13] + header[13:] + wrap[HEADER.size :], PIN, 7)


def test_old_pepper_decrypts_and_foreign_pepper_does_not() -> None:
    older = PinVault(lambda: (OLD_PEPPER,), QUICK).wrap(OWN.private, PIN, 7)
    assert VAULT.open(older, PIN, 7) == OWN.private
    stranger = PinVault(lambda: (secrets.token_bytes(32),), QUICK)
    with pytest.raises(PinRefused):
        stranger.open(older, PIN, 7)


def test_wrap_stores_its_cost() -> None:
    wrap = VAULT.wrap(OWN.private, PIN, 7)
    dearer = PinVault(lambda: (PEPPER,), Costs(passes=2, kib=16))
    assert dearer.open(wrap, PIN, 7) == OWN.private


def test_pin_attempt_takes_a_fiftieth_of_a_second() -> None:
    """A million attempts at one person's PIN take at least five hours of processor time."""
    vault = PinVault(lambda: (PEPPER,))
    began = time.perf_counter()
    vault.open_nothing(PIN)
    assert time.perf_counter() - began > 0.02
