"""Reads and writes the assignments of tips: which responders were alerted, who took the case, and which alerts are
still to be sent."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from hotline.alerts.queries_references import usable_reference
from hotline.alerts.rules_assignment import AlertedResponder, AssignmentState, Candidate, Case
from hotline.alerts.rules_escalation import NO_ONE, WaitingTip
from hotline.alerts.tables_drills import IS_OF_CASE
from hotline.core import database, rules_trial
from hotline.core.database import add_if_new, add_rows, change_rows, in_numbers, new_ids
from hotline.gateway import tables
from hotline.gateway.rules import MessageKind, MessageState, Wording
from hotline.gateway.tables import (
    HELD,
    IS_BELIEVED,
    IS_CURRENT,
    Assignment,
    Deadline,
    Dialogue,
    Message,
    assigned_to,
)
from hotline.people import tables_desks, tables_roster
from hotline.people.rules import DeskKind, Level
from hotline.people.rules_roster import OFF_DUTY
from hotline.people.tables import IS_RUNNING, Membership, Responder, active_conditions
from hotline.people.tables_desks import Desk
from hotline.text.places import ABROAD, MET, NATIONAL, alert_place, is_camp
from hotline.tips import queries_visible
from hotline.tips import tables as tips_store
from hotline.tips.rules import OVERSEEN, DeadlineKind, TipState, Urgency, visit_facts
from hotline.tips.tables import IS_WAITING, Grant, PendingAlert, Tip

LOAD_PERIOD = timedelta(days=1)
"""The load of a responder is the number of assignments that they got within this time and have not answered."""
MAX_LOAD = 200
"""The hotline counts at most this number of unanswered assignments for one responder. This limit keeps the query fast
for a responder with very many assignments. If several responders have reached this limit, the next tip goes to the
responder who has waited longest since their newest assignment."""


def tip_for_writing(session: Session, tip_id: int) -> Tip:
    """Returns a tip, and locks it until the transaction ends.

    Two processes that escalate the same tip then work one after the other.
    """
    locked_tip = select(Tip).where(Tip.id == tip_id).with_for_update(key_share=True)
    return session.scalars(locked_tip).one()


def roster(session: Session, at: datetime, known: Collection[Candidate] = ()) -> list[Candidate]:
    """Returns every active responder, with the number of recent assignments that they have not answered. If `known` is
    given, takes these numbers from `known` and does not count the assignments again.

    A responder is in the list several times if they have several escalation levels or several ranks on the duty roster.
    For example, a person may be on duty as deputy in one district, and off duty as coordinator in another district.
    """
    hands = {one.id: (one.load, one.alerted_at) for one in known} or _recent_work(session, at)
    ranks = tables_roster.roster(session, at, at).ranks(at)
    oversight = tables_desks.every_oversight(session)
    places: dict[tuple[int, Level, frozenset[str], int], set[str]] = defaultdict(set)
    spoken: dict[int, frozenset[str]] = {}
    own = (Membership.level, Membership.categories, Membership.desk_code)
    member = select(Membership.responder_id, *own, Responder.languages)
    member = member.join(Responder, Responder.id == Membership.responder_id)
    for id, level, categories, desk, languages in session.execute(
        member.where(IS_RUNNING, *active_conditions(at))
    ):
        spoken[id] = frozenset(languages)
        rank = ranks[desk].get(id, OFF_DUTY) if desk in ranks else 1
        places[id, Level(level), frozenset(categories), rank].add(desk)
    return [
        Candidate(
            *(id, level, frozenset(desks - {NATIONAL}), kinds),
            *hands.get(id, (0, None)),
            *(rank, spoken[id]),
            oversees=not oversight.isdisjoint(desks),
        )
        for (id, level, kinds, rank), desks in places.items()
    ]


def allowed_roster(session: Session, tip_id: int, at: datetime) -> list[Candidate]:
    """Returns the roster without the people who are excluded from the tip."""
    excluded = queries_visible.excluded_responders(session, [tip_id]).get(tip_id, NO_ONE)
    return [person for person in roster(session, at) if person.id not in excluded]


def _recent_work(session: Session, at: datetime) -> dict[int, tuple[int, datetime | None]]:
    """Returns for each active responder the number of unanswered recent assignments, and the time of the newest recent
    assignment."""
    own = (
        Assignment.responder_id == Responder.id,
        Assignment.created_at > at - LOAD_PERIOD,
        IS_OF_CASE,
    )
    some = (
        select(Assignment.id).where(*own, Assignment.state == AssignmentState.SENT).limit(MAX_LOAD)
    )
    load = select(func.count()).select_from(some.correlate(Responder).subquery()).scalar_subquery()
    newest = select(func.max(Assignment.created_at)).where(*own).scalar_subquery()
    rows = session.execute(select(Responder.id, load, newest).where(*active_conditions(at)))
    return {id: (load, alerted_at) for id, load, alerted_at in rows}


def languages(session: Session, responder_ids: Collection[int]) -> dict[int, str]:
    query = select(Responder.id, Responder.languages).where(Responder.id.in_(responder_ids))
    return {id: spoken[0] for id, spoken in session.execute(query)}


def alerted_by_tip(session: Session, tip_ids: Collection[int]) -> dict[int, list[AlertedResponder]]:
    """Returns for each tip the responders who were alerted of the tip. Leaves out responders whose assignment the
    hotline has ended.

    A responder may have different escalation levels in different districts. The result contains the responder's level
    in the tip's district. Responders of oversight desks have the escalation level `NATIONAL`.
    """
    is_shared = or_(Tip.place == ABROAD, Tip.storm_at.is_not(None))
    border = select(Grant.desk_code).where(
        Grant.tip_id == Tip.id, is_shared, Grant.desk_code != NATIONAL
    )
    camp = Membership.desk_code.in_(select(Desk.code).where(Desk.kind == DeskKind.PROTECTION))
    near = _level_at(or_(Membership.desk_code.in_(border.correlate(Tip)), camp))
    home = _level_at(Membership.desk_code == Tip.place)
    row = (Assignment.tip_id, Assignment.responder_id, Responder.level, Tip.official, home, near)
    rows = session.execute(
        select(*row, Assignment.step < Tip.place_step)
        .join(Responder, Responder.id == Assignment.responder_id)
        .join(Tip, Tip.id == Assignment.tip_id)
        .where(Assignment.tip_id.in_(tip_ids), IS_CURRENT)
    )
    found: dict[int, list[AlertedResponder]] = {tip_id: [] for tip_id in tip_ids}
    for tip_id, person, level, official, local, at_partner, earlier in rows:
        is_local = level != Level.NATIONAL and official != OVERSEEN
        rank = Level(local or at_partner or level) if is_local else Level.NATIONAL
        is_beside = local is None and at_partner is not None
        found[tip_id].append(AlertedResponder(person, rank, is_local and bool(earlier), is_beside))
    return found


def _level_at(desk: ColumnElement[bool]) -> ScalarSelect[str | None]:
    is_member = (Membership.responder_id == Responder.id, desk, IS_RUNNING)
    return select(func.min(Membership.level)).where(*is_member).scalar_subquery()


def next_step(session: Session, tip_id: int) -> int:
    return _next(session, [tip_id]).get(tip_id, 0)


def is_taken(session: Session, tip_id: int) -> bool:
    """Returns True if the tip has an assignee."""
    return session.get_one(Tip, tip_id).assignee_id is not None


def newest_assignment(session: Session, tip_id: int, responder_id: int) -> Assignment | None:
    """Returns the newest assignment of a tip to a responder, or None. Leaves out assignments that the hotline has
    ended."""
    assignments = select(Assignment).where(*assigned_to(tip_id, responder_id), IS_CURRENT)
    newest = assignments.order_by(Assignment.id.desc()).limit(1)
    return session.scalars(newest).one_or_none()


def assignments_to(session: Session, tip_id: int, responder_id: int) -> Sequence[Assignment]:
    """Returns every assignment of a tip to a responder, except those that the hotline has ended."""
    is_assigned = assigned_to(tip_id, responder_id)
    return session.scalars(select(Assignment).where(*is_assigned, IS_CURRENT)).all()


def newest_by_responder(session: Session, tip_id: int) -> dict[int, Assignment]:
    """Returns for each responder the newest assignment of the tip to them, keyed by responder id."""
    is_current = (Assignment.tip_id == tip_id, IS_CURRENT)
    rows = session.scalars(select(Assignment).where(*is_current).order_by(Assignment.id))
    return {row.responder_id: row for row in rows}


def references_of_tip(session: Session, tip_id: int) -> Sequence[str]:
    """Returns the references by which responders know a tip, the oldest first. Each alerted responder has a reference
    of their own."""
    first = (Assignment.tip_id == tip_id, Assignment.repeats_id.is_(None))
    return session.scalars(select(Assignment.reference).where(*first).order_by(Assignment.id)).all()


def national(session: Session, responder_ids: Collection[int]) -> frozenset[int]:
    """Returns the ids of those responders who belong to the national desk."""
    is_national = (Responder.id.in_(responder_ids), Responder.level == Level.NATIONAL)
    return frozenset(session.scalars(select(Responder.id).where(*is_national)))


def references_by_responder(
    session: Session, tip_ids: Collection[int]
) -> dict[tuple[int | None, int], str]:
    """Returns each responder's newest reference of each tip, keyed by the ids of the tip and the responder."""
    if not tip_ids:
        return {}
    rows = session.execute(
        select(Assignment.tip_id, Assignment.responder_id, Assignment.reference)
        .where(Assignment.tip_id.in_(tip_ids), IS_CURRENT)
        .order_by(Assignment.id)
    )
    return {(tip_id, responder_id): name for tip_id, responder_id, name in rows}


