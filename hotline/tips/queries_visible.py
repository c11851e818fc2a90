"""Decides who may see a tip, for every list, count, search, link and export of tips.

A desk sees the tips that were encrypted for it, except tips in which an official is or may be involved. The national
desk sees every tip, except complaints about itself. Only oversight desks see complaints about the national desk. An
exclusion hides a tip from a person, with all their phones and accounts. An exclusion can also hide a tip from a desk
and its members.

Four SQL conditions express who may see a tip. `visible_to` finds the tips that a viewer may see. `is_not_excluded`
finds the assigned tips that a responder may still see. `may_see_tip` finds the responders who may see a tip.
`desk_may_know` finds the desks for which the hotline may encrypt details of a tip.

The module also stores exclusions, and finds responders who get no alert because of an exclusion.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, ForeignKey, and_, exists, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, aliased, mapped_column

from hotline.core.database import Row, has_row
from hotline.people.rules import DeskKind, Level
from hotline.people.tables import IS_RUNNING, Membership, Responder, active_conditions
from hotline.people.tables_desks import Desk
from hotline.text.places import NATIONAL
from hotline.tips import tables as tips_tables
from hotline.tips.rules import OVERSEEN
from hotline.tips.tables import Grant, Tip


class ExclusionReason(StrEnum):
    """The reason why a person or a desk may not see a tip.

    A tip about an official needs no exclusion, because `Tip.official` already hides the tip from the desks of
    districts.
    """

    NAMED = "named"
    """The tip names this person. This person is never alerted of the tip."""
    ASKED = "asked"
    """The caller asked that this person or desk does not see the tip."""


class Exclusion(Row):
    """An exclusion: a person or a desk that may not see a tip. The row stays after the exclusion has ended."""

    __tablename__ = "exclusion"

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    desk_code: Mapped[str | None]
    reason: Mapped[str]
    """The value of an `ExclusionReason`."""
    by: Mapped[str]
    """The person who made the exclusion, as the audit log names people."""
    at: Mapped[datetime]
    lifted_by: Mapped[str | None]
    lifted_at: Mapped[datetime | None]

    @property
    def party(self) -> "ExcludedParty":
        return ExcludedParty(self.person_id, self.desk_code)


IN_A_HOP = 16
"""The number of SQL conditions that a process keeps in memory for all queries of one hop (one USSD request). Building
a condition takes longer than most queries."""
IS_EXCLUDED = Exclusion.lifted_at.is_(None)
# Other names of tables, for use in subqueries. They are created only once, because creating one takes longer than most
# queries.
_COLLEAGUE = aliased(Responder)
_ANY_TIP = aliased(Tip)
_ANY_GRANT = aliased(Grant)
_OVERSIGHT = select(Desk.code).where(Desk.kind == DeskKind.OVERSIGHT)


class ExcludedParty(NamedTuple):
    """A person or a desk that is excluded from a tip. Either `person_id` or `desk_code` is set, never both."""

    person_id: int | None = None
    desk_code: str | None = None

    def __str__(self) -> str:
        """Returns the name of the person or desk in the audit log, such as `desk 12` or `person 7`."""
        return f"person {self.person_id}" if self.desk_code is None else f"desk {self.desk_code}"


def current_exclusions(
    session: Session, tip_id: int, *, for_writing: bool = False
) -> Sequence[Exclusion]:
    """Returns the present exclusions from a tip, the oldest first. If `for_writing` is True, locks their rows."""
    found = select(Exclusion).where(Exclusion.tip_id == tip_id, IS_EXCLUDED).order_by(Exclusion.id)
    return session.scalars(found.with_for_update() if for_writing else found).all()


def copy_exclusions(
    session: Session, tip_id: int, target_id: int, by: str, at: datetime
) -> Sequence[Exclusion]:
    """Copies the exclusions of the tip `tip_id` to the tip `target_id`. Returns the exclusions that the target did not
    have yet."""
    parties = {one.party for one in current_exclusions(session, target_id)}
    new = [
        Exclusion(tip_id=target_id, **one.party._asdict(), reason=one.reason, by=by, at=at)
        for one in current_exclusions(session, tip_id)
        if one.party not in parties
    ]
    session.add_all(new)
    session.flush()
    return new


def tips_with_exclusions(session: Session) -> frozenset[int]:
    """Returns the ids of the tips with a present exclusion, which are few."""
    return frozenset(session.scalars(select(Exclusion.tip_id).where(IS_EXCLUDED)))


def excluded_responders(session: Session, tip_ids: Collection[int]) -> Mapping[int, frozenset[int]]:
    """Returns for each tip the responders who may not see it because of an exclusion."""
    if not tip_ids:
        return {}
    found = select(Exclusion).where(Exclusion.tip_id.in_(tip_ids), IS_EXCLUDED)
    rows = session.scalars(found).all()
    codes = {row.desk_code for row in rows} - {None}
    of_desk: dict[str | None, set[int]] = defaultdict(set)
    if codes:
        members = select(Membership).where(Membership.desk_code.in_(codes), IS_RUNNING)
        for member in session.scalars(members):
            of_desk[member.desk_code].add(member.responder_id)
    phones: dict[int | None, set[int]] = defaultdict(set)
    responders = select(Responder.id, Responder.person_id).where(
        Responder.person_id.in_({row.person_id for row in rows} - {None})
    )
    for responder_id, person_id in session.execute(responders):
        phones[person_id].add(responder_id)
    excluded: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        excluded[row.tip_id] |= {*phones[row.person_id], *of_desk[row.desk_code]}
    return {tip_id: frozenset(people) for tip_id, people in excluded.items()}


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person who reads tips, with the desks to which they have access."""

    desks: frozenset[str]
    responder_id: int | None = None
    """The id of the responder who reads: one phone of the person. None if the viewer has no phone."""
    person_id: int | None = None


