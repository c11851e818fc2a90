"""Who may know of a tip: the one condition that every list, count, search, link and export takes, for whom it is made.

A desk knows what was sealed to it, and nothing of a tip in which an official is or may be involved. The national desk
knows every tip. A person knows of none that they, their console account, or a desk of theirs, are kept from; an account
that is joined to a responder counts for both. It has four forms: `visible_to` of tips for a viewer, `not_kept_from` of
tips that one responder was told of, `may_be_told` of responders for one tip, `desk_may_know` of desks to which
something of a tip is sealed.

People and desks that must not know of a tip: rows, and whom they keep from being told.

`visible.py` keeps it from every list.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, ForeignKey, and_, exists, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, aliased, mapped_column

from hotline.domain.tip import NATIONAL
from hotline.store.accounts.accounts import ConsoleAccount
from hotline.store.database import Row, is_any
from hotline.store.people import responders
from hotline.store.people.responders import RUNS, Membership, Responder
from hotline.store.tips import tips
from hotline.store.tips.tips import Grant, Tip


class ExclusionReason(StrEnum):
    """Why a row was written. An official needs none: what `Tip.official` says keeps every desk but the nation's out."""

    NAMED = "named"
    """The tip names him. He is never told of it."""
    ASKED = "asked"
    """Whoever told the tip asked for it."""


class Exclusion(Row):
    """A responder, a console account or a desk that a tip is kept from. One that was lifted keeps its row."""

    __tablename__ = "exclusion"

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"), index=True)
    responder_id: Mapped[int | None]
    desk_code: Mapped[str | None]
    account_id: Mapped[int | None]
    """A console account: of a person who is no responder, or whose account nobody joined to one."""
    why: Mapped[str]
    """An `ExclusionReason`."""
    by: Mapped[str]
    """An actor, as the audit log writes one."""
    at: Mapped[datetime]
    lifted_by: Mapped[str | None]
    lifted_at: Mapped[datetime | None]

    @property
    def whom(self) -> "Excluded":
        return Excluded(self.responder_id, self.desk_code, self.account_id)


NOT_LIFTED = Exclusion.lifted_at.is_(None)


class Excluded(NamedTuple):
    """Names one responder, desk or console account that a tip is kept from."""

    responder_id: int | None = None
    desk_code: str | None = None
    account_id: int | None = None

    def __str__(self) -> str:
        """Returns it as the audit log writes it: `desk 12`, `account 4`, `responder 7`."""
        if self.desk_code is not None:
            return f"desk {self.desk_code}"
        if self.account_id is not None:
            return f"account {self.account_id}"
        return f"responder {self.responder_id}"


def standing(session: Session, tip_id: int, *, for_writing: bool = False) -> Sequence[Exclusion]:
    """Returns those that were not lifted, the oldest first. `for_writing`: held."""
    found = select(Exclusion).where(Exclusion.tip_id == tip_id, NOT_LIFTED).order_by(Exclusion.id)
    return session.scalars(found.with_for_update() if for_writing else found).all()


def carry(session: Session, tip_id: int, to: int, by: str, at: datetime) -> Sequence[Exclusion]:
    """Keeps another tip from everybody whom this one is kept from. Returns what was written."""
    there = {one.whom for one in standing(session, to)}
    new = [
        Exclusion(tip_id=to, **one.whom._asdict(), why=one.why, by=by, at=at)
        for one in standing(session, tip_id)
        if one.whom not in there
    ]
    session.add_all(new)
    session.flush()
    return new


def kept_tips(session: Session) -> frozenset[int]:
    """Ids of the tips that somebody is kept from. They are few, whatever there is to tell of."""
    return frozenset(session.scalars(select(Exclusion.tip_id).where(NOT_LIFTED)))


