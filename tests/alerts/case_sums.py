"""Checks that the rows on which the escalation policy bases its decisions agree with the log of the case."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select

from hotline.alerts import tables, tables_case_events
from hotline.alerts.tables_case_events import CaseEventRow
from hotline.core.database import Database, Session
from hotline.gateway.rules import MessageKind
from hotline.gateway.tables import IS_BELIEVED, Assignment, Message
from hotline.tips.rules_events import PROOF, LoggedEvent
from hotline.tips.rules_persons import COUNTING_PROOFS
from hotline.tips.tables import Tip


@dataclass(slots=True)
class CaseSum:
    """The responders of a case, in groups by what happened to them, computed from the log of the case."""

    told: set[int] = field(default_factory=set)
    delivered: set[int] = field(default_factory=set)
    taken: set[int] = field(default_factory=set)
    """The responders who took the case by a valid acknowledgement, and have not passed it to another person."""
    opened: set[int] = field(default_factory=set)
    on_site: set[int] = field(default_factory=set)
    offered: set[int] = field(default_factory=set)
    asked: bool = False
    closed: bool = False


def add_up(entries: Iterable[CaseEventRow]) -> CaseSum:
    """Computes the groups of responders from the case events, oldest event first."""
    found = CaseSum()
    people = {
        LoggedEvent.ALERTED: found.told,
        LoggedEvent.DELIVERED: found.delivered,
        LoggedEvent.OPENED: found.opened,
        LoggedEvent.ON_SITE: found.on_site,
        LoggedEvent.OFFERED: found.offered,
    }
    for one in entries:
        who = one.responder_id
        match LoggedEvent(one.kind):
            case LoggedEvent.ACKNOWLEDGED if who is not None:
                counts = one.codes.get(PROOF, "") in COUNTING_PROOFS
                (found.taken.add if counts else found.taken.discard)(who)
            case LoggedEvent.PASSED if who is not None:
                found.taken.discard(who)
            case LoggedEvent.ASKED:
                found.asked = True
            case LoggedEvent.CLOSED:
                found.closed = "waits" not in one.codes
            case LoggedEvent.REOPENED:
                found.closed = False
            case kind if who is not None and kind in people:
                people[kind].add(who)
    return found


def check_logs(database: Database) -> None:
    """Checks that the log of every tip agrees with its rows."""
    with database.reading() as session:
        for tip in session.scalars(select(Tip).order_by(Tip.id)):
            assert of_log(session, tip.id) == of_rows(session, tip)


def of_log(session: Session, tip_id: int) -> CaseSum:
    return add_up(tables_case_events.events_of_tip(session, tip_id))


def of_rows(session: Session, tip: Tip) -> CaseSum:
    def who(*which: object) -> set[int]:
        found = select(Assignment.responder_id).where(Assignment.tip_id == tip.id, *which)  # type: ignore[arg-type]
        return set(session.scalars(found))

    heard = select(Assignment.responder_id).join(Message, Message.assignment_id == Assignment.id)
    heard = heard.where(
        Assignment.tip_id == tip.id,
        Message.kind == MessageKind.ALERT,
        Message.delivered_at.is_not(None),
    )
    took = (Assignment.acknowledged_at.is_not(None), Assignment.passed_at.is_(None), IS_BELIEVED)
    return CaseSum(
        told=who(),
        delivered=set(session.scalars(heard)),
        taken=who(*took),
        opened=who(Assignment.opened_at.is_not(None)),
        on_site=who(Assignment.on_site_at.is_not(None)),
        offered=who(Assignment.handed_to_help_at.is_not(None)),
        asked=tables.question_of_tip(session, tip.id) is not None,
        closed=tip.closed_at is not None,
    )
