"""What the benches key and learn, on the shipped flows, and what their tables say."""

import random
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from hotline.errors import ProgramMissing
from hotline.store.dialogue.contacts import Dialogue
from hotline.store.tips.tips import Tip
from tests.callers import Line, line
from tests.floorplan.tree import ROOT
from tests.load.hops.endpoints import HopPart, part_of
from tests.load.hops.habits import LANGUAGES, MIDDLE, SHARES, Caller, Habit, drawn, keyed
from tests.load.hops.hits import WaysCount, hit_rate
from tests.load.hops.hop import table
from tests.load.hops.learnt import LearntAnswers
from tests.load.hops.peer import peer_beside
from tests.load.hops.rounds import HopFigures, PacedFigures, PartFigures
from tests.load.load import BUSY

__all__ = ["line"]

EACH_SEED = 7


@pytest.fixture
def learnt(line: Line) -> LearntAnswers:
    return LearntAnswers(line.kit, EACH_SEED)


def test_the_page_has_the_shares_that_are_drawn() -> None:
    """A reader judges the mixed figures by them."""
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    said = dict(re.findall(r"^\| `([a-z ]+)` \| (\d+) \| [a-z]", page, re.M))
    assert {name: int(share) for name, share in said.items()} == {
        habit.value: share for habit, share in SHARES.items()
    }
    assert sum(SHARES.values()) == 100
    assert sum(share for _, share in LANGUAGES.values()) == 100


def test_every_habit_has_its_share_and_a_seed_repeats_all_of_it() -> None:
    callers = list(drawn(random.Random(1), 200))
    assert Counter(one.habit for one in callers) == {
        habit: 2 * share for habit, share in SHARES.items()
    }
    assert callers == list(drawn(random.Random(1), 200))
    assert {one.language for one in callers} == set(LANGUAGES)


def test_a_session_goes_on_until_its_last_key_or_the_line_ends_it() -> None:
    caller, dice = Caller(Habit.READS), random.Random(1)
    assert len(keyed(caller, dice, lambda _: "CON 1 Yego\n9 Komeza")) == 1 + MIDDLE
    assert keyed(caller, dice, lambda _: "END Murakoze") == [""]


def test_many_ways_are_walked_and_few_callers_go_the_same_one(learnt: LearntAnswers) -> None:
    sessions = list(learnt.sessions(30))
    ways = {one.texts for one in sessions if one.caller.habit is not Habit.LEAVES}
    assert len(ways) > 20
    assert all(answer.startswith(("CON ", "END ")) for one in sessions for answer in one.answers)
    assert {part_of(one) for one in sessions} == {HopPart.MENU, HopPart.COUNTED, HopPart.TOLD}


def test_who_does_not_tell_leaves_no_tip(line: Line, learnt: LearntAnswers) -> None:
    others: dict[Habit, int] = {habit: 1 for habit in Habit if habit is not Habit.TELLS}
    list(learnt.sessions(15, others))
    assert line.all(Tip) == []
    assert line.all(Dialogue)


def test_who_tells_is_told_that_it_is_passed_on(line: Line, learnt: LearntAnswers) -> None:
    """In her language, and her tip is filed for the district that she chose, on whatever page that is."""
    told = list(learnt.sessions(24, {Habit.TELLS: 1}))
    passed_on = [one for one in told if one.passed_on is not None]
    assert {one.caller.language for one in passed_on} == set(LANGUAGES)
    filed = Counter(tip.place for tip in line.tips if tip.state != "draft")
    assert filed == Counter(one.caller.district for one in passed_on)


def test_a_hit_rate_is_of_the_hops_in_between_and_none_where_nobody_counts() -> None:
    assert hit_rate(WaysCount(10, 5), WaysCount(40, 15)) == 0.75
    assert hit_rate(WaysCount(10, 5), WaysCount(10, 5)) is None
    assert hit_rate(None, None) is None
    assert WaysCount.read(WaysCount(3, 4).told()) == WaysCount(3, 4)


@pytest.mark.parametrize(("client", "marks"), [(BUSY - 0.1, 0), (BUSY + 0.1, 2)])
def test_a_row_of_which_the_client_was_the_limit_is_marked(client: float, marks: int) -> None:
    full = {HopPart.MENU: PartFigures(9.0, 1.0, 9.0, 1.0, None, 0.5)}
    half = {HopPart.MENU: PacedFigures(4.5, 1.0, 2.0, 1.0, client)}
    shown: Sequence[str] = list(table({"line": HopFigures(full, half)}))
    assert sum("!" in row for row in shown) == marks


def test_without_node_there_is_no_peer_and_one_line_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProgramMissing, match="no Node on this machine"), peer_beside(tmp_path):
        pass
