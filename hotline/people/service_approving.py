"""Requests approvals, and checks who may decide an approval. `web/service_approvals.py` lists approvals of all kinds
and carries out the decisions.

The service that requests approvals of one kind also has the `ApprovalRule` for this kind. The process that answers the
gateway must not load this file.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from hotline.core.actors import AccountRole, Actor, SignedIn
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.people import tables_audit, tables_sessions
from hotline.people.queries_member_keys import desks_of_account
from hotline.people.rules_sign_in import APPROVAL_VALIDITY
from hotline.people.tables_accounts import is_same_person, named, persons_of
from hotline.people.tables_desks import desks_of_person, every_oversight, is_overseen
from hotline.people.tables_sessions import Approval, ApprovalKind
from hotline.text.languages import MessageText

ADMIN = frozenset({AccountRole.ADMIN})
NATIONAL = frozenset({AccountRole.NATIONAL})
OPERATING = ADMIN | NATIONAL
DECIDING = OPERATING | {AccountRole.DESK}
"""The roles of accounts that may decide approvals about people. Accounts with the role `DESK` may decide only if they
belong to an oversight desk, and only about people of this desk.
"""


class KeyToSign(NamedTuple):
    """A desk's key that needs a signature, with the facts that a person compares before signing the key."""

    desk: str
    words: str
    """Four words, computed from the desk's key, by which people compare the key."""
    by: str
    """The name of the member who made the desk's key. The field is empty if the hotline has already signed the key."""
    made_at: datetime
    signed_at: datetime
    """The time when the hotline last signed a key of this desk."""
    mark: str
    """A digest of the data that the hotline signs for the desk's key. The page's form sends the digest back, so that
    the hotline signs only the key that the page showed.
    """


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """The facts about a pending approval that a page shows, or that decide who may decide the approval."""

    sentence: MessageText
    """The sentence that describes the request. The sentence's values `role`, `desk`, `desks`, `places` and `outcome`
    are codes, which the page replaces by names.
    """
    subject: str
    """The text by which the audit log names the subject of the approval."""
    detail: str = ""
    """The text that the audit log shows before the reason of the request."""
    person_id: int | None = None
    """The person that the request is about, who may never decide the request."""
    desks: Collection[str] = ()
    """The desks that the person would join if the request is approved."""
    account_id: int | None = None
    """The account that the request is about, or None if it is not about an account."""
    asked_at: datetime | None = None
    expires_at: datetime | None = None
    """The times when the request was made and when it expires. If a time is None, the page shows the time of the stored
    request.
    """
    may_decide: bool = True
    needs_key: bool = False
    fingerprint: str = ""
    """Four words, computed from the key of the person that the request is about. The approver and this person must
    compare the words. The field is empty if there is no key to compare.
    """
    key_to_sign: KeyToSign | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision on a request for approval, with the data for carrying out the decision."""

    session: Session
    context: Context
    row: Approval
    by: Actor
    reason: str
    key: bytes | None = field(default=None, repr=False)
    """The private key of the person who decides, or None if this key is locked."""


def no_effect(_decision: Decision) -> None:
    """Does nothing. The rule for approvals that need no further action uses this function."""


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """The rule for one kind of approval: who decides, how a page describes the approval, and what follows from the
    decision."""

    kind: ApprovalKind
    decided_by: frozenset[AccountRole]
    """The roles of accounts that see and may decide approvals of this kind."""
    about: Callable[[Session, Context, Approval, SignedIn], ApprovalView | None]
    """A function that describes an approval, as an account sees it. Returns None if the account may not see the
    approval."""
    refused: str
    """The audit log's name for the refusal of a request of this kind."""
    given: str = ""
    """The audit log's name for the approval of a request of this kind. The field is empty if the function `approve`
    writes to the audit log itself.
    """
    approve: Callable[[Decision], None] = no_effect
    refuse: Callable[[Decision], None] = no_effect
    hides_reason: bool = False
    """True if the reason of the request may describe a case that the deciding person may not see."""


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
    """Stores a request for approval, and returns its row. If a request about the same subject is pending, stores
    nothing and returns None.
    """
    if tables_sessions.pending_for(session, subject, context.now()) is not None:
        return None
    return tables_sessions.add_request(
        session, by, kind, subject, reason, context.now(), lives=lives, encrypted=encrypted
    )


def sees(session: Session, by: SignedIn, person_id: int, desks: Collection[str] = ()) -> bool:
    """Returns True if an account may see requests about the person `person_id`. `desks` contains the desks that the
    person would join. Admins and the national desk see all requests. Accounts of an oversight desk see only requests
    about people of their own desk.
    """
    if by.roles & OPERATING:
        return True
    seen = desks_of_account(session, by.account_id)
    concerned = {*desks, *desks_of_person(session, person_id)}
    return not every_oversight(session).isdisjoint(seen & concerned)


def may_decide(session: Session, by: Actor, row: Approval, about: ApprovalView) -> bool:
    """Returns True if the account `by` may decide an approval. Returns False for the person who made the request, the
    person it is about, and anyone with a similar name.

    Also returns False for people of the national desk, if the request is about a person of an oversight desk.
    """
    me = tables_audit.by_actor(by)
    if not about.may_decide or is_same_person(session, me, row.asked_by):
        return False
    if is_overseen(session, me, about.person_id, about.desks):
        return False
    own = persons_of(session, me) | named(session, by.name)
    return about.person_id is None or about.person_id not in own
