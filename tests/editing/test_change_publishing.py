"""Tests the path from a submitted draft to callers: a second person reads the draft, and exactly this version is
published."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from hotline.core.actors import Actor
from hotline.editing import service_drafts, service_publish, tables
from hotline.editing.rules_drafts import ENTRIES, NUMBERS, DraftState
from hotline.editing.rules_forms import Side
from hotline.editing.service_draft_steps import update_draft
from hotline.editing.service_drafts import Refusal, gather_draft
from hotline.editing.tables import DraftStep
from hotline.flows import tables as flows_tables
from hotline.flows.check import Code
from hotline.flows.tables import Publication, PublicationKind
from hotline.text.errors import DraftRefused, EditClash
from tests.editing.changing import APPROVER, EDITOR, OTHER, Desk, playable, refusal
from tests.support.clock import Clock


def _english_alone(desk: Desk, by: Any = EDITOR) -> int:
    """Returns a draft in which one text is changed in English only. The two other languages keep the old text."""
    change = desk.opened(by=by)
    flow = copy.deepcopy(dict(desk.draft(change).document or {}))
    flow["nodes"]["one"]["say"]["text"]["en"] = "New in English"
    desk.save(change, flow, by=by)
    return change


@pytest.mark.row("A3")
def test_english_alone_asks_first_and_names_the_languages_left_behind(desk: Desk) -> None:
    change = _english_alone(desk)
    refused = refusal(desk.submit, change)
    assert refused.refusal is Refusal.LANGUAGES_KEPT
    assert [(one.node, one.languages) for one in refused.where] == [("one", ("rw", "fr"))]
    desk.submit(change, keeps_languages=True)
    assert refusal(desk.publish, change).refusal is Refusal.LANGUAGES_KEPT
    desk.publish(change, keeps_languages=True)


@pytest.mark.row("A3")
def test_english_alone_asks_first_in_an_emergency_too(desk: Desk) -> None:
    change = _english_alone(desk, by=APPROVER)
    assert refusal(desk.urgent, change).refusal is Refusal.LANGUAGES_KEPT
    desk.urgent(change, keeps_languages=True)


@pytest.mark.row("A3")
def test_a_second_person_reads_and_publishes(desk: Desk, clock: Clock) -> None:
    change = desk.opened()
    desk.say(change, "Other words")
    assert refusal(desk.publish, change) == DraftRefused(Refusal.NOT_SUBMITTED)
    assert desk.live == playable()
    desk.submit(change)
    seen = desk.seen(change)
    assert (seen.live, seen.document) == (playable(), playable("Other words"))
    assert not desk.problems(change).blocking

    clock.turn(minutes=5)
    done = desk.publish(change)
    assert desk.live == playable("Other words")
    assert desk.context.flow_sets.live() == done.revision_id
    row = desk.row(change)
    assert (row.state, row.ended_at) == (DraftState.LIVE, clock.at)
    with desk.context.database.reading() as session:
        now, before = flows_tables.history(session)
    said = now.kind, now.published_by, now.approved_by, now.draft_id
    assert said == ("by hand", "Editor 1", "Approver 1", change)
    assert before.until == now.published_at
    assert "Approver 1 published change 1: New words" in desk.log[-1]


def test_whoever_had_a_hand_in_it_is_no_second_person(desk: Desk) -> None:
    change = desk.opened()
    desk.say(change, "Words", by=OTHER)
    desk.submit(change)
    for hand in (EDITOR, OTHER, Actor("Another name", 1)):
        assert refusal(desk.publish, change, hand) == DraftRefused(Refusal.OWN_HAND)
    desk.publish(change, EDITOR, alone=True)


def test_somebody_of_the_command_line_is_known_by_the_name(desk: Desk) -> None:
    change = desk.proposed(by=Actor("approver 1"))
    assert refusal(desk.publish, change) == DraftRefused(Refusal.OWN_HAND)


def test_it_goes_live_as_it_was_read_or_not_at_all(desk: Desk) -> None:
    change = desk.proposed("Other words")
    seen = desk.seen(change).digest
    desk.say(change, "Worse words")
    desk.submit(change)
    assert refusal(desk.publish, change, digest=seen) == DraftRefused(Refusal.CHANGED)
    assert desk.live == playable()


def test_what_went_live_meanwhile_is_read_again(desk: Desk) -> None:
    change = desk.proposed("Other words")
    seen = desk.seen(change).digest
    other = playable()
    other["flows"]["front"]["nodes"]["front"]["menu"]["text"]["en"] = "Good day"
    desk.imposes(other)
    assert refusal(desk.publish, change, digest=seen) == DraftRefused(Refusal.CHANGED)

    again = desk.seen(change)
    assert again.live == other
    assert again.change.base_id != again.live_id
    desk.publish(change)
    assert desk.live["flows"]["front"] == other["flows"]["front"], "both are kept"
    assert desk.part("learn") == playable("Other words")["flows"]["learn"]


def test_what_hurts_and_is_new_stops_a_proposal(desk: Desk) -> None:
    change = desk.opened()
    desk.say(change, "They asked 999999")
    refused = refusal(desk.submit, change)
    assert refused.refusal is Refusal.HAS_ERRORS
    places = {(one.flow, one.node, one.code) for one in refused.where}
    assert places == {("learn", "one", Code.NUMBER_UNSIGNED)}
    assert desk.problems(change).blocking == refused.where
    assert desk.row(change).state == DraftState.OPEN


def test_what_hurts_and_is_live_already_stops_nothing(desk: Desk) -> None:
    desk.imposes(playable("They asked 999999"))
    change = desk.opened()
    desk.say(change, "Second words", "two")
    found = desk.problems(change)
    assert (len(found.live_already), list(found.blocking)) == (3, [])
    desk.goes_live(change)


def test_it_is_sent_back_with_a_note(desk: Desk) -> None:
    change = desk.proposed()
    service_publish.send_back(desk.context, APPROVER, change, "  Too hard a word ")
    row = desk.row(change)
    assert (row.state, row.note, row.noted_by) == (DraftState.OPEN, "Too hard a word", "Approver 1")
    submitted, returned = desk.log[-2:]
    assert "Editor 1 submitted change 1 for approval: New words" in submitted
    assert "Approver 1 returned change 1 to the editor: Too hard a word" in returned
    again = refusal(service_publish.send_back, desk.context, APPROVER, change, "x")
    assert again == DraftRefused(Refusal.NOT_SUBMITTED)
    desk.submit(change)
    assert desk.row(change).note is None


def test_numbers_and_entries_are_parts_of_a_change(desk: Desk) -> None:
    change = desk.opened()
    numbers = dict(desk.draft(change, NUMBERS).document or {})
    del numbers["3512"]
    desk.save(change, numbers, NUMBERS)
    entries = dict(desk.draft(change, ENTRIES).document or {})
    desk.save(change, {**entries, "12": {"flow": "learn", "name": "poster Nyabugogo"}}, ENTRIES)
    desk.goes_live(change)
    assert [row["number"] for row in desk.live["numbers"]] == ["112"]
    assert desk.live["entries"]["12"] == "learn"
    assert desk.live["entry_names"] == {"12": "poster Nyabugogo"}


def _without(row: str) -> Callable[[dict[str, Any]], object]:
    return lambda rows: rows.pop(row)


@pytest.mark.parametrize(
    ("part", "edit", "why"),
    [
        (NUMBERS, _without("112"), Refusal.EMERGENCY_NUMBER),
        (ENTRIES, _without("11"), Refusal.ENTRY_MOVED),
        ("learn", _without("start"), Refusal.BROKEN),
        ("learn", lambda flow: flow.update(reason=None), Refusal.BROKEN),
        ("learn", dict, Refusal.EMPTY),
    ],
)
def test_what_must_stay_stays(
    part: str, edit: Callable[[dict[str, Any]], object], why: Refusal, desk: Desk
) -> None:
    change = desk.opened()
    rows = dict(desk.draft(change, part).document or {})
    edit(rows)
    desk.save(change, rows, part)
    refused = refusal(desk.submit, change)
    assert refused.refusal is why
    assert bool(refused.where) is (why in (Refusal.BROKEN, Refusal.ENTRY_MOVED))


@pytest.mark.parametrize("side", Side)
def test_where_both_changed_the_same_somebody_chooses(side: Side, desk: Desk) -> None:
    change = desk.opened()
    desk.say(change, "My words")
    desk.imposes(playable("Live"))
    assert refusal(desk.submit, change) == DraftRefused(Refusal.CLASHES, ("learn",))
    assert "learn" in desk.seen(change).clashes

    with pytest.raises(EditClash) as asked:
        update_draft(desk.context, EDITOR, change, once="a form")
    chosen = {one.key: side for one in asked.value.parts["learn"]}
    for _ in range(2):
        done = update_draft(desk.context, EDITOR, change, once="a form", settled={"learn": chosen})
        assert done == 2
    assert len(service_drafts.history(desk.context, change)) == 2
    if side is Side.THEIRS:
        assert refusal(desk.submit, change) == DraftRefused(Refusal.EMPTY)
    else:
        desk.goes_live(change)
        assert desk.live == playable("My words")


def late(desk: Desk, change: int, meanwhile: Callable[[], object]) -> DraftRefused:
    """Reads a draft, runs `meanwhile`, and then publishes the draft as it was read. Returns the refusal."""
    with desk.context.database.reading() as session:
        gathered = gather_draft(session, change)
    assert gathered.document, "computes the document before the change"
    meanwhile()
    said = Publication(
        published_by="Editor 1", kind=PublicationKind.BY_HAND, reason="a race", draft_id=change
    )
    publish = service_publish.publish_in_transaction
    return refusal(publish, desk.context, APPROVER, gathered, said)


def test_whatever_happens_while_it_is_published_it_is_what_was_read(desk: Desk) -> None:
    changed = DraftRefused(Refusal.CHANGED)
    change = desk.proposed("Other words")

    def edit() -> None:
        desk.say(change, "Worse words")
        desk.submit(change)

    assert late(desk, change, edit) == changed
    assert late(desk, change, lambda: desk.say(change, "Worst words")) == changed
    assert desk.live == playable()
    other = desk.proposed("Third words")
    assert late(desk, other, lambda: desk.imposes(playable("Live"))) == changed
    assert desk.live == playable("Live")


def test_a_step_that_took_no_proposal_back_is_not_published(desk: Desk) -> None:
    """The test writes a step that does not withdraw the submission. A process with another version of the code could
    write such a step."""
    change = desk.proposed("Other words")
    worse = playable("Worse words")["flows"]["learn"]
    with desk.context.database.writing() as session:
        at = tables.newest_steps(session, change)["learn"].at
        step = {"part": "learn", "version": 2, "document": worse, "about": {}, "once": "slipped in"}
        session.add(DraftStep(draft_id=change, made_by="Editor 2", at=at, **step))
    assert refusal(desk.publish, change) == DraftRefused(Refusal.CHANGED)
