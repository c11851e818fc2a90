"""Who may open a desk: an admin asks, and a member whose key is open carries it out.

So who administers accounts never reads. The first member of a desk is let in by the enrolment passphrase. Nothing that
a hook reaches imports this file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from nacl.public import PrivateKey

from hotline.domain.accounts.account import Actor
from hotline.domain.accounts.fingerprint import four_words
from hotline.domain.desk.desks import READS, DeskKind, kind_of
from hotline.domain.desk.members import account_of, of_account, responder_of
from hotline.errors import DeskRefused, NotFound
from hotline.ports import Kit
from hotline.sealing.members import DeskPrivate, open_desk_key, wrap_desk_key
from hotline.services.desk import two_names
from hotline.services.desk.keys import by_passphrase
from hotline.services.desk.keys.by_passphrase import PassphraseOpener, TwoPeople
from hotline.store.accounts import accounts, approvals
from hotline.store.accounts.approvals import Approval, ApprovalDecision, ApprovalKind
from hotline.store.database import Session
from hotline.store.desk import audit, desks, members
from hotline.store.people import member_keys
from hotline.text.names import is_one_name
from hotline.text.remark import remark


@dataclass(frozen=True, slots=True)
class WaitingAdmission:
    id: int
    desk: str
    member: str
    asked_by: str
    asker_id: int | None
    reason: str
    asked_at: datetime
    expires_at: datetime
    fingerprint: str
    """The four words of an account's key, which its person reads out; empty for a phone, which shows none."""


def ask(kit: Kit, by: Actor, desk: str, member: str, reason: str) -> None:
    """Ask that somebody may open a desk. Once is enough. Raises NotFound, DeskRefused."""
    with kit.database.writing() as session:
        ask_in(session, kit, by, desk, member, reason)


def ask_in(session: Session, kit: Kit, by: Actor, desk: str, member: str, reason: str) -> None:
    """`ask`, inside the caller's transaction."""
    public_key = _fit(session, desk, member)
    if member in members.of_desk(session, desk):
        raise DeskRefused(remark("they open that desk already"))
    waits = approvals.waiting_for(session, _subject(desk, member), kit.now())
    if waits is not None and waits.sealed == public_key:
        return
    if waits is not None:
        approvals.decide(waits, audit.by_actor(by), kit.now(), ApprovalDecision.WITHDRAWN)
    subject = _subject(desk, member)
    approvals.ask(
        session, by, ApprovalKind.ADMISSION, subject, reason, kit.now(), sealed=public_key
    )
    record(session, kit, "desk_admission_asked", audit.by_actor(by), desk, member, reason)


def waiting(kit: Kit, desk: str | None = None) -> Sequence[WaitingAdmission]:
    """What waits for a member of a desk, or of any; the oldest first."""
    with kit.database.reading() as session:
        rows = approvals.undecided(session, ApprovalKind.ADMISSION, kit.now())
    found = [
        WaitingAdmission(
            row.id,
            *_about(row),
            row.asked_by,
            row.asker_id,
            row.reason,
            row.asked_at,
            row.expires_at,
            four_words(row.sealed) if row.sealed and account_of(_about(row)[1]) else "",
        )
        for row in rows
    ]
    return [one for one in found if desk is None or one.desk == desk]


def opens_or_waits(session: Session, kit: Kit, desk: str, member: str) -> bool:
    """Whether somebody opens a desk, or was asked in."""
    if member in members.of_desk(session, desk):
        return True
    return approvals.waiting_for(session, _subject(desk, member), kit.now()) is not None


def refuse(kit: Kit, by: Actor, admission_id: int, reason: str) -> None:
    """Let somebody stay out: another person than who asked says so. Raises NotFound, DeskRefused."""
    with kit.database.writing() as session:
        row = approvals.held(session, ApprovalKind.ADMISSION, admission_id, kit.now())
        if row is None:
            raise NotFound("that admission was decided already, or its time is over")
        desk, member = _about(row)
        _check_other(row, by)
        if two_names.is_herself(session, by, member):
            raise DeskRefused(remark("nobody decides about herself"))
        approvals.decide(row, audit.by_actor(by), kit.now(), ApprovalDecision.REFUSED)
        actor = audit.by_actor(by)
        record(session, kit, "desk_admission_refused", actor, desk, member, reason)


def admit(kit: Kit, by: Actor, private_key: bytes, admission_id: int) -> None:
    """Carry out what an admin asked for, with the open key of an account that is a member of that desk.

    Raises NotFound, DeskRefused, SealBroken.
    """
    if by.account_id is None:
        raise DeskRefused("at the command line the enrolment passphrase lets people in")
    with kit.database.writing() as session:
        row = approvals.held(session, ApprovalKind.ADMISSION, admission_id, kit.now())
        if row is None:
            raise NotFound("that admission was decided already, or its time is over")
        own, desk = of_account(by.account_id), _about(row)[0]
        _carry_out(session, kit, row, by, open_as(session, desk, own, private_key)[0].key)