def first_assignments(
    session: Session, tip_ids: Collection[int]
) -> dict[tuple[int, int], tuple[int, str]]:
    """Returns the id and the reference of each responder's first assignment of a tip, keyed by tip id and responder id.
    Includes assignments that the hotline has ended."""
    if not tip_ids:
        return {}
    columns = (Assignment.tip_id, Assignment.responder_id, Assignment.id, Assignment.reference)
    is_of_tip = in_numbers(session, Assignment.tip_id, tip_ids)
    rows = session.execute(select(*columns).where(is_of_tip, Assignment.repeats_id.is_(None)))
    return {(tip_id, responder_id): (id, name) for tip_id, responder_id, id, name in rows}


def other_takers(session: Session, tip: Tip) -> tuple[int, ...]:
    """Returns the other responders who acknowledged the tip at its present urgency, the earliest first.

    Leaves out the assignee, and responders who said that they cannot take the tip. Also leaves out doubted
    acknowledgements (the gateway's inbox does not list their SMS).
    """
    if tip.assigned_at is None:
        return ()
    took = select(Assignment.responder_id, func.min(Assignment.acknowledged_at).label("at")).where(
        Assignment.tip_id == tip.id,
        Assignment.acknowledged_at >= tip.assigned_at,
        Assignment.passed_at.is_(None),
        IS_CURRENT,
        or_(Assignment.step >= tip.place_step, Responder.level == Level.NATIONAL),
        IS_BELIEVED,
    )
    took = took.join(Responder, Responder.id == Assignment.responder_id)
    rows = session.execute(took.group_by(Assignment.responder_id).order_by("at"))
    return tuple(row[0] for row in rows if row[0] != tip.assignee_id)


