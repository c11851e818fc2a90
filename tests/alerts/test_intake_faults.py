"""Fault tests of filing tips: hops at the same time, crashes, and processes that cannot notify each other of new work.
No answer is stored without encryption.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from threading import Barrier, Thread

import pytest

from hotline.alerts.service_intake import file_silent
from tests.support.callers import DANGER_HERE, QUIET_HERE, REST, Line, failing_at, told, walked

pytestmark = pytest.mark.both

LANDMARK = "hafi y'isoko rya Zuzuzu"


class Crash(Exception):
    pass


@pytest.mark.fault(4)
def test_two_identical_hops_at_once_are_one_tip(line: Line) -> None:
    caller = told(line, *DANGER_HERE[:-1])
    caller.text += "*" + DANGER_HERE[-1]
    start, screens = Barrier(2), []

    def repeat() -> None:
        twin = replace(caller)
        start.wait()
        screens.append(twin.again())

    twins = [Thread(target=repeat) for _ in range(2)]
    for twin in twins:
        twin.start()
    for twin in twins:
        twin.join()
    assert screens[0] == screens[1]
    assert line.tip.state == "filed"


@pytest.mark.fault(1, 2, 3)
@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("tip.before_commit", "draft"),
        ("tip.after_commit", "filed"),
        ("tip.before_doorbell", "filed"),
    ],
)
def test_crash_while_filing_leaves_draft_or_filed_tip(line: Line, name: str, kept: str) -> None:
    def die() -> None:
        raise Crash

    dying = failing_at(line, name, die)
    caller = replace(told(line, *DANGER_HERE[:-1]), line=dying)
    caller.key(DANGER_HERE[-1])
    assert caller.screen.startswith("END ")
    assert ([tip.state for tip in line.tips], line.jobs.scheduled) == ([kept], [])
    assert replace(caller, line=line).again().startswith("CON ")
    assert line.tip.state == "filed"


def test_a_dead_doorbell_changes_nothing_for_the_caller(line: Line) -> None:
    alive = walked(line.caller(), DANGER_HERE)
    line.jobs.dead = True
    assert walked(line.caller(), DANGER_HERE) == alive


def test_no_answer_is_in_plain_text_in_database_or_log(
    line: Line, stored: Callable[[], bytes], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caller = told(line, *DANGER_HERE, "1", "1", *REST, "3", LANDMARK)
    quiet = told(line, *QUIET_HERE)
    quiet.hang_up()
    file_silent(line.context)

    files = stored()
    for secret in (LANDMARK, "Zuzuzu", caller.msisdn, caller.msisdn[4:], caller.session_id):
        assert secret.encode() not in files
        assert secret not in caplog.text


def test_replay_changes_no_earlier_tip(line: Line) -> None:
    caller = told(line, *DANGER_HERE, "00")
    before = line.clock.at
    line.clock.turn(minutes=1)
    line.flush()
    caller.key(*DANGER_HERE)
    assert [tip.updated_at for tip in line.tips] == [before, line.clock.at]


def test_text_with_stars_survives_lost_conversation_state(line: Line) -> None:
    caller = told(line, *DANGER_HERE, "1", "1", *REST, "3")
    line.flush()
    caller.key("a*b*c")
    assert line.read(line.tip)["landmark"] == "a*b*c"


def test_late_repeat_keeps_current_screen(line: Line) -> None:
    caller = told(line, "1", "9")
    screen, text = caller.screen, caller.text
    caller.text = "1"
    assert caller.again() != screen
    caller.text = text
    assert caller.again() == screen
