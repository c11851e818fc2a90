"""Tests the path from a submitted draft to callers: a second person reads it, and exactly that version is published."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from hotline.core.actors import Actor
from hotline.editing import (
    service_drafts,
    service_emergencies,
    service_publish,
    service_publishing,
    tables,
)
from hotline.editing.rules_drafts import ENTRIES, NUMBERS, DraftState
from hotline.editing.rules_merging import Side
from hotline.editing.service_draft_steps import StepSaved, UpdateClash, update_draft
from hotline.editing.service_drafts import (
    DraftPublished,
    DraftRefused,
    Refusal,
    assemble,
    gather_draft,
)
from hotline.editing.tables import DraftStep
from hotline.flows import tables as flows_tables
from hotline.flows.check import Code
from hotline.flows.tables import Publication, PublicationKind
from hotline.people.service_audit import list_rows
from tests.editing.changing import APPROVER, EDITOR, OTHER, Desk, desk, playable
from tests.support.clock import Clock

__all__ = ["desk"]


def _english_alone(desk: Desk, by: Any = EDITOR) -> int:
    """Returns a draft with one text changed in English only. Two languages keep the old text."""
    change = desk.opened(by=by)
    flow = copy.deepcopy(dict(desk.draft(change).document or {}))
    text = flow["nodes"]["one"]["say"]["text"]
    flow["nodes"]["one"]["say"]["text"] = {**text, "en": "New in English"}
    assert isinstance(desk.save(change, flow, by=by), StepSaved)
    return change


@pytest.mark.row("A3")
def test_english_alone_asks_first_and_names_the_languages_left_behind(desk: Desk) -> None:
    change = _english_alone(desk)
    refused = service_publish.submit(desk.context, EDITOR, change)
    assert isinstance(refused, DraftRefused)
    assert refused.refusal is Refusal.LANGUAGES_KEPT
    assert [(one.node, one.languages) for one in refused.left_behind] == [("one", ("rw", "fr"))]

    assert service_publish.submit(desk.context, EDITOR, change, keeps_languages=True) is None
    seen = service_publish.draft_to_read(desk.context, change).made.digest
    again = service_publish.publish(desk.context, APPROVER, change, seen)
    assert isinstance(again, DraftRefused)
    assert again.refusal is Refusal.LANGUAGES_KEPT
    done = service_publish.publish(desk.context, APPROVER, change, seen, keeps_languages=True)
    assert isinstance(done, DraftPublished)


@pytest.mark.row("A3")
def test_english_alone_asks_first_in_an_emergency_too(desk: Desk) -> None:
    change = _english_alone(desk, by=APPROVER)
    seen, why = (
        service_publish.draft_to_read(desk.context, change).made.digest,
        "the hotel in that sentence is a trap",
    )
    refused = service_emergencies.publish(desk.context, APPROVER, change, why, seen)
    assert isinstance(refused, DraftRefused)
    assert refused.refusal is Refusal.LANGUAGES_KEPT
    done = service_emergencies.publish(
        desk.context, APPROVER, change, why, seen, keeps_languages=True
    )
    assert isinstance(done, DraftPublished)


@pytest.mark.row("A3")
def test_a_second_person_reads_and_publishes(desk: Desk, clock: Clock) -> None:
    change = desk.proposed("Other words")
    seen = service_publish.draft_to_read(desk.context, change)
    assert seen.before == playable()
    assert seen.after == playable("Other words")
    assert not seen.findings.blocking

    clock.turn(minutes=5)
    done = desk.publish(change)
    assert isinstance(done, DraftPublished)
    assert desk.live == playable("Other words")
    assert desk.context.flow_sets.live() == done.revision_id
    row = service_drafts.get_draft(desk.context, change)
    assert (row.state, row.ended_at) == (DraftState.LIVE, clock.at)
    with desk.context.database.reading() as session:
        now, before = flows_tables.history(session)
    assert (now.kind, now.published_by, now.approved_by, now.draft_id) == (
        "by hand",
        "Editor 1",
        "Approver 1",
        change,
    )
    assert before.until == now.published_at
    last = list_rows(desk.context)[-1][1].sentence
    assert "Approver 1 published change 1: New words" in last


def test_whoever_had_a_hand_in_it_is_no_second_person(desk: Desk) -> None:
    change = desk.opened()
    desk.say(change, "Words", by=OTHER)
    assert service_publish.submit(desk.context, EDITOR, change) is None
    own = DraftRefused(Refusal.OWN_HAND)
    for hand in (EDITOR, OTHER, Actor("Another name", 1)):
        assert desk.publish(change, by=hand) == own
    seen = service_publish.draft_to_read(desk.context, change).made.digest
    done = service_publish.publish(desk.context, EDITOR, change, seen, alone=True)
    assert isinstance(done, DraftPublished), "where somebody learns it"


def test_somebody_of_the_command_line_is_known_by_the_name(desk: Desk) -> None:
    change = desk.proposed(by=Actor("approver 1"))
    assert desk.publish(change) == DraftRefused(Refusal.OWN_HAND)


def test_only_what_is_proposed_is_published(desk: Desk) -> None:
    change = desk.opened()
    desk.say(change, "Other words")
    assert desk.publish(change) == DraftRefused(Refusal.NOT_SUBMITTED)
    assert desk.live == playable()


def test_it_goes_live_as_it_was_read_or_not_at_all(desk: Desk) -> None:
    change = desk.proposed("Other words")
    seen = service_publish.draft_to_read(desk.context, change).made.digest
    desk.say(change, "Worse words")
    assert service_publish.submit(desk.context, EDITOR, change) is None
    assert desk.publish(change, digest=seen) == DraftRefused(Refusal.CHANGED)
    assert desk.live == playable()


def test_what_went_live_meanwhile_is_read_again(desk: Desk) -> None:
    change = desk.opened()
    desk.say(change, "Other words")
    assert service_publish.submit(desk.context, EDITOR, change) is None
    seen = service_publish.draft_to_read(desk.context, change).made.digest

    other = playable()
    other["flows"]["front"]["nodes"]["front"]["menu"]["text"]["en"] = "Good day"
    service_publishing.publish(desk.context, other, by="Alice", reason="x", of_version=False)
    assert desk.publish(change, digest=seen) == DraftRefused(Refusal.CHANGED)

    again = service_publish.draft_to_read(desk.context, change)
    assert again.before == other
    assert again.made.gathered.change.base_id != again.live_id
    assert isinstance(desk.publish(change), DraftPublished)
    assert desk.live["flows"]["front"] == other["flows"]["front"], "both are kept"
    assert desk.part("learn") == playable("Other words")["flows"]["learn"]


def test_what_hurts_and_is_new_stops_a_proposal(desk: Desk) -> None:
    change = desk.opened()
    desk.say(change, "They asked 999999")
    refused = service_publish.submit(desk.context, EDITOR, change)
    assert isinstance(refused, DraftRefused)
    assert refused.refusal is Refusal.HAS_ERRORS
    assert {(one.flow, one.node, one.code) for one in refused.findings} == {
        ("learn", "one", Code.NUMBER_UNSIGNED)
    }
    assert service_publish.draft_to_read(desk.context, change).findings.blocking == refused.findings
    assert service_drafts.get_draft(desk.context, change).state == DraftState.OPEN


def test_what_hurts_and_is_live_already_stops_nothing(desk: Desk) -> None:
    hurting = playable("They asked 999999")
    service_publishing.publish(desk.context, hurting, by="Alice", reason="x", of_version=False)
    change = desk.opened()
    desk.say(change, "Second words", "two")
    assert service_publish.submit(desk.context, EDITOR, change) is None
    found = service_publish.draft_to_read(desk.context, change).findings
    assert (len(found.live_already), list(found.blocking)) == (3, [])
    assert isinstance(desk.publish(change), DraftPublished)


def test_what_cannot_be_played_is_not_proposed(desk: Desk) -> None:
    change = desk.opened()
    desk.save(change, {"flow": "learn", "nodes": {}})
    refused = service_publish.submit(desk.context, EDITOR, change)
    assert isinstance(refused, DraftRefused)
    assert refused.refusal is Refusal.BROKEN
    assert refused.problems


def test_what_changes_nothing_is_not_proposed(desk: Desk) -> None:
    change = desk.opened()
    nothing = DraftRefused(Refusal.EMPTY)
    assert service_publish.submit(desk.context, EDITOR, change) == nothing
    desk.say(change, "Other words")
    desk.say(change, "First lesson")
    assert service_publish.submit(desk.context, EDITOR, change) == nothing


def test_it_is_sent_back_with_a_note(desk: Desk) -> None:
    change = desk.proposed()
    assert service_publish.send_back(desk.context, APPROVER, change, "  Too hard a word ") is None
    row = service_drafts.get_draft(desk.context, change)
    assert (row.state, row.note, row.noted_by) == (DraftState.OPEN, "Too hard a word", "Approver 1")
    again = service_publish.send_back(desk.context, APPROVER, change, "x")
    assert again == DraftRefused(Refusal.NOT_SUBMITTED)
    assert service_publish.submit(desk.context, EDITOR, change) is None
    assert service_drafts.get_draft(desk.context, change).note is None


def test_numbers_and_entries_are_parts_of_a_change(desk: Desk) -> None:
    change = desk.opened()
    numbers = dict(desk.draft(change, NUMBERS).document or {})
    del numbers["3512"]
    desk.save(change, numbers, NUMBERS)
    entries = dict(desk.draft(change, ENTRIES).document or {})
    desk.save(change, {**entries, "12": {"flow": "learn", "name": "poster Nyabugogo"}}, ENTRIES)
    assert service_publish.submit(desk.context, EDITOR, change) is None
    assert isinstance(desk.publish(change), DraftPublished)
    assert [row["number"] for row in desk.live["numbers"]] == ["112"]
    assert desk.live["entries"]["12"] == "learn"
    assert desk.live["entry_names"] == {"12": "poster Nyabugogo"}


@pytest.mark.parametrize(
    ("part", "taken", "why"),
    [(NUMBERS, "112", Refusal.EMERGENCY_NUMBER), (ENTRIES, "11", Refusal.ENTRY_MOVED)],
)
def test_what_must_stay_stays(part: str, taken: str, why: Refusal, desk: Desk) -> None:
    change = desk.opened()
    rows = dict(desk.draft(change, part).document or {})
    del rows[taken]
    desk.save(change, rows, part)
    refused = service_publish.submit(desk.context, EDITOR, change)
    assert isinstance(refused, DraftRefused)
    assert refused.refusal is why


def test_where_both_changed_the_same_somebody_chooses(desk: Desk) -> None:
    change = desk.opened()
    desk.say(change, "My words")
    service_publishing.publish(
        desk.context, playable("Live"), by="Alice", reason="x", of_version=False
    )
    clashes = DraftRefused(Refusal.CLASHES, ("learn",))
    assert service_publish.submit(desk.context, EDITOR, change) == clashes
    assert "learn" in service_publish.draft_to_read(desk.context, change).made.clashes

    asked = update_draft(desk.context, EDITOR, change, once="a form")
    assert isinstance(asked, UpdateClash)
    chosen = {one.key: Side.YOURS for one in asked.parts["learn"].clashes}
    for _ in range(2):
        done = update_draft(desk.context, EDITOR, change, once="a form", settled={"learn": chosen})
        assert done == 2
    assert len(service_drafts.history(desk.context, change)) == 2
    assert service_publish.submit(desk.context, EDITOR, change) is None
    assert isinstance(desk.publish(change), DraftPublished)
    assert desk.live == playable("My words")


def test_live_may_be_chosen(desk: Desk) -> None:
    change = desk.opened()
    desk.say(change, "My words")
    service_publishing.publish(
        desk.context, playable("Live"), by="Alice", reason="x", of_version=False
    )
    asked = update_draft(desk.context, EDITOR, change, once="a form")
    assert isinstance(asked, UpdateClash)
    chosen = {one.key: Side.THEIRS for one in asked.parts["learn"].clashes}
    assert update_draft(desk.context, EDITOR, change, once="a form", settled={"learn": chosen}) == 2
    assert service_publish.submit(desk.context, EDITOR, change) == DraftRefused(Refusal.EMPTY)


def late(desk: Desk, change: int, meanwhile: Callable[[], object]) -> object:
    """Publishes a draft after something else happened since the draft was collected. Returns the result of the
    publication."""
    with desk.context.database.reading() as session:
        gathered = gather_draft(session, change)
    document = assemble(gathered).document
    meanwhile()
    said = Publication(
        published_by="Editor 1", kind=PublicationKind.BY_HAND, reason="a race", draft_id=change
    )
    return service_publish.publish_in_transaction(desk.context, APPROVER, gathered, document, said)


def test_whatever_happens_while_it_is_published_it_is_what_was_read(desk: Desk) -> None:
    changed = DraftRefused(Refusal.CHANGED)
    change = desk.proposed("Other words")

    def edit() -> None:
        desk.say(change, "Worse words")
        assert service_publish.submit(desk.context, EDITOR, change) is None

    assert late(desk, change, edit) == changed
    assert late(desk, change, lambda: desk.say(change, "Worst words")) == changed
    assert desk.live == playable()
    other = desk.proposed("Third words")

    def publish() -> None:
        service_publishing.publish(
            desk.context, playable("Live"), by="Alice", reason="x", of_version=False
        )

    assert late(desk, other, publish) == changed
    assert desk.live == playable("Live")


def test_a_step_that_took_no_proposal_back_is_not_published(desk: Desk) -> None:
    """A process of another version could write such a step."""
    change = desk.proposed("Other words")
    with desk.context.database.writing() as session:
        step = tables.newest_steps(session, change)["learn"]
        session.add(
            DraftStep(
                draft_id=change,
                part="learn",
                version=2,
                document=playable("Worse words")["flows"]["learn"],
                made_by="Editor 2",
                at=step.at,
                about={},
                once="slipped in",
            )
        )
    assert desk.publish(change) == DraftRefused(Refusal.CHANGED)