def record_passed(session: Session, tip_id: int, responder_id: int, at: datetime | None) -> None:
    """Marks all assignments of the tip to this responder, because the responder cannot take the tip.

    If `at` is None, removes this mark.
    """
    is_assigned = assigned_to(tip_id, responder_id)
    session.execute(update(Assignment).where(*is_assigned).values(passed_at=at))


def open_tips_of(session: Session, responder_id: int) -> Sequence[int]:
    """Returns the ids of the open tips that concern a responder, the oldest first.

    A tip concerns its assignee. A tip also concerns every alerted responder if it has no assignee, or if the hotline is
    still asking responders to take the tip.
    """
    is_asked = exists().where(
        Deadline.tip_id == Tip.id,
        Deadline.kind == DeadlineKind.ACKNOWLEDGE,
        Deadline.fired_at.is_(None),
    )
    tips = (
        select(Tip.id)
        .join(Assignment, Assignment.tip_id == Tip.id)
        .where(Assignment.responder_id == responder_id, Tip.closed_at.is_(None))
        .where(IS_CURRENT, queries_visible.is_not_excluded(responder_id))
        .where(or_(Tip.assignee_id.is_(None), Tip.assignee_id == responder_id, is_asked))
    )
    return session.scalars(tips.distinct().order_by(Tip.id)).all()


