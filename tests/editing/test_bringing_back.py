"""Tests restoring an older state: the old text returns with today's numbers, and every printed short code works."""

import pytest

from hotline.core.actors import Actor
from hotline.editing import service_emergencies, service_publish, service_publishing
from hotline.editing.rules_drafts import ENTRIES, NUMBERS
from hotline.editing.service_drafts import DraftPublished, DraftRefused, Refusal
from hotline.errors import NotFound
from hotline.flows.tables import Publication
from hotline.people.service_audit import list_rows
from tests.editing.changing import APPROVER, Desk, desk, playable, taken_away
from tests.flows.books import make_flow, t
from tests.support.clock import Clock

__all__ = ["desk"]


def line_of(desk: Desk, revision: int) -> Publication:
    return next(
        one for one, _ in service_emergencies.history(desk.context) if one.revision_id == revision
    )


def back(desk: Desk, revision: int, reason: str = "the words were wrong") -> object:
    publication = line_of(desk, revision).id
    seen = service_emergencies.preview(desk.context, publication)
    return service_emergencies.restore(desk.context, APPROVER, publication, reason, seen.digest)


@pytest.mark.row("A3")
def test_one_approver_brings_an_older_state_back(desk: Desk, clock: Clock) -> None:
    desk.published("Other words")
    clock.turn(minutes=1)
    seen = service_emergencies.preview(desk.context, line_of(desk, 1).id)
    assert (seen.before, seen.after) == (playable("Other words"), playable())

    done = back(desk, 1)
    assert isinstance(done, DraftPublished)
    assert done.revision_id == 1, "the same document is the same revision"
    assert desk.live == playable()
    now, changed, first = (row for row, _ in service_emergencies.history(desk.context))
    assert (now.kind, now.published_by, now.reason, now.until) == (
        "back",
        "Approver 1",
        "the words were wrong",
        None,
    )
    assert (changed.published_by, changed.approved_by) == ("Editor 1", "Approver 1")
    assert changed.until == now.published_at
    assert (first.kind, first.published_by, first.approved_by) == ("version", "line", None)
    said = list_rows(desk.context)[-1][1].sentence
    assert "restored the flows of revision 1: the words were wrong" in said


def test_it_is_live_under_a_clock_that_was_set_back(desk: Desk, clock: Clock) -> None:
    desk.published("Other words")
    clock.turn(hours=-3)
    assert isinstance(back(desk, 1), DraftPublished)
    assert desk.live == playable()


def test_a_number_that_was_taken_away_stays_away(desk: Desk) -> None:
    change = desk.opened()
    numbers = desk.draft(change, NUMBERS).document or {}
    desk.save(change, taken_away(numbers, "3512"), NUMBERS)
    desk.say(change, "Other words")
    assert service_publish.submit(desk.context, APPROVER, change) is None
    assert isinstance(desk.publish(change, by=Actor("Approver 2", 4)), DraftPublished)

    assert isinstance(back(desk, 1), DraftPublished)
    assert desk.part("learn") == playable()["flows"]["learn"]
    row = next(row for row in desk.live["numbers"] if row["number"] == "3512")
    assert "confirmed_on" not in row


def test_an_entry_that_was_printed_since_still_leads_somewhere(desk: Desk) -> None:
    change = desk.opened()
    new = make_flow(name="new", nodes={"one": {"say": {"text": t("A new lesson")}}})
    desk.save(change, new, "new")
    desk.say(change, "Other words")
    entries = desk.draft(change, ENTRIES).document or {}
    desk.save(change, {**entries, "12": {"flow": "new", "name": "radio"}}, ENTRIES)
    assert service_publish.submit(desk.context, APPROVER, change) is None
    assert isinstance(desk.publish(change, by=Actor("Approver 2", 4)), DraftPublished)

    assert isinstance(back(desk, 1), DraftPublished)
    assert desk.live["flows"]["new"] == new
    assert desk.live["entries"] == {"11": "learn", "12": "new", "90": "cases"}
    assert desk.live["entry_names"] == {"12": "radio"}


def test_it_needs_a_reason_and_must_be_what_was_read(desk: Desk) -> None:
    desk.published("Other words")
    assert back(desk, 1, reason=" ") == DraftRefused(Refusal.SHORT_REASON)
    publication = line_of(desk, 1).id
    seen = service_emergencies.preview(desk.context, publication)
    assert back(desk, 2) == DraftRefused(Refusal.EMPTY)
    change = desk.opened()
    numbers = desk.draft(change, NUMBERS).document or {}
    desk.save(change, taken_away(numbers, "3512"), NUMBERS)
    assert service_publish.submit(desk.context, APPROVER, change) is None
    desk.publish(change, by=Actor("Approver 2", 4))
    late = service_emergencies.restore(desk.context, APPROVER, publication, "why", seen.digest)
    assert late == DraftRefused(Refusal.CHANGED)
    with pytest.raises(NotFound):
        service_emergencies.preview(desk.context, 99)


def test_what_hurt_already_when_it_was_live_may_come_back(desk: Desk) -> None:
    """A rule may have become stricter since then. A number that is no longer listed is a new problem, and it
    prevents the restoring."""
    hurting = playable("They asked 999999")
    service_publishing.publish(desk.context, hurting, by="Alice", reason="x", of_version=False)
    service_publishing.publish(desk.context, playable(), by="Alice", reason="x", of_version=False)
    assert isinstance(back(desk, 2), DraftPublished)

    naming = playable()
    naming["flows"]["learn"]["nodes"]["two"]["say"]["lead"] = [
        {"number": "3512", "text": t("Ring 3512.")}
    ]
    service_publishing.publish(desk.context, naming, by="Alice", reason="x", of_version=False)
    without = {**playable(), "numbers": playable()["numbers"][:1]}
    service_publishing.publish(desk.context, without, by="Alice", reason="x", of_version=False)
    refused = back(desk, 3)
    assert isinstance(refused, DraftRefused)
    assert refused.refusal is Refusal.HAS_ERRORS
