"""Stores console sessions, failed sign-ins and requests for approval.

The row of a failed sign-in contains a digest of the typed name. After failed sign-ins, the console delays the next
sign-in in the same way for a name with an account and for a name without one.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, ForeignKey, and_, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.actors import Actor
from hotline.core.database import Row, add_if_new, change_rows
from hotline.people import tables_audit
from hotline.people.rules import of_account
from hotline.people.rules_sign_in import (
    APPROVAL_VALIDITY,
    FORGET_AFTER,
    MAX_IDLE,
    MAX_SESSION,
    MAX_SHIFT,
)
from hotline.people.tables_accounts import AccountCode, ConsoleAccount
from hotline.people.tables_desks import DeskMember


class ConsoleSession(Row):
    __tablename__ = "console_session"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    """The digest of the session's token. Only the browser has the token."""
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    factor_at: Mapped[datetime]
    key_until: Mapped[datetime | None]
    locked_key: Mapped[bytes | None]
    """The account's private key, encrypted with the token. NULL after `key_until`."""
    flow: Mapped[str | None]
    """The flow that the user last opened in a draft during this session."""
    flow_at: Mapped[datetime | None]
    board_at: Mapped[datetime | None]
    """The last time that the session showed the board of a desk. The board may have been shown again up to four minutes
    after this time. NULL if the session never showed the board.
    """
    locked_at: Mapped[datetime | None]
    """The time when the session was locked. A locked session shows only the number of urgent cases that no one has
    taken. The session stays locked even if the clock is set back.
    """


def find_session(session: Session, digest: bytes) -> tuple[ConsoleSession, ConsoleAccount] | None:
    found = (
        select(ConsoleSession, ConsoleAccount)
        .join(ConsoleAccount, ConsoleAccount.id == ConsoleSession.account_id)
        .where(ConsoleSession.digest == digest)
    )
    row = session.execute(found).first()
    return None if row is None else (row[0], row[1])


def sessions_of_account(session: Session, account_id: int) -> Sequence[ConsoleSession]:
    """Returns the sessions of an account, newest first."""
    mine = select(ConsoleSession).where(ConsoleSession.account_id == account_id)
    return session.scalars(mine.order_by(ConsoleSession.created_at.desc())).all()


def change_session(session: Session, digest: bytes, **columns: object) -> int | None:
    """Changes columns of a session. Returns the id of the session's account, or None if the session has ended."""
    changed = update(ConsoleSession).where(ConsoleSession.digest == digest).values(columns)
    return session.scalar(changed.returning(ConsoleSession.account_id))


def note_activity(session: Session, digest: bytes, at: datetime) -> None:
    """Records the time of a request in the session and in its account. Does nothing if the session has ended."""
    account_id = change_session(session, digest, seen_at=at)
    seen = update(ConsoleAccount).where(ConsoleAccount.id == account_id)
    session.execute(seen.values(seen_at=at))


BOARD_LOCKED = timedelta(hours=1)
"""After the session that shows a board has been locked for this time, the hotline counts the board as closed, because
perhaps no one is looking at it any more.
"""


def desks_with_board(session: Session, since: datetime, at: datetime) -> frozenset[str]:
    """Returns the desks that have an open board. A board is open if an account of the desk has shown it since the time
    `since`. A session that has been locked for more than `BOARD_LOCKED` does not count.

    A record with a time after `at` does not count, because the clock was set back after that record.
    """
    shown = select(ConsoleSession.account_id).where(
        ConsoleSession.board_at > since,
        ConsoleSession.board_at <= at,
        or_(ConsoleSession.locked_at.is_(None), ConsoleSession.locked_at > at - BOARD_LOCKED),
    )
    members = [of_account(one) for one in session.scalars(shown.distinct())]
    desks = select(DeskMember.desk_code).where(DeskMember.member.in_(members))
    return frozenset(session.scalars(desks))


