"""Tests that reviews stay with a text when it moves, and are lost when the text changes."""

import copy
from typing import Any

from hotline.editing import service_reviews
from hotline.flows.rules_reviews import texts_of
from tests.editing.changing import APPROVER, OTHER, Desk, desk, playable
from tests.support.clock import Clock

__all__ = ["desk"]

DANGER = "tell.danger.menu.choices"


def signed_places(desk: Desk) -> set[tuple[str, str, str]]:
    return {
        (one.place, one.language, one.by) for one in service_reviews.all_signatures(desk.context)
    }


def sign(desk: Desk, *places: str) -> None:
    texts = {text.place: text for text in texts_of(playable()["flows"])}
    assert service_reviews.sign(
        desk.context, APPROVER, [texts[place] for place in places], "rw"
    ) == len(places)
    assert (
        service_reviews.sign(desk.context, APPROVER, [texts[place] for place in places], "rw") == 0
    )


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
