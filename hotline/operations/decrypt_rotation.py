"""Replaces a desk's key while tips arrive, and seals every grant to the new key.

A member replaces their desk's key on its page, without the passphrase. The command replaces one desk's key, or all keys
under a new passphrase. Each step is complete in itself, and a repeated command continues where the last one stopped. No
code that a hook reaches imports this file.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from nacl.public import PrivateKey

from hotline.core.actors import Actor
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.errors import DecryptionFailed, DeskRefused, PassphraseWrong
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
    tables_members,
)
from hotline.people.decrypt_members import wrap_desk_key
from hotline.people.decrypt_passphrase import PassphraseDecrypter, TwoPeople
from hotline.people.decrypt_signing import Signer
from hotline.people.rules_desks import of_account
from hotline.text.phrases import message_text

SETTLES = timedelta(seconds=6)
"""Longer than any hop. A hop that read the old key has committed after this time, or never will."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class DeskKeyPair:
    """A desk's two keys, decrypted in memory while its grants are moved."""

    desk: str
    public_key: bytes
    newest: bytes = field(repr=False)
    before: bytes = field(repr=False)


def put_key(
    session: Session, context: Context, code: str, before: bytes, by: Signer
) -> DeskKeyPair:
    """Gives the desk a new key. The caller's transaction must lock the desk, and no rotation may be running.

    The new key is sealed to the recovery pair, and to every member who may still have access. The previous key is
    sealed in the same way and stays for now. Raises DeskRefused without a recovery pair, or if it or the current key is
    not signed. Raises DecryptionFailed if `before` is not the current key.
    """
    row, at = tables_desks.key_of(tables_desks.get_desk(session, code)), context.now()
    if bytes(PrivateKey(before).public_key) != row.public_key:
        raise DecryptionFailed(f"the decrypted key does not belong to desk {code}")
    made, pair = KeyPair.new(), decrypt_recovery.public_key(session, context)
    proof = decrypt_signing.next_proof(context, row, made, before, by, at)
    aside = wrap_desk_key(before, pair, code, tables_desks.PREVIOUS_KEY)
    tables_desks.keep_previous_key(session, code, wrapped_key=aside, at=at)
    wrapped = wrap_desk_key(made.private, pair, code, tables_desks.PASSPHRASE_MEMBER)
    tables_desks.replace_key(session, code, made.public, wrapped_key=wrapped, proof=proof)
    encrypted = {
        member: wrap_desk_key(made.private, public_key, code, member)
        for member in tables_members.members_of_desk(session, code)
        if (public_key := queries_member_keys.public_key(session, code, member)) is not None
    }
    tables_members.replace_keys(session, code, encrypted, at)
    return DeskKeyPair(code, made.public, made.private, before)


def move_grants(
    context: Context, pairs: Sequence[DeskKeyPair], say: Say, *, most: int | None = None
) -> int:
    """Seals grants to the desks' new keys, and returns how many. Stops soon after `most`.

    Returns 0 if no grant was left in the whole database. Raises DecryptionFailed, or KeyMissing if neither key
    decrypts a grant.
    """
    moved = 0
    for pair in pairs:
        for row in vaults.GRANT_TABLES:
            last = 0
            while batch := _read(context, row, pair.desk, last):
                moved += _move_batch(context, pair, batch)
                last = batch[-1].id
                say(f"{moved} grants encrypted again")
                if most is not None and moved >= most:
                    return moved
    return moved


def end_rotation(session: Session, pair: DeskKeyPair) -> None:
    """Destroys the previous key, unless another process ended this rotation meanwhile and a newer key exists."""
    if tables_desks.get_desk(session, pair.desk, for_writing=True).public_key == pair.public_key:
        tables_desks.end_rotation(session, pair.desk)


def _read(context: Context, row: Any, desk: str, last: int) -> Sequence[vaults.EncryptedGrant]:
    with context.database.reading() as session:
        return vaults.grants(session, row, desk, last)


