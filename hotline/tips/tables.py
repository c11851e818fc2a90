"""Stores tips. A grant is the key of a tip, encrypted for one desk that may read the tip.

Columns that the hotline needs to assign and count tips are in clear text. All other data is encrypted.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
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
    """A tip, from its first draft to its closed case.

    Only `body` is encrypted.
    """

    __tablename__ = "tip"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    """A random id of 32 hex digits. The tip's encrypted data can be decrypted only with this id."""
    identity: Mapped[str] = mapped_column(unique=True)
    """A digest (a hash made with a secret key) of the session and the report attempt. By this digest, the hotline
    finds the tip again when the gateway repeats a request or the caller corrects an answer."""
    session_key: Mapped[str]
    attempt: Mapped[int]
    """The number of the report attempt within the session, beginning with 1."""
    matter: Mapped[str] = mapped_column(default=Matter.TIP, server_default=Matter.TIP)
    """The value of a `tips.rules.Matter`. The hotline handles a complaint like a tip, but counts it separately."""
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
    """The urgency before a responder reported that the person is in danger again. None if no responder reported this.
    If it is not None, statistics of response times use it."""
    official: Mapped[str]
    """The answer to the question if an official is involved: yes, no or unsure. If the answer is not "no", the
    district's desk may not read the tip. If the answer is `OVERSEEN`, only oversight desks may read it."""
    basis: Mapped[str]
    """The legal basis in law 058/2021: public_duty or vital_interest_child."""
    do_not_visit: Mapped[bool] = mapped_column(default=False)
    """True if the caller typed `000` after the tip was filed."""
    visit: Mapped[str | None]
    """The caller's answer to the question if helpers may visit: yes, no or unsure. None if the caller was not asked."""
    words_at: Mapped[datetime | None]
    """The time when the caller first typed words of their own or a landmark. In a storm (many dangers in one
    district), lists show dangers with such words first."""
    storm_at: Mapped[datetime | None]
    """The time when people were alerted of this danger. It is set only in a storm (many dangers in one district), and
    not for a sector's first danger."""
    place_step: Mapped[int] = mapped_column(default=0, server_default="0")
    """The step of escalation at which people of the tip's present place were first alerted. It is 0 if the caller
    never corrected the place."""
    visit_decision: Mapped[str | None]
    """The national desk's decision about visits: the value of a `tips.rules.VisitDecision`."""
    contact_key: Mapped[str]
    """The pseudonym of the caller's phone, which changes each week. By this pseudonym, the hotline finds other tips
    from the phone."""
    body: Mapped[bytes]
    """The answers of the caller, padded and encrypted."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    filed_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    assigned_at: Mapped[datetime | None]
    alert_urgency: Mapped[int | None]
    """The urgency of the tip when people were last alerted of it. If a later answer of the caller makes the tip more
    urgent, the hotline alerts people again."""
    danger_at: Mapped[datetime | None]
    """The time when a filed tip became a danger. None if the tip was a danger when it was filed."""
    assignee_id: Mapped[int | None]
    """The id of the responder who took the tip. A responder whose acknowledgement the hotline doubts does not become
    the assignee."""
    renewed_at: Mapped[datetime | None]
    """The time when the assignee got more time for the outcome, because they had made progress. Each assignee gets
    more time only once."""
    outcome_asked: Mapped[str | None]
    """The outcome that a requested closure names (a `TipOutcome`), until a second person decides."""
    closure_by: Mapped[str | None]
    """The person who requested the closure: `responder:7`, or `name:` and the name of an account or of a person who
    used a command."""
    closure_requested_at: Mapped[datetime | None]
    closure_read_at: Mapped[datetime | None]
    """The time when a person who may confirm the closure first read the case after the request."""
    locked_for: Mapped[str | None]
    """The codes of the desks that should be able to decrypt the tip but had no valid key when it was encrypted."""
    receipt_key: Mapped[str | None]
    """A digest (a hash made with a secret key) of the receipt's number and PIN. With the number and the PIN, the
    caller can ask about the tip. None if the caller has no receipt."""
    erasure_asked_at: Mapped[datetime | None]
    """The time when the caller used the receipt to request the erasure of the tip's text."""
    helped_at: Mapped[datetime | None]
    """The time when the desk reported that help has reached the person."""
    was_asked_help: Mapped[bool] = mapped_column(server_default=text("false"))
    """True if the flow has asked the holder of the receipt if the help was good. The hotline stores the answer without
    a link to the tip."""
    closed_at: Mapped[datetime | None]
    """The time when the case was closed. The hotline erases the text when `TEXT_KEPT` (in `tips/rules.py`) has passed
    after this time."""
    outcome: Mapped[str | None]
    """The value of a `tips.rules.TipOutcome`, or None if no outcome was chosen."""
    warned_at: Mapped[datetime | None]
    """The time from which the console warns that the tip's text will be erased."""
    erased_at: Mapped[datetime | None]
    """The time when the body, the grants and the pseudonyms were erased. The other columns are kept, because
    statistics need them."""
    record_key: Mapped[int] = mapped_column(default=new_record_key)
    """A number from 0 to 255. The hotline uses it to round published numbers that count the tip. No exported file
    contains it."""
    request: Mapped[str] = mapped_column(default="", server_default="")
    """The id of the gateway's last request that caused an alert of this tip. The log names requests by these ids. The
    id is erased together with the pseudonyms."""


