"""Tests that a step of a draft is saved completely. Two edits at the same time are merged, or refused if both changed
the same place."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from hotline.editing import service_draft_steps, service_drafts, service_plans, service_publish
from hotline.editing.rules_drafts import DraftState
from hotline.editing.rules_forms import Side
from hotline.editing.service_draft_steps import StepSaved
from hotline.editing.service_drafts import Refusal
from hotline.editing.tables import DraftRow
from hotline.flows.node_fields import nodes_of
from hotline.flows.service_authoring import digest_of
from hotline.text.errors import DraftRefused, EditClash, NotFound
from tests.editing.changing import APPROVER, EDITOR, OTHER, Desk, playable, refusal, saying


def _mine(words: str = "My words") -> dict[str, object]:
    return saying(playable()["flows"]["learn"], words)


def test_a_change_needs_a_title(desk: Desk) -> None:
    untitled = refusal(service_drafts.open_draft, desk.context, EDITOR, "  ")
    assert untitled == DraftRefused(Refusal.UNTITLED)
    change = desk.opened("  Fees \n abroad ")
    ((row, parts),) = service_drafts.list_drafts(desk.context)
    assert (row.id, row.title, row.state, parts) == (change, "Fees abroad", "open", [])
    assert row.created_by == "Editor 1"


def test_the_newest_version_of_a_part_is_the_draft(desk: Desk) -> None:
    change = desk.opened()
    first = desk.draft(change)
    assert (first.version, first.document, first.author) == (-1, playable()["flows"]["learn"], "")

    assert desk.say(change, "Second words").version == 1
    assert desk.say(change, "Third words", by=OTHER).version == 2
    now = desk.draft(change)
    assert (now.document, now.author) == (_mine("Third words"), "Editor 2")
    assert [parts for _, parts in service_drafts.list_drafts(desk.context)] == [["learn"]]
    assert desk.live == playable(), "nobody hears it"
    broken = {"flow": "learn", "nodes": {"one": {"say": {"text": {"rw": ""}}}, "two": {}}}
    desk.save(change, broken)
    assert desk.draft(change).document == broken, "a flow may be half made"


def test_a_flow_may_be_taken_out_and_brought_back(desk: Desk) -> None:
    change = desk.opened()
    desk.save(change, None)
    assert desk.draft(change).document is None
    desk.save(change, {"flow": "learn"})
    lines = service_drafts.history(desk.context, change)
    assert [line.version for line in lines] == [2, 1]
    assert lines[0].about["did"] == "edited"

    service_draft_steps.restore_step(desk.context, OTHER, change, lines[1].id, once="again")
    assert desk.draft(change).document is None
    (newest,) = service_drafts.history(desk.context, change, limit=1)
    assert (newest.about, newest.made_by) == ({"did": "brought_back", "version": 1}, "Editor 2")
    older = service_drafts.history(desk.context, change, before=newest.id)
    assert [one.version for one in older] == [2, 1]


def test_a_form_without_a_new_edit_is_no_step(desk: Desk) -> None:
    """The hotline saves no step for a form that was sent twice, that changes nothing, or whose words another editor
    already saved."""
    change, live = desk.opened(), playable()["flows"]["learn"]
    assert desk.save(change, live) == StepSaved(-1, live)
    assert not service_drafts.history(desk.context, change)
    flow = _mine("Other words")
    both = [desk.save(change, flow, made_of=-1, once="a form") for _ in range(2)]
    assert both == [StepSaved(1, flow), StepSaved(1, flow)]
    assert desk.save(change, flow, by=OTHER, made_of=-1) == StepSaved(1, flow)
    assert len(service_drafts.history(desk.context, change)) == 1
    other = desk.opened()
    assert desk.save(other, flow, once="a form") == StepSaved(1, flow), "of another change"


@pytest.mark.row("A6")
def test_two_who_change_the_same_words_are_asked_and_nothing_is_saved(desk: Desk) -> None:
    change = desk.opened()
    desk.say(change, "Their words", by=OTHER)
    with pytest.raises(EditClash) as clash:
        desk.save(change, _mine(), made_of=-1)
    assert clash.value.author == "Editor 2"
    clashes = clash.value.parts["learn"]
    assert {(one.theirs[:5], one.yours[:2]) for one in clashes} == {("Their", "My")}
    assert len(service_drafts.history(desk.context, change)) == 1

    sides = [Side.THEIRS, Side.YOURS, Side.THEIRS]
    chosen = dict(zip([one.key for one in clashes], sides, strict=True))
    saved = desk.save(change, _mine(), made_of=-1, settled=chosen)
    text = (saved.document or {})["nodes"]["one"]["say"]["text"]
    kept = {one.place.language: side for one, side in zip(clashes, sides, strict=True)}
    words = {Side.THEIRS: "Their words", Side.YOURS: "My words"}
    assert text == {code: f"{words[side]} {code}" for code, side in kept.items()}

    desk.save(change, _mine(), made_of=2)
    assert desk.draft(change).document == _mine()


@pytest.mark.both
def test_two_who_save_at_once_lose_nothing(desk: Desk) -> None:
    """Six forms arrive at the same moment, and each edits the same version of a draft. One of the six edits is saved,
    and the other five are refused."""
    change = desk.opened()
    flows = [_mine(f"Words {n}") for n in range(6)]

    def is_saved(flow: dict[str, object]) -> bool:
        try:
            return bool(desk.save(change, flow, made_of=-1))
        except EditClash:
            return False

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(is_saved, flows)) == 1
    assert len(service_drafts.history(desk.context, change)) == 1


def test_a_change_without_a_step_follows_what_is_live(desk: Desk) -> None:
    """A draft without an edit shows the newest published flows. A form that was opened before the publication is
    compared with the newest published flows."""
    change = desk.opened()
    desk.published("Live words")
    now = desk.draft(change)
    assert (now.version, now.document) == (-2, _mine("Live words"))
    with pytest.raises(EditClash):
        desk.save(change, _mine(), made_of=-1)
    desk.say(change, "My words")
    assert desk.row(change).base_id == 2


def test_an_edit_takes_a_proposal_back_and_what_is_over_is_edited_no_more(desk: Desk) -> None:
    change = desk.proposed()
    assert desk.row(change).state == DraftState.SUBMITTED
    desk.say(change, "Better words")
    row = desk.row(change)
    assert (row.state, row.submitted_by) == (DraftState.OPEN, None)
    service_drafts.drop_draft(desk.context, EDITOR, change)
    over = DraftRefused(Refusal.OVER)
    assert refusal(desk.save, change, {"flow": "learn"}) == over
    assert refusal(service_drafts.drop_draft, desk.context, EDITOR, change) == over
    assert refusal(desk.submit, change) == refusal(desk.publish, change) == over
    assert [row.id for row, _ in service_drafts.list_drafts(desk.context, over=True)] == [change]
    assert not service_drafts.list_drafts(desk.context)


def test_what_is_not_there_is_not_found(desk: Desk) -> None:
    for act in (
        lambda: desk.row(9),
        lambda: desk.draft(9),
        lambda: service_draft_steps.restore_step(desk.context, EDITOR, 9, 1, once="x"),
        lambda: service_publish.send_back(desk.context, APPROVER, 9, "no"),
    ):
        with pytest.raises(NotFound):
            act()


@pytest.mark.row("A6")
def test_two_who_change_different_words_are_both_kept(desk: Desk) -> None:
    change = desk.opened()
    desk.say(change, "Their words", "two", by=OTHER)
    saved = desk.save(change, _mine(), made_of=-1)
    assert desk.draft(change).document == saying(_mine(), "Their words", "two") == saved.document
    assert (saved.version, saved.is_merged) == (2, True)


def test_a_flow_that_one_took_out_and_the_other_changed_is_asked_about(desk: Desk) -> None:
    change = desk.opened()
    desk.save(change, None, by=OTHER)
    with pytest.raises(EditClash) as clash:
        desk.save(change, _mine(), made_of=-1)
    assert [one.key for one in clash.value.parts["learn"]] == [""]
    for side, document in ((Side.THEIRS, None), (Side.YOURS, _mine())):
        saved = desk.save(change, _mine(), made_of=-1, settled={"": side})
        assert saved.document == desk.draft(change).document == document


def turned(flow: dict[str, Any]) -> dict[str, Any]:
    """Returns the same flow with its last screen at the front."""
    *others, last = flow["nodes"]
    return {**flow, "nodes": {name: flow["nodes"][name] for name in (last, *others)}}


def order(desk: Desk) -> list[str]:
    return [*nodes_of(desk.live["flows"]["learn"])]


def test_an_order_is_proposed_read_published_and_brought_back(desk: Desk) -> None:
    flow, first = dict(desk.live["flows"]["learn"]), order(desk)
    change = desk.opened("In order")
    desk.save(change, turned(flow))
    desk.save(change, flow)
    assert refusal(desk.submit, change).refusal is Refusal.EMPTY
    desk.save(change, turned(flow))
    desk.submit(change)
    (screen,) = desk.seen(change).changes.screens
    (moved,) = screen.others
    assert (screen.node, moved.field) == ("", "nodes")
    assert moved.after.split(", ") == [*turned(flow)["nodes"]]
    desk.publish(change)
    assert order(desk) == [*turned(flow)["nodes"]]

    older, _ = service_plans.history(desk.context)[-1]
    desk.back(older.id)
    assert order(desk) == first


def test_files_in_another_order_are_a_change_and_a_version_of_before_is_known(desk: Desk) -> None:
    document = playable()
    document["flows"]["learn"] = turned(document["flows"]["learn"])
    change = service_draft_steps.import_folder(desk.context, EDITOR, document, title="In order")
    assert change is not None
    with desk.context.database.writing() as session:
        session.get_one(DraftRow, change).source = digest_of(document)
    desk.say(desk.opened("By hand"), "Never pay first")
    desk.goes_live(change + 1)
    assert service_draft_steps.publish_version(desk.context, document, "2.0").change == change
