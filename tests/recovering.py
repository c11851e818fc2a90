"""Seals the keys of a test's desks to a recovery pair, as a line was made."""

from collections.abc import Iterable
from datetime import datetime

from hotline.sealing.members import wrap_desk_key
from hotline.sealing.passphrase import Costs
from hotline.services.desk.keys import recovery
from hotline.store.database import Session
from hotline.store.desk import recovery_pairs
from hotline.store.desk.desks import ENROLMENT, DeskMember


def seal_desks(
    session: Session, codes: Iterable[str], private_key: bytes, passphrase: str, at: datetime
) -> None:
    """Lets the passphrase open this key of these desks."""
    pair = recovery.new_pair(passphrase, Costs(passes=1, kib=8))
    recovery_pairs.add(session, pair.public_key, pair.wrapped_key, at)
    for code in codes:
        wrapped = wrap_desk_key(private_key, pair.public_key, code, ENROLMENT)
        row = DeskMember(desk_code=code, member=ENROLMENT, wrapped_key=wrapped, created_at=at)
        session.add(row)
