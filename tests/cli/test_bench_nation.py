"""`bin/bench nation`: whole sessions, and what counts as lost."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from tests.callers import Line, line
from tests.chaos.stand.ground import Pair
from tests.load.bench import bench
from tests.load.hops.learnt import LearntAnswers
from tests.load.nation.nation import (
    EACH_TELLS,
    KILLED,
    UNDISTURBED,
    WHOLE,
    NationCallers,
    NationFigures,
    PassFigures,
)

__all__ = ["line"]

QUIET = PassFigures(
    sessions=50,
    cut=0,
    wrong=0,
    hung=0,
    repeats=0,
    seconds=1.0,
    session_rate=50.0,
    rate=350.0,
    p50=1.0,
    p99=2.0,
    client=0.1,
    killed=0,
)
DEATH = replace(QUIET, cut=1, repeats=1, killed=1)
FIGURES = NationFigures(
    pair=Pair.SQLITE,
    passes={UNDISTURBED: QUIET, KILLED: DEATH},
    tips=2,
    alerted=2,
    settled=1.0,
    breaches=(),
    load=1.0,
)


def test_every_session_is_whole_and_one_in_fifty_tells(line: Line) -> None:
    sessions = NationCallers(LearntAnswers(line.kit, 1), "/hook").sessions(2 * EACH_TELLS)
    assert {len(one.hops) for one in sessions} == {WHOLE}
    assert len({one.name for one in sessions}) == 2 * EACH_TELLS
    telling = [one.learnt.tells for one in sessions]
    assert (sum(telling[:EACH_TELLS]), sum(telling[EACH_TELLS:])) == (1, 1)


def test_a_promise_is_what_was_read_and_nothing_before(line: Line) -> None:
    sessions = NationCallers(LearntAnswers(line.kit, 1), "/hook").sessions(EACH_TELLS)
    (told,) = (one for one in sessions if one.learnt.tells)
    said = told.learnt.passed_on
    assert said is not None
    assert told.promise(said) is None
    promise = told.promise(said + 1)
    assert promise is not None
    assert (promise.session_id, promise.place) == (told.name, told.learnt.caller.district)
    assert {one.promise(WHOLE) for one in sessions if one is not told} == {None}


def test_a_caller_who_is_cut_off_by_a_death_is_no_loss() -> None:
    assert FIGURES.whole


@pytest.mark.parametrize(
    "lost",
    [
        replace(FIGURES, breaches=("I1: 11: 0 tips for one that was told",)),
        replace(FIGURES, alerted=1),
        replace(FIGURES, passes={UNDISTURBED: replace(QUIET, cut=1), KILLED: DEATH}),
        replace(FIGURES, passes={UNDISTURBED: QUIET, KILLED: replace(DEATH, wrong=1)}),
        replace(FIGURES, passes={UNDISTURBED: QUIET, KILLED: replace(DEATH, hung=1)}),
        replace(FIGURES, passes={UNDISTURBED: QUIET, KILLED: replace(DEATH, killed=0)}),
    ],
    ids=["a tip", "an alert", "a session", "a wrong answer", "a hop that hung", "nobody died"],
)
def test_whatever_is_lost_ends_with_one(lost: NationFigures) -> None:
    assert not lost.whole


@pytest.mark.chaos
@pytest.mark.slow(reason="waits for real processes to die and to start again")
@pytest.mark.timeout(400)
@pytest.mark.parametrize("pair", [pair.value for pair in Pair])
def test_nothing_that_was_promised_is_lost_while_a_web_process_dies(pair: str) -> None:
    words = ["nation", "--sessions", "60", "--at-once", "8", "--pair", pair, "--json"]
    done = CliRunner().invoke(bench, words)
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["passes"][UNDISTURBED]["sessions"] == 60
    assert figures["passes"][KILLED]["killed"] == 1
    assert figures["tips"] == figures["alerted"] == 2