THE_LINE: Viewer | None = None
"""The hotline itself as a viewer: it may see every tip except complaints about the national desk. The hotline uses
this viewer to count tips. Commands that are not for a desk also use this viewer."""


def desk_viewer(code: str) -> Viewer:
    return Viewer(frozenset({code}))


def account_viewer(
    person_id: int, desks: frozenset[str], phones: Mapping[int, frozenset[str]]
) -> Viewer:
    """Returns the viewer for a person with an account. The viewer gets the desks whose keys the account can decrypt.

    If the person has active phones, leaves out the desks to which no such phone belongs.
    """
    if phones:
        desks &= frozenset().union(*phones.values())
    return Viewer(desks, next(iter(phones), None), person_id)


def visible_to(viewer: Viewer | None) -> ColumnElement[bool]:
    """Returns an SQL condition on `Tip` that is true for the tips that this viewer may see."""
    if viewer is None:
        return Tip.official != OVERSEEN
    is_national = NATIONAL in viewer.desks
    condition = _granted(viewer.desks - {NATIONAL}, oversees=not is_national)
    condition = or_(condition, Tip.official != OVERSEEN if is_national else false())
    condition = and_(condition, ~_excludes(Exclusion.desk_code.in_(viewer.desks)))
    if viewer.person_id is not None:
        condition = and_(condition, ~_excludes(Exclusion.person_id == viewer.person_id))
    if viewer.responder_id is None:
        return condition
    return and_(condition, is_not_excluded(viewer.responder_id))


def is_visible(session: Session, tip_id: int, viewer: Viewer | None) -> bool:
    """Returns True if the viewer may see the tip with this id. Returns False for a draft."""
    return has_row(
        session, Tip.id, Tip.id == tip_id, Tip.state != tips_tables.DRAFT, visible_to(viewer)
    )


def tip_with_grant(session: Session, tip_id: int, desk_code: str) -> tuple[Tip, bytes | None]:
    """Returns a filed tip, and the key of the tip that is encrypted for a desk. Raises NotFound if the tip does not
    exist.

    The key is None if the desk may not see the tip.
    """
    tip = tips_tables.get_filed(session, tip_id)
    key = select(Grant.encrypted_key).join(Tip, Tip.id == Grant.tip_id)
    conditions = (
        Grant.tip_id == tip_id,
        Grant.desk_code == desk_code,
        visible_to(desk_viewer(desk_code)),
    )
    return tip, session.scalar(key.where(*conditions))


@lru_cache(maxsize=IN_A_HOP)
def is_not_excluded(
    responder_id: int, tip_id: InstrumentedAttribute[int] = Tip.id
) -> ColumnElement[bool]:
    """Returns an SQL condition that is true if a responder was alerted of a tip and may still see it."""
    official, overseen = (_is_of(tip_id, one) for one in (_ANY_TIP.official != "no", _OVERSEEN))
    return and_(has_no_exclusion(responder_id, tip_id), _may_see(responder_id, official, overseen))


@lru_cache(maxsize=IN_A_HOP)
def has_no_exclusion(
    responder_id: int, tip_id: InstrumentedAttribute[int] = Tip.id
) -> ColumnElement[bool]:
    """Returns an SQL condition that is true if no exclusion names the responder or one of the responder's desks."""
    return tip_id.not_in(select(Exclusion.tip_id).where(IS_EXCLUDED, _names_person(responder_id)))


def may_see_tip(tip_id: int) -> ColumnElement[bool]:
    """Returns an SQL condition on `Responder` that is true for the responders who may see this tip."""
    exclusion = exists().where(Exclusion.tip_id == tip_id, IS_EXCLUDED, _names_person(Responder.id))
    official = exists().where(Tip.id == tip_id, Tip.official != "no").correlate(None)
    overseen = exists().where(Tip.id == tip_id, Tip.official == OVERSEEN).correlate(None)
    return and_(~exclusion.correlate(Responder), _may_see(Responder.id, official, overseen))


