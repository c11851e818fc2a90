"""Tips and their grants: what routes and counts in clear, everything else sealed.

Rows, and the questions asked of them.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    UniqueConstraint,
    and_,
    delete,
    exists,
    insert,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain import trial
from hotline.domain.desk.desks import DeskKind
from hotline.domain.tip import ABROAD, Matter, TipState
from hotline.errors import NotFound
from hotline.store.database import Row, is_any, new_record_key
from hotline.store.desk.desks import Desk
from hotline.store.driver import PreparedStatement, new_values


class Tip(Row):
    """A tip from its first sealed draft on. The columns in clear are the whole list of what is not sealed."""

    __tablename__ = "tip"
    __table_args__ = (
        Index("tip_session", "session_key"),
        Index("tip_contact", "contact_key"),
        Index("tip_receipt", "receipt_key"),
        Index("tip_alike", "place", "category", "created_at"),
        Index("tip_filed", "filed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    """32 hex digits of chance; bound into the seals."""
    identity: Mapped[str] = mapped_column(unique=True)
    """Keyed digest of session and passage: what makes a repeated hop, and a corrected answer, the same tip."""
    session_key: Mapped[str]
    passage: Mapped[int]
    """How many times the report had been entered in the session, from 1."""
    matter: Mapped[str] = mapped_column(default=Matter.TIP, server_default=Matter.TIP)
    """A `domain.tip.Matter`: a complaint goes the way of a tip, and is no tip where tips are counted."""
    state: Mapped[str]
    """A `domain.tip.TipState`."""
    channel: Mapped[str]
    language: Mapped[str]
    entry: Mapped[str]
    place: Mapped[str]
    """A district's NISR code, or "abroad", or "unsure"; of a fragment a province's code, or nothing."""
    within: Mapped[str | None]
    """Of "abroad" the country that was told, of "unsure" the province. No alert names a country."""
    sector: Mapped[str | None]
    """A sector's code, or a camp's (`domain.tip.is_camp`)."""
    category: Mapped[str | None]
    urgency: Mapped[int]
    """1 danger or a child, 2 the person herself or seen, 3 heard."""
    told_urgency: Mapped[int | None]
    """The one that it was told with, where somebody was in danger again later: figures time it by this one."""
    official: Mapped[str]
    """yes, no or unsure. Anything but "no" keeps the district's desk out."""
    basis: Mapped[str]
    """public_duty or vital_interest_child (law 058/2021)."""
    do_not_visit: Mapped[bool] = mapped_column(default=False)
    """Somebody keyed `000` after it was filed."""
    visit: Mapped[str | None]
    """yes, no or unsure: whether helpers may come there; None while nobody was asked."""
    place_step: Mapped[int] = mapped_column(default=0, server_default="0")
    """The first step of its ladder that is of its present place."""
    manner: Mapped[str | None]
    """A `domain.referrals.coming.Manner`: how to go, as the national desk decided."""
    contact_key: Mapped[str]
    """This week's pseudonym of the phone: links tips, never merges them."""
    body: Mapped[bytes]
    """The padded, sealed answers."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    filed_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    referred_at: Mapped[datetime | None]
    referred_urgency: Mapped[int | None]
    """The urgency that the alerts went out with: a later answer may raise it. Of what rings for nobody, the highest."""
    holder_id: Mapped[int | None]
    """The responder who took it, is believed, and is responsible."""
    renewed_at: Mapped[datetime | None]
    """When its holder took it further: the clock of its outcome is renewed once."""
    end_wanted: Mapped[str | None]
    """The `TipOutcome` that somebody wants to close it with, until a second person has judged."""
    end_wanted_by: Mapped[str | None]
    """Who wants it: `responder:7`, or `name:` and what a command was given."""
    closure_requested_at: Mapped[datetime | None]
    """When the closure that waits for a second person was requested; the age of the request."""
    closure_read_at: Mapped[datetime | None]
    """When somebody who may confirm that closure opened the case."""
    locked_for: Mapped[str | None]
    """Codes of desks that should read it and cannot, since their key was missing when it was sealed."""
    receipt_key: Mapped[str | None]
    """Keyed digest of the number and the PIN by which whoever told it asks after it; None where she took none."""
    erase_wanted_at: Mapped[datetime | None]
    """When somebody asked by its receipt to erase its words (`domain/referrals/case_events.py`)."""
    helped_at: Mapped[datetime | None]
    """When the desk said that a helper is with her."""
    closed_at: Mapped[datetime | None]
    """When somebody said that it is over: from here its term runs (`domain/tips/retention.py`)."""
    outcome: Mapped[str | None]
    """A `domain.tip.TipOutcome`, where the desk named one."""
    warned_at: Mapped[datetime | None]
    """Since when an admin can see that its words will go."""
    erased_at: Mapped[datetime | None]
    """When its words went: body, grants and pseudonyms. What is left counts, and tells nothing."""
    record_key: Mapped[int] = mapped_column(default=new_record_key)
    """Decides how published counts with this tip are rounded; 0 to 255. It leaves the database in no file."""


REAL = (Tip.state != TipState.DRAFT, Tip.channel != trial.CHANNEL)
"""Told by somebody, or a drill: no draft, and no trial of the line's own."""
WHOLE = (
    Tip.matter == Matter.TIP,
    Tip.channel.not_in(trial.UNCOUNTED),
    Tip.state.not_in((TipState.DRAFT, TipState.FRAGMENT)),
)
"""A case, nobody's rehearsal, and the caller did not hang up before they had told a district."""
SMS = "sms"
"""The channel of a tip that was written."""
DRAFT: ColumnElement[str] = literal_column(f"'{TipState.DRAFT}'")
"""In the statement itself: a database looks into a partial index only where it can see that it fits."""
WAITS = and_(
    Tip.state != DRAFT, or_(Tip.referred_urgency.is_(None), Tip.referred_urgency > Tip.urgency)
)
"""Filed, and nobody was told of it, or not at the urgency it has by now."""