WITHOUT_BODY = defer(Tip.body, raiseload=True)
"""A query option with which a query of tips does not read `body`. Code that then uses `body` gets an error."""
IS_REPORTED = (Tip.state != TipState.DRAFT, Tip.channel != rules_trial.CHANNEL)
"""SQL conditions that exclude drafts and the hotline's own daily test tips."""
IS_REAL_CASE = (
    Tip.matter == Matter.TIP,
    Tip.channel.not_in(rules_trial.UNCOUNTED),
    Tip.state.not_in((TipState.DRAFT, TipState.FRAGMENT)),
)
"""SQL conditions that select real cases. They exclude complaints, drills, test tips, sample data, drafts and
fragments."""
SMS = "sms"
"""The channel of a tip that arrived by SMS."""
STORM_ORDER = case((Tip.storm_at.is_(None), 0), (Tip.words_at.is_not(None), 1), else_=2)
"""The order in which lists show tips about danger. A storm means many tips about danger in one district. A tip outside
a storm, or the first danger of its sector, has the value 0. A later danger of the sector has the value 1 if the caller
typed a text, and 2 if not."""
DRAFT: ColumnElement[str] = literal_column(f"'{TipState.DRAFT}'")
"""The state of a draft, written into the SQL text instead of given as a parameter. The database uses its index of
drafts only if the SQL text itself contains this value."""
IS_WAITING = and_(
    Tip.state != DRAFT, or_(Tip.alert_urgency.is_(None), Tip.alert_urgency > Tip.urgency)
)
"""The SQL condition for filed tips that need an alert: no alert was sent yet, or the tip became more urgent after the
last alert."""


BORDER = and_(Tip.place == ABROAD, Desk.kind == DeskKind.BORDER)
CAMP = and_(Tip.sector == Desk.place, Desk.kind == DeskKind.PROTECTION)
"""Two SQL conditions on a tip and a desk, `BORDER` and `CAMP`. If one of them is true, the hotline alerts this desk in
addition to the desk of the district."""
OVERSIGHT = and_(Tip.official == OVERSEEN, Desk.kind == DeskKind.OVERSIGHT)
"""The SQL condition for oversight desks, which get complaints about the national desk instead of that desk."""


