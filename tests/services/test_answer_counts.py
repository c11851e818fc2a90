"""An answer of somebody on a roll is counted in her district."""

from hotline.domain.reach.answers import BEGINS
from hotline.domain.rolls.joining import Roll
from hotline.engine.events import Answered
from hotline.services.rolls import answer_counts
from hotline.store.dialogue import held
from hotline.store.dialogue.contacts import Dialogue
from tests.callers import Line, line
from tests.counts import counts
from tests.services.test_leaders import LEADER, OTHER, code_of, dialled, joins

__all__ = ["line"]

GISAGARA, HUYE = "22", "24"


def answers(line: Line, msisdn: str, *values: str) -> None:
    """A session of this phone in which a question was answered so, one time after the other."""
    dialled(line, msisdn=msisdn)
    with line.database.writing() as session:
        newest = session.query(Dialogue.key).order_by(Dialogue.started_at.desc()).limit(1)
        dialogue = held.hold(session, newest.scalar())
        assert dialogue is not None
        for value in values:
            answer = Answered("heard_of", value)
            answer_counts.log(session, line.kit, dialogue, Roll.LEADERS, msisdn, answer)
        held.keep(session, dialogue)


def answered(line: Line) -> dict[tuple[str, str], int]:
    """By district and answer."""
    found = counts(line.database, "district")
    return {
        (district, measure.removeprefix(BEGINS)): count
        for (district, measure), count in found.items()
        if measure.startswith(BEGINS)
    }


def test_it_counts_once_a_session_in_the_district_of_the_roll(
    line: Line,
) -> None:
    joins(line, code_of(line, "Gisagara"))
    joins(line, code_of(line, "Huye"), OTHER)
    for _ in range(6):
        answers(line, LEADER, "radio", "poster")
    answers(line, OTHER, "radio")

    for _ in range(6):
        answers(line, OTHER, "radio")
    found = answered(line)
    assert found == {(GISAGARA, "heard_of: radio"): 6, (HUYE, "heard_of: radio"): 7}


def test_whoever_is_on_no_roll_is_counted_nowhere(line: Line) -> None:
    answers(line, OTHER, "radio")
    assert answered(line) == {}
