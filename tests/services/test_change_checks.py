"""Checking a change: found once, kept by what was checked, rung for, and done by the clock where no bell is heard."""

from hotline.domain.jobs import Job
from hotline.services.changes import folders, judging
from hotline.services.changes.results import ChangeRefused
from hotline.services.flows import publishing
from hotline.testing import FakeJobs
from tests.conftest import Clock
from tests.services.changing import EDITOR, Desk, desk, playable
from workers.jobs import check_change

__all__ = ["desk"]


def bell(desk: Desk) -> FakeJobs:
    assert isinstance(desk.kit.jobs, FakeJobs)
    return desk.kit.jobs


def test_an_edit_rings_and_the_page_waits_until_a_worker_has_looked(desk: Desk) -> None:
    change = desk.opened()
    desk.say(change, "They asked 999999")
    assert bell(desk).rung == [(Job.CHECK_CHANGE, change)]
    assert judging.checked(desk.kit, change) is None
    assert len(bell(desk).rung) == 2, "whoever waits rings again"

    check_change(desk.kit, change)
    found = judging.checked(desk.kit, change)
    assert found is not None
    assert len(found.blocking) == 3
    assert found == judging.check_change(desk.kit, change)
    check_change(desk.kit, 99)


def test_what_went_live_meanwhile_is_checked_anew(desk: Desk) -> None:
    change = desk.opened()
    desk.say(change, "Other words")
    check_change(desk.kit, change)
    publishing.publish(
        desk.kit,
        {**playable(), "entries": {"11": "learn", "12": "learn", "90": "cases"}},
        by="A",
        reason="x",
        of_version=False,
    )
    assert judging.checked(desk.kit, change) is None


def test_the_clock_checks_what_no_worker_has(desk: Desk, clock: Clock) -> None:
    bell(desk).dead = True
    change, other, over = desk.opened(), desk.opened(), desk.opened()
    desk.say(change, "Other words")
    desk.say(over, "Third words")
    assert not isinstance(folders.drop(desk.kit, EDITOR, over), ChangeRefused)
    judging.check_unchecked(desk.kit)
    assert judging.checked(desk.kit, change) is None, "a worker has ten seconds"

    clock.turn(seconds=10)
    judging.check_unchecked(desk.kit)
    assert judging.checked(desk.kit, change) is not None
    assert judging.checked(desk.kit, over) is None

    desk.say(other, "Fourth words")
    clock.turn(minutes=2)
    judging.check_unchecked(desk.kit)
    assert judging.checked(desk.kit, other) is None, "who asks for it rings"


def test_what_another_version_of_the_checks_found_is_not_believed(desk: Desk) -> None:
    assert judging.mark() == judging.mark()
    assert len(judging.mark()) == 16
