"""Tests restoring an older state: the old text returns with today's numbers, and every printed short code works."""

import pytest

from hotline.editing import service_plans
from hotline.editing.rules_drafts import ENTRIES
from hotline.editing.service_drafts import Refusal
from hotline.flows.tables import Publication
from hotline.text.errors import DraftRefused, NotFound
from tests.editing.changing import APPROVER, Desk, playable, refusal
from tests.flows.books import make_flow, t
from tests.support.clock import Clock


def line_of(desk: Desk, revision: int) -> Publication:
    history = service_plans.history(desk.context)
    return next(one for one, _ in history if one.revision_id == revision)


def back(desk: Desk, revision: int, reason: str = "the words were wrong") -> Publication:
    return desk.back(line_of(desk, revision).id, reason)


@pytest.mark.row("A3")
def test_one_approver_brings_an_older_state_back(desk: Desk, clock: Clock) -> None:
    """The restored flows are live even if the clock is set back afterwards."""
    desk.published("Other words")
    clock.turn(minutes=1)
    seen = service_plans.preview(desk.context, line_of(desk, 1).id)
    assert (seen.before, seen.after) == (playable("Other words"), playable())

    done = back(desk, 1)
    assert done.revision_id == 1, "the same document is the same revision"
    assert desk.live == playable()
    now, changed, first = (row for row, _ in service_plans.history(desk.context))
    said = now.kind, now.published_by, now.reason, now.until
    assert said == ("back", "Approver 1", "the words were wrong", None)
    assert (changed.published_by, changed.approved_by) == ("Editor 1", "Approver 1")
    assert changed.until == now.published_at
    assert (first.kind, first.published_by, first.approved_by) == ("version", "line", None)
    assert "restored the flows of revision 1: the words were wrong" in desk.log[-1]

    clock.turn(hours=-3)
    back(desk, 2)
    assert desk.live == playable("Other words")


def test_what_changed_since_stays_when_old_words_come_back(desk: Desk) -> None:
    """If a phone number was removed since the older state, the number stays removed. A printed short code keeps leading
    to its new flow."""
    change = desk.opened()
    new = make_flow(name="new", nodes={"one": {"say": {"text": t("A new lesson")}}})
    desk.save(change, new, "new")
    desk.removes(change)
    desk.say(change, "Other words")
    entries = desk.draft(change, ENTRIES).document or {}
    desk.save(change, {**entries, "12": {"flow": "new", "name": "radio"}}, ENTRIES)
    desk.goes_live(change)

    back(desk, 1)
    assert desk.part("learn") == playable()["flows"]["learn"]
    assert [bool(row.get("confirmed_on")) for row in desk.live["numbers"]] == [True, False]
    assert desk.live["flows"]["new"] == new
    assert desk.live["entries"] == {"11": "learn", "12": "new", "90": "cases"}
    assert desk.live["entry_names"] == {"12": "radio"}


def test_it_needs_a_reason_and_must_be_what_was_read(desk: Desk) -> None:
    desk.published("Other words")
    assert refusal(back, desk, 1, reason=" ") == DraftRefused(Refusal.SHORT_REASON)
    publication = line_of(desk, 1).id
    seen = service_plans.preview(desk.context, publication)
    assert refusal(back, desk, 2) == DraftRefused(Refusal.EMPTY)
    change = desk.opened()
    desk.removes(change)
    desk.goes_live(change)
    restore = service_plans.restore
    late = refusal(restore, desk.context, APPROVER, publication, "why", seen.digest)
    assert late == DraftRefused(Refusal.CHANGED)
    with pytest.raises(NotFound):
        service_plans.preview(desk.context, 99)


def test_what_hurt_already_when_it_was_live_may_come_back(desk: Desk) -> None:
    """A rule may have become stricter after the old state was published. A problem that the state already had when it
    was published does not prevent the restoring. If the old state shows a number that is no longer listed, this problem
    is new, so the state is not restored."""
    desk.imposes(playable("They asked 999999"))
    desk.imposes(playable())
    back(desk, 2)

    naming = playable()
    naming["flows"]["learn"]["nodes"]["two"]["say"]["lead"] = [
        {"number": "3512", "text": t("Ring 3512.")}
    ]
    desk.imposes(naming)
    desk.imposes({**playable(), "numbers": playable()["numbers"][:1]})
    assert refusal(back, desk, 3).refusal is Refusal.HAS_ERRORS
