"""Requests, approves and lists case files. Also reviews the legal holds that requests for case files have set.

The national desk requests a file, and a person of another desk approves the request. If the case is about an official,
no person of the case's district may approve the request. The module does not decrypt anything that the caller said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from hotline.alerts import queries_retention
from hotline.alerts.queries_retention import LegalHold
from hotline.cases import queries, service_persons, service_retention, tables_case_files
from hotline.cases.rules_case_file import FileBasis, FileStop, is_order_valid, refusal_of
from hotline.cases.service_viewer import check_national, is_seen_by_national, viewer_of
from hotline.cases.tables_case_files import MADE_WITHIN, CaseFile
from hotline.core import rules_trial
from hotline.core.actors import READING_ROLES, SignedIn
from hotline.core.contexts import ConsoleContext, Context
from hotline.core.database import Session
from hotline.people import service_approving, tables_accounts, tables_audit, tables_desks
from hotline.people.rules import account_of
from hotline.people.service_approving import ApprovalRule, ApprovalView, Decision
from hotline.people.tables_sessions import Approval, ApprovalKind
from hotline.text.errors import EndRefused, NotFound
from hotline.text.languages import message_text, phrase
from hotline.text.places import NATIONAL, is_district
from hotline.tips import queries_visible, tables
from hotline.tips.rules import Matter
from hotline.tips.rules_persons import build_persons
from hotline.tips.tables import Tip


@dataclass(frozen=True, slots=True)
class ListedFile:
    """The list entry of a case file that was made, without facts about the case. The legal basis and the names of the
    requester, the approver and the maker are shown only to these three people. A person who is excluded from the case
    must not learn from the entry which case the file is about."""

    id: int
    made_at: datetime
    digest: str
    basis: FileBasis | None = None
    order: str = ""
    asked_by: str = ""
    approved_by: str = ""


class OpenFile(NamedTuple):
    """A pending request for a case file. Only accounts that may see the tip see the request."""

    id: int
    tip_id: int
    asked_by: str
    asked_at: datetime
    is_approved: bool


class CaseFiles(NamedTuple):
    made: Sequence[ListedFile]
    open: Sequence[OpenFile]
    holds: Sequence[int]
    """The tips whose legal hold must be reviewed now."""


def case_files(context: ConsoleContext, by: SignedIn) -> CaseFiles:
    """Returns what an account of the national desk may see: case files that were made, pending requests, and legal
    holds to review."""
    at = context.now()
    with context.database.reading() as session:
        viewer = viewer_of(session, by)
        name = tables_audit.name_in
        own = _accounts(session, by.account_id)
        made = [
            _listed(row, row.made_at, own)
            for row in tables_case_files.made_files(session)
            if row.made_at is not None
        ]
        waiting = [
            OpenFile(row.id, row.tip_id, name(row.asked_by), row.asked_at, is_approved(row, at))
            for row in tables_case_files.open_files(session, viewer)
            if row.tip_id is not None
        ]
        held = tables_case_files.holds_to_review(session, viewer, at)
        return CaseFiles(made, waiting, [row.tip_id for row in held])


def _listed(row: CaseFile, made_at: datetime, own: frozenset[int]) -> ListedFile:
    line, knew = (row.id, made_at, row.digest or ""), (row.asked_by, row.approved_by, row.made_by)
    if own.isdisjoint(account_of(one or "") for one in knew):
        return ListedFile(*line)
    names = (tables_audit.name_in(one or "") for one in knew[:2])
    return ListedFile(*line, FileBasis(row.basis), row.order_number, *names)


def count_reviews(context: ConsoleContext, by: SignedIn) -> int:
    """Returns the number of case files' legal holds that this account must review."""
    with context.database.reading() as session:
        viewer = viewer_of(session, by)
        return len(tables_case_files.holds_to_review(session, viewer, context.now()))


def is_approved(row: CaseFile, at: datetime) -> bool:
    """Returns True if the request was approved, and the time to make the file is not over."""
    return row.approved_at is not None and at < row.approved_at + MADE_WITHIN