def accounts_with_flow(
    session: Session, flow: str, seen: datetime, *, skip: int
) -> Sequence[tuple[str, datetime]]:
    """Returns the names of accounts that have a draft of this flow open, each with the time when the console last
    recorded this. Names only accounts that have sent a request after `seen`.

    Leaves out the account with the id `skip`.
    """
    opened = (
        select(ConsoleAccount.shown, func.max(ConsoleSession.flow_at))
        .join(ConsoleSession, ConsoleAccount.id == ConsoleSession.account_id)
        .where(ConsoleSession.flow == flow, ConsoleSession.seen_at > seen)
        .where(ConsoleAccount.id != skip)
        .group_by(ConsoleAccount.id)
        .order_by(ConsoleAccount.shown)
    )
    return [(name, at) for name, at in session.execute(opened) if at is not None]


def end_session(session: Session, digest: bytes) -> bool:
    """Ends a session. Returns False if there was no such session."""
    gone = delete(ConsoleSession).where(ConsoleSession.digest == digest)
    return session.execute(gone.returning(ConsoleSession.digest)).first() is not None


def end_sessions_of(session: Session, account_id: int, *, skip: bytes | None = None) -> None:
    """Ends every session of an account, except the session with the digest `skip`."""
    gone = delete(ConsoleSession).where(ConsoleSession.account_id == account_id)
    session.execute(gone if skip is None else gone.where(ConsoleSession.digest != skip))


def end_all_sessions(session: Session) -> None:
    session.execute(delete(ConsoleSession))


class SignInAttempt(Row):
    __tablename__ = "sign_in_attempt"

    name_key: Mapped[bytes] = mapped_column(primary_key=True)
    """A keyed digest of the name that a person typed. The database does not contain the name itself, because some
    people type their password into the name's field by mistake.
    """
    failures: Mapped[int]
    last_at: Mapped[datetime]
    next_try_at: Mapped[datetime | None]


class FailedSignIn(Row):
    """A sign-in that failed because the password or the code was wrong. The hotline deletes the row after an hour."""

    __tablename__ = "failed_sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    name_key: Mapped[bytes]
    """A keyed digest of the name that a person typed. The database does not contain the name itself, because some
    people type their password into the name's field by mistake.
    """
    is_known: Mapped[bool]
    """True if an account with this name exists and may sign in."""
    at: Mapped[datetime] = mapped_column(index=True)


class SignInFailures(NamedTuple):
    """Two counts of the sign-ins that failed since a given time."""

    of_one: int
    """The number of failures with the name that failed most often."""
    in_all: int
    """The number of failures with all names together."""


def note_failure(
    session: Session, name_key: bytes, at: datetime, since: datetime, *, is_known: bool
) -> int:
    """Records a failed sign-in. If an account has the name, returns the number of failures with this name since
    `since`. Otherwise returns the number of failures since `since` with all names that belong to no account.
    """
    session.add(FailedSignIn(name_key=name_key, is_known=is_known, at=at))
    session.flush()
    same = FailedSignIn.name_key == name_key if is_known else FailedSignIn.is_known.is_(False)
    return session.scalar(select(func.count()).where(same, FailedSignIn.at > since)) or 0


def count_failures(session: Session, since: datetime) -> SignInFailures:
    counts = select(func.count()).where(FailedSignIn.at > since).group_by(FailedSignIn.name_key)
    found = session.scalars(counts).all()
    return SignInFailures(max(found, default=0), sum(found))


def locked_name(session: Session, name_key: bytes, at: datetime) -> SignInAttempt:
    """Returns the row for a typed name, and locks it until the transaction ends. If there is no row for this name,
    makes one.

    If another process deletes the row at the same moment because of a successful sign-in, creates the row again.
    """
    found = select(SignInAttempt).where(SignInAttempt.name_key == name_key).with_for_update()
    row = None
    while row is None:
        add_if_new(
            session, SignInAttempt(name_key=name_key, failures=0, last_at=at, next_try_at=None)
        )
        row = session.scalars(found).one_or_none()
    return row