def locked_assignment(session: Session, responder_id: int, reference: str) -> Assignment | None:
    """Returns the responder's assignment with this reference, or None.

    Locks the tip of this assignment, so that the hotline handles two answers about the same tip one after the other.
    """
    is_meant = (
        Assignment.reference == reference,
        Assignment.responder_id == responder_id,
        usable_reference(responder_id),
    )
    tip_id = session.scalar(select(Assignment.tip_id).where(*is_meant))
    if tip_id is None:
        return None
    tip_for_writing(session, tip_id)
    newest = select(Assignment).where(*is_meant).order_by(Assignment.id.desc()).limit(1)
    return session.scalars(newest).one_or_none()


def assigned_case(
    session: Session, responder_id: int, reference: str
) -> tuple[Tip, Assignment] | None:
    """Returns the case with this reference, and the responder's assignment to the case. Returns None if the responder
    no longer has access to the case. Locks the tip."""
    assignment = locked_assignment(session, responder_id, reference)
    if assignment is None or assignment.released_at is not None:
        return None
    return session.get_one(Tip, assignment.tip_id), assignment


LOCK = 411_411_006
"""The PostgreSQL advisory lock for assigning tips. Only one process at a time assigns tips to responders, so each
process sees all earlier assignments."""


class NewAssignment(NamedTuple):
    """A new assignment of a tip to a responder, before it is stored in the database.

    The class is a tuple because the database driver expects tuples.
    """

    assignment_id: int
    tip_id: int
    step: int
    responder_id: int


class Alert(NamedTuple):
    """An alert to a responder about a new assignment."""

    given: NewAssignment
    reference: str
    words: Wording
    priority: int


def take_lock(session: Session) -> None:
    """Waits until no other process is assigning tips. A transaction must take this lock before all other locks.

    SQLite does not need this lock, because it has only one writer.
    """
    database.take_lock(session, LOCK)


def pending_alerts(session: Session, limit: int) -> tuple[list[WaitingTip], frozenset[int]]:
    """Returns filed tips with a pending alert (an alert that is not sent yet), sorted by urgency and then by age. Locks
    these tips until the transaction ends.

    Most pending alerts have a row in the table of `PendingAlert`. For the other tips, only columns of the tip's own row
    say that the alert is pending. The second returned value contains the ids of these other tips.
    """
    # Reads the ids of the tips in a separate query. In a single query, PostgreSQL may read every tip if its table
    # statistics are out of date.
    is_held = exists().where(Deadline.tip_id == PendingAlert.tip_id, *HELD)
    first = select(PendingAlert.tip_id).where(~is_held)
    first = first.order_by(PendingAlert.urgency, PendingAlert.tip_id).limit(limit)
    rows = _held(session, in_numbers(session, Tip.id, session.scalars(first).all()))
    void = [row.id for row in rows if row.is_alerted]
    if void:
        delete_pending(session, void)
    waiting = _held(session, IS_WAITING, Tip.channel != rules_trial.CHANNEL, limit=limit)
    by_id = {row.id: row for row in (*rows, *waiting) if not row.is_alerted}
    by_id |= {row.id: row for row in waiting}

    chosen = sorted(by_id.values(), key=attrgetter("urgency", "id"))[:limit]
    return _waiting(session, chosen), frozenset(row.id for row in waiting)


def keep_pending(session: Session, tip_ids: Collection[int], at: datetime) -> None:
    """Stores a `PendingAlert` row for each tip whose alert is marked as pending only in the tip's own columns."""
    for tip_id in tip_ids:
        add_if_new(session, PendingAlert(tip_id=tip_id, urgency=Urgency.HEARD))
    mark_assigned(session, tip_ids, at)


