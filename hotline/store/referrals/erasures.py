"""Wishes to erase: which tips, and who is told. The questions asked of the rows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from hotline.domain.referrals.clocks import DeadlineKind
from hotline.store.outbox.messages import Deadline, Referral
from hotline.store.people.responders import Responder, living
from hotline.store.referrals.retention import LegalHold
from hotline.store.tips.call_backs import desk_people
from hotline.store.tips.tips import Tip
from hotline.store.tips.visible import may_be_told


@dataclass(frozen=True, slots=True)
class WishTold:
    """Somebody who is told of a wish, and the name that she knows the tip by."""

    responder_id: int
    language: str
    reference: str


def unasked(session: Session, tip_ids: Collection[int]) -> Sequence[Tip]:
    """Those whose words are there, and that nobody wanted erased yet. Held until this transaction ends."""
    here = select(Tip).where(
        Tip.id.in_(tip_ids), Tip.erased_at.is_(None), Tip.erase_wanted_at.is_(None)
    )
    return session.scalars(here.order_by(Tip.id).with_for_update(key_share=True)).all()


def is_held(session: Session, tip_id: int) -> bool:
    """Whether a court has asked for its words."""
    held = exists().where(LegalHold.tip_id == tip_id, LegalHold.lifted_at.is_(None))
    return bool(session.scalar(select(held)))


def others_of_wish(session: Session, tip: Tip) -> Sequence[int]:
    """Other tips that the same wish is for: of the same moment and place, whose words are there."""
    same = select(Tip.id).where(
        Tip.id != tip.id,
        Tip.erase_wanted_at == tip.erase_wanted_at,
        Tip.place == tip.place,
        Tip.official == tip.official,
        Tip.erased_at.is_(None),
    )
    return session.scalars(same.order_by(Tip.id)).all()


def others_due(
    session: Session, tip: Tip, like: Collection[int], at: datetime, due: datetime
) -> Sequence[Tip]:
    """Tips that are `like` it, or that the same wish is for, and whose own wish comes up after `at` and by then."""
    others = {*like, *others_of_wish(session, tip)} - {tip.id}
    comes_up = exists().where(
        Deadline.tip_id == Tip.id,
        Deadline.kind == DeadlineKind.ERASURE,
        Deadline.fired_at.is_(None),
        Deadline.due_at > at,
        Deadline.due_at <= due,
    )
    found = select(Tip).where(Tip.id.in_(others), Tip.erased_at.is_(None), comes_up)
    return session.scalars(found.order_by(Tip.id)).all() if others else ()


def told(session: Session, tip: Tip, at: datetime) -> Sequence[WishTold]:
    """Who holds it, by her own newest reference; everybody who was told of it where nobody holds it."""
    here = (
        select(Responder.id, Responder.language, Referral.reference)
        .join(Referral, Referral.responder_id == Responder.id)
        .where(Referral.tip_id == tip.id, may_be_told(tip.id), *living(at))
        .order_by(Responder.id, Referral.id)
    )
    if tip.holder_id is not None:
        here = here.where(Responder.id == tip.holder_id)
    found = {row[0]: WishTold(*row) for row in session.execute(here)}
    return [*found.values()]


def deciding(session: Session, tip: Tip, at: datetime) -> Sequence[WishTold]:
    """The national desk, by the tip's number: its decision is a command."""
    people = desk_people(session, at, tip.id)
    return [WishTold(one.id, one.language, f"T{tip.id}") for one in people]