def admit_by_passphrase(kit: Kit, by: TwoPeople, passphrase: str) -> Sequence[tuple[str, str]]:
    """Carry out every admission that waits, by the enrolment passphrase; desk and member of each.

    It may be said again: what was carried out waits no more. What somebody asked for, or what is about herself, stays
    for another person.
    Raises PassphraseWrong, DeskRefused, SealBroken: then nothing has changed.
    """
    opener, actor = PassphraseOpener(by, passphrase), Actor(by.first)
    done = []
    for one in waiting(kit):
        with kit.database.reading() as session:
            if _asked(one.asked_by, actor) or two_names.is_herself(session, actor, one.member):
                continue
            wrapped = by_passphrase.wrapped(session, one.desk)
        private_key = opener.open(wrapped)[0]
        with kit.database.writing() as session:
            row = approvals.held(session, ApprovalKind.ADMISSION, one.id, kit.now())
            if row is not None and member_keys.public_key(session, *_about(row)) == row.sealed:
                _carry_out(session, kit, row, actor, private_key, by)
                done.append(_about(row))
    return done


def open_as(
    session: Session, desk: str, member: str, private_key: bytes
) -> tuple[DeskPrivate, ...]:
    """A desk's key, as a member opens it: today's, and behind it the one that a rotation put aside.

    Raises NotFound where she is no member, SealBroken.
    """
    wrapped = members.wrapped_keys(session, desk, member)
    if not wrapped or member_keys.public_key(session, desk, member) is None:
        raise NotFound(f"{member} is no member of desk {desk}")
    return tuple(open_desk_key(one, private_key, desk, member) for one in wrapped)


def _carry_out(
    session: Session,
    kit: Kit,
    row: Approval,
    by: Actor,
    private_key: bytes,
    people: TwoPeople | None = None,
) -> None:
    desk, member = _about(row)
    actor, at = audit.by_actor(by), kit.now()
    _check_other(row, by)
    if two_names.is_herself(session, by, member):
        raise DeskRefused(remark("nobody lets herself in"))
    public_key = _fit(session, desk, member)
    if public_key != row.sealed:
        raise DeskRefused(
            remark("they have another key since: the admission must be asked for again")
        )
    if bytes(PrivateKey(private_key).public_key) != desks.one(session, desk).public_key:
        raise DeskRefused(
            remark("desk {desk} has another key since: sign in again, and try again", desk=desk)
        )
    members.seal(session, desk, member, wrap_desk_key(private_key, public_key, desk, member), at)
    approvals.decide(row, actor, at, ApprovalDecision.APPROVED)
    reason = row.reason if people is None else people.why(row.reason)
    record(session, kit, "desk_admitted", actor, desk, member, reason)


def _check_other(row: Approval, by: Actor) -> None:
    same = by.account_id is not None and by.account_id == row.asker_id
    if same or _asked(row.asked_by, by):
        raise DeskRefused(remark("whoever asked for an admission does not carry it out"))


def _asked(asked_by: str, by: Actor) -> bool:
    """Whether it was this name that asked, by a command or in the console."""
    return is_one_name(by.name, asked_by.rpartition(":")[2])


def _fit(session: Session, desk: str, member: str) -> bytes:
    """The public key of a member who may open a desk. The desk is held."""
    row = desks.one(session, desk, for_writing=True)
    if row.retired_at is not None or DeskKind(row.kind or kind_of(desk)) not in READS:
        raise DeskRefused(remark("nothing is sealed to desk {desk}", desk=desk))
    public_key = member_keys.public_key(session, desk, member)
    if public_key is None:
        raise DeskRefused(
            remark("they have no key of their own yet, or are not of desk {desk}", desk=desk)
        )
    return public_key


def _subject(desk: str, member: str) -> str:
    return f"desk:{desk}:{member}"


def _about(row: Approval) -> tuple[str, str]:
    _, desk, member = row.subject.split(":", 2)
    return desk, member


def record(
    session: Session, kit: Kit, action: str, actor: str, desk: str, member: str, reason: str
) -> None:
    """Write into the audit log what was done to a member of a desk, in the caller's transaction."""
    responder_id, account_id = responder_of(member), account_of(member)
    if account_id is not None:
        about = f"account {accounts.one(session, account_id).shown}"
    else:
        about = f"responder:{responder_id}"
    audit.append(
        session,
        at=kit.now(),
        actor=actor,
        action=action,
        subject=about,
        reason=f"{desk}: {reason}",
    )
