"""Prepares the phone of a responder who was alerted about one case, for each kind of case in the list."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from hotline.alerts import service_assignment
from hotline.alerts.rules_assignment import AssignmentState
from hotline.alerts.tables_drills import Drill
from hotline.cases import service_retention
from hotline.core import rules_trial
from hotline.gateway.tables import Assignment
from hotline.people.rules import Level
from hotline.people.tables import Responder
from hotline.tips.rules import TipOutcome
from hotline.tips.tables import Tip
from tests.crawler.dialogue import Dialogue, Typed
from tests.crawler.phones import NOBODYS_CASE, tell
from tests.crawler.small import large
from tests.support.builders import make_responder, post
from tests.support.callers import DANGER_HERE, Line
from tests.support.taking import close_by_two, take_case

ELSEWHERE = ("0", "2")
"""The keys that lead back to the list of districts and choose another district."""
OF_HERE, OF_ELSEWHERE = "+250788000033", "+250788000034"


@dataclass(frozen=True, slots=True)
class Helper:
    """The phone of a responder who was alerted about only one case, the newest. With `took`, the responder took the
    case before dialling."""

    told: tuple[str, ...] = DANGER_HERE
    national: bool = False
    """If True, this is the only phone of the national desk. Otherwise it belongs to the district of the case."""
    exercise: bool = False
    """If True, the case is a drill."""
    took: bool = False
    corrected: bool = False
    """If True, the caller chose another district after the alert, and a responder there has the case."""
    requested: bool = False
    """If True, another person requested closure, because the person was not found."""

    def __call__(self, line: Line, msisdn: str, language: str) -> Typed:
        as_idle_helper(line, msisdn, language)
        _end_all(line)
        witness = tell(large(line) if self.corrected else line, *self.told)
        key = line.context.pseudonyms.enrolled(msisdn)
        with line.database.writing() as session:
            place = session.scalar(select(Tip.place).order_by(Tip.id.desc()).limit(1))
            hers = session.scalars(select(Responder).where(Responder.number_key == key)).one()
            level = Level.NATIONAL if self.national else Level.RESPONDER
            post(session, hers, level, *([] if place is None else [place]))
            if self.national:
                others = update(Responder).where(Responder.id != hers.id)
                session.execute(others.values(active=False))
        if self.corrected:
            _posted(line, OF_HERE)
        service_assignment.assign_pending(line.context)
        line.clock.turn(seconds=10)
        reference = next(
            row.reference for row in reversed(line.all(Assignment)) if row.responder_id == hers.id
        )
        if self.exercise:
            _rehearse(line)
        if self.took:
            take_case(line.context, hers.id, reference, line.clock())
            line.clock.turn(seconds=10)
        if self.corrected:
            _correct(line, witness)
        if self.requested:
            _request(line)
        return {"case_letters": (reference, NOBODYS_CASE)}


def _request(line: Line) -> None:
    tip_id, outcome = line.tips[-1].id, TipOutcome.NOT_FOUND
    service_retention.close_tip(
        line.context, tip_id, by="A desk", reason="gone", outcome=outcome, only_requests=True
    )
    line.clock.turn(seconds=10)


def _rehearse(line: Line) -> None:
    with line.database.writing() as session:
        tip = session.scalars(select(Tip).order_by(Tip.id.desc()).limit(1)).one()
        tip.channel = rules_trial.DRILL
        begun, over = line.clock(), line.clock() + timedelta(hours=1)
        row = Drill(
            tip_id=tip.id, place=tip.place, desk=tip.place, escalates=False, started_by="Aline"
        )
        row.reason, row.started_at, row.ends_at = "the week of drills", begun, over
        session.add(row)


def _posted(line: Line, msisdn: str) -> int:
    """Enrols a phone in the district of the newest tip. Returns the id of the responder."""
    as_idle_helper(line, msisdn, "rw")
    key = line.context.pseudonyms.enrolled(msisdn)
    with line.database.writing() as session:
        place = session.scalar(select(Tip.place).order_by(Tip.id.desc()).limit(1))
        row = session.scalars(select(Responder).where(Responder.number_key == key)).one()
        row.active = True
        post(session, row, Level.RESPONDER, str(place))
        return row.id


def _correct(line: Line, witness: Dialogue) -> None:
    witness.key("*".join(ELSEWHERE))
    there = _posted(line, OF_ELSEWHERE)
    line.clock.turn(minutes=4)
    service_assignment.fire_deadlines(line.context)
    told_of = next(row for row in reversed(line.all(Assignment)) if row.responder_id == there)
    take_case(line.context, there, told_of.reference, line.clock())
    line.clock.turn(seconds=10)


def as_idle_helper(line: Line, msisdn: str, language: str) -> Typed:
    """Enrols a phone once, for no district."""
    key = line.context.pseudonyms.enrolled(msisdn)
    with line.database.writing() as session:
        hers = select(Responder).where(Responder.number_key == key)
        if session.scalar(hers) is None:
            row = make_responder(name=msisdn[-3:], msisdn=msisdn, language=language, districts=())
            row.number_key = key
            session.add(row)
    return {}


def _end_all(line: Line) -> None:
    """Ends every case, because a responder's list contains alerted and taken cases until they are closed."""
    service_assignment.assign_pending(line.context)
    for row in line.all(Assignment):
        if row.state == AssignmentState.SENT:
            take_case(line.context, row.responder_id, row.reference, line.clock())
    for tip in line.tips:
        if tip.assigned_at is not None and tip.closed_at is None:
            close_by_two(line.context, tip.id)
