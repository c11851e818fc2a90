"""Makes the recovery key pair, and encrypts each new desk key for this pair. The recovery passphrase decrypts the
pair's private key.

The process that answers the gateway must not load this file.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from nacl.signing import SigningKey

from hotline.alarms.rules import CheckResult
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.keys.desk_signatures import RECOVERY, DeskKey, DeskKeyState, Statement, proof_of
from hotline.keys.encrypt import KeyPair
from hotline.keys.passphrase import Costs, WrappingKey
from hotline.people import decrypt_passphrase, decrypt_signing, tables_desks
from hotline.people.decrypt_members import wrap_desk_key
from hotline.people.decrypt_passphrase import RECOVERY_OWNER, PassphraseDecrypter
from hotline.text.errors import DecryptionFailed, DeskRefused, PassphraseWrong
from hotline.text.places import NATIONAL

PAIR = "recovery pair"
MISSING = "there is no recovery pair: `hotline init` makes it with the desks"
UNSIGNED = (
    "the recovery pair in the database is not signed by this hotline: take its row from a backup"
)


def ensure_pair(
    context: Context,
    opener: PassphraseDecrypter,
    costs: Costs | None = None,
    *,
    replaces: PassphraseDecrypter | None = None,
) -> None:
    """Makes sure that the recovery passphrase of `opener` decrypts the present recovery key pair.

    If two people change the passphrase, `replaces` has the old passphrase. If `replaces` is given, the function adds a
    new recovery pair with the new passphrase. The old recovery pair stays until the keys of all desks are encrypted for
    the new pair. Raises PassphraseWrong or DecryptionFailed. Raises DeskRefused if there are no desks yet.
    """
    with context.database.reading() as session:
        opener.by.check(session)
        today = tables_desks.newest_pair(session)
    if today is None:
        raise DeskRefused(MISSING)
    try:
        opener.check(today)
        return
    except PassphraseWrong:
        if replaces is None:
            raise
        replaces.check(today)

    line, at = decrypt_signing.line_key(context, replaces), context.now()
    under = WrappingKey.stretch(opener.passphrase, costs or Costs())
    with context.database.writing() as session:
        # A process that adds a desk must also lock the row of the national desk. So while this code replaces the
        # recovery pair, no process can encrypt a new desk's key for the old pair.
        tables_desks.get_desk(session, NATIONAL, for_writing=True)
        newest = tables_desks.newest_pair(session)
        if newest is None or newest.id != today.id:
            raise DeskRefused("another person is creating a recovery key pair now: try again later")
        add_pair(session, under, line, at)


def first_keys(session: Session, passphrase: str, costs: Costs | None, at: datetime) -> SigningKey:
    """Makes the first recovery pair and the hotline's signing key. Stores the private key of the pair and the signing
    key, both encrypted under this passphrase. Returns the signing key.
    """
    line, under = SigningKey.generate(), WrappingKey.stretch(passphrase, costs or Costs())
    add_pair(session, under, line, at)
    return line


def add_pair(session: Session, under: WrappingKey, line: SigningKey | None, at: datetime) -> None:
    """Makes a recovery pair, and stores the pair, with its private key encrypted by `under`. If `line`, the hotline's
    signing key, is given, signs the pair with this key, and stores this key encrypted by `under`.
    """
    made, proof = KeyPair.new(), None
    if line is not None:
        said = Statement(made.public.hex(), made.public.hex(), int(at.timestamp()))
        proof = proof_of("", "", [decrypt_signing.with_signature(line, said, RECOVERY, "", "")])
        decrypt_signing.keep_line_key(session, line, under, at)
    wrapped = under.wrap(made.private, owner=RECOVERY_OWNER)
    tables_desks.add_pair(session, made.public, wrapped, at, proof=proof)


def public_key(session: Session, context: Context) -> bytes:
    """Returns the public key of the recovery pair, for which desk keys are encrypted.

    The calling function must first lock the row of the desk whose key will be encrypted. Raises DeskRefused.
    """
    pair, trust = tables_desks.newest_pair(session), context.encrypter.desks
    if pair is None:
        raise DeskRefused(MISSING)
    row = DeskKey(RECOVERY, "", "", pair.public_key, pair.proof)
    if trust is not None and trust.state(row, context.now()) is not DeskKeyState.SIGNED:
        raise DeskRefused(UNSIGNED)
    return pair.public_key


def make_desks(
    session: Session, context: Context, desks: Iterable[tables_desks.Desk], line: SigningKey | None
) -> None:
    """Makes desks with new key pairs, and encrypts their private keys for the recovery pair. Runs in the transaction of
    the calling function.

    Raises DeskRefused.
    """
    pair = public_key(session, context)
    wrapped: dict[tables_desks.Desk, bytes] = {}
    for desk in desks:
        made = KeyPair.new()
        desk.public_key = made.public
        if line is not None:
            about = desk.code, desk.kind, desk.place or ""
            desk.proof = decrypt_signing.line_proof(line, *about, made.private, desk.created_at)
        member = tables_desks.PASSPHRASE_MEMBER
        wrapped[desk] = wrap_desk_key(made.private, pair, desk.code, member)
    tables_desks.add_desks(session, wrapped)


def retire_older_pairs(context: Context, opener: PassphraseDecrypter) -> None:
    """Deletes the older recovery pairs, if the present pair decrypts the key of every desk."""
    with context.database.reading() as session:
        every = tables_desks.recovery_pairs(session)
    if len(every) < 2:
        return
    pair = every[0]
    opener.check(pair)
    with context.database.writing() as session:
        tables_desks.get_desk(session, NATIONAL, for_writing=True)
        try:
            for code in tables_desks.desk_codes(session):
                found = decrypt_passphrase.wrapped_desk(session, code, opener.by)
                opener.open(replace(found, recovery=(pair.wrapped_key,)))
        except (PassphraseWrong, DecryptionFailed):
            return
        tables_desks.delete_older_pairs(session, pair.id)


def check_recovery(context: Context) -> CheckResult:
    """Checks that there is exactly one recovery pair and that the hotline signed it. `hotline doctor` shows the
    result.
    """
    with context.database.reading() as session:
        pairs = len(tables_desks.recovery_pairs(session))
    if pairs > 1:
        says = "a change of the enrolment passphrase has not come to its end"
        todo = "`hotline keys rotate-desks` again, with the same two passphrases"
        return CheckResult(PAIR, False, says, todo)
    if not pairs:
        return CheckResult(PAIR, False, MISSING, "take its row from a backup")
    try:
        with context.database.reading() as session:
            public_key(session, context)
    except DeskRefused:
        return CheckResult(PAIR, False, UNSIGNED, "restore the row of `recovery_pair`")
    return CheckResult(PAIR, True, "each desk's key is sealed to it")
