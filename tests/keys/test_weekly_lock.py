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


def test_all_roles_compute_same_weekly_key(tmp_path: Path) -> None:
    hooks, console = lock_of(tmp_path), lock_of(tmp_path, "console")
    for weeks in (0, 1, 60):
        at = NOON + weeks * WEEK
        hooks.forget(last_week(at))
        assert console.unlock(hooks.lock(GRANT, BOUND, at), BOUND) == GRANT


def test_old_week_cannot_be_decrypted_after_forgetting(tmp_path: Path) -> None:
    lock = lock_of(tmp_path)
    locked = lock.lock(GRANT, BOUND, NOON)
    lock.forget(week_of(NOON + WEEK))
    for process in (lock, WeeklyLock(KeyFolder(tmp_path / "keys" / "hooks"))):
        with pytest.raises(KeyMissing, match="cannot decrypt"):
            process.unlock(locked, BOUND)


def test_key_copy_decrypts_later_weeks(tmp_path: Path) -> None:
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


def test_weekly_key_never_goes_back(tmp_path: Path) -> None:
    lock = lock_of(tmp_path)
    lock.forget(week_of(NOON + 5 * WEEK))
    lock.forget(week_of(NOON))
    assert lock.start == week_of(NOON + 5 * WEEK)
    locked = lock.lock(GRANT, BOUND, NOON)
    assert lock.unlock(locked, BOUND) == GRANT, "a clock that was set back locks with what there is"


def test_far_future_clock_is_ignored(tmp_path: Path) -> None:
    lock = lock_of(tmp_path)
    lock.forget("9000-W01")
    assert lock.start == week_of(NOON)


@pytest.mark.parametrize("bound", [b"uid\0" + b"12", b"another\0national"])
def test_lock_works_only_for_its_tip_and_desk(tmp_path: Path, bound: bytes) -> None:
    lock = lock_of(tmp_path)
    with pytest.raises(DecryptionFailed):
        lock.unlock(lock.lock(GRANT, BOUND, NOON), bound)


def test_missing_weekly_key_locks_nothing_and_names_remedy(tmp_path: Path) -> None:
    bare = WeeklyLock()
    assert bare.unlock(bare.lock(GRANT, BOUND, NOON), BOUND) == GRANT
    bare.forget(week_of(NOON))
    with pytest.raises(KeyMissing, match=r"lacks epoch\.key: run `hotline keys import`"):
        bare.unlock(lock_of(tmp_path).lock(GRANT, BOUND, NOON), BOUND)


@given(st.binary(max_size=80))
def test_random_grant_never_decrypts(tmp_path_factory: pytest.TempPathFactory, rest: bytes) -> None:
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


STATE = b'{"length": 9}'
KEY = "a" * 64


@dataclass
class FixedClock:
    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at


def test_conversation_state_survives_one_week_change_only(tmp_path: Path) -> None:
    folder = make_keyfolder(tmp_path)
    weekly_lock, clock = WeeklyLock(folder), FixedClock()
    runs = StateCipher.of(folder, weekly_lock, clock)
    encrypted = runs.seal(KEY, STATE)
    with pytest.raises(DecryptionFailed):
        runs.open("b" * 64, encrypted)

    for weeks in (0, 1):
        clock.at = NOON + timedelta(weeks=weeks)
        weekly_lock.forget(last_week(clock.at))
        assert runs.open(KEY, encrypted) == STATE
    weekly_lock.forget(last_week(NOON + timedelta(weeks=2)))
    with pytest.raises(DecryptionFailed):
        runs.open(KEY, encrypted)


def test_state_without_weekly_key_uses_key_of_hooks(tmp_path: Path) -> None:
    runs = StateCipher.of(make_keyfolder(tmp_path), WeeklyLock(), FixedClock())
    assert runs.open(KEY, runs.seal(KEY, STATE)) == STATE


def test_state_needs_weekly_key_and_state_key(tmp_path: Path) -> None:
    folder = make_keyfolder(tmp_path)
    weekly_lock = WeeklyLock(folder)
    encrypted = StateCipher.of(folder, weekly_lock, FixedClock()).seal(KEY, STATE)
    for runs in (
        StateCipher.of(folder, WeeklyLock(), FixedClock()),
        StateCipher(lambda: [bytes(32)], weekly_lock, FixedClock()),
    ):
        with pytest.raises(DecryptionFailed):
            runs.open(KEY, encrypted)


def test_process_with_cached_keys_decrypts_newest_state(tmp_path: Path) -> None:
    """Two web processes notice a rotation at different times, and the hops of one caller go to both processes in
    turn."""
    folder = make_keyfolder(tmp_path)
    late = StateCipher.of(folder, WeeklyLock(folder), FixedClock(), each=3600)
    before = late.seal(KEY, STATE)
    folder.make(previous_name(STATES_KEY), folder.read(STATES_KEY))
    folder.replace(STATES_KEY, bytes(range(32)))
    early = StateCipher.of(folder, WeeklyLock(folder), FixedClock())

    assert early.open(KEY, late.seal(KEY, STATE)) == STATE
    assert late.open(KEY, early.seal(KEY, STATE)) == STATE
    assert late.open(KEY, before) == STATE


@given(st.one_of(st.binary(max_size=80), st.binary(max_size=80).map(lambda rest: b"\x03" + rest)))
def test_random_state_cannot_be_decrypted(junk: bytes) -> None:
    runs = StateCipher(lambda: [bytes(32)], WeeklyLock(), FixedClock())
    with pytest.raises(DecryptionFailed):
        runs.open(KEY, junk)
