"""Codes about a person, opened by whoever holds the key of her case. Nothing that a hook reaches imports this file.

Whom it may be shown to is asked before: behind a PIN or a person's key, and by `visible_to`.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from hotline.errors import KeyMissing, SealBroken
from hotline.ports import Kit
from hotline.sealing.cases.case_codes import case_name
from hotline.sealing.cases.case_opening import open_case_key, open_codes
from hotline.sealing.envelope import label
from hotline.store.cases import case_codes, case_keys
from hotline.store.database import Session
from hotline.store.tips.tips import Tip


def private_by(
    session: Session, kit: Kit, tip: Tip, holder: str, privates: Sequence[bytes]
) -> bytes | None:
    """The private half of a case's pair, by a holder's keys, the newest first; None where none opens it."""
    grant = case_keys.grant_of(session, tip.id, holder)
    if grant is None:
        return None
    with suppress(SealBroken, KeyMissing):
        bare = kit.sealer.weekly_lock.unlock(grant, label(case_name(tip.uid), holder))
        for private_key in privates:
            with suppress(SealBroken):
                return open_case_key(bare, uid=tip.uid, holder=holder, private_key=private_key)
    return None


def codes_of(session: Session, tip: Tip, private: bytes) -> Mapping[int, bytes]:
    """By the id of its entry, each. One that does not open is left out."""
    found = {}
    for entry_id, body in case_codes.of_tip(session, tip.id).items():
        with suppress(SealBroken):
            found[entry_id] = open_codes(body, private=private, uid=tip.uid, entry_id=entry_id)
    return found