class TipPlace(Row):
    """An earlier place of a tip, if desks were alerted before the caller corrected the place."""

    __tablename__ = "tip_place"

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"))
    place: Mapped[str]
    corrected_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    """The time when the desk of this place lost its access to the tip. After this time, this desk cannot decrypt new
    answers of the caller."""


class Grant(Row):
    """The key of a tip, encrypted for one desk."""

    __tablename__ = "grant"
    __table_args__ = (UniqueConstraint("tip_id", "desk_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"))
    desk_code: Mapped[str] = mapped_column(ForeignKey("desk.code"))
    encrypted_key: Mapped[bytes]


class PendingAlert(Row):
    """A filed tip of which responders must still be alerted. The row is deleted when they are alerted.

    The rows are small, so the hotline can delete many at once without changing the large rows of tips. A tip that
    became more urgent after its alert has no such row: the condition `IS_WAITING` finds it.
    """

    __tablename__ = "pending_alert"

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"), primary_key=True)
    urgency: Mapped[int]
    """The urgency of the tip when it was filed."""


HAS_PENDING_ALERT = exists().where(PendingAlert.tip_id == Tip.id)


_ADD_PENDING = PreparedStatement(
    insert(PendingAlert.metadata.tables[PendingAlert.__tablename__]).values(
        new_values(("tip_id", "urgency"))
    )
)
"""The SQL statement that adds a pending alert. It runs for every filed tip, so the hotline prepares it only once."""


def requested_outcome(tip: Tip) -> TipOutcome:
    """Returns the outcome of the requested closure. A request without an outcome counts as `SILENT`."""
    return TipOutcome(tip.outcome_asked or TipOutcome.SILENT)


def drop_closure_request(tip: Tip) -> None:
    """Removes the closure request from a tip, because a person has decided on it or the case has changed."""
    tip.outcome_asked = tip.closure_by = None
    tip.closure_requested_at = tip.closure_read_at = None


def drafts_of(session: Session, session_key: str) -> Sequence[Tip]:
    """Returns the drafts of the session, and locks them until the transaction ends."""
    drafts = select(Tip).where(Tip.session_key == session_key, Tip.state == TipState.DRAFT)
    return session.scalars(drafts.order_by(Tip.id).with_for_update(key_share=True)).all()


def written_by(session: Session, contact_keys: Collection[str], before: datetime) -> Sequence[int]:
    """Returns the ids of the tips that a phone sent by SMS at `before` or earlier. `contact_keys` contains the
    pseudonyms of the phone."""
    tips = select(Tip.id).where(
        Tip.contact_key.in_(contact_keys), Tip.channel == SMS, Tip.created_at <= before
    )
    return session.scalars(tips.order_by(Tip.id)).all()


def has_written(session: Session, contact_keys: Collection[str], since: datetime) -> bool:
    """Returns True if a phone has sent a tip by SMS at `since` or later. `contact_keys` contains the pseudonyms of the
    phone."""
    conditions = (Tip.contact_key.in_(contact_keys), Tip.channel == SMS, Tip.created_at >= since)
    return has_row(session, Tip.id, *conditions)


def can_be_extended(session: Session, session_key: str) -> bool:
    """Returns True if the caller may add text to a tip of this session. One of the session's tips must be open,
    without an erasure request."""
    open_ones = (Tip.closed_at.is_(None), Tip.erasure_asked_at.is_(None))
    return has_row(session, Tip.id, Tip.session_key == session_key, *open_ones)


def has_silent_draft(session: Session, before: datetime) -> bool:
    """Returns True if there is a draft to which the caller has added no answer since `before`."""
    return has_row(session, Tip.id, *_silent_conditions(before))


def silent_drafts(session: Session, before: datetime) -> Sequence[Tip]:
    """Returns the drafts to which callers have added no answer since `before`, and locks these drafts until the
    transaction ends.

    Leaves out drafts that another transaction has locked.
    """
    silent = select(Tip).where(*_silent_conditions(before)).order_by(Tip.updated_at, Tip.id)
    return session.scalars(silent.with_for_update(skip_locked=True, key_share=True)).all()


