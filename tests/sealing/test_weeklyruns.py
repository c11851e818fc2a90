"""Runs under the week's lock: they open for as long as they live, and from a log of last month for nobody."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hotline.errors import SealBroken
from hotline.sealing.epochs import Epochs, last_week
from hotline.sealing.runs import RunCipher
from hotline.sealing.weeklyruns import WeeklyRuns
from tests.builders import NOON, make_keyfolder

RUN = b'{"length": 9}'
KEY = "a" * 64


@dataclass
class Turned:
    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at


def test_a_session_over_the_end_of_a_week_goes_on_and_last_month_is_gone(tmp_path: Path) -> None:
    folder = make_keyfolder(tmp_path)
    epochs, clock = Epochs(folder), Turned()
    runs = WeeklyRuns(RunCipher.of(folder), epochs, clock)
    sealed = runs.seal(KEY, RUN)

    for weeks in (0, 1):
        clock.at = NOON + timedelta(weeks=weeks)
        epochs.forget(last_week(clock.at))
        assert runs.open(KEY, sealed) == RUN
    epochs.forget(last_week(NOON + timedelta(weeks=2)))
    with pytest.raises(SealBroken):
        runs.open(KEY, sealed)


def test_what_the_release_before_left_still_opens(tmp_path: Path) -> None:
    cipher = RunCipher.of(make_keyfolder(tmp_path))
    runs = WeeklyRuns(cipher, Epochs(), Turned())
    assert runs.open(KEY, cipher.seal(KEY, RUN)) == RUN
    assert runs.open(KEY, runs.seal(KEY, RUN)) == RUN


def test_it_is_one_session_s(tmp_path: Path) -> None:
    folder = make_keyfolder(tmp_path)
    runs = WeeklyRuns(RunCipher.of(folder), Epochs(folder), Turned())
    with pytest.raises(SealBroken):
        runs.open("b" * 64, runs.seal(KEY, RUN))
