"""Gives members access to desks. An admin requests access to a desk for a member. Another member of the desk grants the
access with their own private key.

So an admin alone can never get access to tips. The first member of a desk gets access from two people with the recovery
passphrase. The process that answers the gateway must not load this file.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from nacl.public import PrivateKey

from hotline.core.actors import AccountRole, Actor, SignedIn
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.people import (
    decrypt_passphrase,
    queries_member_keys,
    rules,
    tables_accounts,
    tables_audit,
    tables_desks,
    tables_sessions,
)
from hotline.people.decrypt_members import decrypt_desk_key, wrap_desk_key
from hotline.people.decrypt_passphrase import PassphraseDecrypter, TwoPeople
from hotline.people.rules import account_of, of_account, responder_of
from hotline.people.rules_accounts import AccountFault, refusal
from hotline.people.rules_sign_in import fingerprint_words
from hotline.people.service_approving import (
    OPERATING,
    ApprovalRule,
    ApprovalView,
    Decision,
    request,
)
from hotline.people.tables_sessions import Approval, ApprovalDecision, ApprovalKind
from hotline.text.errors import DecryptionFailed, DeskRefused, NotFound
from hotline.text.languages import message_text


class PendingAccess(NamedTuple):
    id: int
    desk: str
    member: str
    asked_by: str
    """The name of the person who requested the access."""
    name: str
    """The name of the member who would get access to the desk."""
    public_key: bytes


def request_access(context: Context, by: Actor, desk: str, member: str, reason: str) -> None:
    """Stores a request to give a member access to a desk. If a request for the same member and desk is already pending,
    stores nothing. Raises NotFound, DeskRefused.
    """
    with context.database.writing() as session:
        add_access_request(session, context, by, desk, member, reason)


def add_access_request(
    session: Session, context: Context, by: Actor, desk: str, member: str, reason: str
) -> None:
    """Stores a request to give a member access to a desk. Runs in the transaction of the calling function."""
    public_key, subject = _fit(session, desk, member), _subject(desk, member)
    if tables_desks.is_overseen(session, tables_audit.by_actor(by), None, [desk]):
        raise DeskRefused(rules.OVERSEEN_DESK)
    if member in tables_desks.members_of_desk(session, desk):
        raise DeskRefused(message_text("this person already has access to that desk"))
    waits = tables_sessions.pending_for(session, subject, context.now())
    if waits is not None and waits.encrypted != public_key:
        tables_sessions.record_decision(
            waits, tables_audit.by_actor(by), context.now(), ApprovalDecision.WITHDRAWN
        )
        session.flush()
    if request(session, context, by, ApprovalKind.ADMISSION, subject, reason, encrypted=public_key):
        log_member_command(session, context, "desk_admission_asked", by, desk, member, reason)


def pending_access(context: Context, desk: str | None = None) -> Sequence[PendingAccess]:
    """Returns the pending requests for access to this desk, oldest first. If `desk` is None, returns the requests for
    all desks.
    """
    with context.database.reading() as session:
        rows = tables_sessions.pending(session, context.now(), ApprovalKind.ADMISSION)
        found = [
            PendingAccess(
                row.id,
                *_wanted(row),
                row.asker,
                tables_accounts.of_member(session, _wanted(row)[1]).name,
                row.encrypted or b"",
            )
            for row in rows
        ]
    return [one for one in found if desk is None or one.desk == desk]


def has_access_or_request(session: Session, context: Context, desk: str, member: str) -> bool:
    """Returns True if the member has access to the desk, or if a request for this access is pending."""
    if member in tables_desks.members_of_desk(session, desk):
        return True
    return tables_sessions.pending_for(session, _subject(desk, member), context.now()) is not None


def grant_by_passphrase(
    context: Context, by: TwoPeople, passphrase: str, shown: Sequence[PendingAccess] | None = None
) -> Sequence[tuple[str, str]]:
    """Uses the recovery passphrase to grant all pending requests for access to desks. If `shown` is given, grants only
    the requests in `shown`.

    Returns the desk's code and the member's name for each granted request. If a request fails, earlier requests stay
    granted, and the calling code may call the function again. Skips a request that the first of the two people made, or
    that would give this person access. If one of the two people works for the national desk, skips requests for access
    to oversight desks. Raises PassphraseWrong, DeskRefused or DecryptionFailed.
    """
    opener, actor = PassphraseDecrypter(by, passphrase), Actor(by.first)
    done = []
    for one in pending_access(context) if shown is None else shown:
        with context.database.reading() as session:
            own = tables_accounts.persons_of(session, by.first)
            about = tables_accounts.of_member(session, one.member)
            if about.id in own or tables_accounts.is_same_person(session, by.first, one.asked_by):
                continue
            names = (by.first, by.second)
            if any(tables_desks.is_overseen(session, who, None, [one.desk]) for who in names):
                continue
            wrapped = decrypt_passphrase.wrapped_desk(session, one.desk, by)
        private_key = opener.open(wrapped)[0]
        with context.database.writing() as session:
            row = tables_sessions.locked_pending(session, one.id, context.now())
            if (
                row is not None
                and queries_member_keys.public_key(session, *_wanted(row)) == row.encrypted
                and one.public_key == row.encrypted
            ):
                _seal(Decision(session, context, row, actor, by.why(row.reason)), private_key)
                tables_sessions.record_decision(
                    row, tables_audit.by_actor(actor), context.now(), ApprovalDecision.APPROVED
                )
                done.append((one.desk, about.name))
    return done


def decrypt_desk_as(
    session: Session, desk: str, member: str, private_key: bytes
) -> tuple[bytes, ...]:
    """Decrypts a desk's private keys with the private key of a member of the desk. Returns the present key of the desk
    and, during a rotation, its previous key.

    Raises DecryptionFailed, or NotFound if the person is not a member of the desk.
    """
    wrapped = tables_desks.wrapped_keys(session, desk, member)
    if not wrapped or queries_member_keys.public_key(session, desk, member) is None:
        raise NotFound(f"{member} is not a member of desk {desk}")
    return tuple(decrypt_desk_key(one, private_key, desk, member) for one in wrapped)


def desk_words(context: Context, account_id: int, private_key: bytes | None, desk: str) -> str:
    """Returns four words that are computed from a desk's key. People compare the words to check that their copies are
    equal. Computes the words from the copy of the key that this account can decrypt. Returns an empty text if the
    account cannot decrypt the desk's key.
    """
    with context.database.reading() as session, suppress(NotFound, DecryptionFailed):
        if private_key is not None:
            opened = decrypt_desk_as(session, desk, of_account(account_id), private_key)
            return fingerprint_words(bytes(PrivateKey(opened[0]).public_key))
    return ""


def _seal(decision: Decision, private_key: bytes) -> None:
    """Encrypts the desk's private key for the new member, and records the access in the audit log."""
    session, row, at = decision.session, decision.row, decision.context.now()
    desk, member = _wanted(row)
    public_key = _fit(session, desk, member)
    if public_key != row.encrypted:
        raise DeskRefused(message_text("this person has a new key: request access again"))
    if bytes(PrivateKey(private_key).public_key) != tables_desks.get_desk(session, desk).public_key:
        raise DeskRefused(
            message_text("the key of desk {desk} changed: sign in again, then try again", desk=desk)
        )
    tables_desks.store_key(
        session, desk, member, wrap_desk_key(private_key, public_key, desk, member), at
    )
    log_member_command(
        session, decision.context, "desk_admitted", decision.by, desk, member, decision.reason
    )