def _silent_conditions(before: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Tip.state == DRAFT, Tip.updated_at <= before)


def earlier_places(session: Session, tip_id: int) -> Sequence[TipPlace]:
    """Returns the earlier places of the tip, the oldest first."""
    rows = select(TipPlace).where(TipPlace.tip_id == tip_id).order_by(TipPlace.id)
    return session.scalars(rows).all()


def give_key(session: Session, tip: Tip, code: str, encrypted_key: bytes) -> None:
    """Stores the key of the tip for one more desk, or replaces the key that the desk has."""
    before = delete(Grant).where(Grant.tip_id == tip.id, Grant.desk_code == code)
    change_rows(session, before)
    session.add(Grant(tip_id=tip.id, desk_code=code, encrypted_key=encrypted_key))
    session.flush()


def extra_desks(session: Session, tip_ids: Collection[int]) -> Mapping[int, frozenset[str]]:
    """Returns, for each tip, the additional desks that may read it: border desks, the protection desk of a camp, or
    oversight desks.

    Leaves out tips without additional desks. A border desk may read a tip only if the journey abroad could still be
    stopped. The result comes from the grants, so the hotline need not store in clear text when the journey begins.
    """
    if not tip_ids:
        return {}
    granted = select(Grant.tip_id, Grant.desk_code).join(Desk, Desk.code == Grant.desk_code)
    extra_grants = granted.join(Tip, Tip.id == Grant.tip_id).where(or_(BORDER, CAMP, OVERSIGHT))
    found: dict[int, set[str]] = defaultdict(set)
    for tip_id, code in session.execute(extra_grants.where(Grant.tip_id.in_(tip_ids))):
        found[tip_id].add(code)
    return {tip_id: frozenset(codes) for tip_id, codes in found.items()}


def camp_desks(session: Session, tip_id: int) -> Mapping[str, str]:
    """Returns the protection desks that may read the tip, each with its camp."""
    grants = select(Grant.desk_code, Desk.place).join(Desk, Desk.code == Grant.desk_code)
    rows = session.execute(grants.where(Grant.tip_id == tip_id, Desk.kind == DeskKind.PROTECTION))
    return {code: place or "" for code, place in rows}


def remove_grants(session: Session, tip_id: int, *, skip: Collection[str]) -> None:
    """Deletes the tip's encrypted keys for all desks except the desks in `skip`."""
    conditions = (Grant.tip_id == tip_id, Grant.desk_code.not_in(skip))
    session.execute(delete(Grant).where(*conditions))


def erase_session(session: Session, session_key: str, *, up_to_attempt: int) -> Sequence[Tip]:
    """Deletes the drafts of a session, because the caller typed `000` to erase the report. Returns the session's filed
    tips unchanged.

    Ignores report attempts with a higher number than `up_to_attempt`.
    """
    conditions = (Tip.session_key == session_key, Tip.attempt <= up_to_attempt)
    rows = session.scalars(
        select(Tip).where(*conditions).order_by(Tip.id).with_for_update(key_share=True)
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
"""The error for a tip that does not exist. A viewer who may not see a tip gets the same error, so they cannot know if
it exists."""


def add_pending_alert(session: Session, tip_id: int, urgency: int) -> None:
    """Adds a pending alert for a filed tip."""
    _ADD_PENDING.rows(session, new_tip_id=tip_id, new_urgency=urgency)


def has_pending_alert(session: Session, tip_id: int) -> bool:
    return has_row(session, PendingAlert.tip_id, PendingAlert.tip_id == tip_id)


def was_alerted(session: Session, tip_id: int, assigned_at: datetime | None) -> bool:
    """Returns True if responders were alerted of the tip that was assigned at `assigned_at`."""
    return assigned_at is not None and not has_pending_alert(session, tip_id)