def kept_from(session: Session, tip_ids: Collection[int]) -> Mapping[int, frozenset[int]]:
    """Returns the responders who are told of nothing of these tips, by tip. Nearly always none."""
    if not tip_ids:
        return {}
    found = select(Exclusion).where(Exclusion.tip_id.in_(tip_ids), NOT_LIFTED)
    rows = session.scalars(found).all()
    codes = {row.desk_code for row in rows} - {None}
    of_desk: dict[str | None, set[int]] = defaultdict(set)
    if codes:
        members = select(Membership).where(Membership.desk_code.in_(codes), RUNS)
        for member in session.scalars(members):
            of_desk[member.desk_code].add(member.responder_id)
    joined = _joined(session, {row.account_id for row in rows} - {None})
    kept: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        himself = () if row.responder_id is None else (row.responder_id,)
        by_account = joined.get(row.account_id, ())
        kept[row.tip_id] |= {*himself, *of_desk[row.desk_code]}
        kept[row.tip_id].update(by_account)
    return {tip_id: frozenset(people) for tip_id, people in kept.items()}


def _joined(
    session: Session, account_ids: Collection[int | None]
) -> Mapping[int | None, tuple[int, ...]]:
    """Returns, by account, the responder whom it was joined to since."""
    if not account_ids:
        return {}
    found = select(ConsoleAccount.id, ConsoleAccount.responder_id).where(
        ConsoleAccount.id.in_(account_ids), ConsoleAccount.responder_id.is_not(None)
    )
    return {id: (who,) for id, who in session.execute(found) if who is not None}


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
    desks = {row.desk_code for row in responders.running(session, responder_id)}
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
    return is_any(session, Tip.id, Tip.id == tip_id, Tip.state != tips.DRAFT, visible_to(viewer))


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
    national = _is_national(responder_id)
    return and_(not_excluded(responder_id, tip_id), or_(national, ~_of_an_official(tip_id)))


def not_excluded(
    responder_id: int, tip_id: InstrumentedAttribute[int] = Tip.id
) -> ColumnElement[bool]:
    """The half of it that people write down: neither she nor a desk of hers is kept from it."""
    return tip_id.not_in(select(Exclusion.tip_id).where(NOT_LIFTED, _names(responder_id)))


def may_be_told(tip_id: int) -> ColumnElement[bool]:
    """Of `Responder`: that she may know of this tip, by whichever desk."""
    kept = exists().where(Exclusion.tip_id == tip_id, NOT_LIFTED, _names(Responder.id))
    official = exists().where(Tip.id == tip_id, Tip.official != "no").correlate(None)
    return and_(~kept.correlate(Responder), or_(_is_national(Responder.id), ~official))


def _names(who: int | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Of `Exclusion`: that it is of this responder, of their console account, or of a desk of theirs."""
    hers = select(Membership.desk_code).where(Membership.responder_id == who, RUNS)
    joined = select(ConsoleAccount.id).where(ConsoleAccount.responder_id == who)
    return or_(
        Exclusion.responder_id == who,
        Exclusion.account_id.in_(joined.correlate(Responder)),
        Exclusion.desk_code.in_(hers.correlate(Responder)),
    )


def _is_national(who: int | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    member = (Membership.responder_id == who, RUNS, Membership.desk_code == NATIONAL)
    return exists().where(*member).correlate(Responder)


def who_may(session: Session, tip_id: int, responder_ids: Collection[int]) -> frozenset[int]:
    """Those of them who may know of this tip."""
    some = (Responder.id.in_(responder_ids), may_be_told(tip_id))
    return frozenset(session.scalars(select(Responder.id).where(*some)))


def desk_may_know(code: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Of `Tip`, and of the desks of this column that it was sealed to: that they may still know of it."""
    kept = select(Exclusion.id).where(
        Exclusion.tip_id == Tip.id, NOT_LIFTED, Exclusion.desk_code == code
    )
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
    found = select(Exclusion.id).where(Exclusion.tip_id == Tip.id, NOT_LIFTED, whom)
    return found.correlate(Tip).exists()
