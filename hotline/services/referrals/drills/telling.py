"""Tells those who answer for a desk of an exercise: its coordinators, and the national desk, by SMS and never at night.

Runs inside its caller's transaction.
"""

from collections.abc import Collection
from datetime import datetime

from hotline.domain.outbox.message import CONFIRMATION_PRIORITY, Kind, Wording
from hotline.domain.places.places import place_name
from hotline.domain.referrals.clocks import KIGALI
from hotline.domain.referrals.drills.exercise import told_from
from hotline.domain.tip import is_district
from hotline.domain.wording import Template
from hotline.services.referrals import case_messages
from hotline.store.database import Session
from hotline.store.people import memberships


def tell(
    session: Session,
    desk: str,
    template: Template,
    until: datetime,
    at: datetime,
    *,
    but: Collection[int] = (),
) -> tuple[int, ...]:
    """Messages to ring for, of everybody who is told. `but`: who is tried herself, and must not know."""
    told = []
    for one in memberships.who_answer_for(session, desk, at):
        if one.id in but:
            continue
        said = {
            "place": desk_named(desk, one.language),
            "time": f"{until.astimezone(KIGALI):%d/%m %H:%M}",
        }
        wording = Wording(template, said, one.language)
        row = case_messages.message(
            Kind.CONFIRMATION, wording, one.id, priority=CONFIRMATION_PRIORITY, at=at, of=None
        )
        row.next_at = told_from(at)
        session.add(row)
        session.flush()
        told.append(row.id)
    return tuple(told)


def desk_named(code: str, language: str) -> str:
    """As an SMS names a desk: one that was added by its code, whose letters every phone shows."""
    return place_name(code, language) if is_district(code) else code