def held_alerts(session: Session) -> Sequence[tuple[WaitingTip, datetime]]:
    """Returns the held tips: tips whose alert waits until a person comes on duty. Returns each tip with the time at
    which this wait ends. Locks the tips until the transaction ends."""
    query = select(Deadline.tip_id, Deadline.due_at).join(
        PendingAlert, PendingAlert.tip_id == Deadline.tip_id
    )
    ends = {id: at for id, at in session.execute(query.where(*HELD))}  # noqa: C416
    rows = _held(session, in_numbers(session, Tip.id, ends)) if ends else ()
    return [(tip, ends[tip.tip_id]) for tip in _waiting(session, rows)]


def _waiting(session: Session, chosen: Sequence[Any]) -> list[WaitingTip]:
    """Makes a `WaitingTip` from each database row of a tip with a pending alert. A `WaitingTip` holds the facts that
    decide which responders are alerted."""
    repeated = [row.id for row in chosen if row.is_alerted]
    case, visit = cache(Case), cache(visit_facts)
    already = alerted_by_tip(session, repeated) if repeated else {}
    steps = _next(session, repeated)
    shared_ids = [
        row.id
        for row in chosen
        if row.place == ABROAD or is_camp(row.sector) or row.official == OVERSEEN
    ]
    near = defaultdict(frozenset, tips_store.extra_desks(session, shared_ids))
    excluded = queries_visible.excluded_responders(
        session, queries_visible.tips_with_exclusions(session) & {row.id for row in chosen}
    )
    return [
        WaitingTip(
            id,
            case(alert_place(place, within), category, urgency, official, once, near[id], language),
            already.get(id, ()) if already else (),
            steps.get(id, 0) if steps else 0,
            locked,
            visit(matter, urgency, *visit_state).safety,
            excluded.get(id, NO_ONE),
        )
        for id, place, within, category, urgency, official, _, locked, once, matter, *visit_state, _, language in chosen
    ]


def writers_of(session: Session, tip_ids: Collection[int]) -> Mapping[int, int]:
    """Returns the officer who wrote down each tip, keyed by the id of the tip. Leaves out tips that callers reported
    themselves."""
    query = select(Tip.id, Dialogue.responder_id).join(Dialogue, Dialogue.key == Tip.session_key)
    met = (Tip.channel == MET, in_numbers(session, Tip.id, tip_ids))
    return {tip_id: who for tip_id, who in session.execute(query.where(*met)) if who is not None}


def _held(session: Session, *which: ColumnElement[bool], limit: int | None = None) -> Sequence[Any]:
    """Returns the columns that are needed to choose the responders, for each tip with a pending alert. Locks these
    tips. The column `is_alerted` is True if the tip already has an assignment."""
    alert = select(Assignment.id).where(Assignment.tip_id == Tip.id).limit(1).scalar_subquery()
    tips = select(
        Tip.id,
        Tip.place,
        Tip.within,
        Tip.category,
        Tip.urgency,
        Tip.official,
        alert.is_not(None).label("is_alerted"),
        Tip.locked_for.is_not(None),
        Tip.state == TipState.FRAGMENT,
        Tip.matter,
        Tip.visit,
        Tip.do_not_visit,
        Tip.visit_decision,
        Tip.sector,
        Tip.language,
    )
    tips = tips.where(*which, Tip.closed_at.is_(None)).with_for_update(
        skip_locked=True, key_share=True, of=Tip
    )
    if limit is not None:
        tips = tips.order_by(Tip.urgency, Tip.id).limit(limit)
    # Uses the database connection directly. With thousands of rows, building SQLAlchemy objects would take most of the
    # time.
    return session.connection().execute(tips).all()


def delete_pending(session: Session, tip_ids: Collection[int]) -> None:
    """Deletes the pending alerts of tips that now have an assignment."""
    statement = delete(PendingAlert).where(in_numbers(session, PendingAlert.tip_id, tip_ids))
    change_rows(session, statement)


def mark_assigned(session: Session, tip_ids: Collection[int], at: datetime) -> None:
    """Records that these tips were assigned at the time `at`, with their present urgency."""
    tips = update(Tip).where(in_numbers(session, Tip.id, tip_ids))
    change_rows(session, tips.values(assigned_at=at, alert_urgency=Tip.urgency))