def request(
    context: ConsoleContext,
    by: SignedIn,
    token: str,
    tip_id: int,
    *,
    basis: FileBasis,
    order: str,
    n: int | None,
    reason: str,
) -> None:
    """Requests a case file, and sets a legal hold on the tip. `n` is the number of the person whose coded answers the
    file will contain. If `n` is None, the file contains no coded answers.

    Raises NotFound. Raises EndRefused with a `FileStop`, the reason for the refusal. Raises KeyMissing or
    DecryptionFailed if the account cannot decrypt the coded answers of the case.
    """
    check_national(context, by, tip_id)
    if not is_order_valid(basis, order):
        raise EndRefused("enter the number of the court order", FileStop.NO_ORDER)
    with context.database.reading() as session:
        viewer = viewer_of(session, by)
        tip = queries.visible_tip(session, viewer, tip_id)
        if tip.matter != Matter.TIP or tip.channel in rules_trial.UNCOUNTED:
            raise EndRefused(
                f"tip {tip_id} is a drill, a test or a complaint, so no case file is possible",
                FileStop.NOT_HERE,
            )
        check_person(session, context, by, token, tip, n)
    with context.database.writing() as session:
        actor, at = tables_audit.by_actor(by.actor), context.now()
        if tables_case_files.has_open_file(session, tip_id):
            raise EndRefused(
                f"tip {tip_id} already has a pending request for a case file", FileStop.PENDING
            )
        row = CaseFile(tip_id=tip_id, n=n, basis=basis, order_number=order, asked_by=actor)
        row.asked_at = at
        before = queries_retention.retained_tip(session, tip_id).hold
        hold = service_retention.place_hold(session, tip_id, by.actor, at, reason, for_file=True)
        row.hold_id = None if hold is None or before is not None else hold.id
        session.add(row)
        session.flush()
        kind = ApprovalKind.CASE_FILE
        service_approving.request(session, context, by.actor, kind, f"{kind}:{row.id}", reason)
        why = f"file {row.id}: {basis} {order}: {reason}"
        tables_audit.append_about_tip(session, tip_id, "case_file_asked", actor, at, why)


def check_person(
    session: Session, context: ConsoleContext, by: SignedIn, token: str, tip: Tip, n: int | None
) -> None:
    """Raises EndRefused if a file must not contain the coded answers of this person, or if the coded answers were
    erased."""
    if n is not None:
        events = service_persons.events_for_rules(session, context, by, token, tip)
        if (stop := refusal_of(build_persons(events), n)) is not None:
            raise EndRefused(f"a case file must not contain notes about person {n}", stop)


ASKS = {
    FileBasis.REQUEST: phrase("{by} asks for case file {file}, without an order"),
    FileBasis.PROSECUTOR: phrase("{by} asks for case file {file} under an order of a prosecutor"),
    FileBasis.JUDGE: phrase("{by} asks for case file {file} under an order of a judge"),
}


def _about(
    session: Session, _context: Context, asked: Approval, by: SignedIn
) -> ApprovalView | None:
    """Returns a sentence about a pending request for a case file, with the number of the file. The sentence says
    nothing about the case.

    Returns None for an account that may neither decide about the request nor withdraw it.
    """
    row = session.get(CaseFile, asked.about_id)
    if row is None or row.tip_id is None:
        return None
    asker = account_of(asked.asked_by)
    is_own = asker == by.account_id
    # The account's owner must share no desk with the requester, and must be allowed to know about the case.
    if not is_own and (
        asker is None
        or not viewer_of(session, by).desks
        or _desks(session, by.account_id) & {NATIONAL, *_desks(session, asker)}
        or not may_know(session, row.tip_id, by.account_id)
    ):
        return None
    sentence = message_text(ASKS[FileBasis(row.basis)], by=asked.asker, file=row.id)
    return ApprovalView(
        sentence, f"tip:{row.tip_id}", detail=f"file {row.id}", may_decide=not is_own
    )


def _accounts(session: Session, account_id: int) -> frozenset[int]:
    """Returns all accounts of the person who owns this account."""
    names = tables_accounts.names_of(session, f"account:{account_id}")
    found = map(account_of, names)
    return frozenset(one for one in found if one is not None)


def _desks(session: Session, account_id: int) -> frozenset[str]:
    """Returns all desks of the person who owns this account, including the desks of the person's phones."""
    own = [tables_desks.access_of(session, one) for one in _accounts(session, account_id)]
    return frozenset().union(*(one.desks.union(*one.phones.values()) for one in own))


