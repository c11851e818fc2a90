"""Excludes a person or a desk from a tip. The reason may be that the tip names the person, or that the caller does not
trust them.

One person alone can exclude. Two people are needed to lift an exclusion: one person of the national desk requests it,
and another decides. The excluded person never gets to know the reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.alerts import queries, queries_retention, service_case_events, service_escalation
from hotline.cases import service_viewer
from hotline.core.actors import Actor, SignedIn
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.duty.service_leaves import find_person
from hotline.errors import EndRefused, NotFound
from hotline.gateway.doorbell import ringing
from hotline.people import service_approving, tables_accounts, tables_audit, tables_desks
from hotline.people.service_approving import ApprovalRule, ApprovalView, Decision
from hotline.people.tables import Person
from hotline.people.tables_approvals import Approval, ApprovalKind
from hotline.text.codes import NATIONAL
from hotline.text.names import is_one_name
from hotline.text.phrases import message_text
from hotline.text.places import district_named
from hotline.tips import queries_visible, tables
from hotline.tips.queries_visible import ExcludedParty, Exclusion, ExclusionReason
from hotline.tips.rules_events import LIFTED, WHY, YES, CaseEventKind, Event, LoggedEvent
from hotline.tips.rules_receipts import TipRefusal

EVERY_STEP = 1 << 30


@dataclass(frozen=True, slots=True)
class ExclusionTarget:
    """The person or the desk to exclude. Exactly one of the two is set.

    A person is given by their name, by a sign-in name, or by the id of a phone. A desk is given by its code or name.
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
    """Excludes a person or a desk from the tip. If an excluded person had the case, others get it at once.

    `kind` is the value of an `ExclusionReason`. If two people have this name, both are excluded. Raises NotFound.
    Raises EndRefused if the person or desk is already excluded.
    """
    at = context.now()
    with ringing(context) as session:
        tip = tables.get_filed(session, tip_id)
        there = {
            row.party
            for row in queries_visible.current_exclusions(session, tip_id, for_writing=True)
        }
        fresh = [one for one in _targets(session, target) if one not in there]
        if not fresh:
            raise EndRefused(
                f"tip {tip_id} already has this exclusion", TipRefusal.EXCLUDED_ALREADY
            )
        signed = tables_audit.actor_of(by)
        for one in fresh:
            row = Exclusion(
                tip_id=tip.id, **one._asdict(), reason=ExclusionReason(kind), by=signed, at=at
            )
            session.add(row)
            session.flush()
            write_exclusion_event(session, row, row.by, at)
            tables_audit.append_about_tip(
                session, tip_id, "tip_excluded", signed, at, f"{kind}: {one}: {reason}"
            )
        _end_assignments(session, context, tip_id, at)


def write_exclusion_event(
    session: Session, row: Exclusion, actor: str, at: datetime, *, lifted: bool = False
) -> None:
    """Writes the case event about an exclusion. The event does not name the person or the desk. Only the row of the
    exclusion names them.
    """
    codes = {WHY: row.reason, **({LIFTED: YES} if lifted else {})}
    key = f"{row.id}:lifted" if lifted else str(row.id)
    by = service_case_events.EventActor(actor)
    service_case_events.write_event(
        session, row.tip_id, LoggedEvent.EXCLUDED, by, at, key=key, codes=codes
    )


def _end_assignments(session: Session, context: Context, tip_id: int, at: datetime) -> None:
    """Ends the assignments of excluded people, stops messages to them that were not sent, and alerts the next
    people.
    """
    kept = queries_visible.excluded_responders(session, [tip_id])[tip_id]
    alerted = {one.responder_id for one in queries.alerted_by_tip(session, [tip_id])[tip_id]}
    for who in sorted(kept & alerted):
        service_escalation.handle_event(
            session, context, tip_id, Event(CaseEventKind.REMOVED, by=who), at
        )
    queries_retention.withhold(session, tip_id, kept & alerted)
    queries_retention.stand_down(session, tip_id, kept & alerted, EVERY_STEP, at)


def excluded_name(session: Session, row: Exclusion) -> str:
    """Returns the name of the person that a row excludes. Returns an empty text if it excludes a desk."""
    return "" if row.person_id is None else session.get_one(Person, row.person_id).name


def _targets(session: Session, target: ExclusionTarget) -> Sequence[ExcludedParty]:
    """Returns the persons that the name refers to, or the desk. Raises NotFound."""
    if target.person is None:
        return [ExcludedParty(desk_code=_desk(session, target.desk or ""))]
    found = tables_accounts.named(session, target.person)
    if not found:
        found = frozenset({find_person(session, target.person).person_id})
    return [ExcludedParty(person_id=one) for one in sorted(found)]


def _desk(session: Session, typed: str) -> str:
    """Returns the code of the desk with this code or name.

    Raises NotFound if there is no such desk. Also raises it for the national desk, which cannot be excluded.
    """
    known = {
        one.code: one.name or "" for one in tables_desks.all_desks(session) if one.code != NATIONAL
    }
    district = district_named(typed)
    for code, name in known.items():
        if code in (typed, district) or (name and is_one_name(name, typed)):
            return code
    raise NotFound("there is no such desk: enter a person, or any desk except the national desk")


def request_lift(context: Context, by: Actor, exclusion_id: int, reason: str) -> None:
    """Requests that a second person lifts an exclusion. A repeated request changes nothing. Raises NotFound."""
    with context.database.writing() as session:
        row = _held(session, exclusion_id)
        subject, kind = f"exclusion:{row.id}", ApprovalKind.LIFT
        if service_approving.request(session, context, by, kind, subject, reason):
            at, subject, why = context.now(), f"tip:{row.tip_id}", f"{row.party}: {reason}"
            tables_audit.append_command(session, by, at, "tip_exclusion_lift_asked", subject, why)


def _held(session: Session, exclusion_id: int) -> Exclusion:
    row = session.get(Exclusion, exclusion_id, with_for_update=True)
    if row is None or row.lifted_at is not None:
        raise NotFound("this exclusion has already ended")
    return row


def _id_in(asked: Approval) -> int:
    return int(asked.subject.partition(":")[2])


def _about(
    session: Session, _context: Context, asked: Approval, by: SignedIn
) -> ApprovalView | None:
    """Describes a pending request to lift an exclusion.

    Returns None if the reader may not see the tip.
    """
    row = session.get(Exclusion, _id_in(asked))
    viewer = service_viewer.viewer_of(session, by)
    if row is None or row.lifted_at is not None or not service_viewer.is_national(viewer):
        return None
    if not queries_visible.is_visible(session, row.tip_id, viewer):
        return None
    name = excluded_name(session, row)
    asks, tip = asked.asker, row.tip_id
    return ApprovalView(
        message_text(
            "{by} asks to give {about} access to tip {tip} again", by=asks, about=name, tip=tip
        )
        if name
        else message_text(
            "{by} asks to give the desk {desk} access to tip {tip} again",
            by=asks,
            desk=row.desk_code or "",
            tip=tip,
        ),
        f"tip:{tip}",
        detail=str(row.party),
        person_id=row.person_id,
    )


def _lift(decision: Decision) -> None:
    row = _held(decision.session, _id_in(decision.row))
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
