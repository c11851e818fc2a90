"""Tests the texts of SMS: the text of the live revision has priority, and otherwise the shipped text is used."""

from dataclasses import dataclass

import pytest

from hotline.core.wording import Template
from hotline.errors import NotReady, StoreUnavailable
from hotline.flows.flow import FlowSet
from hotline.flows.flow_set_cache import PATIENCE, LivePhrases
from hotline.text.phrases import Phrases

SHIPPED = {"rw": {Template.TAKEN.value: "{ref}: cyafashwe"}}


@dataclass
class Shelf:
    said: dict[str, dict[str, str]]
    asked: int = 0
    broken: Exception | None = None

    def live(self) -> int:
        self.asked += 1
        if self.broken is not None:
            raise self.broken
        return 1

    def get(self, revision_id: int) -> FlowSet:
        return FlowSet({}, phrases=self.said)


def said(shelf: Shelf, template: Template = Template.TAKEN) -> str:
    return Phrases(SHIPPED, LivePhrases(shelf)).say("rw", template, ref="K7Q4")


def test_what_was_changed_is_said() -> None:
    assert said(Shelf({})) == "K7Q4: cyafashwe"
    assert said(Shelf({"rw": {"TAKEN": "{ref}: uracyakiriye"}})) == "K7Q4: uracyakiriye"
    assert said(Shelf({"fr": {"TAKEN": "{ref}: pris"}})) == "K7Q4: cyafashwe"


@pytest.mark.parametrize("broken", ["{who} {ref}", "{ref", "{0}"])
def test_words_that_cannot_be_filled_in_hold_up_no_message(broken: str) -> None:
    assert said(Shelf({"rw": {"TAKEN": broken}})) == "K7Q4: cyafashwe"


@pytest.mark.parametrize("broken", [StoreUnavailable("locked"), NotReady("none")])
def test_a_shelf_that_does_not_answer_is_left_alone_for_a_while(broken: Exception) -> None:
    at = [0.0]
    shelf = Shelf({"rw": {"TAKEN": "{ref}: changed"}}, broken=broken)
    live = LivePhrases(shelf, elapsed=lambda: at[0])
    for _ in range(3):
        assert live("rw", Template.TAKEN) is None
    assert shelf.asked == 1
    at[0], shelf.broken = PATIENCE, None
    assert live("rw", Template.TAKEN) == "{ref}: changed"
    shelf.broken = broken
    assert live("rw", Template.TAKEN) == "{ref}: changed", "as it was known last"


def test_what_is_said_without_a_database_asks_none() -> None:
    shelf = Shelf({"rw": {"FAILURE": "changed"}}, broken=StoreUnavailable("gone"))
    assert LivePhrases(shelf)("rw", Template.FAILURE) is None
    assert shelf.asked == 0
