"""Stores tips. For each tip, also stores the grants: the key of the tip, encrypted for each desk that may read it.

Columns that are needed to assign and count tips are in clear text. All other data is encrypted.
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
    case,
    delete,
    exists,
    insert,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from hotline.core import rules_trial
from hotline.core.database import Row, change_rows, has_row, new_record_key
from hotline.core.driver import PreparedStatement, new_values
from hotline.people.rules import DeskKind
from hotline.people.tables_desks import Desk
from hotline.text.errors import NotFound
from hotline.text.places import ABROAD
from hotline.tips.rules import OVERSEEN, Matter, TipOutcome, TipState


class Tip(Row):
    """A tip, beginning with its first draft.

    All columns except `body` are in clear text.
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
    """A random id of 32 hex digits. The encrypted data of the tip can be decrypted only together with this id."""
    identity: Mapped[str] = mapped_column(unique=True)
    """A keyed digest of the session and the report attempt. If the gateway repeats a request, or the caller corrects an
    answer, the hotline finds the same tip by this digest.
    """
    session_key: Mapped[str]
    attempt: Mapped[int]
    """The number of the report attempt within the session, beginning with 1."""
    matter: Mapped[str] = mapped_column(default=Matter.TIP, server_default=Matter.TIP)
    """The value of a `tips.rules.Matter`. A complaint is handled like a tip, but statistics do not count it as a
    tip.
    """
    state: Mapped[str]
    """The value of a `tips.rules.TipState`."""
    channel: Mapped[str]
    language: Mapped[str]
    entry: Mapped[str]
    place: Mapped[str]
    """The NISR code of a district, or "abroad" or "unsure". For a fragment, it is the code of a province, or an empty
    text.
    """
    within: Mapped[str | None]
    """The country if the place is "abroad". The province if the place is "unsure". Alerts never name a country."""
    sector: Mapped[str | None]
    """The code of a sector or of a camp (`text.places.is_camp`)."""
    category: Mapped[str | None]
    urgency: Mapped[int]
    """The value of a `tips.rules.Urgency`, from 1 (the most urgent) to 3."""
    first_urgency: Mapped[int | None]
    """The urgency before a responder reported that the person is in danger again. None if no responder reported new
    danger. Statistics of response times use `first_urgency` if it is not None.
    """
    official: Mapped[str]
    """The answer to the question if an official is involved: yes, no or unsure. If the answer is not "no", the
    district's desk gets no access. If the answer is `OVERSEEN`, only oversight desks have access to the tip.
    """
    basis: Mapped[str]
    """The legal basis in law 058/2021: public_duty or vital_interest_child."""
    do_not_visit: Mapped[bool] = mapped_column(default=False)
    """True if the caller typed `000` after the tip was filed."""
    visit: Mapped[str | None]
    """The caller's answer to the question if helpers may visit: yes, no or unsure. None if the question was not
    asked.
    """
    words_at: Mapped[datetime | None]
    """The time when the caller first typed words of their own or a landmark. In a storm (many dangers in one district),
    lists show a danger with such words before a danger without typed text."""
    storm_at: Mapped[datetime | None]
    """The time at which people were alerted of this danger, if it came in a storm (many dangers in one district) and
    was not the first danger of its sector. Otherwise None.
    """
    place_step: Mapped[int] = mapped_column(default=0, server_default="0")
    """The number of the escalation step that was current when people of the tip's present place were first alerted. It
    is 0 if the caller never corrected the place.
    """
    visit_decision: Mapped[str | None]
    """The national desk's decision about visits: the value of a `tips.rules.VisitDecision`."""
    contact_key: Mapped[str]
    """The pseudonym of the caller's phone, which changes each week. The hotline uses it to link tips from the same
    phone. Linked tips remain separate cases.
    """
    body: Mapped[bytes]
    """The answers of the caller, padded and encrypted."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    filed_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    assigned_at: Mapped[datetime | None]
    alert_urgency: Mapped[int | None]
    """The urgency that the tip had when people were last alerted of it. If a later answer of the caller makes the tip
    more urgent, the hotline alerts people again.
    """
    danger_at: Mapped[datetime | None]
    """The time when a filed tip became a danger. None if the tip was a danger when it was filed."""
    assignee_id: Mapped[int | None]
    """The id of the assignee, who is the responder that took the tip. A responder does not become the assignee if the
    hotline doubts that the acknowledgement came from this responder.
    """
    renewed_at: Mapped[datetime | None]
    """The time when the assignee got more time to report the outcome, because the assignee had made progress. Each
    assignee can get more time only once.
    """
    outcome_asked: Mapped[str | None]
    """The `TipOutcome` of a requested closure, until a second person decides."""
    closure_by: Mapped[str | None]
    """The person who requested the closure: `responder:7`, or `name:` followed by the name of the account or person
    that requested the closure in a command.
    """
    closure_requested_at: Mapped[datetime | None]
    """The time when the pending closure was requested."""
    closure_read_at: Mapped[datetime | None]
    """The time when a person who may confirm the closure first read the case after closure was requested."""
    locked_for: Mapped[str | None]
    """The codes of desks that should be able to decrypt the tip but cannot. These desks had no valid key when the tip
    was encrypted."""
    receipt_key: Mapped[str | None]
    """A keyed digest of the receipt's number and PIN. With number and PIN, the caller can ask about the tip. None if
    the caller has no receipt.
    """
    erasure_asked_at: Mapped[datetime | None]
    """The time when the caller used the receipt to request erasure of the text."""
    helped_at: Mapped[datetime | None]
    """The time when the desk reported that help has reached the person."""
    was_asked_help: Mapped[bool] = mapped_column(server_default=text("false"))
    """True if the holder of the receipt was asked if the help was good. The answer is stored without a link to the
    tip."""
    closed_at: Mapped[datetime | None]
    """The time when the case was closed. The text of the tip is erased when the time `TEXT_KEPT` (in `tips/rules.py`)
    has passed since the closing.
    """
    outcome: Mapped[str | None]
    """The value of a `tips.rules.TipOutcome`, if the desk chose an outcome."""
    warned_at: Mapped[datetime | None]
    """The time when the console began to warn that the text of the tip will be erased."""
    erased_at: Mapped[datetime | None]
    """The time when the body, the grants and the pseudonyms were erased. The other columns are kept for the
    statistics.
    """
    record_key: Mapped[int] = mapped_column(default=new_record_key)
    """A number from 0 to 255. The hotline uses this number to decide how it rounds published numbers that count the
    tip. This number is in no exported file."""
    request: Mapped[str] = mapped_column(default="", server_default="")
    """The id of the gateway's last request after which the hotline had to alert responders of this tip. The log names
    each request by such an id. The id is erased together with the pseudonyms.
    """


WITHOUT_BODY = defer(Tip.body, raiseload=True)
"""An option for a query of tips, with which the query does not read the column `body`. Code that then uses `body` of a
tip from this query gets an error.
"""
IS_REPORTED = (Tip.state != TipState.DRAFT, Tip.channel != rules_trial.CHANNEL)
"""The conditions for tips of callers, and for drills. Drafts and the hotline's own test tips do not match."""
IS_REAL_CASE = (
    Tip.matter == Matter.TIP,
    Tip.channel.not_in(rules_trial.UNCOUNTED),
    Tip.state.not_in((TipState.DRAFT, TipState.FRAGMENT)),
)
"""The conditions for real cases. Complaints, drills, test tips, drafts and fragments do not match."""
SMS = "sms"
"""The channel of a tip that arrived by SMS."""
STORM_ORDER = case((Tip.storm_at.is_(None), 0), (Tip.words_at.is_not(None), 1), else_=2)
"""The order of tips about danger in lists. A storm means many tips about danger in one district. The value of a tip is
0 if the tip is outside of a storm, or is the first danger of a sector in a storm. For a later danger of this sector,
the value is 1 if the caller typed a text, and 2 if not.
"""
DRAFT: ColumnElement[str] = literal_column(f"'{TipState.DRAFT}'")
"""The state of a draft, as a part of the SQL text and not as a parameter. The database uses an index over drafts only
if the SQL text itself contains this value.
"""
IS_WAITING = and_(
    Tip.state != DRAFT, or_(Tip.alert_urgency.is_(None), Tip.alert_urgency > Tip.urgency)
)
"""The SQL condition for filed tips with a pending alert: no one was alerted of the tip yet, or the tip became more
urgent after the last alert.
"""


