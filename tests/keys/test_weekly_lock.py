"""Tests the weekly lock: every process computes the same key of the next week. A process that has done so can no longer
decrypt anything of earlier weeks, such as the conversation states in last month's Redis file."""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.keys.conversation_state import STATES_KEY, StateCipher
from hotline.keys.key_folder import KeyFolder, previous_name
from hotline.keys.weekly_lock import (
    WEEKLY_KEY,
    WeeklyLock,
    last_week,
    new_weekly_key,
    week_mark,
    week_of,
)
from hotline.text.errors import DecryptionFailed, KeyMissing
from tests.support.builders import NOON, make_keyfolder

GRANT = b"\x01a grant of some desk"
BOUND = b"uid\0national"
WEEK = timedelta(weeks=1)


def lock_of(tmp_path: Path, role: str = "hooks") -> WeeklyLock:
    return WeeklyLock(make_keyfolder(tmp_path, role=role))


def test_every_role_walks_alike_by_itself(tmp_path: Path) -> None:
    hooks, console = lock_of(tmp_path), lock_of(tmp_path, "console")
    for weeks in (0, 1, 60):
        at = NOON + weeks * WEEK
        hooks.forget(last_week(at))
        assert console.unlock(hooks.lock(GRANT, BOUND, at), BOUND) == GRANT


def test_what_was_left_behind_opens_for_nobody_who_walked(tmp_path: Path) -> None:
    lock = lock_of(tmp_path)
    locked = lock.lock(GRANT, BOUND, NOON)
    lock.forget(week_of(NOON + WEEK))
    for process in (lock, WeeklyLock(KeyFolder(tmp_path / "keys" / "hooks"))):
        with pytest.raises(KeyMissing, match="cannot decrypt"):
            process.unlock(locked, BOUND)


def test_a_copy_of_the_key_opens_what_came_after_it(tmp_path: Path) -> None:
    """The runbook promises this for the copy of the key in the safe: the copy decrypts tips of later weeks."""
    lock = lock_of(tmp_path)
    shutil.copytree(tmp_path / "keys" / "hooks", tmp_path / "safe")
    lock.forget(week_of(NOON + WEEK))
    locked = lock.lock(GRANT, BOUND, NOON + WEEK)
    assert WeeklyLock(KeyFolder(tmp_path / "safe")).unlock(locked, BOUND) == GRANT


def test_the_old_key_is_written_over(tmp_path: Path) -> None:
    path = make_keyfolder(tmp_path).path / WEEKLY_KEY
    with path.open("rb") as before:
        lock_of(tmp_path).forget(week_of(NOON + WEEK))
        assert before.read() == bytes(40)
    assert path.stat().st_mode & 0o777 == 0o400


def test_it_never_walks_back(tmp_path: Path) -> None:
    lock = lock_of(tmp_path)
    lock.forget(week_of(NOON + 5 * WEEK))
    lock.forget(week_of(NOON))
    assert lock.start == week_of(NOON + 5 * WEEK)
    locked = lock.lock(GRANT, BOUND, NOON)
    assert lock.unlock(locked, BOUND) == GRANT, "a clock that was set back locks with what there is"


def test_a_clock_of_another_age_is_not_followed(tmp_path: Path) -> None:
    lock = lock_of(tmp_path)
    lock.forget("9000-W01")
    assert lock.start == week_of(NOON)


@pytest.mark.parametrize("bound", [b"uid\0" + b"12", b"another\0national"])
def test_a_lock_is_of_one_tip_and_one_desk(tmp_path: Path, bound: bytes) -> None:
    lock = lock_of(tmp_path)
    with pytest.raises(DecryptionFailed):
        lock.unlock(lock.lock(GRANT, BOUND, NOON), bound)


def test_without_a_key_nothing_is_locked_and_what_is_locked_says_so(tmp_path: Path) -> None:
    bare = WeeklyLock()
    assert bare.unlock(bare.lock(GRANT, BOUND, NOON), BOUND) == GRANT
    bare.forget(week_of(NOON))
    with pytest.raises(KeyMissing, match=r"lacks epoch\.key: run `hotline keys import`"):
        bare.unlock(lock_of(tmp_path).lock(GRANT, BOUND, NOON), BOUND)


@given(st.binary(max_size=80))
def test_no_other_bytes_open_it(tmp_path_factory: pytest.TempPathFactory, rest: bytes) -> None:
    folder = KeyFolder(tmp_path_factory.getbasetemp() / "weeks")
    folder.make(WEEKLY_KEY, new_weekly_key(NOON, b"k" * 32))
    lock = WeeklyLock(folder)
    for grant in (rest, b"\x02" + rest, week_mark(week_of(NOON)) + rest):
        with suppress(KeyMissing, DecryptionFailed):
            assert lock.unlock(grant, BOUND) == grant


@given(st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1)), st.integers(1, 500))  # noqa: DTZ001
def test_marks_are_in_the_order_of_weeks(at: datetime, weeks: int) -> None:
    at = at.replace(tzinfo=NOON.tzinfo)
    assert week_mark(week_of(at)) < week_mark(week_of(at + weeks * WEEK))


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
