"""Codes about persons, written as any process writes them, for tests of what becomes of them."""

from hotline.domain.cases.entries import EntryKind, EntryWay
from hotline.domain.cases.people_codes import PersonCodes
from hotline.ports import Kit
from hotline.services.cases import entries, sealed_codes
from hotline.services.cases.entries import EntryBy
from hotline.store.cases import case_people
from hotline.store.database import Session
from hotline.store.tips.tips import Tip

SIGNS = {"minor": "no", "act": "yes", "force": "yes", "deceit": "no", "purpose": "yes"}
"""What a possible victim is screened as."""
BY = EntryBy("account:1:Alice", EntryWay.CONSOLE)


def said(session: Session, kit: Kit, tip: Tip, kind: EntryKind, codes: PersonCodes) -> int:
    """The entry of it; a person that is new is met."""
    at = kit.now()
    case_people.meet(session, tip.id, codes.n, at)
    key = f"{tip.id}:{codes.n}:{at.timestamp()}:{codes.referral}"
    entry_id = entries.done_by(session, tip.id, kind, BY, at, key=key)
    assert entry_id is not None
    sealed_codes.keep(session, kit, tip, entry_id, codes.checked(kind).to_bytes(), at)
    return entry_id


def screened(kit: Kit, tip_id: int, n: int = 1, **more: str) -> int:
    """Signs of trafficking; and what else is seen."""
    with kit.database.writing() as session:
        tip = session.get_one(Tip, tip_id)
        codes = PersonCodes(n, {**SIGNS, "form": "labour", "sex": "woman", **more})
        return said(session, kit, tip, EntryKind.SCREENED, codes)