BORDER = and_(Tip.place == ABROAD, Desk.kind == DeskKind.BORDER)
CAMP = and_(Tip.sector == Desk.place, Desk.kind == DeskKind.PROTECTION)
"""Desks that are asked beside a tip's place."""


class TipPlace(Row):
    """A place that a tip was told of before it was corrected."""

    __tablename__ = "tip_place"
    __table_args__ = (Index("tip_place_tip", "tip_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"))
    place: Mapped[str]
    corrected_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    """When its desk was let go: it reads nothing that was told since."""


class Grant(Row):
    """The tip's key, sealed to one desk that may read it."""

    __tablename__ = "grant"
    __table_args__ = (UniqueConstraint("tip_id", "desk_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"))
    desk_code: Mapped[str] = mapped_column(ForeignKey("desk.code"))
    sealed_key: Mapped[bytes]


class Untold(Row):
    """A filed tip that nobody was told of: a narrow row, deleted when somebody is. Void where a referral of it exists.

    So a burst rewrites no tip. A tip that is to be told of again waits by the marks on the tip itself (`WAITS`).
    """

    __tablename__ = "untold"
    __table_args__ = (Index("untold_order", "urgency", "tip_id"),)

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"), primary_key=True)
    urgency: Mapped[int]
    """As it was filed. Where an answer raised it since, the tip waits by its marks too."""


IS_UNTOLD = exists().where(Untold.tip_id == Tip.id)


_PUT = PreparedStatement(
    insert(Untold.metadata.tables[Untold.__tablename__]).values(new_values(("tip_id", "urgency")))
)
"""Made once, since filing asks each time."""


def drop_closure_request(tip: Tip) -> None:
    """Forgets the requested closure: it was confirmed or refused, or whoever requested it is gone."""
    tip.end_wanted = tip.end_wanted_by = None
    tip.closure_requested_at = tip.closure_read_at = None


def drafts_of(session: Session, session_key: str) -> Sequence[Tip]:
    """Held until this transaction ends."""
    here = select(Tip).where(Tip.session_key == session_key, Tip.state == TipState.DRAFT)
    return session.scalars(here.order_by(Tip.id).with_for_update(key_share=True)).all()


def written_by(session: Session, contact_keys: Collection[str], before: datetime) -> Sequence[int]:
    """Ids of the tips that a phone wrote by SMS until then."""
    theirs = select(Tip.id).where(
        Tip.contact_key.in_(contact_keys), Tip.channel == SMS, Tip.created_at <= before
    )
    return session.scalars(theirs.order_by(Tip.id)).all()


def any_written_by(session: Session, contact_keys: Collection[str], since: datetime) -> bool:
    """Returns True if this phone has written a tip by SMS since then."""
    theirs = (Tip.contact_key.in_(contact_keys), Tip.channel == SMS, Tip.created_at >= since)
    return is_any(session, Tip.id, *theirs)


def takes_more(session: Session, session_key: str) -> bool:
    """Returns True if words may be added to a session's tip: it is open, and nobody asked to erase it."""
    open_ones = (Tip.closed_at.is_(None), Tip.erase_wanted_at.is_(None))
    return is_any(session, Tip.id, Tip.session_key == session_key, *open_ones)


