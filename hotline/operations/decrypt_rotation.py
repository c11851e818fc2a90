"""Replaces a desk's key while tips arrive, and encrypts every grant (a tip's key for a desk) for the new key.

A member of a desk can replace the desk's key on the desk's page, without the passphrase. The command in a terminal
replaces the key of one desk, or all desk keys under a new passphrase. If a replacement stops between two steps, all
grants can still be decrypted. A repeated command continues from the last completed step. The process that answers
callers never imports this file, because that process must not decrypt tips.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import product
from typing import NamedTuple

from nacl.public import PrivateKey

from hotline.alarms import service as alarms
from hotline.alarms.rules import Alarm
from hotline.cases import decrypt_harms
from hotline.core.actors import Actor
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.keys.decrypt import opens_grant, regrant
from hotline.keys.encrypt import KeyPair, label
from hotline.keys.passphrase import Costs
from hotline.operations import vaults
from hotline.people import (
    decrypt_grants,
    decrypt_passphrase,
    decrypt_recovery,
    decrypt_signing,
    queries_member_keys,
    tables_audit,
    tables_desks,
)
from hotline.people.decrypt_members import is_granted, wrap_desk_key
from hotline.people.decrypt_passphrase import PassphraseDecrypter, TwoPeople
from hotline.people.decrypt_signing import Signer
from hotline.people.rules import of_account
from hotline.text.errors import DecryptionFailed, DeskRefused, PassphraseWrong
from hotline.text.languages import message_text

SETTLES = timedelta(seconds=6)
"""A time that is longer than any hop (one request of the gateway during a call). So each hop that read a desk's old key
has ended after this time.
"""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class DeskKeyPair:
    """The old and the new key of a desk, decrypted in memory while the grants (tips' keys for the desk) are changed."""

    desk: str
    public_key: bytes
    newest: bytes = field(repr=False)
    before: bytes = field(repr=False)


def replace_desk_key(
    session: Session, context: Context, code: str, before: bytes, by: Signer
) -> DeskKeyPair:
    """Gives a desk a new key. The transaction of the calling code must lock the desk, and no other rotation may be in
    progress.

    The new key is encrypted for the recovery key pair, and for every member whose access is still valid. Also stores
    the previous key until the rotation ends, encrypted in the same way as the new key. Raises DeskRefused if the
    recovery key pair is missing or not signed, or if the current key is not signed. Raises DecryptionFailed if `before`
    is not the current key.
    """
    row, at = tables_desks.key_of(tables_desks.get_desk(session, code)), context.now()
    if bytes(PrivateKey(before).public_key) != row.public_key:
        raise DecryptionFailed(
            f"the decrypted key does not match the public key of desk {code} in the database"
        )
    new_pair, recovery_key = KeyPair.new(), decrypt_recovery.public_key(session, context)
    proof = decrypt_signing.next_proof(context, row, new_pair, before, by, at)
    previous = wrap_desk_key(before, recovery_key, code, tables_desks.PREVIOUS_KEY)
    tables_desks.add_member(session, code, tables_desks.PREVIOUS_KEY, previous, at)
    wrapped = wrap_desk_key(new_pair.private, recovery_key, code, tables_desks.PASSPHRASE_MEMBER)
    tables_desks.replace_key(session, code, new_pair.public, wrapped_key=wrapped, proof=proof)
    encrypted = {
        member: wrap_desk_key(new_pair.private, public_key, code, member)
        for member, public_key in _granted(session, context, code, before).items()
    }
    tables_desks.replace_keys(session, code, encrypted, at)
    return DeskKeyPair(code, new_pair.public, new_pair.private, before)


def _granted(session: Session, context: Context, code: str, desk_key: bytes) -> Mapping[str, bytes]:
    """Returns the public key of each member whose access is still valid.

    Leaves out a member if the member's public key in the database differs from the key for which access was granted.
    Raises an alarm about each member whose public key differs.
    """
    found = {}
    for member, wrapped in tables_desks.members_of_desk(session, code).items():
        public_key = queries_member_keys.public_key(session, code, member)
        if public_key is not None and is_granted(wrapped, desk_key, public_key, code, member):
            found[member] = public_key
        elif public_key is not None:
            subject, at = f"desk:{code}:{member}", context.now()
            alarms.record_each(session, Alarm.MEMBER_KEYS, at)
            tables_audit.append_row(session, at, "line", "desk_key_withheld", subject)
    return found


def move_grants(
    context: Context, pairs: Sequence[DeskKeyPair], say: Say, *, limit: int | None = None
) -> int:
    """Encrypts grants (tips' keys for desks) again, for the new keys of their desks. Returns the number of grants that
    this call changed. The function stops soon after the number of changed grants has reached `limit`.

    The result 0 means that the whole database has no grant with an old key any more. Raises DecryptionFailed or
    KeyMissing if neither the old nor the new key decrypts a grant.
    """
    count = 0
    for pair, row in product(pairs, vaults.GRANT_TABLES):
        read = partial(vaults.grants, row=row, holder=pair.desk)
        for changed in vaults.renew_values(context, read, partial(_reencrypted, context, pair)):
            count += changed
            say(f"{count} grants encrypted again")
            if limit is not None and count >= limit:
                return count
    return count


def end_rotation(session: Session, pair: DeskKeyPair) -> None:
    """Destroys the previous key of the desk. The function does nothing if another process has already ended this
    rotation and a newer key exists.
    """
    if tables_desks.get_desk(session, pair.desk, for_writing=True).public_key == pair.public_key:
        decrypt_harms.reencrypt_harms(session, pair.desk, pair.before, pair.public_key)
        tables_desks.end_rotation(session, pair.desk)


def _reencrypted(context: Context, pair: DeskKeyPair, grant: vaults.EncryptedValue) -> bytes | None:
    """Returns a grant (a tip's key for a desk). The result is encrypted for the desk's new key, and then with this
    week's key. Returns None if the grant is already encrypted for the new key.
    """
    bound = label(grant.uid, pair.desk)
    inner = context.encrypter.weekly_lock.unlock(grant.value, bound)
    binding = {"uid": grant.uid, "desk": pair.desk}
    if opens_grant(inner, **binding, private_key=pair.newest):
        return None
    try:
        encrypted = regrant(inner, **binding, private_key=pair.before, public_key=pair.public_key)
    except DecryptionFailed:
        place = f"row {grant.id} of table {grant.column.class_.__tablename__}"
        raise DecryptionFailed(
            f"neither old nor new key of desk {pair.desk} decrypts {place}"
        ) from None
    return context.encrypter.weekly_lock.lock(encrypted, bound, context.now())


MAX_GRANTS = 2000
"""The maximum number of grants (tips' keys for desks) that one step of a rotation encrypts again. On a busy machine, a
step takes some seconds."""


class Rekeyed(NamedTuple):
    """The result of one step of a rotation (the change to a desk's new key)."""

    moved: int
    is_over: bool
    """True if this step destroyed the old key, because no grant needed the old key any more."""


def rotate_step(context: Context, by: Actor, private_key: bytes, desk: str, reason: str) -> Rekeyed:
    """Does one step of the change to a desk's new key, and starts this change if necessary. `private_key` is the
    decrypted key of an account that is a member of the desk.

    Raises NotFound if the account is not a member. Raises DeskRefused if the desk's key has changed in the meantime, or
    if a key is not signed. Raises DecryptionFailed or KeyMissing if a grant cannot be decrypted.
    """
    with context.database.writing() as session:
        pair, since = _begun(session, context, by, private_key, desk, reason)
    # This code reads the time before it searches for grants. If the time `SETTLES` is over, no hop still uses the old
    # key. So the search then finds every grant for the old key.
    is_settled = context.now() - since >= SETTLES
    moved = move_grants(context, [pair], lambda _: None, limit=MAX_GRANTS)
    if moved or not is_settled:
        return Rekeyed(moved, is_over=False)
    with context.database.writing() as session:
        end_rotation(session, pair)
        tables_audit.append_command(session, by, context.now(), "desk_key_moved", f"desk:{desk}")
    return Rekeyed(0, is_over=True)


def _begun(
    session: Session, context: Context, by: Actor, private_key: bytes, desk: str, reason: str
) -> tuple[DeskKeyPair, datetime]:
    """Locks the row of the desk. Returns the old and the new key of the desk, and the time at which the rotation
    started."""
    row = tables_desks.get_desk(session, desk, for_writing=True)
    member = of_account(by.account_id or 0)
    keys = decrypt_grants.decrypt_desk_as(session, desk, member, private_key)
    if bytes(PrivateKey(keys[0]).public_key) != row.public_key:
        raise DeskRefused(
            message_text("the key of desk {desk} changed: sign in again, then try again", desk=desk)
        )
    decrypt_signing.signed_key(context, tables_desks.key_of(row), context.now())
    since = tables_desks.rotation_since(session, desk)
    if since is None:
        pair = replace_desk_key(
            session, context, desk, keys[0], Signer(member=member, private=private_key)
        )
        tables_audit.append_command(
            session, by, context.now(), "desk_key_given", f"desk:{desk}", reason
        )
        return pair, context.now()
    if len(keys) == 1:
        raise DeskRefused(
            message_text(
                "you got access after this desk got a new key: "
                "a member who had access before must finish the change of the key"
            )
        )
    return DeskKeyPair(desk, row.public_key, *keys), since


class RotationResult(NamedTuple):
    desks: int
    grants: int


def rotate_all(
    context: Context,
    *,
    old: str,
    new: str,
    by: TwoPeople,
    reason: str,
    settle: Callable[[], None],
    say: Say,
    costs: Costs | None = None,
) -> RotationResult:
    """Gives every desk a new key, which the passphrase `new` decrypts. Members keep their access, because the new key
    is encrypted for each member's own key.

    `settle` waits until all hops that read the old keys have ended. Then the function searches once more for grants
    (tips' keys for desks) with an old key. Raises PassphraseWrong if neither passphrase decrypts a desk's key. After a
    PassphraseWrong, the desks that came earlier in the list already have new keys. The command can be repeated with the
    same two passphrases. Raises DeskRefused if another rotation of a desk is in progress. Raises DecryptionFailed or
    KeyMissing if a grant or its weekly lock cannot be decrypted. After a DecryptionFailed or a KeyMissing, the hotline
    still has the previous keys.
    """
    today, next_one = PassphraseDecrypter(by, old), PassphraseDecrypter(by, new)
    # Checks that every rotation in progress belongs to this run of the command. If another rotation is in progress,
    # the command stops before any change.
    with context.database.reading() as session:
        wrapped = [
            decrypt_passphrase.wrapped_desk(session, code, by)
            for code in sorted(tables_desks.desks_in_rotation(session))
        ]
    for found in wrapped:
        _both_keys(found, today, next_one)
    decrypt_recovery.ensure_pair(context, next_one, costs, replaces=today)
    with context.database.reading() as session:
        codes = sorted(tables_desks.desk_codes(session))
    line = Signer(decrypt_signing.line_key(context, next_one))
    pairs, count = _rotate(context, codes, today, next_one, line, settle, say)
    summary = f"{len(pairs)} desks, {count} grants"
    _end_all(context, pairs, summary, by=by, reason=reason)
    decrypt_recovery.retire_older_pairs(context, next_one)
    return RotationResult(len(pairs), count)


def rotate_one(
    context: Context,
    desk: str,
    *,
    passphrase: str,
    by: TwoPeople,
    reason: str,
    settle: Callable[[], None],
    say: Say,
) -> RotationResult:
    """Gives one desk a new key, which the current passphrase decrypts. A removed member may have a copy of the old key.
    After the rotation, this copy is useless.

    If a member began a rotation of this desk in the console, the function completes that rotation. Raises NotFound for
    an unknown desk, and the errors of `rotate_all`.
    """
    opener = PassphraseDecrypter(by, passphrase)
    with context.database.reading() as session:
        tables_desks.get_desk(session, desk)
    decrypt_recovery.ensure_pair(context, opener)
    line = Signer(decrypt_signing.line_key(context, opener))
    pairs, count = _rotate(context, [desk], opener, opener, line, settle, say)
    _end_all(context, pairs, f"desk:{desk}", by=by, reason=f"{count} grants: {reason}")
    return RotationResult(len(pairs), count)


def _rotate(
    context: Context,
    codes: Sequence[str],
    old: PassphraseDecrypter,
    new: PassphraseDecrypter,
    by: Signer,
    settle: Callable[[], None],
    say: Say,
) -> tuple[Sequence[DeskKeyPair], int]:
    pairs: list[DeskKeyPair] = []
    for number, code in enumerate(codes, 1):
        say(f"desk {number} of {len(codes)}")
        pair = _replace_key(context, code, old, new, by)
        if pair is not None:
            pairs.append(pair)

    count = move_grants(context, pairs, say)
    settle()
    # The search skips a grant if the worker process changes the grant's weekly lock at the same time. So this code
    # repeats the search until no grant with an old key is left.
    while more := move_grants(context, pairs, say):
        count += more
    return pairs, count


def _end_all(
    context: Context, pairs: Sequence[DeskKeyPair], subject: str, *, by: TwoPeople, reason: str
) -> None:
    """Destroys the previous keys, and adds a row about the rotation to the audit log."""
    with context.database.writing() as session:
        for pair in pairs:
            end_rotation(session, pair)
        why = by.why(reason)
        tables_audit.append_command(session, by.first, context.now(), "desks_rotated", subject, why)


def _replace_key(
    context: Context, code: str, old: PassphraseDecrypter, new: PassphraseDecrypter, by: Signer
) -> DeskKeyPair | None:
    """Gives a desk its new key. If an earlier run of the command already changed the key, keeps the key of that run.
    Returns None if the earlier run already completed the whole change.
    """
    with context.database.reading() as session:
        found = decrypt_passphrase.wrapped_desk(session, code, new.by)
        (row,) = tables_desks.desk_keys(session, [code])
    if found.before is not None:
        newest, before = _both_keys(found, old, new)
        decrypt_signing.signed_key(context, row, context.now())
        if bytes(PrivateKey(newest).public_key) != row.public_key:
            raise DecryptionFailed(
                f"the decrypted key does not match the public key of desk {code} in the database"
            )
        return DeskKeyPair(code, row.public_key, newest, before)
    try:
        (before,) = old.open(found)
    except PassphraseWrong:
        new.open(found)
        return None

    with context.database.writing() as session:
        is_same = (
            tables_desks.get_desk(session, code, for_writing=True).public_key == row.public_key
        )
        if is_same and tables_desks.rotation_since(session, code) is None:
            return replace_desk_key(session, context, code, before, by)
    return _replace_key(context, code, old, new, by)


def _both_keys(
    found: decrypt_passphrase.WrappedDesk, old: PassphraseDecrypter, new: PassphraseDecrypter
) -> tuple[bytes, bytes]:
    """Returns the new and the old key of a desk whose key is being replaced. Raises DeskRefused if another rotation
    of this desk is in progress."""
    try:
        newest, before = new.open(found)
    except PassphraseWrong:
        old.open(found)
        raise DeskRefused(
            f"desk {found.desk} already gets a new key, with another passphrase: first "
            f"finish that change with `hotline keys rotate-desks --desk {found.desk}`"
        ) from None
    return newest, before