def locked_out(session: Session, alerted: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Returns the pairs (tip, responder) in `alerted` whose responder belongs to a desk that cannot decrypt the tip."""
    if not alerted:
        return set()
    tips = select(Tip.id, Tip.locked_for).where(
        in_numbers(session, Tip.id, {tip_id for tip_id, _ in alerted}), Tip.locked_for.is_not(None)
    )
    desks = {id: set((codes or "").split()) for id, codes in session.execute(tips)}
    if not desks:
        return set()
    national = set(session.scalars(select(Responder.id).where(Responder.level == Level.NATIONAL)))
    return {
        (tip_id, responder_id)
        for tip_id, responder_id in alerted
        if any((code == NATIONAL) == (responder_id in national) for code in desks.get(tip_id, ()))
    }


def write_assignments(
    session: Session, new: Sequence[tuple[NewAssignment, int | None, str]], at: datetime
) -> Collection[int]:
    """Writes assignments, and returns the ids of the written assignments. Each assignment comes with its reference. If
    the responder was alerted of the tip before, it also comes with the id of their first assignment, whose reference it
    repeats.

    Skips an assignment if another assignment already has its new reference. The calling function must then choose
    another reference.
    """
    count = add_rows(
        session,
        Assignment,
        (
            Assignment.id,
            Assignment.tip_id,
            Assignment.step,
            Assignment.responder_id,
            Assignment.repeats_id,
            Assignment.reference,
        ),
        [(*assignment, repeats_id, name) for assignment, repeats_id, name in new],
        {Assignment.state: AssignmentState.SENT, Assignment.created_at: at},
        unless_taken=Assignment.reference,
        among=Assignment.repeats_id,
    )
    ids = {assignment.assignment_id for assignment, _, _ in new}
    if count == len(ids):
        return ids
    # The ids of these assignments follow each other, so one range query finds the assignments that were written.
    stored = select(Assignment.id).where(Assignment.id.between(min(ids), max(ids)))
    return ids.intersection(session.scalars(stored).all())


def write_alerts(session: Session, alerts: Sequence[Alert], at: datetime, *, turn: int = 0) -> None:
    """Writes alerts for new assignments, to be sent at once.

    `turn` is the position of the first alert about each tip in the order of sending. Further alerts about the same tip
    get the next positions.
    """
    if not alerts:
        return
    ids = new_ids(session, Message, len(alerts))
    columns = (
        Message.id,
        Message.responder_id,
        Message.assignment_id,
        Message.template,
        Message.parameters,
        Message.language,
        Message.priority,
        Message.turn,
    )
    constants = {
        Message.kind: MessageKind.ALERT,
        Message.state: MessageState.PENDING,
        Message.attempts: 0,
        Message.counted: 0,
        Message.next_at: at,
        Message.created_at: at,
        Message.resent: False,
    }
    add_rows(session, Message, columns, [*_rows(ids, alerts, turn)], constants)
    tables.note_due(session, ids[0])


def _rows(ids: Sequence[int], alerts: Sequence[Alert], turn: int) -> Iterator[tuple[object, ...]]:
    parts = cache(_parts)
    turns = Counter[tuple[int, int]]()
    for id, (assignment, reference, words, priority) in zip(ids, alerts, strict=True):
        template, other_parameters = parts(words)
        parameters = f'{{"ref":"{reference}"{other_parameters}'
        person, of = assignment.responder_id, assignment.assignment_id
        step = assignment.tip_id, assignment.step
        yield (id, person, of, template, parameters, words.language, priority, turn + turns[step])
        turns[step] += 1


def _parts(words: Wording) -> tuple[str, str]:
    """Returns the template name of `words`, and its parameters as JSON text. In a stored message, this text follows the
    reference."""
    parameters = json.dumps(words.parameters)[1:]
    return words.template.name, f",{parameters}" if words.parameters else parameters


def _next(session: Session, tip_ids: Collection[int]) -> dict[int, int]:
    """Returns for each tip the number of its next escalation step. Leaves out tips that have no assignment yet."""
    if not tip_ids:
        return {}
    newest = select(Assignment.tip_id, func.max(Assignment.step)).where(
        Assignment.tip_id.in_(tip_ids)
    )
    rows = session.execute(newest.group_by(Assignment.tip_id))
    return {tip_id: step + 1 for tip_id, step in rows}
