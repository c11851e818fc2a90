"""Keeping a tip from a person or a desk: who is named in it, or whom the person who told it does not trust.

One keeps it from somebody; two lift it. He is never told why he hears nothing more.
"""

from dataclasses import dataclass
from datetime import datetime

from hotline.domain.cases.entries import LIFTED, WHY, YES, EntryKind
from hotline.domain.jobs import Job
from hotline.domain.referrals.case_events import Event, Happened
from hotline.domain.tip import NATIONAL
from hotline.errors import EndRefused, NotFound
from hotline.ports import Kit
from hotline.services.cases import entries
from hotline.services.cases.entries import EntryBy
from hotline.services.doorbell import ring
from hotline.services.people.personnel import check_second, find
from hotline.services.referrals import ladder
from hotline.store.database import Session
from hotline.store.desk import audit, desks
from hotline.store.desk.audit import Signer
from hotline.store.referrals import referrals, released
from hotline.store.tips import exclusions, tips
from hotline.store.tips.exclusions import Exclusion, ExclusionReason

EVERY_STEP = 1 << 30


@dataclass(frozen=True, slots=True)
class KeptFrom:
    """A person by her exact name or id, or a desk by its code: one of them."""

    person: str | None = None
    desk: str | None = None


def keep_from(
    kit: Kit, tip_id: int, whom: KeptFrom, why: ExclusionReason, *, by: Signer, reason: str
) -> None:
    """From now on they know nothing of the tip; what they had to do goes on to others at once.

    Raises NotFound, EndRefused where they are kept from it already.
    """
    at, to_ring = kit.now(), None
    with kit.database.writing() as session:
        tip = tips.filed(session, tip_id)
        responder_id, desk = _whom(session, whom)
        if _row(session, tip_id, responder_id, desk) is not None:
            raise EndRefused(f"tip {tip_id} is kept from them already")
        row = Exclusion(
            tip_id=tip.id,
            responder_id=responder_id,
            desk_code=desk,
            why=why,
            by=audit.signer(by),
            at=at,
        )
        session.add(row)
        session.flush()
        log_of(session, row, row.by, at)
        to_ring = _let_go(session, kit, tip_id, at)
        _record(session, kit, "tip_excluded", tip_id, by, f"{why}: {_named(row)}: {reason}")
    if to_ring is not None:
        ring(kit, Job.DELIVER, to_ring)


def lift(
    kit: Kit, tip_id: int, whom: KeptFrom, *, second: str | None, by: str, reason: str
) -> None:
    """They may know of it again; two people say so. Raises NotFound, EndRefused, PersonnelRefused."""
    with kit.database.writing() as session:
        tips.filed(session, tip_id)
        responder_id, desk = _whom(session, whom)
        row = _row(session, tip_id, responder_id, desk)
        if row is None:
            raise EndRefused(f"tip {tip_id} is not kept from them")
        person = find(session, whom.person) if whom.person is not None else None
        check_second(by, second, person, "letting somebody know of a tip again")
        row.lifted_by, row.lifted_at = audit.by_command(by), kit.now()
        log_of(session, row, row.lifted_by, row.lifted_at, lifted=True)
        why = f"{_named(row)}: {reason}; agreed by {second}"
        _record(session, kit, "tip_exclusion_lifted", tip_id, by, why)


def log_of(
    session: Session, row: Exclusion, actor: str, at: datetime, *, lifted: bool = False
) -> None:
    """Whom it is about stands in the exclusion's own row alone."""
    codes = {WHY: row.why, **({LIFTED: YES} if lifted else {})}
    key = f"{row.id}:lifted" if lifted else str(row.id)
    by = EntryBy(actor)
    entries.done_by(session, row.tip_id, EntryKind.EXCLUDED, by, at, key=key, codes=codes)


def _let_go(session: Session, kit: Kit, tip_id: int, at: datetime) -> int | None:
    """Their referrals end, what was not sent to them never goes out, and the next person is told."""
    kept = exclusions.kept_from(session, [tip_id])[tip_id]
    told = {one.responder_id for one in referrals.told(session, [tip_id])[tip_id]}
    to_ring = None
    for who in sorted(kept & told):
        event = Event(Happened.LEFT, by=who)
        to_ring = ladder.happen(session, kit, tip_id, event, at) or to_ring
    released.withhold(session, tip_id, kept & told)
    released.release(session, tip_id, kept & told, EVERY_STEP, at)
    return to_ring


def _whom(session: Session, whom: KeptFrom) -> tuple[int | None, str | None]:
    if whom.person is not None:
        return find(session, whom.person).id, None
    if whom.desk is None or whom.desk == NATIONAL:
        raise NotFound("say from whom: a person, or a desk that is not the nation's")
    return None, desks.one(session, whom.desk).code


def _row(
    session: Session, tip_id: int, responder_id: int | None, desk: str | None
) -> Exclusion | None:
    rows = exclusions.of_tip(session, tip_id)
    same = (row for row in rows if (row.responder_id, row.desk_code) == (responder_id, desk))
    return next(same, None)


def _named(row: Exclusion) -> str:
    return f"desk {row.desk_code}" if row.desk_code else f"responder {row.responder_id}"


def _record(session: Session, kit: Kit, action: str, tip_id: int, by: Signer, reason: str) -> None:
    audit.sign(session, by, at=kit.now(), action=action, subject=f"tip:{tip_id}", reason=reason)
