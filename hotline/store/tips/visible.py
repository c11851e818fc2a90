"""Who may know of a tip: the one condition that every list, count, search, link and export takes, for whom it is made.

A desk knows what was sealed to it, and nothing of a tip in which an official is or may be involved. The national desk
knows every tip. A person knows of none that they, their console account, or a desk of theirs, are kept from; an account
that is joined to a responder counts for both. It has four forms: `visible_to` of tips for a viewer, `not_kept_from` of
tips that one responder was told of, `may_be_told` of responders for one tip, `desk_may_know` of desks to which
something of a tip is sealed.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from hotline.domain.tip import NATIONAL
from hotline.store.accounts.accounts import ConsoleAccount
from hotline.store.people import memberships
from hotline.store.people.responders import Membership, Responder
from hotline.store.tips import tips
from hotline.store.tips.exclusions import Exclusion
from hotline.store.tips.tips import Grant, Tip

RUNS = Exclusion.lifted_at.is_(None)


@dataclass(frozen=True, slots=True)
class Viewer:
    """For whom a list is made."""

    desks: frozenset[str]
    responder_id: int | None = None
    account_id: int | None = None


THE_LINE: Viewer | None = None
"""For nobody: what the line itself counts, and what the commands list where no desk is named."""


def of_desk(code: str) -> Viewer:
    return Viewer(frozenset({code}))


def of_responder(session: Session, responder_id: int) -> Viewer:
    """By her memberships."""
    desks = {row.desk_code for row in memberships.running(session, responder_id)}
    return Viewer(frozenset(desks), responder_id)


def of_account(session: Session, account: ConsoleAccount, desks: frozenset[str]) -> Viewer:
    """By the desks whose key was sealed to it; of one that was joined to a responder, hers are asked too."""
    if account.responder_id is None:
        return Viewer(desks, account_id=account.id)
    hers = of_responder(session, account.responder_id)
    return Viewer(desks & hers.desks, account.responder_id, account.id)


def visible_to(viewer: Viewer | None) -> ColumnElement[bool]:
    """Of `Tip`."""
    if viewer is None:
        return true()
    may = or_(_granted(viewer.desks - {NATIONAL}), true() if NATIONAL in viewer.desks else false())
    may = and_(may, ~_kept(Exclusion.desk_code.in_(viewer.desks)))
    if viewer.account_id is not None:
        may = and_(may, ~_kept(Exclusion.account_id == viewer.account_id))
    if viewer.responder_id is None:
        return may
    return and_(may, not_kept_from(viewer.responder_id))


def is_visible(session: Session, tip_id: int, viewer: Viewer | None) -> bool:
    """Whether there is such a tip for this viewer; a draft is none."""
    found = select(Tip.id).where(Tip.id == tip_id, Tip.state != tips.DRAFT, visible_to(viewer))
    return session.scalar(found) is not None


def with_grant(session: Session, tip_id: int, desk_code: str) -> tuple[Tip, bytes | None]:
    """A filed tip, and its key as sealed to one desk that may know of it. Raises NotFound where there is no tip."""
    tip = tips.filed(session, tip_id)
    key = select(Grant.sealed_key).join(Tip, Tip.id == Grant.tip_id)
    here = (Grant.tip_id == tip_id, Grant.desk_code == desk_code, visible_to(of_desk(desk_code)))
    return tip, session.scalar(key.where(*here))


def not_kept_from(
    responder_id: int, tip_id: InstrumentedAttribute[int] = Tip.id
) -> ColumnElement[bool]:
    """Of `Tip`, or of `Referral`: that a responder who was told of it may still know of it."""
    national = exists().where(*_member(responder_id), Membership.desk_code == NATIONAL)
    return and_(not_excluded(responder_id, tip_id), or_(national, ~_of_an_official(tip_id)))


def not_excluded(
    responder_id: int, tip_id: InstrumentedAttribute[int] = Tip.id
) -> ColumnElement[bool]:
    """The half of it that people write down: neither she nor a desk of hers is kept from it."""
    hers = select(Membership.desk_code).where(*_member(responder_id))
    joined = select(ConsoleAccount.id).where(ConsoleAccount.responder_id == responder_id)
    himself = or_(Exclusion.responder_id == responder_id, Exclusion.account_id.in_(joined))
    kept = select(Exclusion.tip_id).where(RUNS, or_(himself, Exclusion.desk_code.in_(hers)))
    return tip_id.not_in(kept)


def _member(responder_id: int) -> tuple[ColumnElement[bool], ...]:
    return (Membership.responder_id == responder_id, memberships.RUNS)


def may_be_told(tip_id: int) -> ColumnElement[bool]:
    """Of `Responder`: that she may know of this tip, by whichever desk."""
    member = (Membership.responder_id == Responder.id, memberships.RUNS)
    hers = select(Membership.desk_code).where(*member).correlate(Responder)
    joined = select(ConsoleAccount.id).where(ConsoleAccount.responder_id == Responder.id)
    himself = or_(
        Exclusion.responder_id == Responder.id,
        Exclusion.account_id.in_(joined.correlate(Responder)),
    )
    kept = exists().where(
        Exclusion.tip_id == tip_id, RUNS, or_(himself, Exclusion.desk_code.in_(hers))
    )
    national = exists().where(*member, Membership.desk_code == NATIONAL)
    official = exists().where(Tip.id == tip_id, Tip.official != "no")
    return and_(
        ~kept.correlate(Responder), or_(national.correlate(Responder), ~official.correlate(None))
    )


def who_may(session: Session, tip_id: int, responder_ids: Collection[int]) -> frozenset[int]:
    """Those of them who may know of this tip."""
    some = (Responder.id.in_(responder_ids), may_be_told(tip_id))
    return frozenset(session.scalars(select(Responder.id).where(*some)))


def desk_may_know(code: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Of `Tip`, and of the desks of this column that it was sealed to: that they may still know of it."""
    kept = select(Exclusion.id).where(Exclusion.tip_id == Tip.id, RUNS, Exclusion.desk_code == code)
    may = or_(code == NATIONAL, Tip.official == "no")
    return and_(may, ~kept.correlate(Tip, code.class_).exists())


def _of_an_official(tip_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """That an official is or may be involved: then the national desk alone knows of it."""
    tip = aliased(Tip)
    found = select(tip.id).where(tip.id == tip_id, tip.official != "no")
    return found.correlate(tip_id.class_).exists()


def _granted(desks: frozenset[str]) -> ColumnElement[bool]:
    """That something was sealed to one of these, and no official is involved."""
    grant = aliased(Grant)
    found = select(grant.id).where(grant.tip_id == Tip.id, grant.desk_code.in_(desks))
    return and_(Tip.official == "no", found.correlate(Tip).exists())


def _kept(whom: ColumnElement[bool]) -> ColumnElement[bool]:
    found = select(Exclusion.id).where(Exclusion.tip_id == Tip.id, RUNS, whom)
    return found.correlate(Tip).exists()
