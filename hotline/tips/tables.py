"""Stores tips and the desks' keys to them. Columns for routing and counting are plain, all others are sealed."""

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

from hotline.core import rules_trial
from hotline.core.database import Row, has_row, new_record_key
from hotline.core.driver import PreparedStatement, new_values
from hotline.errors import NotFound
from hotline.people.rules_desks import DeskKind
from hotline.people.tables_desks import Desk
from hotline.text.codes import ABROAD
from hotline.tips.rules import Matter, TipState


class Tip(Row):
    """One tip, from its first sealed draft. The plain columns are the whole list of what is not sealed."""

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
    """32 random hex digits, bound into the seals."""
    identity: Mapped[str] = mapped_column(unique=True)
    """The keyed digest of session and report attempt. A repeated hop or a corrected answer finds the same tip by it."""
    session_key: Mapped[str]
    passage: Mapped[int]
    """The number of the report attempt within the session, from 1."""
    matter: Mapped[str] = mapped_column(default=Matter.TIP, server_default=Matter.TIP)
    """A `tips.rules.Matter`. A complaint is handled like a tip, but does not count as one."""
    state: Mapped[str]
    """A `tips.rules.TipState`."""
    channel: Mapped[str]
    language: Mapped[str]
    entry: Mapped[str]
    place: Mapped[str]
    """A district's NISR code, "abroad" or "unsure". For a fragment, a province's code or an empty text."""
    within: Mapped[str | None]
    """The country if the place is "abroad", the province if it is "unsure". Alerts never name a country."""
    sector: Mapped[str | None]
    """The code of a sector or of a camp (`text.codes.is_camp`)."""
    category: Mapped[str | None]
    urgency: Mapped[int]
    """1: danger or a child. 2: the caller is affected or saw it. 3: the caller was told about it."""
    told_urgency: Mapped[int | None]
    """The urgency at the first report, if the caller was in danger again later. Statistics count response times
    by it.
    """
    official: Mapped[str]
    """yes, no or unsure. Unless it is "no", the district's desk gets no access."""
    basis: Mapped[str]
    """public_duty or vital_interest_child (law 058/2021)."""
    do_not_visit: Mapped[bool] = mapped_column(default=False)
    """True if the caller keyed `000` after the tip was filed."""
    visit: Mapped[str | None]
    """The caller's answer whether helpers may visit: yes, no or unsure. None if the question was not asked."""
    place_step: Mapped[int] = mapped_column(default=0, server_default="0")
    """The first alerting step that belongs to the tip's present place."""
    manner: Mapped[str | None]
    """The national desk's decision on visit safety, a `tips.rules_visit_safety.VisitDecision`."""
    contact_key: Mapped[str]
    """The phone's pseudonym of this week. It links tips and never merges them."""
    body: Mapped[bytes]
    """The answers, padded and sealed."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    filed_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    referred_at: Mapped[datetime | None]
    referred_urgency: Mapped[int | None]
    """The urgency of the sent alerts. A later answer may raise the tip's own. The highest for tips without alerts."""
    assignee_id: Mapped[int | None]
    """The assignee: a responder who acknowledged the tip and is believed."""
    renewed_at: Mapped[datetime | None]
    """The time at which the assignee extended the outcome's deadline. This is possible once."""
    end_wanted: Mapped[str | None]
    """The `TipOutcome` of the requested closure, until an approver decides."""
    end_wanted_by: Mapped[str | None]
    """The person who requests closure: `responder:7`, or `name:` and the name given to a command."""
    closure_requested_at: Mapped[datetime | None]
    """The time of the closure request that is pending."""
    closure_read_at: Mapped[datetime | None]
    """The time at which a person who may confirm the closure opened the case."""
    locked_for: Mapped[str | None]
    """The codes of desks that should decrypt the tip but cannot. Their key was missing when it was sealed."""
    receipt_key: Mapped[str | None]
    """The keyed digest of receipt number and PIN, by which the reporter asks about the tip. None without a receipt."""
    erase_wanted_at: Mapped[datetime | None]
    """The time of the erasure request made with the receipt."""
    helped_at: Mapped[datetime | None]
    """The time at which the desk reported that a helper is with the person."""
    closed_at: Mapped[datetime | None]
    """The time of closing. The retention term starts here (`tips/rules_deadlines.py`)."""
    outcome: Mapped[str | None]
    """A `tips.rules.TipOutcome`, if the desk chose one."""
    warned_at: Mapped[datetime | None]
    """The time at which the console began to show that the text will be erased."""
    erased_at: Mapped[datetime | None]
    """The time at which body, grants and pseudonyms were erased. The rest stays for statistics."""
    record_key: Mapped[int] = mapped_column(default=new_record_key)
    """Decides how published counts that include this tip are rounded, 0 to 255. No exported file contains it."""


