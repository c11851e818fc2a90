"""Tests that each node of the flows has a story, and that a missing node fails the comparison."""

from datetime import UTC, datetime

import pytest

from tests.compare.checkouts import ROOT
from tests.compare.comparison import Found
from tests.compare.draw import EXCUSED, KINDS, MUST_OCCUR, draw
from tests.compare.flow_map import FlowMap

AT = datetime(2027, 1, 11, 4, tzinfo=UTC)
FLOWS = FlowMap.read(ROOT / "flows")
LIVE = FLOWS.with_a_screen()
TARGETS = [(name, FLOWS.entry_of(name) or "") for name in sorted(LIVE)]
WORLDS = draw(25, 300, AT, TARGETS, 10)
STORIES = [story for world in WORLDS for story in world.stories]


def test_every_live_node_is_given_to_a_story_and_every_tale_is_told() -> None:
    assert {target for story in STORIES for target in story.targets} == LIVE - EXCUSED.keys()
    assert {story.tale for story in STORIES} == KINDS.keys()
    assert EXCUSED.keys() <= LIVE


@pytest.mark.parametrize(
    ("seen", "whole", "fails"),
    [
        (LIVE | MUST_OCCUR, True, False),
        ((LIVE | MUST_OCCUR) - {"report.danger"}, True, True),
        ((LIVE | MUST_OCCUR) - {"digit 4 by SMS"}, True, True),
        (frozenset[str](), False, False),
    ],
    ids=["everything", "one node less", "one digit less", "a part of the stories"],
)
def test_what_never_occurred_fails_it(seen: frozenset[str], whole: bool, fails: bool) -> None:
    assert Found([], 300, LIVE, seen, whole, 1.0).fails is fails
