"""Tests that the same seed draws the same stories, and that each node of the flows has a story."""

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import cast

import pytest

from tests.compare.checkouts import ROOT, of_tree
from tests.compare.comparison import Found, first_day
from tests.compare.draw import EACH, EXCUSED, GRID, KINDS, MUST_OCCUR, draw
from tests.compare.flow_map import FlowMap
from tests.compare.gateway import Gateway
from tests.compare.hand import Hand
from tests.compare.people import DISTRICTS
from tests.compare.world import APART, second_for

AT = datetime(2027, 1, 11, 4, tzinfo=UTC)
FLOWS = FlowMap.read(ROOT / "flows")
LIVE = FLOWS.with_a_screen()
TARGETS = [(name, FLOWS.entry_of(name) or "") for name in sorted(LIVE)]
WORLDS = draw(25, 300, AT, TARGETS, 10)
STORIES = [story for world in WORLDS for story in world.stories]


def test_a_seed_draws_the_same_stories_again() -> None:
    assert draw(25, 300, AT, TARGETS, 10) == WORLDS
    assert draw(26, 300, AT, TARGETS, 10) != WORLDS
    assert [story.number for story in sorted(STORIES, key=lambda one: one.number)] == [*range(300)]


def test_every_live_node_is_given_to_a_story_and_every_tale_is_told() -> None:
    assert {target for story in STORIES for target in story.targets} == LIVE - EXCUSED.keys()
    assert {story.tale for story in STORIES} == KINDS.keys()
    assert EXCUSED.keys() <= LIVE


def test_no_two_stories_of_a_world_share_the_responders_of_a_district() -> None:
    for world in WORLDS:
        owned = [story.district for story in world.stories if KINDS[story.tale].owns]
        assert len(owned) == len({*owned})
        assert len(world.stories) <= EACH + 3
        assert max(owned) < len(DISTRICTS)


def test_a_step_is_apart_from_what_an_earlier_one_made_due() -> None:
    past: list[tuple[int, int]] = []
    for minute in GRID:
        second = second_for(minute, past)
        near = [at for before, at in past if minute - before in (2, 3, 5)]
        assert all(abs(second - at) >= APART // 2 for at in near)
        past.append((minute, second))
    moments = [60 * minute + second for minute, second in past]
    assert all(one < other for one, other in pairwise(moments))


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


def test_the_first_day_is_after_every_signature() -> None:
    day = first_day(ROOT)
    assert day.weekday() == 0
    assert day.date().isoformat() > "2026-11-24"


def test_the_working_tree_is_copied_with_what_is_not_committed(tmp_path: Path) -> None:
    copy = of_tree(tmp_path)
    ours = ROOT / "tests" / "compare" / "checkouts.py"
    assert (copy.root / ours.relative_to(ROOT)).read_bytes() == ours.read_bytes()
    assert not (copy.root / ".venv").exists()


class ShowsTheDoor:
    """A simulated hotline that shows the same text for all dialled digits."""

    def call(self, _what: str, _form: dict[str, str]) -> tuple[int, str]:
        return 200, "CON Akazi n'umuryango\n1 Mfite kode\n2 English\n3 Français\n0 Ibanze"


@pytest.mark.parametrize(("digits", "node"), [("45", "leaders.door"), ("46", "training.door")])
def test_what_was_dialled_says_which_of_two_equal_screens_is_shown(digits: str, node: str) -> None:
    hand = Hand(
        "+250780000001",
        "caller",
        cast("Gateway", ShowsTheDoor()),
        FLOWS,
        lambda _kind, _text: None,
        Random(1),
        set(),
    )
    hand.dial(digits)
    assert hand.node == node


@pytest.mark.parametrize(
    ("target", "act"),
    [
        ("responders.yours", "1"),
        ("responders.arrives", "2"),
        ("responders.noted", "note_nobody"),
        ("responders.ended_pin", "not_me"),
    ],
)
def test_an_act_leads_to_its_own_answers_alone(target: str, act: str) -> None:
    before = {name for name in FLOWS.before[target] if name.startswith("responders.did:")}
    assert f"responders.did:{act}" in before
    assert (act == "not_me") is ("responders.did:not_me" in before)
