"""How tips stand: a question over tips, referrals and responders together, and only of what is in clear."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from hotline.domain.desk.audit_sentences import actor
from hotline.domain.referrals.clocks import DeadlineKind
from hotline.domain.tips.promises import Asked
from hotline.store.outbox import health
from hotline.store.outbox.messages import BELIEVED, STANDS, Referral
from hotline.store.people.responders import Responder
from hotline.store.referrals.desk_pages import tip_pages
from hotline.store.tips.tips import REAL, Tip
from hotline.store.tips.visible import Viewer, visible_to


@dataclass(frozen=True, slots=True)
class TipOverview:
    """A tip and what became of it, in clear: nothing here was sealed."""

    tip: Tip
    acknowledged_by: str | None
    """The name of the first responder who took it, is believed, and may still act on it."""
    acknowledged_at: datetime | None
    unproven: str | None
    """Whose answer by SMS stands in no inbox of the gateway's: it counts for nothing until it does."""
    referrals: int
    same_contact: int
    """How many tips more came from the same phone that week: linked, never merged. Complaints are linked to nothing."""
    question: str | None = None
    """How the question that was asked back stands: asked, answered, read."""
    responsible: str | None = None
    """The name of the responder who holds it."""
    clock: str | None = None
    """The kind of the clock that is due first (`domain.referrals.clocks.DeadlineKind`)."""
    due_at: datetime | None = None
    end_wanted_by: str | None = None
    """The name of the person who wants it closed, until a second one has judged."""
    asked: Asked | None = None
    """Why people are asked to take it while a responder holds it."""
    is_red: bool = False
    """Nobody was left to tell, and the national desk is told until one of it takes it."""

    @property
    def is_taken(self) -> bool:
        """Whether a responder holds it, and no one else is asked to take it."""
        return self.responsible is not None and self.asked is None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tips are asked for: all that fits each of these."""

    is_open: bool = False
    """Nobody has closed it yet."""
    viewer: Viewer | None = None
    """Who is to see the list: what she may not know of is neither in it nor counted."""
    since: datetime | None = None
    """Filed at this moment or later."""
    urgency: int | None = None
    before: int | None = None
    """Older than the tip of this id."""
    tip_id: int | None = None
    """This tip alone."""
    limit: int | None = None


EVERY = Wanted()


def tip_overviews(session: Session, wanted: Wanted = EVERY) -> Sequence[TipOverview]:
    """Tips, drafts and the line's own trials aside, the newest first."""
    found = _tips(session, wanted)
    more = tip_pages.linked_counts(session, wanted.viewer, [tip for tip, *_ in found])
    ids = [tip.id for tip, *_ in found]
    asked = tip_pages.questions(session, ids)
    clocks: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    for tip_id, kind, due_at in tip_pages.clocks(session, ids):
        clocks[tip_id].append((due_at, kind))
    beside = health.asked_beside_holder(session)
    people = session.execute(select(Responder.id, Responder.name))
    names: dict[int | None, str] = {row.id: row.name for row in people}
    return [
        TipOverview(
            tip,
            name,
            taken_at,
            doubted,
            count,
            more.get(tip.id, 0),
            asked.get(tip.id),
            responsible=names.get(tip.holder_id),
            clock=clocks[tip.id][0][1] if tip.id in clocks else None,
            due_at=clocks[tip.id][0][0] if tip.id in clocks else None,
            end_wanted_by=_named(tip.end_wanted_by, names),
            asked=beside.get(tip.id),
            is_red=any(kind == DeadlineKind.RED for _, kind in clocks.get(tip.id, ())),
        )
        for tip, name, taken_at, doubted, count in found
    ]


def _tips(
    session: Session, wanted: Wanted
) -> Sequence[tuple[Tip, str | None, datetime | None, str | None, int]]:
    """Each tip with who took it and when, whose answer is unproven, and how many were told."""
    first = (
        select(Referral.tip_id, func.min(Referral.acknowledged_at).label("at"))
        .where(BELIEVED, STANDS)
        .group_by(Referral.tip_id)
        .subquery()
    )
    taken = (
        select(Referral.tip_id, func.min(Responder.name).label("name"), first.c.at)
        .join(first, (first.c.tip_id == Referral.tip_id) & (first.c.at == Referral.acknowledged_at))
        .join(Responder, Responder.id == Referral.responder_id)
        .where(BELIEVED, STANDS)
        .group_by(Referral.tip_id, first.c.at)
        .subquery()
    )
    unproven = (
        select(Referral.tip_id, func.min(Responder.name).label("name"))
        .join(Responder, Responder.id == Referral.responder_id)
        .where(~BELIEVED)
        .group_by(Referral.tip_id)
        .subquery()
    )
    told = select(Referral.tip_id, func.count().label("count")).group_by(Referral.tip_id).subquery()
    rows = session.execute(
        select(Tip, taken.c.name, taken.c.at, unproven.c.name, func.coalesce(told.c.count, 0))
        .outerjoin(taken, taken.c.tip_id == Tip.id)
        .outerjoin(unproven, unproven.c.tip_id == Tip.id)
        .outerjoin(told, told.c.tip_id == Tip.id)
        .where(*REAL, *_conditions(wanted))
        .order_by(Tip.id.desc())
        .limit(wanted.limit)
    )
    return [(tip, name, at, doubted, count) for tip, name, at, doubted, count in rows]


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.is_open:
        yield Tip.closed_at.is_(None)
    if wanted.since is not None:
        yield Tip.filed_at >= wanted.since
    if wanted.urgency is not None:
        yield Tip.urgency == wanted.urgency
    if wanted.before is not None:
        yield Tip.id < wanted.before
    if wanted.tip_id is not None:
        yield Tip.id == wanted.tip_id
    yield visible_to(wanted.viewer)


def _named(who: str | None, names: Mapping[int | None, str]) -> str | None:
    """`name:Alice` and `responder:7` as a person is called."""
    if who is None:
        return None
    known = {one: name for one, name in names.items() if one is not None}
    return actor(who, known)[1]