def may_know(session: Session, tip_id: int, account_id: int) -> bool:
    """Returns True if the owner of an account may approve a file of this case. The owner and the owner's desks must not
    be excluded from the case. If an official may be involved, the owner must not belong to the district of the case."""
    own = _desks(session, account_id)
    person_id = tables_desks.access_of(session, account_id).person_id
    for one in queries_visible.current_exclusions(session, tip_id):
        if one.desk_code in own or one.person_id == person_id:
            return False
    tip = session.get_one(Tip, tip_id)
    if tip.official == "no":
        return True
    # The desk of a camp or service belongs to the district in which the camp or service is.
    rows = {one.code: one.place or "" for one in tables_desks.all_desks(session)}
    homes = {code if is_district(code) else rows.get(code, "")[:2] for code in own}
    places = {tip.place, *(one.place for one in tables.earlier_places(session, tip_id))}
    return homes.isdisjoint(places)


def _approve(decision: Decision) -> None:
    row = service_retention.locked_file(decision.session, decision.row.about_id)
    if row is None:
        raise NotFound("this request for a case file no longer exists: make a new request")
    row.approved_by = tables_audit.by_actor(decision.by)
    row.approved_at = decision.context.now()


def _refuse(decision: Decision) -> None:
    service_retention.end_file(
        decision.session, decision.row.about_id, decision.by, decision.context.now()
    )


CASE_FILE = ApprovalRule(
    kind=ApprovalKind.CASE_FILE,
    decided_by=READING_ROLES,
    about=_about,
    approve=_approve,
    refuse=_refuse,
    given="case_file_approved",
    refused="case_file_refused",
    hides_reason=True,
)


# The code below reviews the legal holds that were set for case files.


def keep_hold(context: ConsoleContext, by: SignedIn, *, tip_id: int, reason: str) -> None:
    """Records that a person has reviewed a legal hold, and that the hold is still needed. The next review is due six
    months later. Raises NotFound."""
    check_national(context, by, tip_id)
    with context.database.writing() as session:
        found = queries_retention.retained_tip(session, tip_id)
        if found.hold is None:
            raise NotFound(f"tip {tip_id} has no legal hold to review")
        found.hold.reviewed_at = context.now()
        tables_case_files.untie_hold(session, found.hold.id)
        by_whom, at, subject = by.actor, context.now(), f"tip:{tip_id}"
        tables_audit.append_command(session, by_whom, at, "hold_reviewed", subject, reason)


def request_end(context: ConsoleContext, by: SignedIn, *, tip_id: int, reason: str) -> bool:
    """Requests that a second person lifts the hold of a case file. If the hold needs no second person, returns False
    and makes no request. Raises NotFound."""
    check_national(context, by, tip_id)
    with context.database.writing() as session:
        hold = queries_retention.retained_tip(session, tip_id).hold
        if hold is None or not service_retention.needs_two(session, hold):
            return False
        kind, at = ApprovalKind.HOLD, context.now()
        if service_approving.request(session, context, by.actor, kind, f"{kind}:{hold.id}", reason):
            actor = tables_audit.by_actor(by.actor)
            tables_audit.append_about_tip(session, tip_id, "hold_lift_asked", actor, at, reason)
        return True


def _about_hold(
    session: Session, _context: Context, asked: Approval, by: SignedIn
) -> ApprovalView | None:
    hold = session.get(LegalHold, asked.about_id)
    if hold is None or hold.lifted_at is not None:
        return None
    if not is_seen_by_national(session, by, hold.tip_id):
        return None
    asks = message_text(
        "{by} asks to lift the legal hold of tip {tip}", by=asked.asker, tip=hold.tip_id
    )
    return ApprovalView(asks, f"tip:{hold.tip_id}")


def _lift(decision: Decision) -> None:
    hold = decision.session.get(LegalHold, decision.row.about_id)
    if hold is None or hold.lifted_at is not None:
        raise NotFound("this legal hold was already removed: reload the page")
    service_retention.end_hold(
        decision.session, hold.tip_id, decision.by, decision.context.now(), decision.reason
    )


HOLD = ApprovalRule(
    kind=ApprovalKind.HOLD,
    decided_by=service_approving.NATIONAL,
    about=_about_hold,
    approve=_lift,
    refused="hold_kept",
)
