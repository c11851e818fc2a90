"""Stores sessions of the console, failed sign-ins and requests for approval.

The row of a failed sign-in contains only a digest of the typed name. The console delays further sign-ins equally for
names with and without an account.
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
    """The digest of the session's token. Only the browser has the token itself."""
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    factor_at: Mapped[datetime]
    key_until: Mapped[datetime | None]
    locked_key: Mapped[bytes | None]
    """The private key of the session's account, encrypted with the session's token. The value is NULL after the time
    `key_until`."""
    flow: Mapped[str | None]
    """The last flow whose draft the user opened in this session."""
    flow_at: Mapped[datetime | None]
    board_at: Mapped[datetime | None]
    """The time when the hotline last recorded that the session showed a desk's board. The session may have shown the
    board up to four minutes after this time. The value is NULL if the session never showed the board.
    """
    locked_at: Mapped[datetime | None]
    """The time when the session was locked. A locked session shows only the number of urgent cases that no one has
    taken. The session stays locked even if someone sets the clock back.
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
    """Changes the given columns of a session. Returns the id of the session's account, or None if the session does not
    exist."""
    changed = update(ConsoleSession).where(ConsoleSession.digest == digest).values(columns)
    return session.scalar(changed.returning(ConsoleSession.account_id))


def note_activity(session: Session, digest: bytes, at: datetime) -> None:
    """Records the time of a request in the row of the session and in the row of its account. Does nothing if the
    session does not exist."""
    account_id = change_session(session, digest, seen_at=at)
    seen = update(ConsoleAccount).where(ConsoleAccount.id == account_id)
    session.execute(seen.values(seen_at=at))


BOARD_LOCKED = timedelta(hours=1)
"""If a session has been locked for this time, its board no longer counts as open. Perhaps no one looks at the board.
"""


def desks_with_board(session: Session, since: datetime, at: datetime) -> frozenset[str]:
    """Returns the codes of the desks that have an open board. A board is open if a session of a desk's account has
    shown it since the time `since`. Sessions that have been locked for more than `BOARD_LOCKED` do not count.

    If someone set the clock back, records with a time after `at` do not count.
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
    """Returns the names of accounts that have a draft of a flow open. Each name comes with the time when the console
    last recorded this. Leaves out accounts without a request after the time `seen`.

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
    """Ends the session with the digest `digest`. Returns False if no session has this digest."""
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
    """A digest of the name that a person typed, computed with a secret key. The database does not contain the name
    itself, because some people type their password into the field for the name.
    """
    failures: Mapped[int]
    last_at: Mapped[datetime]
    next_try_at: Mapped[datetime | None]


class FailedSignIn(Row):
    """A failed sign-in, with a wrong password or a wrong code. The hotline deletes the row after an hour."""

    __tablename__ = "failed_sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    name_key: Mapped[bytes]
    """A digest of the name that a person typed, computed with a secret key. The database does not contain the name
    itself, because some people type their password into the field for the name.
    """
    is_known: Mapped[bool]
    """True if an account with this name may sign in."""
    at: Mapped[datetime]


class SignInFailures(NamedTuple):
    """Two counts of failed sign-ins since a given time."""

    of_one: int
    """The number of failed sign-ins with the name that failed most often."""
    in_all: int
    """The number of failed sign-ins with all names together."""


def note_failure(
    session: Session, name_key: bytes, at: datetime, since: datetime, *, is_known: bool
) -> int:
    """Records a failed sign-in with a name. If an account has the name, returns the number of failed sign-ins with this
    name since `since`. Otherwise returns the number of failed sign-ins since `since` with all names that belong to no
    account.
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
    """Returns the row that counts sign-in attempts with a name, and locks this row until the transaction ends. Makes
    the row if it does not exist.

    Makes the row again if another process deletes it at the same moment, after a successful sign-in.
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
"""Describes one kind of expired row: the table, the SQL condition, and the columns to set. If the columns are None, the
code deletes the expired rows.
"""


def _over(at: datetime) -> Iterator[ExpiredRows]:
    """Yields a description for each kind of expired row, such as ended sessions, expired keys, expired links and old
    failed sign-ins.
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
    """Returns True if `delete_expired` would delete or change a row."""
    found = (select(table).where(over).limit(1) for table, over, _ in _over(at))
    return any(session.scalar(one) is not None for one in found)


def delete_expired(session: Session, at: datetime) -> None:
    """Deletes expired rows, or sets their expired columns to NULL."""
    for table, over, emptied in _over(at):
        gone = delete(table) if emptied is None else update(table).values(emptied)
        change_rows(session, gone.where(over))