BORDER = and_(Tip.place == ABROAD, Desk.kind == DeskKind.BORDER)
CAMP = and_(Tip.sector == Desk.place, Desk.kind == DeskKind.PROTECTION)
"""`BORDER` and `CAMP` are SQL conditions on a tip and a desk. If one of the two conditions is true, this desk is
alerted in addition to the desk of the tip's district."""
OVERSIGHT = and_(Tip.official == OVERSEEN, Desk.kind == DeskKind.OVERSIGHT)
"""The condition for desks that are alerted of a complaint about the national desk, instead of that desk."""


class TipPlace(Row):
    """An earlier place of a tip, whose desks were alerted before the place was corrected."""

    __tablename__ = "tip_place"
    __table_args__ = (Index("tip_place_tip", "tip_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"))
    place: Mapped[str]
    corrected_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    """The time when the desk of this place lost its access. After this time, the desk of the earlier place cannot
    decrypt new answers of the caller."""


class Grant(Row):
    """The key of a tip, encrypted for one desk."""

    __tablename__ = "grant"
    __table_args__ = (UniqueConstraint("tip_id", "desk_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"))
    desk_code: Mapped[str] = mapped_column(ForeignKey("desk.code"))
    encrypted_key: Mapped[bytes]


class PendingAlert(Row):
    """Says that responders must still be alerted of a filed tip. The row is deleted when the responders are alerted. If
    a row remains after responders were alerted, it has no effect.

    Rows of this table are small. If many tips arrive at once, the hotline deletes these small rows when it sends the
    alerts, and need not change the large rows of the tips. If a tip needs a second alert because it became more urgent,
    it has no row in this table. The condition `IS_WAITING` finds such a tip by the columns of the tip.
    """

    __tablename__ = "pending_alert"
    __table_args__ = (Index("pending_alert_order", "urgency", "tip_id"),)

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"), primary_key=True)
    urgency: Mapped[int]
    """The urgency at the time when the tip was filed. If a later answer makes the tip more urgent, `IS_WAITING` also
    finds the tip."""


