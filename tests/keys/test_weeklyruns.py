"""Tests encrypted conversation states: they can be decrypted until they expire. With last month's Redis file, no
state can be decrypted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.keys.conversation_state import STATES_KEY, StateCipher
from hotline.keys.key_folder import previous_name
from hotline.keys.weekly_lock import WeeklyLock, last_week
from hotline.text.errors import DecryptionFailed
from tests.support.builders import NOON, make_keyfolder

RUN = b'{"length": 9}'
KEY = "a" * 64


@dataclass
class Turned:
    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at


def test_a_session_over_the_end_of_a_week_goes_on_and_last_month_is_gone(tmp_path: Path) -> None:
    folder = make_keyfolder(tmp_path)
    weekly_lock, clock = WeeklyLock(folder), Turned()
    runs = StateCipher.of(folder, weekly_lock, clock)
    encrypted = runs.seal(KEY, RUN)
    with pytest.raises(DecryptionFailed):
        runs.open("b" * 64, encrypted)

    for weeks in (0, 1):
        clock.at = NOON + timedelta(weeks=weeks)
        weekly_lock.forget(last_week(clock.at))
        assert runs.open(KEY, encrypted) == RUN
    weekly_lock.forget(last_week(NOON + timedelta(weeks=2)))
    with pytest.raises(DecryptionFailed):
        runs.open(KEY, encrypted)


def test_without_a_weekly_key_the_key_of_the_hooks_opens_it(tmp_path: Path) -> None:
    runs = StateCipher.of(make_keyfolder(tmp_path), WeeklyLock(), Turned())
    assert runs.open(KEY, runs.seal(KEY, RUN)) == RUN


def test_neither_key_opens_it_without_the_other(tmp_path: Path) -> None:
    folder = make_keyfolder(tmp_path)
    weekly_lock = WeeklyLock(folder)
    encrypted = StateCipher.of(folder, weekly_lock, Turned()).seal(KEY, RUN)
    for runs in (
        StateCipher.of(folder, WeeklyLock(), Turned()),
        StateCipher(lambda: [bytes(32)], weekly_lock, Turned()),
    ):
        with pytest.raises(DecryptionFailed):
            runs.open(KEY, encrypted)


def test_a_process_that_just_looked_opens_what_the_newest_key_sealed(tmp_path: Path) -> None:
    """Two web processes notice a rotation at different times, and the hops of one caller go to both processes in
    turn."""
    folder = make_keyfolder(tmp_path)
    late = StateCipher.of(folder, WeeklyLock(folder), Turned(), each=3600)
    before = late.seal(KEY, RUN)
    folder.make(previous_name(STATES_KEY), folder.read(STATES_KEY))
    folder.replace(STATES_KEY, bytes(range(32)))
    early = StateCipher.of(folder, WeeklyLock(folder), Turned())

    assert early.open(KEY, late.seal(KEY, RUN)) == RUN
    assert late.open(KEY, early.seal(KEY, RUN)) == RUN
    assert late.open(KEY, before) == RUN


@given(st.one_of(st.binary(max_size=80), st.binary(max_size=80).map(lambda rest: b"\x03" + rest)))
def test_whatever_else_lies_there_is_forgotten(junk: bytes) -> None:
    runs = StateCipher(lambda: [bytes(32)], WeeklyLock(), Turned())
    with pytest.raises(DecryptionFailed):
        runs.open(KEY, junk)
