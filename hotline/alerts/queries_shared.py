"""Finds the SMS that people got in the last hour, and stores which alerts share one SMS.

Also finds the recent tips about danger in a district, for the rules about a storm of such tips
(`alerts/rules_storm.py`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from hotline.alerts import tables
from hotline.alerts.queries_references import NOT_DELIVERED
from hotline.alerts.rules_storm import HOUR, SEEN_FOR, RecentDanger, SmsPace
from hotline.core import rules_trial
from hotline.core.wording import Template
from hotline.core.writes import add_rows, in_numbers
from hotline.gateway.rules_delivery import DUE_STATES, Priority
from hotline.gateway.rules_message import SHARED, MessageKind
from hotline.gateway.tables import IS_CURRENT, Assignment, Message, SharedAlert
from hotline.tips.queries_visible import is_not_excluded
from hotline.tips.rules import OVERSEEN, Urgency
from hotline.tips.tables import Grant, Tip

MAX_DANGERS = 2000
"""The largest number of recent dangers that are read for a storm. If there are more, only the newest are read."""


class OpenShare(NamedTuple):
    """An SMS about several cases that was certainly not sent yet. Further alerts may join it."""

    message_id: int
    priority: int
    due: datetime


class SentSms:
    """The SMS that some people got in the last hour, and the SMS to them that are due later."""

    def __init__(self, session: Session, responder_ids: Collection[int], at: datetime) -> None:
        self.paces: dict[int, SmsPace] = defaultdict(SmsPace)
        self.open: dict[tuple[int, str, str], OpenShare] = {}
        """The SMS that further alerts may join, by person, template and place."""
        self.later: set[tuple[int, str]] = set()
        """The person and the template of each SMS that is due later."""
        rests = and_(Message.state.in_(DUE_STATES), Message.counted == 0)
        is_open = and_(Message.template.in_(SHARED), rests)
        rows = session.execute(
            select(
                Message.id,
                Message.responder_id,
                Message.created_at,
                Message.priority,
                Message.template,
                Message.parameters,
                is_open,
            ).where(
                in_numbers(session, Message.responder_id, responder_ids),
                Message.kind == MessageKind.ALERT,
                Message.priority != Priority.DRILL,
                or_(Message.created_at > at - HOUR, is_open),
            )
        )
        for id, who, created_at, priority, template, parameters, joins in rows:
            pace = self.paces[who]
            waits = created_at > at
            pace.add(created_at, waits=waits)
            if waits:
                self.later.add((who, template))
            if joins:
                key = (who, template, parameters.get("place", ""))
                self.open[key] = OpenShare(id, priority, created_at)
            elif template == Template.SHARED_OPEN.name:
                pace.open_at = max(created_at, pace.open_at or created_at)

    def due_by_place(self) -> dict[str, dict[int, datetime]]:
        """Returns the due time of each SMS about further dangers, by the name of the district and by person."""
        found: dict[str, dict[int, datetime]] = defaultdict(dict)
        for (who, _, place), one in self.open.items():
            found[place][who] = one.due
        return found


def link(
    session: Session, pairs: Sequence[tuple[int, int]], notices: Iterable[tuple[int, int]]
) -> None:
    """Stores for each of these assignments the SMS that it shares with others. One SMS may contain several notices
    about an assignment."""
    columns = SharedAlert.assignment_id, SharedAlert.message_id
    add_rows(session, SharedAlert, columns, pairs, {SharedAlert.is_notice: False})
    for assignment_id, message_id in notices:
        row = SharedAlert(assignment_id=assignment_id, message_id=message_id, is_notice=True)
        session.merge(row)


def hasten(session: Session, message_id: int, priority: int, due: datetime) -> None:
    """Makes a shared SMS as urgent as its most urgent case, and due when its first case is."""
    row = session.get_one(Message, message_id)
    row.priority = min(row.priority, priority)
    if due < row.created_at:
        row.created_at = row.next_at = due


def cases_left(session: Session, message: Message) -> int:
    """Returns the number of open cases in a shared SMS that no responder has taken since the alert.

    A case with a notice counts even if a responder has taken it.
    """
    later = aliased(Assignment)
    taken = select(later.id).where(
        later.tip_id == Assignment.tip_id, later.acknowledged_at > Assignment.created_at
    )
    found = (
        select(func.count(Assignment.tip_id.distinct()))
        .join(SharedAlert, SharedAlert.assignment_id == Assignment.id)
        .join(Tip, Tip.id == Assignment.tip_id)
        .where(SharedAlert.message_id == message.id, Tip.closed_at.is_(None), IS_CURRENT)
        .where(
            or_(SharedAlert.is_notice, ~taken.exists()), is_not_excluded(message.responder_id or 0)
        )
    )
    return session.scalar(found) or 0


def shared_assignments(session: Session, message_id: int) -> Sequence[Assignment]:
    """Returns the assignments of a shared SMS, the oldest first."""
    joined = select(Assignment).join(SharedAlert, SharedAlert.assignment_id == Assignment.id)
    here = joined.where(SharedAlert.message_id == message_id)
    return session.scalars(here.order_by(Assignment.id)).all()


def asked_before(
    session: Session, tip_ids: Collection[int], at: datetime
) -> Mapping[tuple[int, int], set[str]]:
    """Returns the templates of earlier alerts about these tips at their present urgency, by tip and responder.

    Leaves out alerts that did not arrive, because the responder knows nothing of them.
    """
    found: dict[tuple[int, int], set[str]] = defaultdict(set)
    own = Message.assignment_id == Assignment.id
    shared = and_(SharedAlert.assignment_id == Assignment.id, SharedAlert.message_id == Message.id)
    for joins in (own, shared):
        rows = session.execute(
            select(Assignment.tip_id, Assignment.responder_id, Message.template)
            .join(Tip, Tip.id == Assignment.tip_id)
            .where(
                joins,
                in_numbers(session, Assignment.tip_id, tip_ids),
                Assignment.created_at >= Tip.assigned_at,
                Assignment.created_at < at,
                Message.kind == MessageKind.ALERT,
                Message.state.not_in(NOT_DELIVERED),
            )
        )
        for tip_id, who, template in rows:
            found[tip_id, who].add(template)
    return found


def has_spare(session: Session, since: datetime, most: int) -> bool:
    """Returns True if fewer SMS than `most` were written since the beginning of the day."""
    some = select(Message.id).where(Message.created_at >= since).limit(most).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) < most


def recent_dangers(
    session: Session, places: Collection[str], at: datetime
) -> Sequence[RecentDanger]:
    """Returns the tips that became a danger in these districts in the last `SEEN_FOR`, the oldest first."""
    became, since = func.coalesce(Tip.danger_at, Tip.filed_at), at - SEEN_FOR
    untaken = and_(Tip.assignee_id.is_(None), Tip.closed_at.is_(None))
    rows = session.execute(
        select(
            Tip.id,
            Tip.place,
            Tip.sector,
            Tip.contact_key,
            func.coalesce(became, at),
            Tip.words_at.is_not(None),
            untaken,
        )
        .where(
            or_(and_(Tip.danger_at.is_(None), Tip.filed_at > since), Tip.danger_at > since),
            Tip.urgency == Urgency.DANGER,
            Tip.place.in_(places),
            Tip.official != OVERSEEN,
            Tip.channel.not_in(rules_trial.UNCOUNTED),
        )
        .order_by(became.desc(), Tip.id.desc())
        .limit(MAX_DANGERS)
    )
    return [RecentDanger(*row) for row in reversed(rows.all())]


def storms(session: Session, places: Iterable[str]) -> dict[str, datetime]:
    """Returns the end of each present or past storm in these districts."""
    rows = session.execute(
        select(tables.Storm.place, tables.Storm.until).where(tables.Storm.place.in_(places))
    )
    return {place: until for place, until in rows}  # noqa: C416


def granted_desks(session: Session, tip_ids: Collection[int]) -> Mapping[int, set[str]]:
    """Returns the desks that may read each tip."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = select(Grant.tip_id, Grant.desk_code)
    for tip_id, code in session.execute(rows.where(in_numbers(session, Grant.tip_id, tip_ids))):
        found[tip_id].add(code)
    return found


def mark_storm(session: Session, tip_ids: Collection[int], at: datetime) -> None:
    """Marks these tips about danger: only one person is alerted of each, because there is a storm."""
    marked = update(Tip).where(in_numbers(session, Tip.id, tip_ids)).values(storm_at=at)
    session.execute(marked.execution_options(synchronize_session=False))