HAS_PENDING_ALERT = exists().where(PendingAlert.tip_id == Tip.id)


_PUT = PreparedStatement(
    insert(PendingAlert.metadata.tables[PendingAlert.__tablename__]).values(
        new_values(("tip_id", "urgency"))
    )
)
"""The SQL statement that adds a row. The hotline runs this statement for every filed tip, so it prepares the statement
only once, to save time.
"""


def requested_outcome(tip: Tip) -> TipOutcome:
    """Returns the outcome of the requested closure. A request without an outcome counts as "silent"."""
    return TipOutcome(tip.outcome_asked or TipOutcome.SILENT)


def drop_closure_request(tip: Tip) -> None:
    """Removes the closure request from a tip, because a person has decided the request, or because the case has changed
    since then.
    """
    tip.outcome_asked = tip.closure_by = None
    tip.closure_requested_at = tip.closure_read_at = None


def drafts_of(session: Session, session_key: str) -> Sequence[Tip]:
    """Returns the drafts of the session, and locks them until the transaction ends."""
    here = select(Tip).where(Tip.session_key == session_key, Tip.state == TipState.DRAFT)
    return session.scalars(here.order_by(Tip.id).with_for_update(key_share=True)).all()


def written_by(session: Session, contact_keys: Collection[str], before: datetime) -> Sequence[int]:
    """Returns the ids of the tips that a phone sent by SMS until `before`. `contact_keys` are the phone's
    pseudonyms.
    """
    theirs = select(Tip.id).where(
        Tip.contact_key.in_(contact_keys), Tip.channel == SMS, Tip.created_at <= before
    )
    return session.scalars(theirs.order_by(Tip.id)).all()


