"""Stores tips, and the grants with which desks decrypt them.

Columns for routing and counting are in clear text. All other data is encrypted.
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
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from hotline.core import rules_trial
from hotline.core.database import Row, has_row, new_record_key
from hotline.core.driver import PreparedStatement, new_values
from hotline.errors import NotFound
from hotline.people.rules_desks import DeskKind
from hotline.people.tables_desks import Desk
from hotline.text.codes import ABROAD
from hotline.tips.rules import Matter, TipState


class Tip(Row):
    """A tip, from the first draft on.

    The columns here are all the data of a tip that is not encrypted. Only `body` is encrypted.
    """

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
    """32 random hex digits. The encrypted data of the tip is bound to them."""
    identity: Mapped[str] = mapped_column(unique=True)
    """The keyed digest of the session and the report attempt. With it, a repeated hop or a corrected answer finds the
    same tip."""
    session_key: Mapped[str]
    attempt: Mapped[int]
    """The number of the report attempt within the session, beginning with 1."""
    matter: Mapped[str] = mapped_column(default=Matter.TIP, server_default=Matter.TIP)
    """A value of `tips.rules.Matter`. A complaint is handled like a tip, but is not counted as a tip."""
    state: Mapped[str]
    """A value of `tips.rules.TipState`."""
    channel: Mapped[str]
    language: Mapped[str]
    entry: Mapped[str]
    place: Mapped[str]
    """The NISR code of a district, or "abroad" or "unsure". For a fragment, the code of a province or an empty text."""
    within: Mapped[str | None]
    """The country if the place is "abroad", or the province if the place is "unsure". Alerts never name a country."""
    sector: Mapped[str | None]
    """The code of a sector or of a camp (`text.codes.is_camp`)."""
    category: Mapped[str | None]
    urgency: Mapped[int]
    """1: danger or a child. 2: the caller is affected or saw it. 3: the caller heard about it."""
    first_urgency: Mapped[int | None]
    """The urgency of the first report, if the person was in danger again later. Statistics use it to count response
    times."""
    official: Mapped[str]
    """The answer about officials: yes, no or unsure. If it is not "no", the desk of the district gets no access."""
    basis: Mapped[str]
    """The legal basis: public_duty or vital_interest_child (law 058/2021)."""
    do_not_visit: Mapped[bool] = mapped_column(default=False)
    """True if the caller keyed `000` after the tip was filed."""
    visit: Mapped[str | None]
    """The caller's answer about visits by helpers: yes, no or unsure. None if the question was not asked."""
    place_step: Mapped[int] = mapped_column(default=0, server_default="0")
    """The number of the first alerting step for the present place of the tip."""
    visit_decision: Mapped[str | None]
    """The national desk's decision on visits, a value of `tips.rules_visit_safety.VisitDecision`."""
    contact_key: Mapped[str]
    """The pseudonym of the phone, which changes each week. It is used to link tips. Linked tips stay separate."""
    body: Mapped[bytes]
    """The answers of the caller, padded and encrypted."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    filed_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    assigned_at: Mapped[datetime | None]
    alert_urgency: Mapped[int | None]
    """The urgency of the alerts that were sent. A later answer may raise the urgency of the tip above it."""
    assignee_id: Mapped[int | None]
    """The assignee: a responder who acknowledged the tip and is not doubted."""
    renewed_at: Mapped[datetime | None]
    """The time when the outcome's deadline was extended, because the assignee made progress. This happens at most
    once."""
    outcome_asked: Mapped[str | None]
    """The `TipOutcome` of the requested closure, until a second person decides."""
    closure_by: Mapped[str | None]
    """The person who requested closure: `responder:7`, or `name:` with the name given to a command."""
    closure_requested_at: Mapped[datetime | None]
    """The time of the closure request that waits."""
    closure_read_at: Mapped[datetime | None]
    """The time when a person who may confirm the closure opened the case."""
    locked_for: Mapped[str | None]
    """The codes of the desks that should be able to decrypt the tip but cannot. Their keys were missing when the tip
    was encrypted."""
    receipt_key: Mapped[str | None]
    """The keyed digest of the receipt's number and PIN, with which the caller asks about the tip. None if the caller
    has no receipt."""
    erasure_asked_at: Mapped[datetime | None]
    """The time when the caller used the receipt to request erasure."""
    helped_at: Mapped[datetime | None]
    """The time when the desk reported that help has reached the person."""
    closed_at: Mapped[datetime | None]
    """The time when the case was closed. The retention term begins then (`tips/rules_deadlines.py`)."""
    outcome: Mapped[str | None]
    """A value of `tips.rules.TipOutcome`, if the desk chose an outcome."""
    warned_at: Mapped[datetime | None]
    """The time since which the console shows that the text will be erased."""
    erased_at: Mapped[datetime | None]
    """The time when body, grants and pseudonyms were erased. The other columns stay for the statistics."""
    record_key: Mapped[int] = mapped_column(default=new_record_key)
    """A number from 0 to 255. It decides how published counts that include this tip are rounded. No exported file
    contains this number."""


WITHOUT_BODY = defer(Tip.body, raiseload=True)
"""Option of a query: leaves out the encrypted text. A row that was read so raises an error for its body."""
IS_REPORTED = (Tip.state != TipState.DRAFT, Tip.channel != rules_trial.CHANNEL)
"""The conditions for tips of callers and of drills. They leave out drafts and the hotline's own test tips."""
IS_REAL_CASE = (
    Tip.matter == Matter.TIP,
    Tip.channel.not_in(rules_trial.UNCOUNTED),
    Tip.state.not_in((TipState.DRAFT, TipState.FRAGMENT)),
)
"""The conditions for real cases. They leave out complaints, drills, trials, drafts and fragments."""
SMS = "sms"
"""The channel of a tip that arrived by SMS."""
DRAFT: ColumnElement[str] = literal_column(f"'{TipState.DRAFT}'")
"""The value is written into the SQL text and is not a parameter. A database uses a partial index only if the SQL text
contains the value."""
IS_WAITING = and_(
    Tip.state != DRAFT, or_(Tip.alert_urgency.is_(None), Tip.alert_urgency > Tip.urgency)
)
"""The condition that a filed tip has no alert yet, or none at its present urgency."""