def _move_batch(context: Context, pair: DeskKeyPair, batch: Sequence[vaults.EncryptedGrant]) -> int:
    renewed = [
        (grant, found)
        for grant in batch
        if (found := _reencrypted(context, pair, grant)) is not None
    ]
    if renewed:
        with context.database.writing() as session:
            for grant, encrypted_key in renewed:
                vaults.replace_grant(session, grant, encrypted_key)
    return len(renewed)


def _reencrypted(context: Context, pair: DeskKeyPair, grant: vaults.EncryptedGrant) -> bytes | None:
    """Returns a grant sealed to the new key, under this week's lock. Returns None if that was done already."""
    bound = label(grant.uid, pair.desk)
    inner = context.encrypter.weekly_lock.unlock(grant.encrypted_key, bound)
    named = {"uid": grant.uid, "desk": pair.desk}
    if opens_grant(inner, **named, private_key=pair.newest):
        return None
    try:
        moved = regrant(inner, **named, private_key=pair.before, public_key=pair.public_key)
    except DecryptionFailed:
        raise DecryptionFailed(
            f"neither key decrypts grant {grant.id} of desk {pair.desk}"
        ) from None
    return context.encrypter.weekly_lock.lock(moved, bound, context.now())


MAX_GRANTS = 2000
"""Maximum number of grants in one step. It takes some seconds on a busy machine."""


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """The result of one step."""

    moved: int
    is_over: bool
    """True if the old key was destroyed, because it was no longer needed."""


def rotate_step(context: Context, by: Actor, private_key: bytes, desk: str, reason: str) -> Rekeyed:
    """Starts or continues a desk's new key. `private_key` is the unlocked key of an account that is a member.

    Raises NotFound for a person who is no member, DeskRefused, DecryptionFailed or KeyMissing.
    """
    with context.database.writing() as session:
        pair, since = _begun(session, context, by, private_key, desk, reason)
    # Asked before the search, so that it finds everything that a hop sealed with the old key.
    is_settled = context.now() - since >= SETTLES
    moved = move_grants(context, [pair], lambda _: None, most=MAX_GRANTS)
    if moved or not is_settled:
        return Rekeyed(moved, is_over=False)
    with context.database.writing() as session:
        end_rotation(session, pair)
        tables_audit.append_command(session, by, context.now(), "desk_key_moved", f"desk:{desk}")
    return Rekeyed(0, is_over=True)


def _begun(
    session: Session, context: Context, by: Actor, private_key: bytes, desk: str, reason: str
) -> tuple[DeskKeyPair, datetime]:
    """Locks the desk, and returns both keys with the time at which the rotation started."""
    row = tables_desks.get_desk(session, desk, for_writing=True)
    member = of_account(by.account_id or 0)
    keys = [one.key for one in decrypt_grants.decrypt_desk_as(session, desk, member, private_key)]
    if bytes(PrivateKey(keys[0]).public_key) != row.public_key:
        raise DeskRefused(
            message_text("the key of desk {desk} changed: sign in again, then try again", desk=desk)
        )
    decrypt_signing.signed_key(context, tables_desks.key_of(row), context.now())
    since = tables_desks.rotation_since(session, desk)
    if since is None:
        pair = put_key(session, context, desk, keys[0], Signer(member=member, private=private_key))
        tables_audit.append_command(
            session, by, context.now(), "desk_key_given", f"desk:{desk}", reason
        )
        return pair, context.now()
    if len(keys) == 1:
        raise DeskRefused(
            message_text(
                "you got access after this change of key began: another member must "
                "finish the change"
            )
        )
    return DeskKeyPair(desk, row.public_key, *keys), since


