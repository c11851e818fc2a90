"""Lists every pending approval on one page, and carries out the approver's decision."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hotline.alerts import queries_people
from hotline.cases import service_call_back, service_exclusions, service_waiting_closures
from hotline.core.actors import READERS, AccountRole, SignedIn
from hotline.core.context import ConsoleKit, Kit
from hotline.core.database import Session
from hotline.duty import (
    service_account_changes,
    service_enrolment,
    service_leaving,
    service_new_links,
    service_postings,
)
from hotline.errors import ApprovalRefused, NotFound
from hotline.gateway.doorbell import ringing
from hotline.people import decrypt_grants, service_approving, tables_accounts, tables_audit
from hotline.people import tables_approvals as store
from hotline.people.rules_accounts import AccountFault, refusal
from hotline.people.service_approving import About, ApprovalRule, Decision
from hotline.people.tables_approvals import Approval, ApprovalDecision
from hotline.text.phrases import Remark, remark
from hotline.tips.rules_call_back import CallBackState

APPROVALS: Mapping[str, ApprovalRule] = {
    rule.kind: rule
    for rule in (
        service_account_changes.ROLE,
        service_new_links.LINK,
        decrypt_grants.ADMISSION,
        service_enrolment.ENROLMENT,
        service_postings.POSTING,
        service_leaving.REMOVAL,
        service_leaving.END,
        service_exclusions.LIFT,
    )
}
"""The rule of each kind: who asks and decides, its sentence, and the effect of a decision."""
REASON_LETTERS = 200
OVER = remark("this was already decided or has expired")


@dataclass(frozen=True, slots=True)
class AccountMark:
    """One account, with its number and age. They distinguish it from an account with a similar name."""

    name: str
    number: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class WaitingApproval:
    """One pending approval, as a page lists it."""

    kind: str
    id: int
    sentence: Remark
    asked_at: datetime
    expires_at: datetime | None
    """None if it waits for a decision without a time limit."""
    reason: str
    may_decide: bool
    is_own: bool = False
    """True if this account asked for it and may withdraw it."""
    needs_key: bool = False
    fingerprint: str = ""
    tip_id: int | None = None
    """The tip on whose page it is decided. None if it is decided in the list."""
    call_back_id: int | None = None
    """The call-back on whose page it is decided."""
    accounts: Sequence[AccountMark] = ()
    """The account that asked, and the account that it concerns."""
    age: timedelta | None = None
    """Time for which it has waited, if the page shows it."""


def everything(kit: ConsoleKit, by: SignedIn) -> Sequence[WaitingApproval]:
    """Returns every pending approval that this account may see. Those decided on other pages come first."""
    return [*_closures(kit, by), *_calls(kit, by), *waiting(kit, by)]


def waiting(kit: Kit, by: SignedIn) -> Sequence[WaitingApproval]:
    """Returns the pending approvals that are decided in the list and that this account may see, oldest first."""
    with kit.database.reading() as session:
        known: dict[int | None, AccountMark] = {
            one.id: AccountMark(one.shown, one.id, one.created_at)
            for one in tables_accounts.everybody(session)
        }
        found = [
            _line(session, by, row, about, known)
            for row in store.undecided(session, kit.now(), *APPROVALS)
            if (about := _seen(session, kit, row, by)) is not None
        ]
    return sorted(found, key=lambda one: (one.asked_at, one.id))


def decide(
    kit: Kit,
    by: SignedIn,
    approval_id: int,
    reason: str,
    *,
    approve: bool,
    key: bytes | None = None,
    is_compared: bool = False,
) -> None:
    """Approves or refuses a request, and carries out an approved one immediately. `key` is the approver's private key.

    Raises AccountRefused without a reason, and NotFound if this account has nothing to decide. Raises ApprovalRefused
    if another person must decide, or if the four words were not compared. A kind may raise errors of its own.
    """
    if not reason.strip() or len(reason) > REASON_LETTERS or not reason.isprintable():
        raise refusal(AccountFault.NO_REASON)
    with ringing(kit) as session:
        queries_people.take_turns(session)
        held = tables_accounts.one(session, by.account_id).held_roles
        row = store.held(session, approval_id, kit.now())
        now = replace(by, roles=by.roles & held)
        about = None if row is None else _seen(session, kit, row, now)
        if row is None or about is None:
            raise NotFound(OVER)
        if approve and about.fingerprint and not is_compared:
            raise ApprovalRefused(
                remark("compare the four words with the person first, then tick the box")
            )
        if not service_approving.may_decide(session, by.actor, row, about):
            raise ApprovalRefused(
                remark("you cannot decide this: you asked for it, or it is about you")
            )
        _carry_out(Decision(session, kit, row, by.actor, reason.strip(), key), about, approve)


def take_back(kit: Kit, by: SignedIn, approval_id: int) -> None:
    """Withdraws a request of this account. Raises NotFound if it has no such request."""
    with kit.database.writing() as session:
        queries_people.take_turns(session)
        row = store.held(session, approval_id, kit.now())
        about = None if row is None else _seen(session, kit, row, by)
        if row is None or about is None or tables_audit.account_of(row.asked_by) != by.account_id:
            raise NotFound(OVER)
        store.decide(row, tables_audit.by_actor(by.actor), kit.now(), ApprovalDecision.WITHDRAWN)
        APPROVALS[row.kind].refuse(Decision(session, kit, row, by.actor, ""))
        tables_audit.sign(
            session,
            by.actor,
            at=kit.now(),
            action="approval_taken_back",
            subject=about.subject,
            reason=": ".join(filter(None, (row.kind, about.detail))),
        )


def _carry_out(decision: Decision, about: About, approve: bool) -> None:
    rule, actor, at = APPROVALS[decision.row.kind], decision.by, decision.kit.now()
    verdict = ApprovalDecision.APPROVED if approve else ApprovalDecision.REFUSED
    store.decide(decision.row, tables_audit.by_actor(actor), at, verdict)
    (rule.approve if approve else rule.refuse)(decision)
    if rule.given or not approve:
        tables_audit.sign(
            decision.session,
            actor,
            at=at,
            action=rule.given if approve else rule.refused,
            subject=about.subject,
            reason=": ".join(filter(None, (about.detail, decision.reason))),
        )


def _seen(session: Session, kit: Kit, row: Approval, by: SignedIn) -> About | None:
    """Returns the request. Returns None if this account may not see its kind, or if another release wrote it."""
    rule = APPROVALS.get(row.kind)
    if rule is None or not rule.decided_by & by.roles:
        return None
    return rule.about(session, kit, row, by)


def _line(
    session: Session,
    by: SignedIn,
    row: Approval,
    about: About,
    known: Mapping[int | None, AccountMark],
) -> WaitingApproval:
    marked = dict.fromkeys((tables_audit.account_of(row.asked_by), about.account_id))
    return WaitingApproval(
        kind=row.kind,
        id=row.id,
        sentence=about.sentence,
        asked_at=about.asked_at or row.asked_at,
        expires_at=about.expires_at or row.expires_at,
        reason=row.reason,
        may_decide=service_approving.may_decide(session, by.actor, row, about),
        is_own=tables_audit.account_of(row.asked_by) == by.account_id,
        needs_key=about.needs_key,
        fingerprint=about.fingerprint,
        accounts=[known[one] for one in marked if one in known],
    )


def _closures(kit: ConsoleKit, by: SignedIn) -> Iterator[WaitingApproval]:
    """Yields requested closures of cases, oldest first. Each is decided on the page of its tip."""
    for one in service_waiting_closures.listed(kit, by) if by.roles & READERS else ():
        yield WaitingApproval(
            kind="closure",
            id=one.tip_id,
            sentence=remark(
                "{by} asks to close tip {tip}: {outcome}",
                by=one.requested_by,
                tip=one.tip_id,
                outcome=one.outcome.value,
            ),
            asked_at=one.requested_at,
            expires_at=None,
            reason=one.reason,
            may_decide=one.may_confirm,
            tip_id=one.tip_id,
            age=one.age,
        )


def _calls(kit: ConsoleKit, by: SignedIn) -> Iterator[WaitingApproval]:
    """Yields call-backs whose number a person of the national desk asked for. Each is approved on its own page."""
    for one in service_call_back.listed(kit, by) if AccountRole.NATIONAL in by.roles else ():
        if not one.wanted_by or one.approved_by or one.state is not CallBackState.WAITING:
            continue
        yield WaitingApproval(
            kind="call_back",
            id=one.id,
            sentence=remark(
                "{by} asks for the phone number of call-back {call}, tip {tip}",
                by=one.wanted_by,
                call=one.id,
                tip=one.tip_id,
            ),
            asked_at=one.wanted_at or one.window.opens_at,
            expires_at=one.window.closes_at,
            reason=one.reason,
            may_decide=one.may_approve,
            call_back_id=one.id,
        )