BORDER = and_(Tip.place == ABROAD, Desk.kind == DeskKind.BORDER)
CAMP = and_(Tip.sector == Desk.place, Desk.kind == DeskKind.PROTECTION)
"""The conditions for desks that are alerted in addition to the desk of the place."""


class TipPlace(Row):
    """An earlier place of a tip, whose desks were alerted before the place was corrected."""

    __tablename__ = "tip_place"
    __table_args__ = (Index("tip_place_tip", "tip_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"))
    place: Mapped[str]
    corrected_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    """The time when the desk of this place lost its access. After this, the desk cannot decrypt later answers."""


class Grant(Row):
    """The key of a tip, encrypted for one desk."""

    __tablename__ = "grant"
    __table_args__ = (UniqueConstraint("tip_id", "desk_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"))
    desk_code: Mapped[str] = mapped_column(ForeignKey("desk.code"))
    encrypted_key: Mapped[bytes]


class PendingAlert(Row):
    """A mark that responders must be alerted of a filed tip. The row is deleted when responders are alerted. It has no
    effect if the tip already has an assignment.

    The rows are small. So a burst of tips does not rewrite the large rows of tips. A tip that needs a second alert has
    no such row. The condition `IS_WAITING` finds such a tip by its own columns.
    """

    __tablename__ = "pending_alert"
    __table_args__ = (Index("pending_alert_order", "urgency", "tip_id"),)

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"), primary_key=True)
    urgency: Mapped[int]
    """The urgency when the tip was filed. If an answer has raised the urgency since, `IS_WAITING` also finds the
    tip."""


HAS_PENDING_ALERT = exists().where(PendingAlert.tip_id == Tip.id)


_PUT = PreparedStatement(
    insert(PendingAlert.metadata.tables[PendingAlert.__tablename__]).values(
        new_values(("tip_id", "urgency"))
    )
)
"""The statement is prepared only once, because each filed tip uses it."""


def drop_closure_request(tip: Tip) -> None:
    """Removes the closure request from a tip. The request was confirmed or refused, or the case has changed since."""
    tip.outcome_asked = tip.closure_by = None
    tip.closure_requested_at = tip.closure_read_at = None


def drafts_of(session: Session, session_key: str) -> Sequence[Tip]:
    """Returns the drafts of the session, and locks them until the transaction ends."""
    here = select(Tip).where(Tip.session_key == session_key, Tip.state == TipState.DRAFT)
    return session.scalars(here.order_by(Tip.id).with_for_update(key_share=True)).all()


def written_by(session: Session, contact_keys: Collection[str], before: datetime) -> Sequence[int]:
    """Returns the ids of the tips that this phone sent by SMS up to `before`."""
    theirs = select(Tip.id).where(
        Tip.contact_key.in_(contact_keys), Tip.channel == SMS, Tip.created_at <= before
    )
    return session.scalars(theirs.order_by(Tip.id)).all()