IS_REPORTED = (Tip.state != TipState.DRAFT, Tip.channel != rules_trial.CHANNEL)
"""Conditions for tips from callers and for drills. They leave out drafts and the hotline's own trials."""
IS_REAL_CASE = (
    Tip.matter == Matter.TIP,
    Tip.channel.not_in(rules_trial.UNCOUNTED),
    Tip.state.not_in((TipState.DRAFT, TipState.FRAGMENT)),
)
"""Conditions for real cases. They leave out complaints, drills, trials, drafts and fragments."""
SMS = "sms"
"""The channel of a tip written by SMS."""
DRAFT: ColumnElement[str] = literal_column(f"'{TipState.DRAFT}'")
"""A literal in the statement itself. A database uses a partial index only if it sees the condition's value."""
IS_WAITING = and_(
    Tip.state != DRAFT, or_(Tip.referred_urgency.is_(None), Tip.referred_urgency > Tip.urgency)
)
"""True for a filed tip with no alert yet, or none at its present urgency."""


BORDER = and_(Tip.place == ABROAD, Desk.kind == DeskKind.BORDER)
CAMP = and_(Tip.sector == Desk.place, Desk.kind == DeskKind.PROTECTION)
"""Conditions for desks that are alerted in addition to the desk of the tip's place."""


class TipPlace(Row):
    """One place of which desks were alerted before the tip's place was corrected."""

    __tablename__ = "tip_place"
    __table_args__ = (Index("tip_place_tip", "tip_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"))
    place: Mapped[str]
    corrected_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    """The time at which its desk lost access. The desk cannot decrypt later answers."""


class Grant(Row):
    """One desk's copy of the tip's key, sealed to that desk."""

    __tablename__ = "grant"
    __table_args__ = (UniqueConstraint("tip_id", "desk_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"))
    desk_code: Mapped[str] = mapped_column(ForeignKey("desk.code"))
    encrypted_key: Mapped[bytes]


class PendingAlert(Row):
    """One pending alert of a filed tip. Deleted once responders are alerted, and void if the tip has an assignment.

    The row is small, so that a burst does not rewrite the tips. A tip that needs a second alert has no such row. The
    condition `IS_WAITING` finds it by the tip's own columns.
    """

    __tablename__ = "untold"
    __table_args__ = (Index("untold_order", "urgency", "tip_id"),)

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"), primary_key=True)
    urgency: Mapped[int]
    """The urgency at filing. If an answer has raised it since, `IS_WAITING` finds the tip too."""


HAS_PENDING_ALERT = exists().where(PendingAlert.tip_id == Tip.id)


_PUT = PreparedStatement(
    insert(PendingAlert.metadata.tables[PendingAlert.__tablename__]).values(
        new_values(("tip_id", "urgency"))
    )
)
"""Prepared once, because each filing uses it."""


def drop_closure_request(tip: Tip) -> None:
    """Clears the closure request. It was confirmed or refused, or the case has changed since."""
    tip.end_wanted = tip.end_wanted_by = None
    tip.closure_requested_at = tip.closure_read_at = None


def drafts_of(session: Session, session_key: str) -> Sequence[Tip]:
    """Returns the session's drafts, locked until this transaction ends."""
    here = select(Tip).where(Tip.session_key == session_key, Tip.state == TipState.DRAFT)
    return session.scalars(here.order_by(Tip.id).with_for_update(key_share=True)).all()


def written_by(session: Session, contact_keys: Collection[str], before: datetime) -> Sequence[int]:
    """Returns the ids of the tips that a phone wrote by SMS up to that time."""
    theirs = select(Tip.id).where(
        Tip.contact_key.in_(contact_keys), Tip.channel == SMS, Tip.created_at <= before
    )
    return session.scalars(theirs.order_by(Tip.id)).all()