def delete_name(session: Session, name_key: bytes) -> None:
    session.execute(delete(SignInAttempt).where(SignInAttempt.name_key == name_key))


def next_attempt_at(session: Session, name_key: bytes) -> datetime | None:
    return session.scalar(
        select(SignInAttempt.next_try_at).where(SignInAttempt.name_key == name_key)
    )


ExpiredRows = tuple[type[Row], ColumnElement[bool], dict[str, datetime | None] | None]
"""Describes expired rows: the table, the condition, and the columns to set. If the columns are None, the code deletes
the expired rows.
"""


def _over(at: datetime) -> Iterator[ExpiredRows]:
    """Yields one description for each kind of expired row, such as ended sessions, expired keys of sessions, expired
    links, and old failed sign-ins.
    """
    is_old = or_(
        ConsoleSession.seen_at <= at - MAX_IDLE, ConsoleSession.created_at <= at - MAX_SESSION
    )
    ended = or_(
        and_(ConsoleSession.board_at.is_(None), is_old), ConsoleSession.created_at <= at - MAX_SHIFT
    )
    no_key: dict[str, datetime | None] = {"key_until": None, "locked_key": None}
    yield ConsoleSession, ended, None
    yield (
        ConsoleSession,
        and_(ConsoleSession.locked_at.is_(None), is_old),
        no_key | {"locked_at": at},
    )
    yield ConsoleSession, ConsoleSession.key_until <= at, no_key
    locked = and_(AccountCode.locked_key.is_not(None), AccountCode.expires_at <= at)
    yield AccountCode, locked, {"locked_key": None}
    yield SignInAttempt, SignInAttempt.last_at <= at - FORGET_AFTER, None
    yield FailedSignIn, FailedSignIn.at <= at - FORGET_AFTER, None


def has_expired(session: Session, at: datetime) -> bool:
    """Returns True if `delete_expired` would change any row."""
    found = (select(table).where(over).limit(1) for table, over, _ in _over(at))
    return any(session.scalar(one) is not None for one in found)


def delete_expired(session: Session, at: datetime) -> None:
    """Deletes expired rows, or empties their expired columns."""
    for table, over, emptied in _over(at):
        gone = delete(table) if emptied is None else update(table).values(emptied)
        change_rows(session, gone.where(over))


class ApprovalKind(StrEnum):
    ROLE = "role"
    """A new role for an account. The subject of the approval is `account:<id>:<role>`."""
    ADMISSION = "admission"
    """A member's access to a desk. The subject of the approval is `desk:<code>:<member>`. The column `encrypted`
    contains the public key of this member.
    """
    ENROLMENT = "enrolment"
    """The enrolment of a responder, or of a responder's new number. The subject of the approval is `enrolment:<id>`."""
    START_PIN = "start_pin"
    """The printing of start PINs, with which new responders prove who they are. The subject of the approval is
    `start:<responder id>`, or `start:sheet:<id>`."""
    POSTING = "posting"
    """A responder's membership in one more desk, or a responder's higher level at a desk. The subject of the approval
    is `posting:<id>:<requested posting>`.
    """
    REMOVAL = "removal"
    """The removal of one of the last two people of the national desk. The subject of the approval is `responder:<id>`.
    """
    LIFT = "lift"
    """The end of an exclusion. The person or desk that was excluded from a tip may see the tip again. The subject of
    the approval is `exclusion:<id>`.
    """
    CASE_FILE = "case_file"
    """A case file for a prosecutor or court. The subject of the approval is `case_file:<id>`."""
    HOLD = "hold"
    """The end of the legal hold of a case file. The subject of the approval is `hold:<id>`."""
    LINK = "link"
    """A new link for an account. The subject of the approval is `account:<id>:link`."""
    END = "end"
    """The end of an account. The subject of the approval is `account:<id>:end`."""
    SIGNATURE = "signature"
    """The signature with which the hotline confirms a desk's public key. The subject of the approval is
    `signature:<code>`."""


