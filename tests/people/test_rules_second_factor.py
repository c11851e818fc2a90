"""Tests authenticator codes: a code is valid one time step early or late, and is accepted only once. Also tests that
waiting times grow up to a limit."""

from datetime import UTC, datetime, timedelta

import pyotp
from hypothesis import given
from hypothesis import strategies as st

from hotline.core.actors import account_name_key, is_valid_name
from hotline.people.rules_sign_in import (
    MAX_WAIT,
    PAPER_CODE_LETTERS,
    RECOVERY_KEY_LETTERS,
    STEP_SECONDS,
    accepted_step,
    authenticator_uri,
    code_at,
    is_expired,
    is_fresh,
    is_paper_code,
    paper_code,
    password_fault,
    plain_typed,
    recovery_key,
    seconds_left,
    step_at,
    suggest_password,
    wait_after,
)

NOON = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_library_s_codes_are_accepted() -> None:
    told = pyotp.parse_uri(authenticator_uri(SECRET, "Editor 1"))
    assert isinstance(told, pyotp.TOTP)
    assert told.at(NOON) == code_at(SECRET, NOON)
    assert (told.name, told.issuer) == ("Editor 1", "Hotline")


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=20))
def test_time_step_is_accepted_once_and_never_after_later_one(tries: list[tuple[int, int]]) -> None:
    """Each attempt has two time steps: the step in which the person signs in, and the step to which the typed code
    belongs."""
    after, taken = 0, []
    for made, shown in sorted(tries):
        at, of = (NOON + timedelta(seconds=STEP_SECONDS * step) for step in (made, shown))
        step = accepted_step(SECRET, code_at(SECRET, of), at, after=after)
        assert step in (None, step_at(of))
        assert (step is not None) == (abs(made - shown) <= 1 and step_at(of) > after)
        if step is not None:
            after = step
            taken.append(step)
    assert taken == sorted(set(taken))


@given(st.text(max_size=30))
def test_any_typed_code_or_name_raises_nothing(typed: str) -> None:
    accepted_step(SECRET, typed, NOON, after=0)
    assert is_paper_code(typed) == (len(plain_typed(typed)) == PAPER_CODE_LETTERS)
    password_fault(typed, typed)
    assert account_name_key(account_name_key(typed)) == account_name_key(typed)
    if is_valid_name(typed):
        assert account_name_key(typed)


def test_printed_codes_have_their_length() -> None:
    picked = iter("abcdefghjkmnpqrstuvwxyz23456789" * 9)
    code, key = paper_code(lambda _: next(picked)), recovery_key(lambda _: next(picked))
    assert len(plain_typed(code)) == PAPER_CODE_LETTERS
    assert len(plain_typed(key)) == RECOVERY_KEY_LETTERS
    assert is_paper_code(code.upper())
    assert code == "abcde-fghjk"


def test_suggested_password_has_five_words() -> None:
    assert suggest_password(lambda letters: letters[-1]) == "-".join(["zuzuzu"] * 5)


def test_delays_grow_from_fifth_failure_up_to_a_minute() -> None:
    waits = [wait_after(failures) for failures in range(50)]
    assert [one.total_seconds() for one in waits[:9]] == [0, 0, 0, 0, 0, 2, 4, 8, 16]
    assert waits == sorted(waits)
    assert waits[-1] == MAX_WAIT


def test_seconds_are_rounded_up() -> None:
    for later, left in ((-1, 0), (0, 0), (0.2, 1), (1, 1), (1.5, 2), (60, 60)):
        assert seconds_left(NOON + timedelta(seconds=later), NOON) == left
    assert seconds_left(None, NOON) == 0


def test_session_expires_at_its_minute() -> None:
    minutes = {name: NOON + timedelta(minutes=name) for name in (0, 14, 15, 480)}
    assert not is_expired(created_at=NOON, seen_at=NOON, at=minutes[14])
    assert is_expired(created_at=NOON, seen_at=NOON, at=minutes[15])
    assert is_expired(created_at=NOON, seen_at=minutes[480], at=minutes[480])
    assert is_fresh(NOON, minutes[14])
    assert not is_fresh(NOON, minutes[15])
