"""Tests that a software release never replaces texts that people published. The changes of the release become a draft,
which a person reads like any other draft."""

import copy
from typing import Any

import pytest

from hotline.editing import service_draft_steps, service_drafts, service_plans, service_reviews
from hotline.editing import tables as editing_tables
from hotline.editing.rules_drafts import ENTRIES, PHRASES
from hotline.editing.service_draft_steps import VersionReleased
from hotline.flows import tables
from hotline.flows.rules_reviews import Signature, texts_of
from hotline.text.errors import FlowInvalid
from tests.editing.changing import APPROVER, EDITOR, OTHER, Desk, playable, saying
from tests.editing.test_emergencies import urgent
from tests.support.builders import NOON
from tests.support.clock import Clock

SIGNED = Signature("learn.one.say.text", "rw", "0123456789abcdef", "Reader 1", NOON.date())


def shipped(words: str = "New of the version") -> dict[str, Any]:
    """Returns the flow set of a release, with other words on the second screen."""
    document = playable()
    saying(document["flows"]["learn"], words, "two")
    return document


def released(desk: Desk) -> VersionReleased:
    return service_draft_steps.publish_version(desk.context, shipped(), "2")


def test_a_version_is_live_where_nobody_published_another(desk: Desk) -> None:
    assert released(desk) == VersionReleased(2)
    assert released(desk) == VersionReleased(2)
    assert desk.live == shipped()
    assert not service_drafts.list_drafts(desk.context)


def test_a_version_follows_a_person_only_when_it_was_read(desk: Desk) -> None:
    change = desk.opened()
    front = copy.deepcopy(dict(desk.draft(change, "front").document or {}))
    front["nodes"]["front"]["menu"]["text"] = dict.fromkeys(("rw", "fr", "en"), "Good day")
    desk.save(change, front, "front")
    desk.goes_live(change)

    for _ in range(2):
        told = released(desk)
        assert told == VersionReleased(2, 2, "Editor 1")
    assert desk.live["flows"]["learn"] == playable()["flows"]["learn"]
    ((row, parts),) = service_drafts.list_drafts(desk.context)
    assert (row.id, row.title, parts) == (2, "What version 2 brings", ["learn"])
    (line,) = service_drafts.history(desk.context, 2)
    assert (line.about, line.made_by) == ({"did": "imported", "source": "2"}, "line")

    desk.goes_live(2)
    assert desk.live["flows"] == {**shipped()["flows"], "front": front}, "both are kept"
    assert released(desk).change == 2, "and it is not asked again"


@pytest.mark.parametrize("act", ["emergency", "back"])
def test_every_word_of_a_person_is_kept(act: str, desk: Desk) -> None:
    if act == "emergency":
        urgent(desk)
    else:
        desk.published("Other words")
        first, _ = service_plans.history(desk.context)[-1]
        desk.back(first.id)
    before = desk.live
    assert released(desk).change is not None
    assert desk.live == before


def test_a_version_that_says_nothing_new_brings_nothing(desk: Desk) -> None:
    desk.published("Other words")
    assert service_draft_steps.publish_version(desk.context, playable(), "2") == VersionReleased(
        2, None, "Editor 1"
    )
    assert not service_drafts.list_drafts(desk.context)


def test_a_version_is_refused_where_live_cannot_be_played_any_more(desk: Desk) -> None:
    desk.published("Other words")
    with desk.context.database.writing() as session:
        broken = {**playable(), "flows": {"front": {"flow": "front", "nodes": {}}}}
        row = tables.add_revision(session, digest="broken", document=broken, at=desk.context.now())
        live = tables.live_revision(session)
        assert live is not None
        assert live.live_from is not None
        row.live_from = live.live_from.replace(year=2099)
    with pytest.raises(FlowInvalid):
        released(desk)


def test_a_release_presses_what_is_live_for_this_code(desk: Desk) -> None:
    desk.published("Other words")
    with desk.context.database.writing() as session:
        row = session.get_one(tables.Revision, 2)
        row.pressed, row.pressed_mark = "of another version", "another"
    released(desk)
    with desk.context.database.reading() as session:
        row = session.get_one(tables.Revision, 2)
        assert row.pressed_mark != "another"
    assert desk.context.flow_sets.get(2).flows["learn"].nodes["one"]