def _names_person(responder_id: int | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Returns an SQL condition that is true if an `Exclusion` names this person or one of the person's desks."""
    person: ColumnElement[int] = Responder.person_id.expression
    if isinstance(responder_id, int):
        person = select(_COLLEAGUE.person_id).where(_COLLEAGUE.id == responder_id).scalar_subquery()
    desks = select(Membership.desk_code).join(_COLLEAGUE, _COLLEAGUE.id == Membership.responder_id)
    desks = desks.where(_COLLEAGUE.person_id == person, IS_RUNNING)
    return or_(Exclusion.person_id == person, Exclusion.desk_code.in_(desks.correlate(Responder)))


def _may_see(
    responder_id: int | InstrumentedAttribute[int],
    official: ColumnElement[bool],
    overseen: ColumnElement[bool],
) -> ColumnElement[bool]:
    """Returns an SQL condition that is true if the rules about officials let this responder see the tip. If an official
    may be involved, only the national desk may see the tip. Only oversight desks may see a complaint about the national
    desk.
    """
    national = _is_member(responder_id, Membership.desk_code == NATIONAL)
    oversight = and_(_is_member(responder_id, Membership.desk_code.in_(_OVERSIGHT)), ~national)
    return or_(~official, and_(national, ~overseen), and_(oversight, overseen))


def _is_member(
    responder_id: int | InstrumentedAttribute[int], desk: ColumnElement[bool]
) -> ColumnElement[bool]:
    member = (Membership.responder_id == responder_id, IS_RUNNING, desk)
    return exists().where(*member).correlate(Responder)


IS_OVERSEER = _is_member(Responder.id, Membership.desk_code.in_(_OVERSIGHT))
"""An SQL condition that is true if a `Responder` belongs to an oversight desk."""


def oversees(session: Session, responder_id: int) -> bool:
    """Returns True if this responder belongs to an oversight desk."""
    return has_row(session, Responder.id, Responder.id == responder_id, IS_OVERSEER)


def overseers(session: Session, at: datetime) -> Sequence[Responder]:
    """Returns the active people of oversight desks, except people who also belong to the national desk."""
    conditions = (IS_OVERSEER, ~_is_member(Responder.id, Membership.desk_code == NATIONAL))
    found = select(Responder).where(*conditions, *active_conditions(at))
    return session.scalars(found.order_by(Responder.id)).all()


def decides(session: Session, tip: Tip, responder_id: int) -> bool:
    """Returns True if this responder decides about a tip, for example about closing the case. Oversight desks decide
    on complaints about the national desk. The national desk decides on all other tips."""
    if tip.official == OVERSEEN:
        return bool(allowed_responders(session, tip.id, [responder_id]))
    return session.get_one(Responder, responder_id).level == Level.NATIONAL


def allowed_responders(
    session: Session, tip_id: int, responder_ids: Collection[int]
) -> frozenset[int]:
    """Returns which of the given responders may see this tip."""
    conditions = (Responder.id.in_(responder_ids), may_see_tip(tip_id))
    return frozenset(session.scalars(select(Responder.id).where(*conditions)))


def desk_may_know(code: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Returns an SQL condition on `Tip`. It is true if the desk `code` may still see a tip that was encrypted for this
    desk."""
    exclusion = select(Exclusion.id).where(
        Exclusion.tip_id == Tip.id, IS_EXCLUDED, Exclusion.desk_code == code
    )
    condition = or_(
        Tip.official == "no",
        and_(code == NATIONAL, Tip.official != OVERSEEN),
        and_(code.in_(_OVERSIGHT), Tip.official == OVERSEEN),
    )
    return and_(condition, ~exclusion.correlate(Tip, code.class_).exists())


_OVERSEEN = _ANY_TIP.official == OVERSEEN


def _is_of(
    tip_id: InstrumentedAttribute[int], official: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Returns an SQL condition that is true if the tip `tip_id` meets the condition `official`. `official` tests the
    answer about officials."""
    found = select(_ANY_TIP.id).where(_ANY_TIP.id == tip_id, official)
    return found.correlate(tip_id.class_).exists()


def _granted(desks: frozenset[str], *, oversees: bool) -> ColumnElement[bool]:
    """Returns an SQL condition on `Tip` that is true if no official is involved and one of `desks` has the key. If
    `oversees` is True, the condition is also true for some complaints about the national desk. An oversight desk in
    `desks` must have the key of such a complaint."""
    here = select(_ANY_GRANT.id).where(_ANY_GRANT.tip_id == Tip.id, _ANY_GRANT.desk_code.in_(desks))
    by_grant = and_(Tip.official == "no", here.correlate(Tip).exists())
    if not oversees:
        return by_grant
    overseen = here.where(_ANY_GRANT.desk_code.in_(_OVERSIGHT)).correlate(Tip)
    return or_(by_grant, and_(Tip.official == OVERSEEN, overseen.exists()))


def _excludes(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    found = select(Exclusion.id).where(Exclusion.tip_id == Tip.id, IS_EXCLUDED, condition)
    return found.correlate(Tip).exists()
