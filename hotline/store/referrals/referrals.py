"""The questions asked of referrals, deadlines and the roster: who was told, who took it, what is overdue."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, or_, select, update
from sqlalchemy.orm import Session

from hotline.domain.desk.desks import DeskKind
from hotline.domain.referrals.clocks import DeadlineKind
from hotline.domain.referrals.referral import Candidate, Level, Notified, ReferralState
from hotline.domain.tip import ABROAD, NATIONAL
from hotline.store.desk.desks import Desk
from hotline.store.outbox.messages import BELIEVED, Deadline, Referral
from hotline.store.people.memberships import RUNS
from hotline.store.people.responders import Membership, Responder, living
from hotline.store.referrals.drills.exercises import OF_A_CASE
from hotline.store.referrals.known_cases import by_name
from hotline.store.tips.tips import Grant, Tip
from hotline.store.tips.visible import not_kept_from

LATELY = timedelta(days=1)
"""How far back a responder's load is counted."""
FULL = 200
"""More than this on somebody's hands is not counted: the look before a tip costs the same on the worst day. Among those
who have their hands full, whoever was told longest ago is next."""


def tip_for_writing(session: Session, tip_id: int) -> Tip:
    """Held until the transaction ends: two who climb its ladder take turns."""
    held = select(Tip).where(Tip.id == tip_id).with_for_update(key_share=True)
    return session.scalars(held).one()


def roster(session: Session, at: datetime, known: Collection[Candidate] = ()) -> list[Candidate]:
    """Every living recipient, with what she was given lately: as `known` has it, where a burst is counted on from.

    Once for each level that she has: a deputy of one district may be the coordinator of another.
    """
    hands = {one.id: (one.load, one.told_at) for one in known} or _hands(session, at)
    places: dict[tuple[int, Level, frozenset[str]], set[str]] = defaultdict(set)
    member = select(
        Membership.responder_id, Membership.level, Membership.categories, Membership.desk_code
    )
    member = member.join(Responder, Responder.id == Membership.responder_id)
    for id, level, categories, desk in session.execute(member.where(RUNS, *living(at))):
        places[id, Level(level), frozenset(categories)].add(desk)
    return [
        Candidate(id, level, frozenset(desks - {NATIONAL}), categories, *hands.get(id, (0, None)))
        for (id, level, categories), desks in places.items()
    ]


def _hands(session: Session, at: datetime) -> dict[int, tuple[int, datetime | None]]:
    """How many referrals each was given lately and has not answered, at most `FULL`, and when the last one."""
    hers = (Referral.responder_id == Responder.id, Referral.created_at > at - LATELY, OF_A_CASE)
    some = select(Referral.id).where(*hers, Referral.state == ReferralState.SENT).limit(FULL)
    load = select(func.count()).select_from(some.correlate(Responder).subquery()).scalar_subquery()
    last = select(func.max(Referral.created_at)).where(*hers).scalar_subquery()
    rows = session.execute(select(Responder.id, load, last).where(*living(at)))
    return {id: (load, told_at) for id, load, told_at in rows}


def languages(session: Session, responder_ids: Collection[int]) -> dict[int, str]:
    hers = select(Responder.id, Responder.language).where(Responder.id.in_(responder_ids))
    return {row[0]: row[1] for row in session.execute(hers)}


def told(session: Session, tip_ids: Collection[int]) -> dict[int, list[Notified]]:
    """Who was told of each tip, at any step, and not let go since; with the level that she has at its place."""
    border = select(Grant.desk_code).where(Grant.tip_id == Tip.id, Tip.place == ABROAD)
    camp = Membership.desk_code.in_(select(Desk.code).where(Desk.kind == DeskKind.PROTECTION))
    near = _level_at(or_(Membership.desk_code.in_(border.correlate(Tip)), camp))
    here = _level_at(Membership.desk_code == Tip.place)
    asked = (Referral.tip_id, Referral.responder_id, Responder.level, here, near)
    rows = session.execute(
        select(*asked, Referral.step < Tip.place_step)
        .join(Responder, Responder.id == Referral.responder_id)
        .join(Tip, Tip.id == Referral.tip_id)
        .where(Referral.tip_id.in_(tip_ids), Referral.released_at.is_(None))
    )
    found: dict[int, list[Notified]] = {tip_id: [] for tip_id in tip_ids}
    for tip_id, who, level, local, aside, earlier in rows:
        is_local = level != Level.NATIONAL
        there = Level((local or aside or level) if is_local else level)
        is_beside = local is None and aside is not None
        found[tip_id].append(Notified(who, there, is_local and bool(earlier), is_beside))
    return found


def _level_at(desk: ColumnElement[bool]) -> ScalarSelect[str | None]:
    hers = (Membership.responder_id == Responder.id, desk, RUNS)
    return select(func.min(Membership.level)).where(*hers).scalar_subquery()


def next_step(session: Session, tip_id: int) -> int:
    last = session.scalar(select(func.max(Referral.step)).where(Referral.tip_id == tip_id))
    return 0 if last is None else last + 1


