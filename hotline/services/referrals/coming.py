"""What was told about coming, and what the national desk says of it: told to everybody who was told of the case.

Everything runs inside its caller's transaction.
"""

from collections.abc import Iterable
from datetime import datetime

from hotline.domain.jobs import Job
from hotline.domain.referrals.case_events import Event, Happened
from hotline.domain.referrals.clocks import DeadlineKind
from hotline.domain.referrals.coming import Care, Coming, Manner
from hotline.domain.tip import Urgency
from hotline.errors import EndRefused
from hotline.ports import Kit
from hotline.services.doorbell import ring
from hotline.services.referrals import endings, ladder
from hotline.services.referrals.case_standing import coming_of
from hotline.services.referrals.endings import EndRequest
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.desk.audit import Signer
from hotline.store.referrals import cluster_names, deadlines, referrals
from hotline.store.tips import tips
from hotline.store.tips.tips import Tip


def tell_mark(session: Session, kit: Kit, tip: Tip, before: Coming, at: datetime) -> None:
    """Tells of a mark that was not there before, once. Who is told of the case later learns it with her alert."""
    session.flush()
    if before.is_marked or not coming_of(tip).is_marked:
        return
    if tip.manner == Manner.OPENLY:
        # It was said without knowing of this mark: the national desk is asked anew.
        tip.manner = None
    _tell(session, kit, tip, at)


def tell_followers(session: Session, kit: Kit, tip_ids: Iterable[int], at: datetime) -> None:
    """Tells of marked tips that joined a cluster: who was told of another one is not rung, and learns it."""
    for tip_id in tip_ids:
        _tell(session, kit, referrals.tip_for_writing(session, tip_id), at)


def _tell(session: Session, kit: Kit, tip: Tip, at: datetime) -> None:
    _go_as_decided(session, tip, at)
    ladder.happen(session, kit, tip.id, Event(Happened.MARKED), at)


def _go_as_decided(session: Session, tip: Tip, at: datetime) -> None:
    """Where the national desk said "unseen" of another tip of its cluster, this one is gone to unseen as well."""
    if coming_of(tip).care is not Care.CAREFUL:
        return
    company = cluster_names.company(session, tip)
    if all(one.manner != Manner.UNSEEN for one in company):
        return
    tip.manner = Manner.UNSEEN
    by_clock = EndRequest("", "clock", f"as of tip {company[0].id}, which it is like")
    _record(session, tip, by_clock, at)
    deadlines.close(session, [tip.id], [DeadlineKind.MANNER], at)
    session.flush()


def say(kit: Kit, tip_id: int, manner: Manner, *, by: Signer, reason: str) -> None:
    """The same by a command, for the national desk. Raises NotFound, EndRefused where it is closed."""
    with kit.database.writing() as session:
        tip = tips.filed(session, tip_id)
        if tip.closed_at is not None:
            raise EndRefused(f"tip {tip_id} is closed")
        who = endings.signed_by(session, by, reason)
        to_ring = decide(session, kit, tip, manner, who, kit.now())
    if to_ring is not None:
        ring(kit, Job.DELIVER, to_ring)


def decide(
    session: Session, kit: Kit, tip: Tip, manner: Manner, who: EndRequest, at: datetime
) -> int | None:
    """The national desk says how to go, for the marked dangers of the whole cluster: each case has its row.

    Said twice is told once. Returns a message to ring for.
    """
    company = cluster_names.company(session, tip)
    concerned = [one for one in company if one.id == tip.id or _is_asked(one)]
    decided = [one for one in concerned if one.manner != manner]
    if not decided:
        return None
    for one in decided:
        one.manner = manner
        _record(session, one, who, at)
    session.flush()
    deadlines.close(session, [one.id for one in decided], [DeadlineKind.MANNER], at)
    return ladder.happen(session, kit, tip.id, Event(Happened.DECIDED), at)


def _is_asked(tip: Tip) -> bool:
    """Whether the national desk has to say how to go to it."""
    return tip.urgency == Urgency.DANGER and coming_of(tip).is_marked


def _record(session: Session, tip: Tip, who: EndRequest, at: datetime) -> None:
    unseen = tip.manner == Manner.UNSEEN
    audit.append(
        session,
        at=at,
        actor=who.actor,
        action="go_unseen" if unseen else "go_openly",
        subject=f"tip:{tip.id}",
        reason=who.reason,
    )
