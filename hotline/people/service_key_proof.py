"""Compares a person's private key with the public key in the database, when the person signs in or enters a PIN. Also
compares the desk keys that the private key decrypts with the desks' public keys in the database. A difference shows
that someone changed the database.

The process that answers the gateway must not load this file.
"""

from contextlib import suppress
from hashlib import blake2b

from nacl.public import PrivateKey
from nacl.signing import SigningKey

from hotline.alarms import service as alarms
from hotline.alarms.rules import Alarm
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.people import tables_audit, tables_desks
from hotline.people.decrypt_members import decrypt_desk_key
from hotline.people.tables import Responder
from hotline.people.tables_accounts import ConsoleAccount
from hotline.text.errors import DecryptionFailed


def signing_key_of(private: bytes) -> SigningKey:
    """Derives a key for signing from the private key of a desk or member."""
    return SigningKey(blake2b(private, digest_size=32, person=b"hotline signs").digest())


def verify_key_of(key: SigningKey) -> str:
    return bytes(key.verify_key).hex()


def prove_keys(
    session: Session,
    context: Context,
    member: str,
    who: ConsoleAccount | Responder,
    private_key: bytes,
) -> None:
    """Checks the private keys of a member and of the member's desks. Raises an alarm if one does not match the public
    key in the database. The person is signed in even if the function raises an alarm.
    """
    differ = []
    if who.public_key is not None and not _fits(private_key, who.public_key):
        name = f"responder:{who.id}" if isinstance(who, Responder) else f"account {who.label}"
        differ.append(name)
    for code in sorted(tables_desks.desks_of(session, member)):
        desk = tables_desks.get_desk(session, code)
        wrapped = tables_desks.wrapped_keys(session, code, member)
        key = b""
        with suppress(DecryptionFailed):
            key = decrypt_desk_key(wrapped[0], private_key, code, member)
        if (
            not key
            or not _fits(key, desk.public_key)
            or _is_forged(context, desk, member, private_key)
        ):
            differ.append(f"desk:{code}")
    for subject in differ:
        tables_audit.append_row(
            session, at=context.now(), actor="line", action="key_differs", subject=subject
        )
    if differ:
        alarms.record_each(session, Alarm.MEMBER_KEYS, context.now())


def _is_forged(context: Context, desk: tables_desks.Desk, member: str, private_key: bytes) -> bool:
    """Returns True if a statement in the desk's proof names this member as its signer, but has another person's signing
    key."""
    trust = context.encrypter.desks
    signed = trust.signed(desk.code, desk.proof) if trust is not None else None
    own = verify_key_of(signing_key_of(private_key))
    said = signed.statements if signed is not None else ()
    return any(one.by == member and one.by_key != own for one in said)


def _fits(private_key: bytes, public_key: bytes) -> bool:
    return bytes(PrivateKey(private_key).public_key) == public_key