def _about(session: Session, _context: Context, row: Approval, by: SignedIn) -> ApprovalView | None:
    """Describes a request for access to a desk, for the page of approvals. Returns None for an account that neither
    belongs to this desk nor has a role that sees all requests.

    Only a member of the desk may decide the request.
    """
    desk, member = _wanted(row)
    seen = queries_member_keys.desks_of_account(session, by.account_id)
    if not by.roles & OPERATING and desk not in seen:
        return None
    asks, about = row.asker, tables_accounts.of_member(session, member)
    return ApprovalView(
        message_text(
            "{by} asks to give {about} access to the desk {desk}",
            by=asks,
            about=about.name,
            desk=desk,
        ),
        _logged(session, member),
        detail=desk,
        person_id=about.id,
        desks=(desk,),
        account_id=account_of(member),
        may_decide=desk in tables_desks.desks_of(session, of_account(by.account_id)),
        needs_key=True,
        fingerprint=fingerprint_words(row.encrypted)
        if row.encrypted and account_of(member)
        else "",
    )


def _admit(decision: Decision) -> None:
    """Decrypts the desk's private key with the private key of the deciding member, and encrypts the desk's key for the
    new member.

    Raises DeskRefused, DecryptionFailed.
    """
    if decision.key is None or decision.by.account_id is None:
        raise refusal(AccountFault.KEY_CLOSED)
    own, desk = of_account(decision.by.account_id), _wanted(decision.row)[0]
    opened = decrypt_desk_as(decision.session, desk, own, decision.key)[0]
    _seal(replace(decision, reason=decision.row.reason), opened)


ADMISSION = ApprovalRule(
    kind=ApprovalKind.ADMISSION,
    decided_by=OPERATING | {AccountRole.DESK},
    about=_about,
    approve=_admit,
    refused="desk_admission_refused",
)


def _fit(session: Session, desk: str, member: str) -> bytes:
    """Locks the desk's row, checks that the member may get access, and returns the member's public key. Raises
    DeskRefused.
    """
    row = tables_desks.get_desk(session, desk, for_writing=True)
    if not row.reads_tips:
        raise DeskRefused(
            message_text("desk {desk} cannot read tips: choose another desk", desk=desk)
        )
    public_key = queries_member_keys.public_key(session, desk, member)
    if public_key is None:
        raise DeskRefused(
            message_text("this person has no key yet, or does not belong to desk {desk}", desk=desk)
        )
    person_id = tables_accounts.of_member(session, member).id
    desks = {desk, *tables_desks.desks_of_person(session, person_id)}
    if tables_desks.mixes_oversight(session, desks):
        raise DeskRefused(rules.APART)
    return public_key


def _subject(desk: str, member: str) -> str:
    return f"desk:{desk}:{member}"


def _wanted(row: Approval) -> tuple[str, str]:
    _, desk, member = row.subject.split(":", 2)
    return desk, member


def log_member_command(
    session: Session, context: Context, action: str, by: Actor, desk: str, member: str, reason: str
) -> None:
    """Writes to the audit log that a person changed the access of a member to a desk. Runs in the transaction of the
    calling function.
    """
    subject, why = _logged(session, member), f"{desk}: {reason}"
    tables_audit.append_command(session, by, context.now(), action, subject, why)


def _logged(session: Session, member: str) -> str:
    """Returns the text by which the audit log names a member."""
    account_id = account_of(member)
    if account_id is None:
        return f"responder:{responder_of(member)}"
    return f"account {tables_accounts.get_account(session, account_id).label}"
