"""What was told about coming, and what the national desk says of it: told to everybody who was told of the case.

Everything runs inside its caller's transaction.
"""

from datetime import datetime

from hotline.domain.case_events import Event, Happened
from hotline.domain.coming import Coming, Manner
from hotline.domain.jobs import Job
from hotline.errors import EndRefused
from hotline.ports import Kit
from hotline.services import endings, ladder
from hotline.services.case_standing import coming_of
from hotline.services.doorbell import ring
from hotline.services.endings import Signed
from hotline.store import audit, tips
from hotline.store.database import Session
from hotline.store.tips import Tip


def tell_mark(session: Session, kit: Kit, tip: Tip, before: Coming, at: datetime) -> None:
    """Tells of a mark that was not there before, once. Who is told of the case later learns it with her alert."""
    session.flush()
    if before.is_marked or not coming_of(tip).is_marked:
        return
    ladder.happen(session, kit, tip.id, Event(Happened.MARKED), at)


def say(kit: Kit, tip_id: int, manner: Manner, *, by: str, reason: str) -> None:
    """The same by a command, for the national desk. Raises NotFound, EndRefused where it is closed."""
    with kit.database.writing() as session:
        tip = tips.filed(session, tip_id)
        if tip.closed_at is not None:
            raise EndRefused(f"tip {tip_id} is closed")
        who = endings.by_command(by, reason)
        rung = decide(session, kit, tip, manner, who, kit.now())
    if rung is not None:
        ring(kit, Job.DELIVER, rung)


def decide(
    session: Session, kit: Kit, tip: Tip, manner: Manner, who: Signed, at: datetime
) -> int | None:
    """The national desk says how to go. Said twice is told once. Returns a message to ring for."""
    if tip.manner == manner:
        return None
    tip.manner = manner
    audit.append(
        session,
        at=at,
        actor=who.actor,
        action="go_unseen" if manner is Manner.UNSEEN else "go_openly",
        subject=f"tip:{tip.id}",
        reason=who.reason,
    )
    session.flush()
    return ladder.happen(session, kit, tip.id, Event(Happened.DECIDED), at)