def has_written(session: Session, contact_keys: Collection[str], since: datetime) -> bool:
    """Returns True if a phone has sent a tip by SMS at `since` or later. `contact_keys` are the phone's pseudonyms."""
    theirs = (Tip.contact_key.in_(contact_keys), Tip.channel == SMS, Tip.created_at >= since)
    return has_row(session, Tip.id, *theirs)


def can_be_extended(session: Session, session_key: str) -> bool:
    """Returns True if the caller may add text to a tip of this session. The caller may add text if a tip of the session
    is open and has no erasure request.
    """
    open_ones = (Tip.closed_at.is_(None), Tip.erasure_asked_at.is_(None))
    return has_row(session, Tip.id, Tip.session_key == session_key, *open_ones)


def has_silent_draft(session: Session, before: datetime) -> bool:
    """Returns True if there is a draft to which the caller has added nothing since `before`."""
    return has_row(session, Tip.id, *_silent(before))


def silent_drafts(session: Session, before: datetime) -> Sequence[Tip]:
    """Returns the drafts to which the callers have added nothing since `before`. Locks these drafts until the
    transaction ends.

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

    If the desk already has an encrypted key for this tip, the new one replaces it.
    """
    before = delete(Grant).where(Grant.tip_id == tip.id, Grant.desk_code == code)
    change_rows(session, before)
    session.add(Grant(tip_id=tip.id, desk_code=code, encrypted_key=encrypted_key))
    session.flush()


def extra_desks(session: Session, tip_ids: Collection[int]) -> Mapping[int, frozenset[str]]:
    """Returns the additional desks that may read each tip: border desks for a tip abroad, the protection desk of a
    camp, or oversight desks.

    Leaves out tips without additional desks. A border desk has a grant for a tip only if the journey in the tip could
    still be stopped. This function reads only the grants. So the hotline need not store in clear text when the journey
    begins.
    """
    if not tip_ids:
        return {}
    granted = select(Grant.tip_id, Grant.desk_code).join(Desk, Desk.code == Grant.desk_code)
    here = granted.join(Tip, Tip.id == Grant.tip_id).where(or_(BORDER, CAMP, OVERSIGHT))
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
    """Removes the access of all desks to the tip, except the desks in `but`."""
    gone = (Grant.tip_id == tip_id, Grant.desk_code.not_in(but))
    session.execute(delete(Grant).where(*gone))


def erase_session(session: Session, session_key: str, *, up_to_attempt: int) -> Sequence[Tip]:
    """Deletes the drafts of this session, because the caller typed `000` to erase the report. Returns the filed tips of
    the session, without changing them.

    Neither deletes nor returns tips of report attempts with a higher number than `up_to_attempt`.
    """
    here = (Tip.session_key == session_key, Tip.attempt <= up_to_attempt)
    rows = session.scalars(
        select(Tip).where(*here).order_by(Tip.id).with_for_update(key_share=True)
    ).all()
    drafts = [tip.id for tip in rows if tip.state == TipState.DRAFT]
    session.execute(delete(Grant).where(Grant.tip_id.in_(drafts)))
    session.execute(delete(Tip).where(Tip.id.in_(drafts)))
    return [tip for tip in rows if tip.state != TipState.DRAFT]


def get_filed(session: Session, tip_id: int) -> Tip:
    """Returns a filed tip. Raises NotFound if the tip does not exist or is a draft."""
    tip = session.get(Tip, tip_id)
    if tip is None or tip.state == TipState.DRAFT:
        raise NotFound(NO_TIP.format(tip_id))
    return tip


NO_TIP = "there is no tip {}: see `hotline tips list`"
"""The error for a tip that does not exist, and also for a tip that the viewer may not see, so that the viewer cannot
know which."""


def add_pending_alert(session: Session, tip_id: int, urgency: int) -> None:
    """Adds a pending alert for a filed tip."""
    _PUT.rows(session, new_tip_id=tip_id, new_urgency=urgency)


def has_pending_alert(session: Session, tip_id: int) -> bool:
    return has_row(session, PendingAlert.tip_id, PendingAlert.tip_id == tip_id)


def was_alerted(session: Session, tip: Tip) -> bool:
    """Returns True if responders were alerted of the tip."""
    return tip.assigned_at is not None and not has_pending_alert(session, tip.id)
