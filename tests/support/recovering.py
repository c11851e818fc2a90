"""Encrypts the keys of a test's desks for a recovery key pair, as `hotline init` does."""

from collections.abc import Iterable
from datetime import datetime

from hotline.core.database import Session
from hotline.keys.encrypt import KeyPair
from hotline.keys.passphrase import Costs, WrappingKey
from hotline.people import tables_desks
from hotline.people.decrypt_members import wrap_desk_key
from hotline.people.decrypt_passphrase import RECOVERY_OWNER
from hotline.people.tables_desks import PASSPHRASE_MEMBER, DeskMember


def encrypt_for_desks(
    session: Session, codes: Iterable[str], private_key: bytes, passphrase: str, at: datetime
) -> None:
    """Encrypts the private key for each of these desks with a new recovery key pair, which the passphrase decrypts."""
    pair, under = KeyPair.new(), WrappingKey.stretch(passphrase, Costs(passes=1, kib=8))
    tables_desks.add_pair(session, pair.public, under.wrap(pair.private, owner=RECOVERY_OWNER), at)
    for code in codes:
        wrapped = wrap_desk_key(private_key, pair.public, code, PASSPHRASE_MEMBER)
        row = DeskMember(
            desk_code=code, member=PASSPHRASE_MEMBER, wrapped_key=wrapped, created_at=at
        )
        session.add(row)
