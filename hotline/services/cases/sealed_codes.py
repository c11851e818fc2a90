"""Writes codes about a person, sealed to the pair of her case, whose first code makes it. It opens nothing.

Runs inside its caller's transaction.
"""

from datetime import datetime

from hotline.ports import Kit
from hotline.sealing.cases.case_codes import new_case, seal_codes
from hotline.store.cases import case_codes, case_keys
from hotline.store.database import Session
from hotline.store.tips.tips import Tip


def case_public(session: Session, kit: Kit, tip: Tip, at: datetime) -> bytes:
    """What is written of this case is sealed to this key. Raises KeyMissing where the folder lacks the reader's."""
    found = case_keys.public_key(session, tip.id)
    if found is not None:
        return found
    return case_keys.make(session, tip.id, new_case(kit.sealer, uid=tip.uid, at=at), at)


def started_by(responder_id: int) -> str:
    """Returns what the unfinished form of a responder is bound to, where finished ones are bound to their entry."""
    return f"started by {responder_id}"


def keep(session: Session, kit: Kit, tip: Tip, entry_id: int, codes: bytes, at: datetime) -> None:
    """The codes of one entry. Raises KeyMissing."""
    public_key = case_public(session, kit, tip, at)
    body = seal_codes(codes, public_key=public_key, uid=tip.uid, entry_id=entry_id)
    case_codes.keep(session, entry_id, body)