def any_silent(session: Session, before: datetime) -> bool:
    """Whether there is a draft that nobody added to since `before`."""
    return is_any(session, Tip.id, *_silent(before))


def silent_drafts(session: Session, before: datetime) -> Sequence[Tip]:
    """Those that no hop is adding to at this moment, held until this transaction ends."""
    silent = select(Tip).where(*_silent(before)).order_by(Tip.updated_at, Tip.id)
    return session.scalars(silent.with_for_update(skip_locked=True, key_share=True)).all()


def _silent(before: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Tip.state == DRAFT, Tip.updated_at <= before)


def earlier_places(session: Session, tip_id: int) -> Sequence[TipPlace]:
    """The places that it was told of before, the first first."""
    rows = select(TipPlace).where(TipPlace.tip_id == tip_id).order_by(TipPlace.id)
    return session.scalars(rows).all()


def give(session: Session, tip: Tip, code: str, sealed_key: bytes) -> None:
    """One desk more reads it. What it has of an earlier pair opens no words any more, and goes."""
    before = delete(Grant).where(Grant.tip_id == tip.id, Grant.desk_code == code)
    session.execute(before.execution_options(synchronize_session=False))
    session.add(Grant(tip_id=tip.id, desk_code=code, sealed_key=sealed_key))
    session.flush()


def beside(session: Session, tip_ids: Collection[int]) -> Mapping[int, frozenset[str]]:
    """The desks beside a tip's place that it was sealed to: abroad those of the border, of a camp its protection desk.

    Tips without any are left out. The grant says that a journey can still be stopped: when they leave is sealed.
    """
    if not tip_ids:
        return {}
    granted = select(Grant.tip_id, Grant.desk_code).join(Desk, Desk.code == Grant.desk_code)
    here = granted.join(Tip, Tip.id == Grant.tip_id).where(or_(BORDER, CAMP))
    found: dict[int, set[str]] = defaultdict(set)
    for tip_id, code in session.execute(here.where(Grant.tip_id.in_(tip_ids))):
        found[tip_id].add(code)
    return {tip_id: frozenset(codes) for tip_id, codes in found.items()}


def camp_desks(session: Session, tip_id: int) -> Mapping[str, str]:
    """The protection desks that it was sealed to, of whichever camp: code and camp."""
    asked = select(Grant.desk_code, Desk.place).join(Desk, Desk.code == Grant.desk_code)
    rows = session.execute(asked.where(Grant.tip_id == tip_id, Desk.kind == DeskKind.PROTECTION))
    return {code: place or "" for code, place in rows}


def take_grants(session: Session, tip_id: int, *, but: Collection[str]) -> None:
    """Every desk but these reads it no more."""
    gone = (Grant.tip_id == tip_id, Grant.desk_code.not_in(but))
    session.execute(delete(Grant).where(*gone))


def erase(session: Session, session_key: str, *, up_to_passage: int) -> Sequence[Tip]:
    """`000`: what is not yet filed is deleted, what is filed is only marked. Returns what is filed, as it was before.

    It reaches the tips of this session alone.
    """
    here = (Tip.session_key == session_key, Tip.passage <= up_to_passage)
    rows = session.scalars(
        select(Tip).where(*here).order_by(Tip.id).with_for_update(key_share=True)
    ).all()
    _delete(session, [tip.id for tip in rows if tip.state == TipState.DRAFT])
    return [tip for tip in rows if tip.state != TipState.DRAFT]


def _delete(session: Session, ids: Sequence[int]) -> None:
    session.execute(delete(Grant).where(Grant.tip_id.in_(ids)))
    session.execute(delete(Tip).where(Tip.id.in_(ids)))


def filed(session: Session, tip_id: int) -> Tip:
    """Raises NotFound where there is no such tip, or only a draft of one."""
    tip = session.get(Tip, tip_id)
    if tip is None or tip.state == TipState.DRAFT:
        raise NotFound(f"no tip {tip_id}")
    return tip


def wait(session: Session, tip_id: int, urgency: int) -> None:
    """Lets a filed tip wait here."""
    _PUT.rows(session, new_tip_id=tip_id, new_urgency=urgency)


def is_untold(session: Session, tip_id: int) -> bool:
    return is_any(session, Untold.tip_id, Untold.tip_id == tip_id)


def was_told_of(session: Session, tip: Tip) -> bool:
    """Whether anybody was told of it."""
    return tip.referred_at is not None and not is_untold(session, tip.id)
