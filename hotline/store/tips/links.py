"""Links between tips that are probably about one situation: rows, and the questions asked of them.

Nothing is merged. A link that was undone keeps its row, so that it is not found again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Select,
    String,
    UniqueConstraint,
    and_,
    bindparam,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain import trial
from hotline.domain.tip import Matter, TipState
from hotline.domain.tips.clusters import (
    CONTACT_WITHIN,
    WITHIN,
    LikelyPair,
    TipTraits,
    situations,
)
from hotline.store.database import Row, Utc, add_if_new
from hotline.store.driver import PreparedStatement
from hotline.store.tips.likeness import MOST, TipLikeness
from hotline.store.tips.tips import Tip
from hotline.store.tips.visible import Viewer, visible_to

LINE = "line"
"""Who links tips where no person does."""
COMPARED = (
    Tip.matter == Matter.TIP,
    *(Tip.channel != one for one in sorted(trial.UNCOUNTED)),
    Tip.state != TipState.DRAFT,
    Tip.state != TipState.FRAGMENT,
)
"""Of `Tip`: that it is compared with others at all."""
MOST_LINKED = 100
"""Of one situation, where it is looked up for a person."""


class TipLink(Row):
    """Two tips that are probably about one situation."""

    __tablename__ = "tip_link"
    __table_args__ = (UniqueConstraint("a", "b"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    a: Mapped[int] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"))
    """The earlier one."""
    b: Mapped[int] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"), index=True)
    why: Mapped[str]
    """A `domain.tips.likely.LinkReason`."""
    by: Mapped[str]
    """An actor, as the audit log writes one; `LINE` where nobody said so."""
    at: Mapped[datetime]
    undone_by: Mapped[str | None]
    undone_at: Mapped[datetime | None]


RUNS = TipLink.undone_at.is_(None)


@dataclass(frozen=True, slots=True)
class LinkedTip:
    """A tip that another one is linked to, and why."""

    tip_id: int
    why: str
    by: str


def traits(session: Session, tip_ids: Collection[int]) -> Sequence[TipTraits]:
    """Of tips that were told today, by what they are compared; the oldest first."""
    found = _traits().join(TipLikeness, TipLikeness.tip_id == Tip.id)
    rows = session.execute(found.where(Tip.id.in_(tip_ids)).order_by(Tip.id))
    return [TipTraits(*row) for row in rows]


def earlier(session: Session, new: Sequence[TipTraits], at: datetime) -> Sequence[TipTraits]:
    """Tips from the same phones, and those of the last day that are of the same places or in the same words."""
    contacts = {one.contact_key for one in new} - {""}
    told = _traits().outerjoin(TipLikeness, TipLikeness.tip_id == Tip.id)
    told = told.where(Tip.contact_key.in_(contacts), Tip.created_at >= at - CONTACT_WITHIN)
    places = {one.place for one in new}
    words = {one.words_key for one in new if one.words_key is not None}
    today = _traits().join(TipLikeness, TipLikeness.tip_id == Tip.id)
    today = today.where(
        TipLikeness.at >= at - WITHIN,
        or_(
            and_(Tip.place.in_(places), Tip.category.is_not(None)),
            TipLikeness.words_key.in_(words),
        ),
    )
    found: dict[int, TipTraits] = {}
    for rows in (
        session.execute(told.order_by(Tip.id.desc()).limit(MOST)),
        session.execute(today.order_by(TipLikeness.at.desc()).limit(MOST)),
    ):
        found |= {row[0]: TipTraits(*row) for row in rows}
    return [*found.values()]


def nearest(session: Session, tip_id: int, at: datetime) -> Sequence[TipTraits]:
    """Returns this tip, and for each reason the newest earlier tip that it may hold for: three rows at most.

    Empty where nothing is kept of this tip. Reads as much on a day of thousands of like tips as on a quiet one.
    """
    session.flush()
    row = _ONE.first(session, tip_id=tip_id)
    if row is None:
        return ()
    new = TipTraits(*row)
    given = {
        "tip_id": tip_id,
        "contact_key": new.contact_key,
        "words_key": new.words_key,
        "place": new.place,
        "category": new.category,
        "sector": new.sector,
        "since": at - WITHIN,
        "long_since": at - CONTACT_WITHIN,
    }
    found = (question.first(session, **given) for question in _NEAREST)
    return [new, *(TipTraits(*one) for one in found if one is not None)]


def keep(
    session: Session, pairs: Iterable[LikelyPair], by: str, at: datetime
) -> Sequence[LikelyPair]:
    """Writes down links; one that was there, or was undone, stays as it is. Returns those that are new."""
    made = []
    for one in pairs:
        a, b = sorted((one.a, one.b))
        if add_if_new(session, TipLink(a=a, b=b, why=one.why, by=by, at=at)):
            made.append(one)
    return made


def between(session: Session, a: int, b: int) -> TipLink | None:
    """Held until the transaction ends."""
    lower, higher = sorted((a, b))
    found = select(TipLink).where(TipLink.a == lower, TipLink.b == higher)
    return session.scalars(found.with_for_update()).one_or_none()


def beside(session: Session, tip_ids: Collection[int]) -> Mapping[int, frozenset[int]]:
    """Of each of these tips that is linked, the others of its situation."""
    known: set[int] = set(tip_ids)
    pairs: set[tuple[int, int]] = set()
    fresh = set(known)
    while fresh and len(known) < MOST_LINKED + len(tip_ids):
        near = select(TipLink.a, TipLink.b).where(
            RUNS, or_(TipLink.a.in_(fresh), TipLink.b.in_(fresh))
        )
        found = {(a, b) for a, b in session.execute(near)}
        fresh = {one for pair in found for one in pair} - known
        pairs |= found
        known |= fresh
    first = situations(pairs)
    return {
        tip_id: frozenset(one for one in first if first[one] == first[tip_id] and one != tip_id)
        for tip_id in tip_ids
        if tip_id in first
    }


def of_tip(session: Session, tip_id: int, viewer: Viewer | None) -> Sequence[LinkedTip]:
    """The tips that it is linked to, as far as they may be known of, the oldest first."""
    this = or_(
        and_(TipLink.a == tip_id, TipLink.b == Tip.id),
        and_(TipLink.b == tip_id, TipLink.a == Tip.id),
    )
    found = select(Tip.id, TipLink.why, TipLink.by).join(TipLink, this)
    rows = session.execute(found.where(RUNS, visible_to(viewer)).order_by(Tip.id))
    return [LinkedTip(*row) for row in rows]


def _traits() -> Select[*tuple[Any, ...]]:
    return select(
        Tip.id,
        Tip.created_at,
        Tip.place,
        Tip.sector,
        Tip.category,
        Tip.contact_key,
        TipLikeness.words_key,
    ).where(*COMPARED)


_GIVES = tuple(column.type for column in _traits().selected_columns)
_TOLD_TODAY = _traits().join(TipLikeness, TipLikeness.tip_id == Tip.id)
_BEFORE = Tip.id < bindparam("tip_id")
_SECTOR = bindparam("sector", type_=String)
_ONE = PreparedStatement(_TOLD_TODAY.where(Tip.id == bindparam("tip_id")), *_GIVES)
_NEAREST = tuple(
    PreparedStatement(question.where(_BEFORE).limit(1), *_GIVES)
    for question in (
        _traits()
        .outerjoin(TipLikeness, TipLikeness.tip_id == Tip.id)
        .where(
            Tip.contact_key == bindparam("contact_key"),
            Tip.contact_key != "",
            Tip.created_at >= bindparam("long_since", type_=Utc),
        )
        .order_by(Tip.id.desc()),
        _TOLD_TODAY.where(
            TipLikeness.words_key == bindparam("words_key", type_=String),
            TipLikeness.at >= bindparam("since", type_=Utc),
        ).order_by(TipLikeness.tip_id.desc()),
        _TOLD_TODAY.where(
            Tip.place == bindparam("place"),
            Tip.category == bindparam("category", type_=String),
            Tip.created_at >= bindparam("since", type_=Utc),
            or_(Tip.sector.is_(None), _SECTOR.is_(None), Tip.sector == _SECTOR),
        ).order_by(Tip.created_at.desc(), Tip.id.desc()),
    )
)
"""By phone, by words, and by place and kind: the newest tip before this one."""
