"""Requests an approval and checks who may approve it. `web/service_approvals.py` lists and carries out all kinds.

Each kind has an `ApprovalRule` in the service that asks for it. No code that a hook reaches imports this file.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hotline.core.actors import AccountRole, Actor, SignedIn
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.people import tables_approvals, tables_audit
from hotline.people.rules_second_factor import APPROVAL_VALIDITY
from hotline.people.tables_accounts import is_same_person, named, persons_of
from hotline.people.tables_approvals import Approval, ApprovalKind
from hotline.text.phrases import MessageText

ADMIN = frozenset({AccountRole.ADMIN})
NATIONAL = frozenset({AccountRole.NATIONAL})
OPERATING = ADMIN | NATIONAL


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """One pending approval as a page describes it, and the person that it concerns."""

    sentence: MessageText
    """A page translates its values `role`, `desk`, `desks`, `places` and `outcome` to their names."""
    subject: str
    """The subject in the audit log."""
    detail: str = ""
    """Text before the reason in the audit log."""
    person_id: int | None = None
    """The person that it concerns, who never decides."""
    account_id: int | None = None
    """The account that it concerns, if it concerns one."""
    asked_at: datetime | None = None
    expires_at: datetime | None = None
    """The times of the request itself apply if these are None."""
    may_decide: bool = True
    needs_key: bool = False
    fingerprint: str = ""
    """The four words that the approver compares with the person, if there are any."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision while it is carried out, inside its transaction."""

    session: Session
    context: Context
    row: Approval
    by: Actor
    reason: str
    key: bytes | None = field(default=None, repr=False)
    """The approver's private key. None if it is locked."""


def no_effect(_decision: Decision) -> None:
    """Does nothing, for a kind whose decision has no further effect."""


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """The rule of one kind of approval: who decides it, how a page describes it, and its effects."""

    kind: ApprovalKind
    decided_by: frozenset[AccountRole]
    """Roles that see it and may decide it."""
    about: Callable[[Session, Context, Approval, SignedIn], ApprovalView | None]
    """Returns None if this account may not see it, or if it is no longer pending."""
    refused: str
    """The action of a refusal in the audit log."""
    given: str = ""
    """The action of an approval in the audit log. Empty if `approve` records it."""
    approve: Callable[[Decision], None] = no_effect
    refuse: Callable[[Decision], None] = no_effect


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
    if tables_approvals.pending_for(session, subject, context.now()) is not None:
        return None
    return tables_approvals.add_request(
        session, by, kind, subject, reason, context.now(), lives=lives, encrypted=encrypted
    )


def may_decide(session: Session, by: Actor, row: Approval, about: ApprovalView) -> bool:
    """Returns False for the person who asked, the person concerned, and a name that looks like theirs."""
    me = tables_audit.by_actor(by)
    if not about.may_decide or is_same_person(session, me, row.asked_by):
        return False
    hers = persons_of(session, me) | named(session, by.name)
    return about.person_id is None or about.person_id not in hers
