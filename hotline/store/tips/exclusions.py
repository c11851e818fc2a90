"""People and desks that must not know of a tip: rows, and whom they keep from being told.

`visible.py` keeps it from every list.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.store.accounts.accounts import ConsoleAccount
from hotline.store.database import Row
from hotline.store.people.memberships import RUNS
from hotline.store.people.responders import Membership


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


def of_tip(session: Session, tip_id: int) -> Sequence[Exclusion]:
    """Those that were not lifted, the oldest first. Held."""
    found = select(Exclusion).where(Exclusion.tip_id == tip_id, Exclusion.lifted_at.is_(None))
    return session.scalars(found.order_by(Exclusion.id).with_for_update()).all()


def standing(session: Session, tip_id: int) -> Sequence[Exclusion]:
    """The same, to look at."""
    found = select(Exclusion).where(Exclusion.tip_id == tip_id, Exclusion.lifted_at.is_(None))
    return session.scalars(found.order_by(Exclusion.id)).all()


def carry(session: Session, tip_id: int, to: int, by: str, at: datetime) -> Sequence[Exclusion]:
    """Whom one tip is kept from, another is kept from as well. Returns what was written."""
    there = {one.whom for one in standing(session, to)}
    new = [
        Exclusion(
            tip_id=to,
            **one.whom._asdict(),
            why=one.why,
            by=by,
            at=at,
        )
        for one in standing(session, tip_id)
        if one.whom not in there
    ]
    session.add_all(new)
    session.flush()
    return new


def kept_tips(session: Session) -> frozenset[int]:
    """Ids of the tips that somebody is kept from. They are few, whatever there is to tell of."""
    return frozenset(session.scalars(select(Exclusion.tip_id).where(Exclusion.lifted_at.is_(None))))


def kept_from(session: Session, tip_ids: Collection[int]) -> Mapping[int, frozenset[int]]:
    """Returns the responders who are told of nothing of these tips, by tip. Nearly always none."""
    if not tip_ids:
        return {}
    found = select(Exclusion).where(Exclusion.tip_id.in_(tip_ids), Exclusion.lifted_at.is_(None))
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
