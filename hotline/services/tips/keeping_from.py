"""Keeping a tip from a person or a desk: who is named in it, or whom the person who told it does not trust.

One keeps it from somebody; two lift it. He is never told why he hears nothing more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.accounts.account import entered_as
from hotline.domain.cases.entries import LIFTED, WHY, YES, EntryKind
from hotline.domain.places.places import district_named
from hotline.domain.referrals.case_events import Event, Happened
from hotline.domain.tip import NATIONAL
from hotline.domain.tips.promises import TipStop
from hotline.errors import EndRefused, NotFound
from hotline.ports import Kit
from hotline.services.cases import entries
from hotline.services.cases.entries import EntryBy
from hotline.services.doorbell import ringing
from hotline.services.people.leaves import find
from hotline.services.referrals import ladder
from hotline.store.accounts import accounts
from hotline.store.database import Session
from hotline.store.desk import audit, desks
from hotline.store.desk.audit import Signer
from hotline.store.people.responders import Responder
from hotline.store.referrals import personnel, referrals, retention
from hotline.store.tips import tips, visible
from hotline.store.tips.visible import Excluded, Exclusion, ExclusionReason
from hotline.text.names import is_one_name

EVERY_STEP = 1 << 30


@dataclass(frozen=True, slots=True)
class KeptFrom:
    """A responder by exact name or id, or a console account by its name; or a desk by its code or name: one of them."""

    person: str | None = None
    desk: str | None = None


def keep_from(
    kit: Kit, tip_id: int, whom: KeptFrom, why: ExclusionReason, *, by: Signer, reason: str
) -> None:
    """From now on they know nothing of the tip; what they had to do goes on to others at once.

    A name that fits a responder and an account is kept from both. Raises NotFound, EndRefused where they are kept from
    it already.
    """
    at = kit.now()
    with ringing(kit) as session:
        tip = tips.filed(session, tip_id)
        there = {row.whom for row in visible.of_tip(session, tip_id)}
        fresh = [one for one in _whom(session, whom) if one not in there]
        if not fresh:
            raise EndRefused(f"tip {tip_id} is kept from them already", TipStop.KEPT_ALREADY)
        signed = audit.signer(by)
        for one in fresh:
            row = Exclusion(tip_id=tip.id, **one._asdict(), why=why, by=signed, at=at)
            session.add(row)
            session.flush()
            log_of(session, row, row.by, at)
            audit.of_tip(session, tip_id, "tip_excluded", signed, at, f"{why}: {one}: {reason}")
        _let_go(session, kit, tip_id, at)


def log_of(
    session: Session, row: Exclusion, actor: str, at: datetime, *, lifted: bool = False
) -> None:
    """Whom it is about stands in the exclusion's own row alone."""
    codes = {WHY: row.why, **({LIFTED: YES} if lifted else {})}
    key = f"{row.id}:lifted" if lifted else str(row.id)
    by = EntryBy(actor)
    entries.done_by(session, row.tip_id, EntryKind.EXCLUDED, by, at, key=key, codes=codes)


def _let_go(session: Session, kit: Kit, tip_id: int, at: datetime) -> None:
    """Their referrals end, what was not sent to them never goes out, and the next person is told."""
    kept = visible.kept_from(session, [tip_id])[tip_id]
    told = {one.responder_id for one in referrals.told(session, [tip_id])[tip_id]}
    for who in sorted(kept & told):
        ladder.happen(session, kit, tip_id, Event(Happened.LEFT, by=who), at)
    retention.withhold(session, tip_id, kept & told)
    retention.release(session, tip_id, kept & told, EVERY_STEP, at)


def name_of(session: Session, row: Exclusion) -> str:
    """Returns the name of the person that a tip is kept from; empty where it is a desk."""
    if row.responder_id is not None:
        return session.get_one(Responder, row.responder_id).name
    if row.account_id is not None:
        return accounts.one(session, row.account_id).shown
    return ""


def _whom(session: Session, whom: KeptFrom) -> Sequence[Excluded]:
    """Returns who is named. An account that is joined to a responder is that responder. Raises NotFound."""
    if whom.person is None:
        return [Excluded(desk_code=_desk(session, whom.desk or ""))]
    account = accounts.find(session, entered_as(whom.person))
    found = []
    if account is None or personnel.named(session, whom.person):
        found.append(Excluded(responder_id=find(session, whom.person).id))
    if account is not None:
        joined = account.responder_id
        found.append(
            Excluded(account_id=account.id) if joined is None else Excluded(responder_id=joined)
        )
    return [*dict.fromkeys(found)]


def _desk(session: Session, typed: str) -> str:
    """Returns the code of a desk by its code or name. Raises NotFound: nothing is kept from the national desk."""
    known = {one.code: one.name or "" for one in desks.everything(session) if one.code != NATIONAL}
    district = district_named(typed)
    for code, name in known.items():
        if code in (typed, district) or (name and is_one_name(name, typed)):
            return code
    raise NotFound("no such desk: say a person, or a desk that is not the national one")
