"""Pauses and resumes three parts of the hotline: call-backs, drills, and answers to callers. A person pauses a part
that does harm. This module never pauses alerts. The module notifies the national desk by SMS when a pause begins and
when it ends."""

from collections.abc import Mapping

from hotline.alerts.service_messages import notify_person
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.gateway import service_pause
from hotline.gateway.doorbell import ringing
from hotline.gateway.rules import OutgoingPart
from hotline.people import tables
from hotline.people.tables_audit import CommandActor

NAMES: Mapping[OutgoingPart, Template] = {
    OutgoingPart.CALL_BACKS: Template.PART_CALL_BACKS,
    OutgoingPart.DRILLS: Template.PART_DRILLS,
    OutgoingPart.ANSWERS: Template.PART_ANSWERS,
}


def pause(context: Context, part: OutgoingPart, *, by: CommandActor, reason: str) -> bool:
    """Pauses call-backs, drills or answers to callers, and notifies the national desk. Returns False if the part is
    already paused."""
    with ringing(context) as session:
        if not service_pause.pause_part(session, part, by=by, reason=reason, at=context.now()):
            return False
        _notify(session, context, Template.PART_PAUSED, part)
    return True


def resume(context: Context, part: OutgoingPart, *, by: CommandActor, reason: str) -> None:
    """Resumes call-backs, drills or answers to callers, and notifies the national desk. Raises NotFound if the part is
    not paused."""
    with ringing(context) as session:
        service_pause.resume_part(session, part, by=by, reason=reason, at=context.now())
        _notify(session, context, Template.PART_RESUMED, part)


def _notify(session: Session, context: Context, template: Template, part: OutgoingPart) -> None:
    at = context.now()
    for responder in tables.national_people(session, at):
        part_name = context.phrases.say(responder.language, NAMES[part])
        notify_person(session, responder, template, at, part=part_name)