def has_written(session: Session, contact_keys: Collection[str], since: datetime) -> bool:
    """Returns True if this phone has written a tip by SMS since then."""
    theirs = (Tip.contact_key.in_(contact_keys), Tip.channel == SMS, Tip.created_at >= since)
    return has_row(session, Tip.id, *theirs)


def can_be_extended(session: Session, session_key: str) -> bool:
    """Returns True if the caller may add to a session's tip. It must be open and without an erasure request."""
    open_ones = (Tip.closed_at.is_(None), Tip.erase_wanted_at.is_(None))
    return has_row(session, Tip.id, Tip.session_key == session_key, *open_ones)


def has_silent_draft(session: Session, before: datetime) -> bool:
    """Returns True if a draft had no addition since `before`."""
    return has_row(session, Tip.id, *_silent(before))


def silent_drafts(session: Session, before: datetime) -> Sequence[Tip]:
    """Returns drafts without an addition since `before`, locked until this transaction ends. Skips locked rows."""
    silent = select(Tip).where(*_silent(before)).order_by(Tip.updated_at, Tip.id)
    return session.scalars(silent.with_for_update(skip_locked=True, key_share=True)).all()


def _silent(before: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Tip.state == DRAFT, Tip.updated_at <= before)


def earlier_places(session: Session, tip_id: int) -> Sequence[TipPlace]:
    """Returns the tip's earlier places, oldest first."""
    rows = select(TipPlace).where(TipPlace.tip_id == tip_id).order_by(TipPlace.id)
    return session.scalars(rows).all()


def give_key(session: Session, tip: Tip, code: str, encrypted_key: bytes) -> None:
    """Gives one more desk the tip's key. Replaces the desk's earlier key, which no longer decrypts the tip."""
    before = delete(Grant).where(Grant.tip_id == tip.id, Grant.desk_code == code)
    session.execute(before.execution_options(synchronize_session=False))
    session.add(Grant(tip_id=tip.id, desk_code=code, encrypted_key=encrypted_key))
    session.flush()


def extra_desks(session: Session, tip_ids: Collection[int]) -> Mapping[int, frozenset[str]]:
    """Returns the extra desks to which each tip was sealed: border desks for abroad, or a camp's protection desk.

    Leaves out tips without any. A border desk's grant means that the journey can still be stopped. The time of
    departure itself is sealed.
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
    """Returns the code and camp of each protection desk to which the tip was sealed."""
    asked = select(Grant.desk_code, Desk.place).join(Desk, Desk.code == Grant.desk_code)
    rows = session.execute(asked.where(Grant.tip_id == tip_id, Desk.kind == DeskKind.PROTECTION))
    return {code: place or "" for code, place in rows}


def remove_grants(session: Session, tip_id: int, *, but: Collection[str]) -> None:
    """Removes every desk's access except for these desks."""
    gone = (Grant.tip_id == tip_id, Grant.desk_code.not_in(but))
    session.execute(delete(Grant).where(*gone))


def erase_session(session: Session, session_key: str, *, up_to_passage: int) -> Sequence[Tip]:
    """Handles `000`: deletes the drafts of this session and returns its filed tips, unchanged.

    Reaches the report attempts of this session up to `up_to_passage`, and no other session.
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


def get_filed(session: Session, tip_id: int) -> Tip:
    """Returns a filed tip. Raises NotFound if there is no such tip, or only a draft."""
    tip = session.get(Tip, tip_id)
    if tip is None or tip.state == TipState.DRAFT:
        raise NotFound(f"no tip {tip_id}")
    return tip


def add_pending_alert(session: Session, tip_id: int, urgency: int) -> None:
    """Adds a pending alert for a filed tip."""
    _PUT.rows(session, new_tip_id=tip_id, new_urgency=urgency)


def has_pending_alert(session: Session, tip_id: int) -> bool:
    return has_row(session, PendingAlert.tip_id, PendingAlert.tip_id == tip_id)


def was_alerted(session: Session, tip: Tip) -> bool:
    """Returns True if responders were alerted of the tip."""
    return tip.referred_at is not None and not has_pending_alert(session, tip.id)
