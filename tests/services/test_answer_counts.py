"""An answer of somebody on a roll is counted in her district, and shown beside the tips of that district."""

from hotline.domain.evidence.month_figures import KEPT_BACK
from hotline.domain.reach.answers import column_of
from hotline.domain.reach.counters import By
from hotline.domain.rolls.joining import Roll
from hotline.engine.events import Answered
from hotline.services.rolls import answer_counts
from hotline.store.dialogue import held
from hotline.store.dialogue.contacts import Dialogue
from tests.callers import Line, line
from tests.counted_month import counted_month
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


def test_it_counts_once_a_session_in_the_district_of_the_roll_and_small_numbers_are_hidden(
    line: Line,
) -> None:
    joins(line, code_of(line, "Gisagara"))
    joins(line, code_of(line, "Huye"), OTHER)
    for _ in range(6):
        answers(line, LEADER, "radio", "poster")
    answers(line, OTHER, "radio")

    for _ in range(6):
        answers(line, OTHER, "radio")
    told = counted_month(line.kit)
    (radio,) = (one for one in told.figures(By.DISTRICT) if column_of(one) is not None)
    assert column_of(radio) == "heard_of: radio"
    assert told.number(radio) == 13
    column = told.column(radio, By.DISTRICT)
    assert (column[GISAGARA], column[HUYE]) == (KEPT_BACK, 7)
    assert radio not in told.figures(By.LANGUAGE)


def test_whoever_is_on_no_roll_is_counted_nowhere(line: Line) -> None:
    answers(line, OTHER, "radio")
    assert not [one for one in counted_month(line.kit).figures(By.DISTRICT) if "heard" in one]
