"""Requests approvals, and checks who may approve. `web/service_approvals.py` lists approvals of all kinds and carries
them out.

The service that requests a kind of approval defines its `ApprovalRule`. No module that a hook loads may import this
file.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hotline.core.actors import AccountRole, Actor, SignedIn
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.people import tables_audit, tables_sessions
from hotline.people.queries_member_keys import desks_of_account
from hotline.people.rules_sign_in import APPROVAL_VALIDITY
from hotline.people.tables_accounts import get_account, is_same_person, named, persons_of
from hotline.people.tables_desks import desks_of_person, every_oversight, is_overseen
from hotline.people.tables_sessions import Approval, ApprovalKind
from hotline.text.languages import MessageText

ADMIN = frozenset({AccountRole.ADMIN})
NATIONAL = frozenset({AccountRole.NATIONAL})
OPERATING = ADMIN | NATIONAL
DECIDING = OPERATING | {AccountRole.DESK}
"""The roles for approvals that an account of an oversight desk may also decide, about its own people."""


@dataclass(frozen=True, slots=True)
class KeyToSign:
    """The key of a desk that a signature is for, as each person sees it before they sign."""

    desk: str
    words: str
    """The four words of the key."""
    by: str
    """The member who made the key. Empty if the hotline signed this key before."""
    made_at: datetime
    signed_at: datetime
    """The time when the hotline signed the older key from which this key was made."""
    mark: str
    """A digest of all that is signed. A form returns it, so that no other key is signed than the one shown."""


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """A pending approval with the person that it concerns, as a page describes it."""

    sentence: MessageText
    """In this sentence, the values `role`, `desk`, `desks`, `places` and `outcome` are codes. The page replaces them by
    names.
    """
    subject: str
    """The subject of the row that is written to the audit log."""
    detail: str = ""
    """The text before the reason in the audit log."""
    person_id: int | None = None
    """The person that the approval concerns. They may never decide on it."""
    desks: Collection[str] = ()
    """The desks that the person would get."""
    account_id: int | None = None
    """The account that the approval concerns, if there is one."""
    asked_at: datetime | None = None
    expires_at: datetime | None = None
    """The times that the page shows. If they are None, it shows the times of the stored request."""
    may_decide: bool = True
    needs_key: bool = False
    fingerprint: str = ""
    """The four words that the approver compares with the person. Empty if there is no key to compare."""
    key_to_sign: KeyToSign | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision on an approval, with everything that is needed to carry it out in its transaction."""

    session: Session
    context: Context
    row: Approval
    by: Actor
    reason: str
    key: bytes | None = field(default=None, repr=False)
    """The private key of the person who decides. None if the key is locked."""


def no_effect(_decision: Decision) -> None:
    """Does nothing. It is used for kinds of approval that need no further action."""


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """The rule for one kind of approval: who may decide, how a page describes it, and the action that follows."""

    kind: ApprovalKind
    decided_by: frozenset[AccountRole]
    """The roles that see such approvals and may decide on them."""
    about: Callable[[Session, Context, Approval, SignedIn], ApprovalView | None]
    """Returns None if this account may not see the approval, or if it is no longer pending."""
    refused: str
    """The name in the audit log for a refusal."""
    given: str = ""
    """The name in the audit log for an approval. Empty if the function `approve` writes the row itself."""
    approve: Callable[[Decision], None] = no_effect
    refuse: Callable[[Decision], None] = no_effect
    hides_reason: bool = False
    """True if the reason may describe a case that the deciding person may not see."""


def request(
    session: Session,
    context: Context,
    by: Actor,
    kind: ApprovalKind,
    subject: str,
    reason: str,
    *,
    encrypted: bytes | None = None,
    lives: timedelta = APPROVAL_VALIDITY,
) -> Approval | None:
    """Requests an approval. Returns None if the same request is already pending."""
    if tables_sessions.pending_for(session, subject, context.now()) is not None:
        return None
    return tables_sessions.add_request(
        session, by, kind, subject, reason, context.now(), lives=lives, encrypted=encrypted
    )


def sees(session: Session, by: SignedIn, person_id: int, desks: Collection[str] = ()) -> bool:
    """Returns True if an account may see a request about this person. `desks` contains the desks that the person would
    get. An account of an oversight desk sees only requests about people of its own desk.
    """
    if by.roles & OPERATING:
        return True
    seen = desks_of_account(session, get_account(session, by.account_id))
    concerned = {*desks, *desks_of_person(session, person_id)}
    return not every_oversight(session).isdisjoint(seen & concerned)


def may_decide(session: Session, by: Actor, row: Approval, about: ApprovalView) -> bool:
    """Returns False for the person who requested the approval, for the person concerned, and for similar names.

    Also returns False for the national desk, if the approval concerns a person of an oversight desk.
    """
    me = tables_audit.by_actor(by)
    if not about.may_decide or is_same_person(session, me, row.asked_by):
        return False
    if is_overseen(session, me, about.person_id, about.desks):
        return False
    own = persons_of(session, me) | named(session, by.name)
    return about.person_id is None or about.person_id not in own
