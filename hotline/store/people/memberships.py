"""The questions asked of memberships, and the one place that writes them.

The person's own row says the highest level, the districts and the kinds of cases once more, for lists.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from hotline.domain.people.recipients import districts_of, highest
from hotline.domain.referrals.referral import Level
from hotline.domain.tip import NATIONAL
from hotline.store.people.responders import Membership, Responder, living

RUNS = Membership.until_at.is_(None)


def new(desks: Mapping[str, Level], categories: Collection[str], at: datetime) -> list[Membership]:
    """Rows for a person who is being written down."""
    return [
        Membership(desk_code=code, level=level, categories=list(categories), from_at=at)
        for code, level in desks.items()
    ]


def running(session: Session, responder_id: int) -> Sequence[Membership]:
    """Hers, by desk."""
    hers = select(Membership).where(Membership.responder_id == responder_id, RUNS)
    return session.scalars(hers.order_by(Membership.desk_code)).all()


def desks_at(session: Session, responder_id: int, at: datetime) -> Sequence[str]:
    """The desks that she belonged to at a moment."""
    ran = (Membership.from_at <= at, or_(RUNS, Membership.until_at > at))
    hers = select(Membership.desk_code).where(Membership.responder_id == responder_id, *ran)
    return session.scalars(hers.order_by(Membership.desk_code)).all()


def by_person(session: Session) -> Mapping[int, Sequence[Membership]]:
    """Everybody's that run, by desk."""
    found: dict[int, list[Membership]] = defaultdict(list)
    for row in session.scalars(select(Membership).where(RUNS).order_by(Membership.desk_code)):
        found[row.responder_id].append(row)
    return found


def place(
    session: Session,
    person: Responder,
    desks: Mapping[str, Level],
    categories: Collection[str],
    at: datetime,
) -> None:
    """From now on she acts at exactly these desks, at these levels; at one at least."""
    kept: set[str] = set()
    for row in running(session, person.id):
        if desks.get(row.desk_code) == row.level and set(row.categories) == set(categories):
            kept.add(row.desk_code)
        else:
            row.until_at = at
    session.flush()
    added = {code: level for code, level in desks.items() if code not in kept}
    _add(session, person.id, new(added, categories, at))
    person.level, person.categories = highest(desks.values()), list(categories)
    if person.level != Level.NATIONAL:
        person.districts = districts_of(desks)


def end(session: Session, person: Responder, at: datetime) -> None:
    """She leaves every desk."""
    for row in running(session, person.id):
        row.until_at = at


def reopen(session: Session, person: Responder, left_at: datetime, at: datetime) -> None:
    """She is back at the desks that she left with everything else."""
    hers = (Membership.responder_id == person.id, Membership.until_at == left_at)
    ended = session.scalars(select(Membership).where(*hers)).all()
    runs = {row.desk_code for row in running(session, person.id)}
    again = [
        Membership(desk_code=row.desk_code, level=row.level, categories=row.categories, from_at=at)
        for row in ended
        if row.desk_code not in runs
    ]
    _add(session, person.id, again)


def leaders(session: Session, of: Responder, at: datetime) -> Sequence[Responder]:
    """The coordinators of her desks who can be told, without herself."""
    hers = select(Membership.desk_code).where(Membership.responder_id == of.id, RUNS)
    leads = exists().where(
        Membership.responder_id == Responder.id,
        Membership.level == Level.COORDINATOR,
        Membership.desk_code.in_(hers.correlate(None)),
        RUNS,
    )
    found = select(Responder).where(leads, Responder.id != of.id, *living(at))
    return session.scalars(found.order_by(Responder.id)).all()


def who_answer_for(session: Session, desk: str, at: datetime) -> Sequence[Responder]:
    """The coordinators of a desk and the people of the national desk who can be told."""
    place = or_(
        and_(Membership.desk_code == desk, Membership.level == Level.COORDINATOR),
        Membership.desk_code == NATIONAL,
    )
    there = exists().where(Membership.responder_id == Responder.id, place, RUNS)
    found = select(Responder).where(there, *living(at))
    return session.scalars(found.order_by(Responder.id)).all()


def _add(session: Session, responder_id: int, rows: Iterable[Membership]) -> None:
    for row in rows:
        row.responder_id = responder_id
        session.add(row)