class ApprovalKind(StrEnum):
    ROLE = "role"
    """The approval of a new role for an account. The approval's subject is `account:<id>:<role>`."""
    ADMISSION = "admission"
    """The approval of a member's access to a desk. The approval's subject is `desk:<code>:<member>`. The column
    `encrypted` contains the member's public key.
    """
    ENROLMENT = "enrolment"
    """The approval of a responder's enrolment, or of a responder's new number. The approval's subject is
    `enrolment:<id>`."""
    START_PIN = "start_pin"
    """The approval of printing start PINs, with which new responders prove who they are. The approval's subject is
    `start:<responder id>`, or `start:sheet:<id>` for an imported file."""
    POSTING = "posting"
    """The approval of a responder's membership of another desk, or of a higher level at a desk. The approval's subject
    is `posting:<id>:<requested posting>`.
    """
    REMOVAL = "removal"
    """The approval of removing one of the last two people of the national desk. The approval's subject is
    `responder:<id>`."""
    LIFT = "lift"
    """The approval of ending an exclusion. The excluded person or desk may then see the tip again. The approval's
    subject is `exclusion:<id>`.
    """
    CASE_FILE = "case_file"
    """The approval of a case file for a prosecutor or a court. The approval's subject is `case_file:<id>`."""
    HOLD = "hold"
    """The approval of ending the legal hold of a case file. The approval's subject is `hold:<id>`."""
    LINK = "link"
    """The approval of a new sign-in link for an account. The approval's subject is `account:<id>:link`."""
    END = "end"
    """The approval of ending an account. The approval's subject is `account:<id>:end`."""
    SIGNATURE = "signature"
    """The approval of a signature by which the hotline confirms a desk's public key. The approval's subject is
    `signature:<code>`.
    """


class ApprovalDecision(StrEnum):
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    USED = "used"
    """The hotline carried out the approved request, so the approval cannot be used again."""


class Approval(Row):
    __tablename__ = "approval"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """One value of the enum `ApprovalKind`."""
    subject: Mapped[str]
    encrypted: Mapped[bytes | None]
    """Data that the hotline needs to carry out the request, such as a phone number. Secret data is encrypted."""
    asked_by: Mapped[str]
    """The person who made the request, as the audit log names the person."""
    asked_at: Mapped[datetime]
    reason: Mapped[str]
    expires_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None]
    """One value of the enum `ApprovalDecision`."""

    @property
    def asker(self) -> str:
        """Returns the name of the person who made the request."""
        return tables_audit.name_in(self.asked_by)

    @property
    def about(self) -> str:
        """Returns the second part of the request's subject, which is an id or a desk's code. The first part is the kind
        of the subject, such as `account`.
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
    """Stores a request for approval. The request expires when the time `lives` has passed."""
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
    """Returns the pending requests for approval of the kinds in `kinds`, oldest first. Leaves out expired requests."""
    waits = select(Approval).where(Approval.kind.in_(kinds), *_waits(at))
    return session.scalars(waits.order_by(Approval.id)).all()


def pending_about(
    session: Session, kind: ApprovalKind, begins: str, at: datetime
) -> Sequence[Approval]:
    """Returns the pending requests for approval of one kind whose subject begins with the text `begins`. Locks their
    rows, so that two people cannot decide on a request at the same time.
    """
    waits = select(Approval).where(
        Approval.kind == kind, Approval.subject.startswith(begins, autoescape=True), *_waits(at)
    )
    return session.scalars(waits.order_by(Approval.id).with_for_update()).all()


def pending_for(session: Session, subject: str, at: datetime) -> Approval | None:
    """Returns the newest pending request for approval with this subject, or None. Locks the request's row, so that two
    people cannot decide at the same time.
    """
    waits = select(Approval).where(Approval.subject == subject, *_waits(at))
    return session.scalars(waits.order_by(Approval.id.desc()).with_for_update()).first()


def locked_pending(session: Session, approval_id: int, at: datetime) -> Approval | None:
    """Returns a pending request for approval, and locks its row, so that two people cannot decide at the same time.

    Returns None if the request was decided or has expired.
    """
    waits = select(Approval).where(Approval.id == approval_id, *_waits(at))
    return session.scalar(waits.with_for_update())


def approved(session: Session, *subjects: str) -> Sequence[Approval]:
    """Returns the approved requests with a subject in `subjects` that the hotline has not carried out yet, oldest
    first."""
    given = select(Approval).where(
        Approval.subject.in_(subjects), Approval.decision == ApprovalDecision.APPROVED
    )
    return session.scalars(given.order_by(Approval.id)).all()


def record_decision(row: Approval, by: str, at: datetime, decision: ApprovalDecision) -> None:
    """Records the decision on a request for approval. `by` is the person who decided, as the audit log names the
    person.

    If the request is not approved, deletes the data in the column `encrypted`.
    """
    row.decided_by, row.decided_at, row.decision = by, at, decision
    if decision is not ApprovalDecision.APPROVED:
        row.encrypted = None
