"""Tests at every node of the report that hanging up sends the tip, and that `000` erases or marks the tip.

The module decides from its own code what a caller was promised, and does not use `tips/rules.py`.
"""

from collections.abc import Iterator, Mapping
from itertools import product

import pytest
from sqlalchemy import select

from hotline.alerts import service_assignment
from hotline.core.contexts import Job
from hotline.gateway.tables import Assignment
from hotline.text.languages import CODES
from hotline.text.places import districts
from hotline.tips.tables import Tip
from tests.crawler.copies import small
from tests.crawler.dialogue import Dialogue
from tests.crawler.explorer import Explorer, Way
from tests.crawler.standings import Standing
from tests.support.builders import make_responder
from tests.support.callers import Line

PHONE, HELPER = "+250788000001", "+250788000002"
THREE_WAYS = {"yes": "1", "no": "2", "unsure": "3"}
EVERY = [
    (danger, official, CODES[(row + column) % len(CODES)])
    for (row, danger), (column, official) in product(enumerate(THREE_WAYS), enumerate(THREE_WAYS))
]
"""Each possible answer to the question about danger, combined with each answer to the question about officials. Each
answer occurs in every language at least once."""
NO_OFFICIAL = [(danger, "no", language) for danger, language in zip(THREE_WAYS, CODES, strict=True)]


def telling(line: Line, danger: str, official: str, language: str) -> Explorer:
    opening = ("5", THREE_WAYS[danger], THREE_WAYS[official])
    standing = Standing("whoever tells", opening=opening, within=frozenset({"report"}), most=1_500)
    return Explorer(small(line), standing, language)


def promised(answers: Mapping[str, str]) -> str:
    """Returns the state that a tip must have after these answers, if the caller then hangs up.

    After the question about the visit, the report is complete. A report is filed at once if it is about danger and
    names a place, or if it is about a journey abroad today or this week. In all other cases, the tip is a draft.
    """
    if "visit" in answers:
        return "complete"
    leaves = answers.get("province") == "abroad" and answers.get("leaves") in ("today", "week")
    if is_placed(answers) and (answers["danger"] == "yes" or leaves):
        return "filed"
    return "draft"


def is_placed(answers: Mapping[str, str]) -> bool:
    return "district" in answers or answers.get("province") in ("abroad", "unsure")


def tips_of(line: Line, dialogue: Dialogue) -> list[Tip]:
    key = line.context.pseudonyms.session(dialogue.session_id)
    with line.database.reading() as session:
        return [*session.scalars(select(Tip).where(Tip.session_key == key).order_by(Tip.id))]


def ways(explorer: Explorer) -> Iterator[tuple[Way, Mapping[str, str]]]:
    """Yields the path to every screen of the report, with the answers up to that screen."""
    found = [(way, dialogue.run.answers) for dialogue, way in explorer.screens(PHONE)]
    assert len(found) > 10
    yield from found


def enrol_helper(line: Line) -> int:
    """Enrols a responder for every district. One responder already belongs to the national desk."""
    codes = tuple(district.code for district in districts())
    helper = make_responder(msisdn=HELPER, districts=codes)
    with line.database.writing() as session:
        session.add(helper)
        session.flush()
        return helper.id


@pytest.mark.row("C8")
@pytest.mark.parametrize(("danger", "official", "language"), EVERY)
def test_a_hangup_files_as_promised(line: Line, danger: str, official: str, language: str) -> None:
    """The hotline forgets every conversation state, as if Redis were emptied after each hop."""
    helper = enrol_helper(line)
    explorer = telling(line, danger, official, language)
    found = [*ways(explorer)]
    # The search for the screens filed tips too. After a day, a new tip of this phone joins no cluster of them.
    line.clock.turn(days=1)
    for way, answers in found:
        # Eight tips about danger in ten minutes that no one takes would be a storm, which also alerts neighbours.
        line.clock.turn(minutes=45)
        dialogue = explorer.walked(PHONE, way, forgetful=True)
        by_then = promised(answers)
        rung = {row_id for job, row_id in line.jobs.scheduled if job is Job.ASSIGN_TIP}
        tips = tips_of(line, dialogue)
        assert [tip.state for tip in tips] == [by_then]
        assert all((tip.id in rung) == (by_then != "draft") for tip in tips)

        dialogue.hang_up()
        (tip,) = tips_of(line, dialogue)
        told = told_of(line, tip)
        if not is_placed(answers):
            assert (tip.state, tip.place) == ("fragment", answers.get("province", ""))
            assert line.desks_of(tip) == {"national"}
            assert len(told) == ("province" in answers)
            assert helper not in told
            continue
        assert tip.state == ("filed" if by_then == "draft" else by_then)
        at_the_district = tip.place not in ("abroad", "unsure") and official == "no"
        assert line.desks_of(tip) == {"national", *([tip.place] if at_the_district else [])}
        assert told
        assert (helper in told) == at_the_district


def told_of(line: Line, tip: Tip) -> set[int]:
    service_assignment.assign_pending(line.context)
    with line.database.reading() as session:
        return {
            *session.scalars(select(Assignment.responder_id).where(Assignment.tip_id == tip.id))
        }


@pytest.mark.row("C9")
@pytest.mark.parametrize(("danger", "official", "language"), NO_OFFICIAL)
def test_c9_000_at_any_node_erases_what_is_not_filed_and_marks_what_is(
    line: Line, danger: str, official: str, language: str
) -> None:
    explorer = telling(line, danger, official, language)
    for way, answers in ways(explorer):
        dialogue = explorer.walked(PHONE, way)
        if dialogue.ends:
            continue
        by_then = promised(answers)
        dialogue.key("000")
        dialogue.hang_up()
        tips = tips_of(line, dialogue)
        kept = by_then in ("filed", "complete")
        assert [(tip.state, tip.do_not_visit) for tip in tips] == (
            [(by_then, True)] if kept else []
        )