@dataclass(frozen=True, slots=True)
class RotationResult:
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
    """Gives every desk a new key under the new passphrase. Members keep access through their own keys.

    `settle` waits until no hop is left that read the old keys. Then every grant is checked once more. Raises
    PassphraseWrong if neither passphrase decrypts a desk. Earlier desks are then changed, and the command can be
    repeated with the same two passphrases. Raises DeskRefused if another rotation of a desk is running. Raises
    DecryptionFailed or KeyMissing if a grant or its weekly lock cannot be decrypted. The previous keys then stay.
    """
    today, next_one = PassphraseDecrypter(by, old), PassphraseDecrypter(by, new)
    # Checks that every running rotation belongs to this one. Otherwise it stops before any change.
    with context.database.reading() as session:
        moves = [
            decrypt_passphrase.wrapped_desk(session, code, by)
            for code in sorted(tables_members.desks_in_rotation(session))
        ]
    for found in moves:
        _both(found, today, next_one)
    decrypt_recovery.ensure_pair(context, next_one, costs, replaces=today)
    with context.database.reading() as session:
        codes = sorted(tables_desks.desk_codes(session))
    line = Signer(decrypt_signing.line_key(context, next_one))
    pairs, moved = _rotate(context, codes, today, next_one, line, settle, say)
    about = f"{len(pairs)} desks, {moved} grants"
    _end_all(context, pairs, about, by=by, reason=reason)
    decrypt_recovery.retire_older_pairs(context, next_one)
    return RotationResult(len(pairs), moved)


def rotate_one(
    context: Context,
    desk: str,
    *,
    passphrase: str,
    by: TwoPeople,
    reason: str,
    settle: Callable[[], None],
    say: Say,
    costs: Costs | None = None,
) -> RotationResult:
    """Gives one desk a new key under today's passphrase. A removed person's copy of the old key then becomes useless.

    Also completes a rotation that a member began in the console. Raises NotFound and the errors of `rotate_all`.
    """
    opener = PassphraseDecrypter(by, passphrase)
    with context.database.reading() as session:
        tables_desks.get_desk(session, desk)
    decrypt_recovery.ensure_pair(context, opener, costs)
    line = Signer(decrypt_signing.line_key(context, opener))
    pairs, moved = _rotate(context, [desk], opener, opener, line, settle, say)
    _end_all(context, pairs, f"desk:{desk}", by=by, reason=f"{moved} grants: {reason}")
    return RotationResult(len(pairs), moved)


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
        pair = _put(context, code, old, new, by)
        if pair is not None:
            pairs.append(pair)

    moved = move_grants(context, pairs, say)
    settle()
    # The relay locks grants again meanwhile. Only a complete search that finds no old grant is the last one.
    while again := move_grants(context, pairs, say):
        moved += again
    return pairs, moved


def _end_all(
    context: Context, pairs: Sequence[DeskKeyPair], about: str, *, by: TwoPeople, reason: str
) -> None:
    """Destroys the previous keys, and records it in the audit log."""
    with context.database.writing() as session:
        for pair in pairs:
            end_rotation(session, pair)
        why = by.why(reason)
        tables_audit.append_command(session, by.first, context.now(), "desks_rotated", about, why)


def _put(
    context: Context, code: str, old: PassphraseDecrypter, new: PassphraseDecrypter, by: Signer
) -> DeskKeyPair | None:
    """Gives a desk its new key, unless an earlier attempt did. Returns None if that attempt is complete."""
    with context.database.reading() as session:
        found = decrypt_passphrase.wrapped_desk(session, code, new.by)
        (row,) = tables_desks.desk_keys(session, [code])
    if found.before is not None:
        newest, before = _both(found, old, new)
        decrypt_signing.signed_key(context, row, context.now())
        if bytes(PrivateKey(newest).public_key) != row.public_key:
            raise DecryptionFailed(f"the decrypted key is not that of desk {code}")
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
            return put_key(session, context, code, before, by)
    return _put(context, code, old, new, by)


def _both(
    found: decrypt_passphrase.WrappedDesk, old: PassphraseDecrypter, new: PassphraseDecrypter
) -> tuple[bytes, bytes]:
    """Returns both keys of a desk in rotation. Raises DeskRefused if it is another rotation."""
    try:
        newest, before = new.open(found)
    except PassphraseWrong:
        old.open(found)
        raise DeskRefused(
            f"desk {found.desk} is getting another new key: finish that first, on its page in "
            f"the console or with `hotline keys rotate-desks --desk {found.desk}`"
        ) from None
    return newest, before