def test_signatures_of_the_files_are_kept(desk: Desk) -> None:
    for _ in range(2):
        service_draft_steps.publish_version(desk.context, playable(), "1", [SIGNED])
    with desk.context.database.reading() as session:
        assert editing_tables.all_signatures(session) == [SIGNED]
        assert editing_tables.all_signatures(session, "rw") == [SIGNED]
        assert not editing_tables.all_signatures(session, "fr")


def out_of_a_folder(desk: Desk, document: dict[str, Any]) -> int | None:
    return service_draft_steps.import_folder(desk.context, EDITOR, document, title="A folder")


def test_a_folder_becomes_a_change_of_what_differs(desk: Desk) -> None:
    assert out_of_a_folder(desk, playable()) is None
    edited = shipped()
    edited["entries"]["12"] = "learn"
    change = out_of_a_folder(desk, edited)
    assert change is not None
    assert [*service_drafts.part_drafts(desk.context, change)] == ["learn", ENTRIES]
    assert desk.draft(change, "learn").document == edited["flows"]["learn"]
    assert desk.seen(change).document == edited


def test_a_folder_that_says_no_phrase_takes_none_back(desk: Desk) -> None:
    change = desk.opened()
    desk.save(change, {"rw": {"TAKEN": "{ref}: uracyakiriye"}}, PHRASES)
    desk.goes_live(change)
    assert desk.live["phrases"] == {"rw": {"TAKEN": "{ref}: uracyakiriye"}}
    taken = out_of_a_folder(desk, shipped())
    assert taken is not None
    assert desk.seen(taken).document["phrases"] == desk.live["phrases"]


DANGER = "tell.danger.menu.choices"


def signed_places(desk: Desk) -> set[tuple[str, str, str]]:
    return {
        (one.place, one.language, one.by) for one in service_reviews.all_signatures(desk.context)
    }


def sign(desk: Desk, *places: str) -> None:
    texts = {text.place: text for text in texts_of(playable()["flows"])}
    signed = [texts[place] for place in places]
    for new in (len(places), 0):
        assert service_reviews.sign(desk.context, APPROVER, signed, "rw") == new


def publish(desk: Desk, flow: dict[str, Any], part: str) -> None:
    change = desk.opened()
    desk.save(change, flow, part, by=OTHER)
    desk.goes_live(change)


def test_somebody_signs_once(desk: Desk, clock: Clock) -> None:
    sign(desk, "learn.one.say.text")
    (one,) = service_reviews.all_signatures(desk.context, "rw")
    assert (one.by, one.on) == ("Approver 1", clock.at.date())


def test_a_choice_that_moves_up_keeps_who_has_read_it(desk: Desk) -> None:
    sign(desk, f"{DANGER}.0.label", f"{DANGER}.1.label")
    flow = copy.deepcopy(playable()["flows"]["tell"])
    choices = flow["nodes"]["danger"]["menu"]["choices"]
    choices.insert(0, choices.pop(1))
    choices[1]["label"] = {**choices[1]["label"], "rw": "Yego rwose"}
    publish(desk, flow, "tell")
    moved = (f"{DANGER}.0.label", "rw", "Approver 1")
    assert moved in signed_places(desk)
    text = next(text for text in texts_of(desk.live["flows"]) if text.place == f"{DANGER}.0.label")
    assert any(
        one.digest == text.digest("rw") for one in service_reviews.all_signatures(desk.context)
    )
    changed = next(t for t in texts_of(desk.live["flows"]) if t.place == f"{DANGER}.1.label")
    assert not any(
        one.place == changed.place and one.digest == changed.digest("rw")
        for one in service_reviews.all_signatures(desk.context)
    )


def test_a_screen_that_is_renamed_keeps_who_has_read_it(desk: Desk) -> None:
    sign(desk, "learn.two.say.text")
    flow = copy.deepcopy(playable()["flows"]["learn"])
    flow["nodes"]["second"] = flow["nodes"].pop("two")
    flow["nodes"]["one"]["say"]["goes"] = "second"
    publish(desk, flow, "learn")
    assert ("learn.second.say.text", "rw", "Approver 1") in signed_places(desk)