class ApprovalDecision(StrEnum):
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    USED = "used"
    """The approved command was carried out, so the approval cannot be used again."""


class Approval(Row):
    __tablename__ = "approval"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """The value of an `ApprovalKind`."""
    subject: Mapped[str] = mapped_column(index=True)
    encrypted: Mapped[bytes | None]
    """Data that the approved command needs, such as a phone number. Secret data is encrypted."""
    asked_by: Mapped[str]
    """The person who made the request, in the form in which the audit log stores actors."""
    asked_at: Mapped[datetime]
    reason: Mapped[str]
    expires_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None]
    """The value of an `ApprovalDecision`."""

    @property
    def asker(self) -> str:
        """Returns the name of the person who made the request."""
        return tables_audit.name_in(self.asked_by)

    @property
    def about(self) -> str:
        """Returns the second part of the subject: an id or the code of a desk. The first part is the kind of the
        subject, such as `account`.
        """
        return self.subject.split(":")[1]

    @property
    def about_id(self) -> int:
        return int(self.about)


def add_request(
    session: Session,
    by: Actor,
    kind: ApprovalKind,
    subject: str,
    reason: str,
    at: datetime,
    *,
    lives: timedelta = APPROVAL_VALIDITY,
    encrypted: bytes | None = None,
) -> Approval:
    """Stores a request for approval. The request expires after the time `lives`."""
    row = Approval(
        kind=kind,
        subject=subject,
        encrypted=encrypted,
        asked_by=tables_audit.by_actor(by),
        asked_at=at,
        reason=reason,
        expires_at=at + lives,
    )
    session.add(row)
    session.flush()
    return row


def _waits(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return Approval.decided_at.is_(None), Approval.expires_at > at


def pending(session: Session, at: datetime, *kinds: str) -> Sequence[Approval]:
    """Returns the pending requests for approval of the given kinds, oldest first. Leaves out requests that have
    expired."""
    waits = select(Approval).where(Approval.kind.in_(kinds), *_waits(at))
    return session.scalars(waits.order_by(Approval.id)).all()


def pending_about(
    session: Session, kind: ApprovalKind, begins: str, at: datetime
) -> Sequence[Approval]:
    """Returns the pending approvals of a kind whose subject begins with the text `begins`. Locks the rows of these
    approvals, so that two people cannot decide at the same time.
    """
    waits = select(Approval).where(
        Approval.kind == kind, Approval.subject.startswith(begins, autoescape=True), *_waits(at)
    )
    return session.scalars(waits.order_by(Approval.id).with_for_update()).all()


def pending_for(session: Session, subject: str, at: datetime) -> Approval | None:
    """Returns the newest pending approval of a subject, or None. Locks the row of this approval, so that two people
    cannot decide at the same time.
    """
    waits = select(Approval).where(Approval.subject == subject, *_waits(at))
    return session.scalars(waits.order_by(Approval.id.desc()).with_for_update()).first()


def locked_pending(session: Session, approval_id: int, at: datetime) -> Approval | None:
    """Returns a pending approval, and locks its row, so that two people cannot decide at the same time.

    Returns None if the approval was decided or has expired.
    """
    waits = select(Approval).where(Approval.id == approval_id, *_waits(at))
    return session.scalar(waits.with_for_update())


def approved(session: Session, *subjects: str) -> Sequence[Approval]:
    """Returns the approved requests about `subjects` that the hotline has not carried out yet, oldest first."""
    given = select(Approval).where(
        Approval.subject.in_(subjects), Approval.decision == ApprovalDecision.APPROVED
    )
    return session.scalars(given.order_by(Approval.id)).all()


def record_decision(row: Approval, by: str, at: datetime, decision: ApprovalDecision) -> None:
    """Records the decision on an approval. `by` is the person who decided, in the form in which the audit log stores
    actors.

    If the decision is not an approval, deletes the data in `encrypted`.
    """
    row.decided_by, row.decided_at, row.decision = by, at, decision
    if decision is not ApprovalDecision.APPROVED:
        row.encrypted = None
