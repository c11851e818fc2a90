"""Lists the pending approvals of all kinds, and carries out the decisions about them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hotline.alerts import queries_people
from hotline.cases import (
    service_calls,
    service_case_files,
    service_desk_commands,
    service_pending_closures,
)
from hotline.core.actors import READING_ROLES, AccountRole, SignedIn
from hotline.core.contexts import ConsoleContext, Context
from hotline.core.database import Session
from hotline.duty import service_accounts, service_enrolment, service_invitations, service_removal
from hotline.gateway.doorbell import ringing
from hotline.monitoring import queries
from hotline.monitoring.queries import FrameNeeds
from hotline.people import (
    decrypt_grants,
    decrypt_signing,
    service_approving,
    tables_accounts,
    tables_audit,
    tables_desks,
)
from hotline.people import tables_sessions as store
from hotline.people.rules import OVERSEEN_DESK, account_of
from hotline.people.rules_accounts import AccountFault, refusal
from hotline.people.service_approving import ApprovalRule, ApprovalView, Decision, KeyToSign
from hotline.people.tables_sessions import Approval, ApprovalDecision
from hotline.text.errors import ApprovalRefused, NotFound
from hotline.text.languages import MessageText, message_text
from hotline.tips.rules_receipts import CallBackState

APPROVALS: Mapping[str, ApprovalRule] = {
    rule.kind: rule
    for rule in (
        service_accounts.ROLE,
        service_invitations.LINK,
        decrypt_grants.ADMISSION,
        decrypt_signing.SIGNATURE,
        service_enrolment.ENROLMENT,
        service_enrolment.START_PIN,
        service_removal.POSTING,
        service_removal.REMOVAL,
        service_removal.END,
        service_desk_commands.LIFT,
        service_case_files.CASE_FILE,
        service_case_files.HOLD,
    )
}
"""The rule for each kind of approval. A rule says who may decide, which sentence the page shows, and what the hotline
does after an approval.
"""
REASON_LETTERS = 200
COMPARE = message_text("compare the person's four words with this page first, then tick the box")
OVER = message_text("this request was already decided or has expired")


@dataclass(frozen=True, slots=True)
class AccountMark:
    """The name, the number and the creation time of an account.

    The number and the time distinguish accounts with similar names.
    """

    name: str
    number: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class PendingApproval:
    """One pending approval, as a page shows it."""

    kind: str
    id: int
    sentence: MessageText
    asked_at: datetime
    expires_at: datetime | None
    """None means that the request never expires."""
    reason: str
    may_decide: bool
    overseen: MessageText | None = None
    """The reason why a person of the national desk may not decide about a person of an oversight desk. None for all
    other approvals.
    """
    is_own: bool = False
    """True if this account requested the approval, and so may withdraw the request."""
    needs_key: bool = False
    fingerprint: str = ""
    key_to_sign: KeyToSign | None = None
    tip_id: int | None = None
    """The id of the tip, if people decide on the page of this tip. Otherwise None."""
    call_back_id: int | None = None
    """The id of the call-back, if people decide on the page of call-backs. Otherwise None."""
    accounts: Sequence[AccountMark] = ()
    """The account that requested the approval, and the account that the approval is about."""
    person_id: int | None = None
    """The person that the approval is about."""
    age: timedelta | None = None
    """The time since the request. None if the page does not show this time."""


def all_pending(context: ConsoleContext, by: SignedIn) -> Sequence[PendingApproval]:
    """Returns every pending approval that this account may see.

    The approvals that people decide on other pages come first, such as those on the page of a tip.
    """
    return [*_closures(context, by), *_calls(context, by), *pending(context, by)]


def pending(context: Context, by: SignedIn) -> Sequence[PendingApproval]:
    """Returns the pending approvals that people decide on the page of approvals, oldest first. Leaves out the
    approvals that this account may not see.
    """
    with context.database.reading() as session:
        accounts: dict[int | None, AccountMark] = {
            account.id: AccountMark(account.shown, account.id, account.created_at)
            for account in tables_accounts.all_accounts(session)
        }
        found = [
            _line(session, by, row, view, accounts)
            for row in store.pending(session, context.now(), *APPROVALS)
            if (view := _seen(session, context, row, by)) is not None
        ]
    return sorted(found, key=lambda approval: (approval.asked_at, approval.id))


def decide(
    context: Context,
    by: SignedIn,
    approval_id: int,
    reason: str,
    *,
    approve: bool,
    key: bytes | None = None,
    seen: str = "",
) -> None:
    """Approves or refuses a request, and carries out an approved request at once. `key` is the private key of the
    approver. `seen` is the text that the page showed to the approver. It contains the four words of a person's key, or
    the mark of a desk's key.

    Raises AccountRefused if the reason is missing or too long. Raises NotFound if the request is not pending, or if
    this account may not see it. Raises ApprovalRefused if another person must decide, or if `seen` is wrong. Some kinds
    of approvals raise more errors when the approved request is carried out.
    """
    if not reason.strip() or len(reason) > REASON_LETTERS or not reason.isprintable():
        raise refusal(AccountFault.NO_REASON)
    with ringing(context) as session:
        queries_people.take_lock(session)
        held_roles = tables_accounts.get_account(session, by.account_id).held_roles
        row = store.locked_pending(session, approval_id, context.now())
        signed_in = replace(by, roles=by.roles & held_roles)
        view = None if row is None else _seen(session, context, row, signed_in)
        if row is None or view is None:
            raise NotFound(OVER)
        if approve and seen != (view.key_to_sign.mark if view.key_to_sign else view.fingerprint):
            raise ApprovalRefused(decrypt_signing.REPLACED if view.key_to_sign else COMPARE)
        if not service_approving.may_decide(session, by.actor, row, view):
            me = tables_audit.by_actor(by.actor)
            if tables_desks.is_overseen(session, me, view.person_id, view.desks):
                raise ApprovalRefused(OVERSEEN_DESK)
            raise ApprovalRefused(
                message_text("you cannot decide on a request that you made, or that is about you")
            )
        _carry_out(Decision(session, context, row, by.actor, reason.strip(), key), view, approve)


def withdraw(context: Context, by: SignedIn, approval_id: int) -> None:
    """Withdraws a request of this account. Raises NotFound if the account has not made this request."""
    with context.database.writing() as session:
        queries_people.take_lock(session)
        row = store.locked_pending(session, approval_id, context.now())
        view = None if row is None else _seen(session, context, row, by)
        if row is None or view is None or account_of(row.asked_by) != by.account_id:
            raise NotFound(OVER)
        store.record_decision(
            row, tables_audit.by_actor(by.actor), context.now(), ApprovalDecision.WITHDRAWN
        )
        APPROVALS[row.kind].refuse(Decision(session, context, row, by.actor, ""))
        tables_audit.append_command(
            session,
            by.actor,
            context.now(),
            "approval_taken_back",
            view.subject,
            ": ".join(filter(None, (row.kind, view.detail))),
        )


def _carry_out(decision: Decision, view: ApprovalView, approve: bool) -> None:
    rule, actor, at = APPROVALS[decision.row.kind], decision.by, decision.context.now()
    verdict = ApprovalDecision.APPROVED if approve else ApprovalDecision.REFUSED
    store.record_decision(decision.row, tables_audit.by_actor(actor), at, verdict)
    (rule.approve if approve else rule.refuse)(decision)
    if rule.given or not approve:
        tables_audit.append_command(
            decision.session,
            actor,
            at,
            rule.given if approve else rule.refused,
            view.subject,
            ": ".join(filter(None, (view.detail, decision.reason))),
        )


def _seen(session: Session, context: Context, row: Approval, by: SignedIn) -> ApprovalView | None:
    """Returns the facts about a request that a page shows.

    Returns None if this account may not see the request, or if this version does not know its kind.
    """
    rule = APPROVALS.get(row.kind)
    if rule is None or not rule.decided_by & by.roles:
        return None
    return rule.about(session, context, row, by)


def _line(
    session: Session,
    by: SignedIn,
    row: Approval,
    view: ApprovalView,
    accounts: Mapping[int | None, AccountMark],
) -> PendingApproval:
    is_own = account_of(row.asked_by) == by.account_id
    me = tables_audit.by_actor(by.actor)
    is_overseen = tables_desks.is_overseen(session, me, view.person_id, view.desks)
    account_ids = dict.fromkeys((account_of(row.asked_by), view.account_id))
    return PendingApproval(
        kind=row.kind,
        id=row.id,
        sentence=view.sentence,
        asked_at=view.asked_at or row.asked_at,
        expires_at=view.expires_at or row.expires_at,
        reason=row.reason if is_own or not APPROVALS[row.kind].hides_reason else "",
        may_decide=service_approving.may_decide(session, by.actor, row, view),
        overseen=OVERSEEN_DESK if is_overseen else None,
        is_own=is_own,
        needs_key=view.needs_key,
        fingerprint=view.fingerprint,
        key_to_sign=view.key_to_sign,
        person_id=view.person_id,
        accounts=[accounts[account_id] for account_id in account_ids if account_id in accounts],
    )


def _closures(context: ConsoleContext, by: SignedIn) -> Iterator[PendingApproval]:
    """Yields the closures that a second person must confirm, oldest first.

    People confirm a closure on the page of its tip, and not on the page of approvals.
    """
    for closure in (
        service_pending_closures.list_closures(context, by) if by.roles & READING_ROLES else ()
    ):
        yield PendingApproval(
            kind="closure",
            id=closure.tip_id,
            sentence=message_text(
                "{by} asks to close tip {tip}: {outcome}",
                by=closure.requested_by,
                tip=closure.tip_id,
                outcome=closure.outcome.value,
            ),
            asked_at=closure.requested_at,
            expires_at=None,
            reason=closure.reason,
            may_decide=closure.may_confirm,
            tip_id=closure.tip_id,
            age=closure.age,
        )


def _calls(context: ConsoleContext, by: SignedIn) -> Iterator[PendingApproval]:
    """Yields the call-backs for which a person of the national desk has requested the phone number.

    People approve this request on the page of call-backs.
    """
    for call in (
        service_calls.list_call_backs(context, by) if AccountRole.NATIONAL in by.roles else ()
    ):
        if not call.asked_by or call.approved_by or call.state is not CallBackState.WAITING:
            continue
        yield PendingApproval(
            kind="call_back",
            id=call.id,
            sentence=message_text(
                "{by} asks for the phone number of call-back {call}, tip {tip}",
                by=call.asked_by,
                call=call.id,
                tip=call.tip_id,
            ),
            asked_at=call.asked_at or call.window.opens_at,
            expires_at=call.window.closes_at,
            reason=call.reason,
            may_decide=call.may_approve,
            call_back_id=call.id,
        )


def frame_needs(context: ConsoleContext, by: SignedIn) -> FrameNeeds:
    """Returns three facts for a page of this account: red bars or not, sample data or not, and the number of alarms."""
    subject = service_accounts.subject_of(by.account_id, "link")
    with context.database.reading() as session:
        return queries.frame_needs(session, subject, context.now())