def has_written(session: Session, contact_keys: Collection[str], since: datetime) -> bool:
    """Returns True if this phone has sent a tip by SMS since `since`."""
    theirs = (Tip.contact_key.in_(contact_keys), Tip.channel == SMS, Tip.created_at >= since)
    return has_row(session, Tip.id, *theirs)


def can_be_extended(session: Session, session_key: str) -> bool:
    """Returns True if the caller may add to a tip of the session. The tip must be open and have no erasure request."""
    open_ones = (Tip.closed_at.is_(None), Tip.erasure_asked_at.is_(None))
    return has_row(session, Tip.id, Tip.session_key == session_key, *open_ones)


def has_silent_draft(session: Session, before: datetime) -> bool:
    """Returns True if there is a draft that got no answer since `before`."""
    return has_row(session, Tip.id, *_silent(before))


def silent_drafts(session: Session, before: datetime) -> Sequence[Tip]:
    """Returns the drafts that got no answer since `before`, and locks them until the transaction ends.

    Skips rows that other transactions have locked.
    """
    silent = select(Tip).where(*_silent(before)).order_by(Tip.updated_at, Tip.id)
    return session.scalars(silent.with_for_update(skip_locked=True, key_share=True)).all()


def _silent(before: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Tip.state == DRAFT, Tip.updated_at <= before)


def earlier_places(session: Session, tip_id: int) -> Sequence[TipPlace]:
    """Returns the earlier places of the tip, the oldest first."""
    rows = select(TipPlace).where(TipPlace.tip_id == tip_id).order_by(TipPlace.id)
    return session.scalars(rows).all()


def give_key(session: Session, tip: Tip, code: str, encrypted_key: bytes) -> None:
    """Stores the key of the tip for one more desk.

    Replaces an earlier key of this desk, which no longer decrypts the tip.
    """
    before = delete(Grant).where(Grant.tip_id == tip.id, Grant.desk_code == code)
    session.execute(before.execution_options(synchronize_session=False))
    session.add(Grant(tip_id=tip.id, desk_code=code, encrypted_key=encrypted_key))
    session.flush()


def extra_desks(session: Session, tip_ids: Collection[int]) -> Mapping[int, frozenset[str]]:
    """Returns the additional desks that may read each tip: border desks if it is abroad, or the protection desk of a
    camp.

    Leaves out tips that have no such desk. If a border desk has a grant, the journey can still be stopped. The time of
    the departure itself is encrypted.
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
    """Returns the protection desks that may read the tip, each with its camp."""
    asked = select(Grant.desk_code, Desk.place).join(Desk, Desk.code == Grant.desk_code)
    rows = session.execute(asked.where(Grant.tip_id == tip_id, Desk.kind == DeskKind.PROTECTION))
    return {code: place or "" for code, place in rows}


def remove_grants(session: Session, tip_id: int, *, but: Collection[str]) -> None:
    """Removes the access of all desks except the ones in `but`."""
    gone = (Grant.tip_id == tip_id, Grant.desk_code.not_in(but))
    session.execute(delete(Grant).where(*gone))


def erase_session(session: Session, session_key: str, *, up_to_attempt: int) -> Sequence[Tip]:
    """Handles the keys `000`: deletes the drafts of this session, and returns its filed tips unchanged.

    Includes the report attempts of this session up to `up_to_attempt`.
    """
    here = (Tip.session_key == session_key, Tip.attempt <= up_to_attempt)
    rows = session.scalars(
        select(Tip).where(*here).order_by(Tip.id).with_for_update(key_share=True)
    ).all()
    _delete(session, [tip.id for tip in rows if tip.state == TipState.DRAFT])
    return [tip for tip in rows if tip.state != TipState.DRAFT]


def _delete(session: Session, ids: Sequence[int]) -> None:
    session.execute(delete(Grant).where(Grant.tip_id.in_(ids)))
    session.execute(delete(Tip).where(Tip.id.in_(ids)))


def get_filed(session: Session, tip_id: int) -> Tip:
    """Returns a filed tip. Raises NotFound if the tip does not exist or is a draft."""
    tip = session.get(Tip, tip_id)
    if tip is None or tip.state == TipState.DRAFT:
        raise NotFound(f"there is no tip {tip_id}")
    return tip


def add_pending_alert(session: Session, tip_id: int, urgency: int) -> None:
    """Adds a pending alert for a filed tip."""
    _PUT.rows(session, new_tip_id=tip_id, new_urgency=urgency)


def has_pending_alert(session: Session, tip_id: int) -> bool:
    return has_row(session, PendingAlert.tip_id, PendingAlert.tip_id == tip_id)


def was_alerted(session: Session, tip: Tip) -> bool:
    """Returns True if responders were alerted of the tip."""
    return tip.assigned_at is not None and not has_pending_alert(session, tip.id)