def is_taken(session: Session, tip_id: int) -> bool:
    """Whether somebody holds it: took it at its present urgency, and is believed."""
    return session.get_one(Tip, tip_id).holder_id is not None


def newest_of(session: Session, tip_id: int, responder_id: int) -> Referral | None:
    """The newest of those by which she knows a tip."""
    hers = (
        Referral.tip_id == tip_id,
        Referral.responder_id == responder_id,
        Referral.released_at.is_(None),
    )
    newest = select(Referral).where(*hers).order_by(Referral.id.desc()).limit(1)
    return session.scalars(newest).one_or_none()


def all_of(session: Session, tip_id: int, responder_id: int) -> Sequence[Referral]:
    """Returns every referral by which a responder knows a tip."""
    theirs = (Referral.tip_id == tip_id, Referral.responder_id == responder_id)
    return session.scalars(select(Referral).where(*theirs, Referral.released_at.is_(None))).all()


def names_of(session: Session, tip_id: int) -> dict[int, Referral]:
    """By responder, the newest referral by which she knows a tip."""
    here = (Referral.tip_id == tip_id, Referral.released_at.is_(None))
    rows = session.scalars(select(Referral).where(*here).order_by(Referral.id))
    return {row.responder_id: row for row in rows}


def national(session: Session, responder_ids: Collection[int]) -> frozenset[int]:
    """Those of them who are of the national desk."""
    of_desk = (Responder.id.in_(responder_ids), Responder.level == Level.NATIONAL)
    return frozenset(session.scalars(select(Responder.id).where(*of_desk)))


def references_of(session: Session, tip_ids: Collection[int]) -> dict[tuple[int | None, int], str]:
    """By tip and responder, the newest reference by which she knows it."""
    rows = session.execute(
        select(Referral.tip_id, Referral.responder_id, Referral.reference)
        .where(Referral.tip_id.in_(tip_ids), Referral.released_at.is_(None))
        .order_by(Referral.id)
    )
    return {(tip_id, who): name for tip_id, who, name in rows}


def other_takers(session: Session, tip: Tip) -> tuple[int, ...]:
    """Who took it at its present urgency, is believed, and does not hold it; the first first."""
    took = select(Referral.responder_id, func.min(Referral.acknowledged_at).label("at")).where(
        Referral.tip_id == tip.id,
        Referral.acknowledged_at >= tip.referred_at,
        Referral.passed_at.is_(None),
        Referral.released_at.is_(None),
        or_(Referral.step >= tip.place_step, Responder.level == Level.NATIONAL),
        BELIEVED,
    )
    took = took.join(Responder, Responder.id == Referral.responder_id)
    rows = session.execute(took.group_by(Referral.responder_id).order_by("at"))
    return tuple(row[0] for row in rows if row[0] != tip.holder_id)


def pass_on(session: Session, tip_id: int, responder_id: int, at: datetime) -> None:
    """Notes on every reference of hers that she cannot."""
    hers = (Referral.tip_id == tip_id, Referral.responder_id == responder_id)
    session.execute(update(Referral).where(*hers).values(passed_at=at))


def take_back(session: Session, tip_id: int, responder_id: int) -> None:
    """Forgets that she passed it on: she takes it."""
    hers = (Referral.tip_id == tip_id, Referral.responder_id == responder_id)
    session.execute(update(Referral).where(*hers).values(passed_at=None))


def told_of(session: Session, responder_id: int) -> Sequence[int]:
    """Open tips that she holds, or was told of while people are asked to take them; the oldest first."""
    asked = exists().where(
        Deadline.tip_id == Tip.id,
        Deadline.kind == DeadlineKind.ACKNOWLEDGE,
        Deadline.fired_at.is_(None),
    )
    tips = (
        select(Tip.id)
        .join(Referral, Referral.tip_id == Tip.id)
        .where(Referral.responder_id == responder_id, Tip.closed_at.is_(None))
        .where(Referral.released_at.is_(None), not_kept_from(responder_id))
        .where(or_(Tip.holder_id.is_(None), Tip.holder_id == responder_id, asked))
    )
    return session.scalars(tips.distinct().order_by(Tip.id)).all()


def of_responder(session: Session, responder_id: int, reference: str) -> Referral | None:
    """The referral of that reference, if it was given to her. Its tip is held: colleagues take it one by one."""
    hers = (Referral.reference == reference, *_known_to(responder_id))
    tip_id = session.scalar(select(Referral.tip_id).where(*hers))
    if tip_id is None:
        return None
    tip_for_writing(session, tip_id)
    return session.scalars(select(Referral).where(*hers)).one_or_none()


def _known_to(responder_id: int) -> tuple[ColumnElement[bool], ...]:
    return (Referral.responder_id == responder_id, by_name(responder_id))


def overtaken(session: Session, referral_id: int | None) -> bool:
    """Whether somebody was told of the tip at a later step than this referral's."""
    referral = session.get_one(Referral, referral_id)
    return referral.step + 1 < next_step(session, referral.tip_id)
