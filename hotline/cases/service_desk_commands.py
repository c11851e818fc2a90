"""Carries out commands of console accounts on a tip. Before each command, the module checks that the account may see
the tip.

An account can exclude a person or a desk from a tip. For example, the tip names the person, or the caller does not
trust the desk. One person alone can exclude a person or a desk. To lift the exclusion, one person of the national desk
makes a request, and a second person decides about it. The excluded person never learns the reason.

An account can also link two tips that are about the same situation, and remove the link. Linked tips stay separate.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from hotline.alerts import (
    queries,
    queries_retention,
    service_case,
    service_closing,
    service_commands,
    service_correction,
    service_escalation,
)
from hotline.alerts.rules_replies import BUTTONS, Command, CommandResult
from hotline.cases import queries as cases_queries
from hotline.cases import service_persons, service_retention, service_viewer
from hotline.cases.service_viewer import check_decides, check_national, check_visible, viewer_of
from hotline.core import rules_trial
from hotline.core.actors import SignedIn
from hotline.core.contexts import ConsoleContext, Context
from hotline.core.database import Session
from hotline.duty.service_leaves import find_person
from hotline.gateway.doorbell import ringing
from hotline.people import service_approving, tables_accounts, tables_audit, tables_desks
from hotline.people.service_approving import ApprovalRule, ApprovalView, Decision
from hotline.people.tables import Person
from hotline.people.tables_sessions import Approval, ApprovalKind
from hotline.text.characters import is_one_name
from hotline.text.errors import EndRefused, NotFound
from hotline.text.languages import message_text
from hotline.text.places import NATIONAL, district_named
from hotline.tips import queries as tips_queries
from hotline.tips import queries_visible, tables
from hotline.tips.queries_visible import ExcludedParty, Exclusion, ExclusionReason, Viewer
from hotline.tips.rules_events import (
    LIFTED,
    UNDONE,
    WHY,
    YES,
    CaseEventKind,
    Event,
    EventChannel,
    LikelyPair,
    LinkReason,
    LoggedEvent,
)
from hotline.tips.rules_persons import MetPerson, build_persons
from hotline.tips.rules_receipts import TipRefusal
from hotline.tips.tables import Tip

EVERY_STEP = 1 << 30


class ExclusionTarget(NamedTuple):
    """The person or the desk that will be excluded from a tip. Either `person` or `desk` is set.

    `person` is a person's name or sign-in name, or the id of a person's phone. `desk` is a desk's code or name.
    """

    person: str | None = None
    desk: str | None = None


def exclude(
    context: Context,
    tip_id: int,
    target: ExclusionTarget,
    kind: str,
    *,
    by: tables_audit.CommandActor,
    reason: str,
) -> None:
    """Excludes a person or a desk from the tip. If an excluded person is the assignee, alerts other people at once.

    `kind` is the value of an `ExclusionReason`. Excludes both people if two people have the same name. Raises NotFound.
    Raises EndRefused if the person or desk is already excluded.
    """
    at = context.now()
    with ringing(context) as session:
        tip = tables.get_filed(session, tip_id)
        excluded_before = {
            row.party
            for row in queries_visible.current_exclusions(session, tip_id, for_writing=True)
        }
        excluded_now = [one for one in _targets(session, target) if one not in excluded_before]
        if not excluded_now:
            raise EndRefused(
                "the tip is already hidden from this person or desk", TipRefusal.EXCLUDED_ALREADY
            )
        actor = tables_audit.actor_of(by)
        for one in excluded_now:
            row = Exclusion(
                tip_id=tip.id, **one._asdict(), reason=ExclusionReason(kind), by=actor, at=at
            )
            session.add(row)
            session.flush()
            write_exclusion_event(session, row, row.by, at)
            tables_audit.append_about_tip(
                session, tip_id, "tip_excluded", actor, at, f"{kind}: {one}: {reason}"
            )
        # The assignments of excluded people end, and they get no more messages about the case.
        alerted = {one.responder_id for one in queries.alerted_by_tip(session, [tip_id])[tip_id]}
        removed = alerted & queries_visible.excluded_responders(session, [tip_id])[tip_id]
        for responder_id in sorted(removed):
            event = Event(CaseEventKind.REMOVED, by=responder_id)
            service_escalation.handle_event(session, context, tip_id, event, at)
        queries_retention.withhold(session, tip_id, removed)
        queries_retention.stand_down(session, tip_id, removed, EVERY_STEP, at)


def write_exclusion_event(
    session: Session, row: Exclusion, actor: str, at: datetime, *, lifted: bool = False
) -> None:
    """Writes a case event about an exclusion. The event contains no names: only the table of exclusions contains the
    name of the excluded person or desk."""
    codes = {WHY: row.reason, **({LIFTED: YES} if lifted else {})}
    key = f"{row.id}:lifted" if lifted else str(row.id)
    by = service_case.EventActor(actor)
    service_case.write_event(
        session, row.tip_id, LoggedEvent.EXCLUDED, by, at, key=key, codes=codes
    )


def excluded_name(session: Session, row: Exclusion) -> str:
    """Returns the name of the excluded person, or an empty text if a desk is excluded."""
    return "" if row.person_id is None else session.get_one(Person, row.person_id).name


def _targets(session: Session, target: ExclusionTarget) -> Sequence[ExcludedParty]:
    """Returns all persons with the name in `target`, or the desk in `target` if `target` has no name of a person.
    Raises NotFound."""
    if target.person is None:
        return [ExcludedParty(desk_code=_desk(session, target.desk or ""))]
    found = tables_accounts.named(session, target.person)
    if not found:
        found = frozenset({find_person(session, target.person).person_id})
    return [ExcludedParty(person_id=one) for one in sorted(found)]


def _desk(session: Session, typed: str) -> str:
    """Returns the code of the desk that has this code or name.

    Raises NotFound if there is no such desk. Also raises NotFound for the national desk, because the national desk
    cannot be excluded.
    """
    known = {
        one.code: one.name or "" for one in tables_desks.all_desks(session) if one.code != NATIONAL
    }
    district = district_named(typed)
    for code, name in known.items():
        if code in (typed, district) or (name and is_one_name(name, typed)):
            return code
    raise NotFound("enter the exact name or code of a desk, but not of the national desk")


def _held(session: Session, exclusion_id: int) -> Exclusion:
    row = session.get(Exclusion, exclusion_id, with_for_update=True)
    if row is None or row.lifted_at is not None:
        raise NotFound("the tip is no longer hidden from this person or desk: reload the page")
    return row


def _about(
    session: Session, _context: Context, asked: Approval, by: SignedIn
) -> ApprovalView | None:
    """Returns a sentence about a pending request to lift an exclusion.

    Returns None if the account may not see the tip.
    """
    row = session.get(Exclusion, asked.about_id)
    if row is None or row.lifted_at is not None:
        return None
    if not service_viewer.is_seen_by_national(session, by, row.tip_id):
        return None
    name = excluded_name(session, row)
    asks, tip = asked.asker, row.tip_id
    return ApprovalView(
        message_text(
            "{by} asks to give {about} access to tip {tip} again", by=asks, about=name, tip=tip
        )
        if name
        else message_text(
            "{by} asks to restore the access of the desk {desk} to tip {tip}",
            by=asks,
            desk=row.desk_code or "",
            tip=tip,
        ),
        f"tip:{tip}",
        detail=str(row.party),
        person_id=row.person_id,
    )


def _lift(decision: Decision) -> None:
    row = _held(decision.session, decision.row.about_id)
    row.lifted_by, row.lifted_at = tables_audit.by_actor(decision.by), decision.context.now()
    write_exclusion_event(decision.session, row, row.lifted_by, row.lifted_at, lifted=True)


LIFT = ApprovalRule(
    kind=ApprovalKind.LIFT,
    decided_by=service_approving.NATIONAL,
    about=_about,
    approve=_lift,
    given="tip_exclusion_lifted",
    refused="tip_exclusion_kept",
)

ACTIONS = ("tips_linked", "tips_unlinked")
"""Two actions in the audit log. A row with one of these actions is about one tip and also names a second tip. An
account sees such a row only if it may see both tips."""


def other_tip(reason: str) -> int | None:
    """Returns the id of the second tip that a row of the audit log names. `reason` is the reason in the row, which
    begins with the id."""
    number = reason.partition(":")[0].removeprefix("tip ")
    return int(number) if number.isdecimal() else None


def link_tips(
    context: Context,
    a: int,
    b: int,
    *,
    like: bool = True,
    viewer: Viewer | None,
    actor: str,
    reason: str,
) -> None:
    """Links two tips that are about the same situation. If `like` is False, removes the link between the two tips.

    After that, the hotline itself never links the two tips again, but a person can. Raises NotFound, EndRefused.
    """
    with context.database.writing() as session:
        _check(session, a, b, viewer)
        at, row = context.now(), tips_queries.link_between(session, a, b)
        is_linked = row is not None and row.undone_at is None
        if like and any(
            session.get_one(Tip, one).channel in rules_trial.UNCOUNTED for one in (a, b)
        ):
            raise EndRefused("a drill or a test report cannot be linked to another tip")
        if is_linked is like:
            stop = TipRefusal.LINKED_ALREADY if like else TipRefusal.NOT_LINKED
            raise EndRefused(f"tips {a} and {b} are {'' if like else 'not '}linked already", stop)
        if row is None:
            tips_queries.add_links(session, [LikelyPair(a, b, LinkReason.SAID)], actor, at)
        elif like:
            row.reason, row.by, row.at = LinkReason.SAID, actor, at
            row.undone_by = row.undone_at = None
        else:
            row.undone_by, row.undone_at = actor, at
        codes = {WHY: LinkReason.SAID.value, **({} if like else {UNDONE: YES})}
        for one, other in ((a, b), (b, a)):
            by, key = service_case.EventActor(actor), f"{other}:{one}:{at.timestamp()}"
            service_case.write_event(session, one, LoggedEvent.LINKED, by, at, key=key, codes=codes)
            why = f"tip {other}: {reason}"
            tables_audit.append_about_tip(
                session, one, "tips_linked" if like else "tips_unlinked", actor, at, why
            )


def _check(session: Session, a: int, b: int, viewer: Viewer | None) -> None:
    """Raises NotFound for a tip that the viewer may not see, and EndRefused if both tips are the same."""
    if a == b:
        raise EndRefused("a tip cannot be linked to itself: enter another tip", TipRefusal.SAME_TIP)
    for tip_id in (a, b):
        if not queries_visible.is_visible(session, tip_id, viewer):
            raise NotFound(f"there is no tip {tip_id} that you may see")


def checked(
    action: Callable[..., object],
    may: Callable[[ConsoleContext, SignedIn, int], None] = check_visible,
) -> Callable[..., None]:
    """Returns a command on a tip or on a call-back. The command first calls `may`, which checks that the account may
    give the command, and then calls `action`. Raises NotFound and the errors of `action`.
    """

    def does(
        context: ConsoleContext, by: SignedIn, tip_id: int, *, reason: str, **values: object
    ) -> None:
        may(context, by, tip_id)
        action(context, tip_id, by=by.actor, reason=reason, **values)

    return does


close_tip = checked(service_retention.close_tip)
"""Closes a tip. If a second person must confirm the closure, only requests the closure."""
reopen, helped = checked(service_retention.reopen_tip), checked(service_retention.record_help)
hold = checked(service_retention.set_legal_hold, check_decides)
lift = checked(service_retention.lift_legal_hold, check_decides)
decide_erasure = checked(service_closing.decide_erasure, check_decides)
decide_visit = checked(service_correction.decide_visit, check_decides)
exclude_as = checked(exclude, check_national)


def confirm_closure(
    context: ConsoleContext, by: SignedIn, token: str, tip_id: int, *, agrees: bool, reason: str
) -> None:
    """Confirms or refuses a requested closure. The account's owner is the second person, and must belong to the desk
    that decides about the tip.

    Raises NotFound, EndRefused. Raises KeyMissing or DecryptionFailed if this account cannot decrypt the coded answers
    about persons.
    """
    check_decides(context, by, tip_id)

    def people(session: Session, tip: Tip) -> Sequence[MetPerson]:
        return build_persons(service_persons.events_for_rules(session, context, by, token, tip))

    service_retention.confirm_closure(
        context,
        tip_id,
        agrees=agrees,
        by=by.actor,
        reason=reason,
        people=people if agrees else None,
    )


def other_tips_to_erase(context: ConsoleContext, by: SignedIn, tip_id: int) -> Sequence[int]:
    """Returns the other tips that the caller asked to erase together with this tip. Leaves out tips that this account
    may not see."""
    found = service_closing.undecided_others(context, tip_id)
    with context.database.reading() as session:
        return sorted(cases_queries.visible_tips(session, viewer_of(session, by), found))


def set_link(
    context: ConsoleContext, by: SignedIn, tip_id: int, other: int, *, like: bool, reason: str
) -> None:
    """Links this tip and a second tip that is about the same situation, or removes the link. Raises NotFound,
    EndRefused."""
    with context.database.reading() as session:
        viewer = viewer_of(session, by)
    actor = tables_audit.actor_of(by.actor)
    link_tips(context, tip_id, other, like=like, viewer=viewer, actor=actor, reason=reason)


def request_lift(
    context: Context, by: SignedIn, tip_id: int, exclusion_id: int, reason: str
) -> None:
    """Requests that a second person lifts an exclusion from a tip. Changes nothing if a request to lift this exclusion
    already waits. Raises NotFound."""
    check_national(context, by, tip_id)
    with context.database.writing() as session:
        row = _held(session, exclusion_id)
        if row.tip_id != tip_id:
            raise NotFound(f"tip {tip_id} is not hidden from this person or desk: reload the page")
        kind = ApprovalKind.LIFT
        if service_approving.request(
            session, context, by.actor, kind, f"exclusion:{row.id}", reason
        ):
            actor, why = tables_audit.by_actor(by.actor), f"{row.party}: {reason}"
            tables_audit.append_about_tip(
                session, tip_id, "tip_exclusion_lift_asked", actor, context.now(), why
            )


def carry_out(context: ConsoleContext, by: SignedIn, tip_id: int, does: str) -> CommandResult:
    """Carries out a command that a responder gave in the console. Raises NotFound, EndRefused."""
    at = context.now()
    with ringing(context) as session:
        viewer = viewer_of(session, by)
        cases_queries.visible_tip(session, viewer, tip_id)
        if viewer.responder_id is None or does not in BUTTONS:
            raise NotFound(f"tip {tip_id}: only the account of a responder may use this command")
        assignment = queries.newest_assignment(session, tip_id, viewer.responder_id)
        if assignment is None:
            raise EndRefused(
                f"tip {tip_id}: only a responder who got an alert about the case may use this command"
            )
        given = (BUTTONS[does], EventChannel.CONSOLE, at)
        asked = Command(viewer.responder_id, assignment.reference, *given)
        return service_commands.carry_out(session, context, asked).result
