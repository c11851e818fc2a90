"""Requests approvals, and checks who may decide them. `web/service_approvals.py` lists the approvals of all kinds and
carries out the decisions.

Each kind of approval has an `ApprovalRule`. The rule is in the service that requests approvals of this kind. The
process that answers the gateway must not load this file.
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
from hotline.people.tables_accounts import get_account, is_same_person, named, persons_of
from hotline.people.tables_desks import desks_of_person, every_oversight, is_overseen
from hotline.people.tables_sessions import Approval, ApprovalKind
from hotline.text.languages import MessageText

ADMIN = frozenset({AccountRole.ADMIN})
NATIONAL = frozenset({AccountRole.NATIONAL})
OPERATING = ADMIN | NATIONAL
DECIDING = OPERATING | {AccountRole.DESK}
"""The roles that may decide approvals about people. With the role `DESK`, an account of an oversight desk may decide
about people of its own desk.
"""


class KeyToSign(NamedTuple):
    """A desk's key that needs a signature, with the facts that a person sees before signing."""

    desk: str
    words: str
    """The four words by which people compare the key."""
    by: str
    """The name of the member who made the key. The field is empty if the hotline has already signed this key."""
    made_at: datetime
    signed_at: datetime
    """The time of the hotline's last signature for this desk."""
    mark: str
    """A digest of the data that the hotline signs for this key. The form sends this digest back, so that the hotline
    signs only the key that the page showed.
    """


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """The facts about a pending approval. A page shows some of these facts. The code needs the other facts to find out
    who may decide the approval."""

    sentence: MessageText
    """The sentence that describes the requested approval. The values `role`, `desk`, `desks`, `places` and `outcome` in
    the sentence are codes. The page shows names instead of these codes.
    """
    subject: str
    """The text that identifies the subject of the approval in the audit log."""
    detail: str = ""
    """A text that the audit log shows before the reason of the request."""
    person_id: int | None = None
    """The person that the approval is about. The person that the approval is about may never decide it."""
    desks: Collection[str] = ()
    """The desks that the person would get with the approval."""
    account_id: int | None = None
    """The account that the approval is about, if there is one."""
    asked_at: datetime | None = None
    expires_at: datetime | None = None
    """The time of the request, and the time when the request expires. If a time is None, the page shows the time in
    the stored request.
    """
    may_decide: bool = True
    needs_key: bool = False
    fingerprint: str = ""
    """The four words of the key of the person that the approval is about. The approver and that person must compare
    these words. The field is empty if there is no key to compare.
    """
    key_to_sign: KeyToSign | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision on an approval, with the values that the code needs to carry out the decision."""

    session: Session
    context: Context
    row: Approval
    by: Actor
    reason: str
    key: bytes | None = field(default=None, repr=False)
    """The private key of the person who makes the decision. The value is None if the private key is locked."""


def no_effect(_decision: Decision) -> None:
    """Does nothing. A kind of approval uses this function if the approval needs no further action."""


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """The rule for one kind of approval: who decides, how a page describes the approval, and which action follows."""

    kind: ApprovalKind
    decided_by: frozenset[AccountRole]
    """The roles that see and may decide approvals of this kind."""
    about: Callable[[Session, Context, Approval, SignedIn], ApprovalView | None]
    """A function that describes an approval for an account. Returns None if the account may not see the approval."""
    refused: str
    """The name of the action that the audit log records for a refusal."""
    given: str = ""
    """The name of the action that the audit log records for an approval. The field is empty if `approve` itself writes
    this row."""
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
    """Stores a request for an approval, and returns the new row. If a request with the same subject is already
    pending, stores nothing and returns None.
    """
    if tables_sessions.pending_for(session, subject, context.now()) is not None:
        return None
    return tables_sessions.add_request(
        session, by, kind, subject, reason, context.now(), lives=lives, encrypted=encrypted
    )


def sees(session: Session, by: SignedIn, person_id: int, desks: Collection[str] = ()) -> bool:
    """Returns True if an account may see a request about this person. `desks` contains the desks that the person would
    get. Admins and the national desk see all requests. An account of an oversight desk sees only requests about people
    of its own desk.
    """
    if by.roles & OPERATING:
        return True
    seen = desks_of_account(session, get_account(session, by.account_id))
    concerned = {*desks, *desks_of_person(session, person_id)}
    return not every_oversight(session).isdisjoint(seen & concerned)


def may_decide(session: Session, by: Actor, row: Approval, about: ApprovalView) -> bool:
    """Returns True if this account may decide an approval. Returns False for the person who requested the approval, for
    the person that the approval is about, and for anyone whose name is similar to one of their names.

    Also returns False for a person of the national desk, if the approval is about a person of an oversight desk.
    """
    me = tables_audit.by_actor(by)
    if not about.may_decide or is_same_person(session, me, row.asked_by):
        return False
    if is_overseen(session, me, about.person_id, about.desks):
        return False
    own = persons_of(session, me) | named(session, by.name)
    return about.person_id is None or about.person_id not in own
