"""Signs desk keys with the hotline's signing key. Two people can decrypt the signing key with the recovery passphrase.
Two admins together can decrypt the signing key with their own private keys.

For each pair of admins, the database has a copy of the signing key, encrypted for the second admin and then for the
first admin. When the first admin requests a signature, the hotline removes the outer encryption with the first admin's
private key. The hotline stores the result for the second admin, together with a digest of the desk's key to sign. The
second admin can sign only the key with this digest. The process that answers the gateway must not load this file.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import permutations

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.signing import SigningKey
from sqlalchemy.exc import NoResultFound

from hotline.core.actors import AccountRole, Actor, SignedIn
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.keys.decrypt import Stretch, stretch_passphrase, unwrap
from hotline.keys.desk_signatures import (
    WAITING,
    DeskKey,
    DeskKeyState,
    SignedKey,
    Statement,
    proof_of,
)
from hotline.keys.encrypt import KeyPair
from hotline.keys.passphrase import WrappingKey
from hotline.people import tables_accounts, tables_audit, tables_desks
from hotline.people.decrypt_passphrase import PassphraseDecrypter
from hotline.people.queries_member_keys import MAY_SIGN_IN
from hotline.people.rules import of_account
from hotline.people.rules_accounts import AccountFault, refusal
from hotline.people.rules_sign_in import fingerprint_words
from hotline.people.service_approving import (
    ADMIN,
    ApprovalRule,
    ApprovalView,
    Decision,
    KeyToSign,
    request,
)
from hotline.people.service_key_proof import signing_key_of, verify_key_of
from hotline.people.tables_accounts import ConsoleAccount
from hotline.people.tables_desks import PASSPHRASE_MEMBER, Desk, LineKeyCopy
from hotline.people.tables_sessions import Approval, ApprovalKind
from hotline.text.errors import DecryptionFailed, DeskRefused, NotFound
from hotline.text.languages import message_text

OWNER = "line signing key"
NOT_OURS = message_text(
    "the signing key in the database is not this hotline's key: an operator must restore the key from a backup"
)
NO_PROOF = message_text(
    "the hotline never signed a key of this desk: an operator must restore the desk from a backup, or retire the desk"
)
UNSIGNED = message_text(
    "the key of this desk is not signed, or was changed: two admins must first sign the key"
)
REPLACED = message_text("this desk now has a newer key: request a signature for the newer key")


@dataclass(frozen=True, slots=True)
class Signer:
    """The signer of a desk's next key: the hotline, or the member who makes the key."""

    line: SigningKey | None = field(default=None, repr=False)
    member: str = ""
    private: bytes = field(default=b"", repr=False)


def line_proof(
    line: SigningKey, code: str, kind: str, place: str, private: bytes, at: datetime
) -> bytes:
    """Returns the proof of a desk's first key pair: a statement that the hotline signed."""
    public_key = bytes(PrivateKey(private).public_key).hex()
    said = Statement(public_key, verify_key_of(signing_key_of(private)), int(at.timestamp()))
    return proof_of(kind, place, [with_signature(line, said, code, kind, place)])


def next_proof(
    context: Context, row: DeskKey, made: KeyPair, before: bytes, by: Signer, at: datetime
) -> bytes | None:
    """Returns the proof of a desk's next key: the earlier statements, and a statement that `by` signs. Returns None if
    this process has no public key for checking signatures.

    Raises DeskRefused if the proof of the present key is not valid.
    """
    signed = signed_key(context, row, at)
    if signed is None:
        return None
    said = Statement(
        made.public.hex(), verify_key_of(signing_key_of(made.private)), _later(signed, at)
    )
    about = row.code, signed.kind, signed.place
    if by.line is not None:
        return signed.proof(with_signature(by.line, said, *about), by_line=True)
    own = signing_key_of(by.private)
    said = with_signature(
        signing_key_of(before), said._replace(by=by.member, by_key=verify_key_of(own)), *about
    )
    text = said.signed_text(*about)
    return signed.proof(said._replace(own_signature=own.sign(text).signature.hex()), by_line=False)


def signed_key(context: Context, row: DeskKey, at: datetime) -> SignedKey | None:
    """Checks the proof of a desk's key, and returns the proof's content. Returns None if this process has no public key
    for checking signatures.

    Raises DeskRefused if the proof is wrong or old, or if the database has another key than the proof.
    """
    trust = context.encrypter.desks
    if trust is None:
        return None
    state, signed = trust.state(row, at), trust.signed(row.code, row.proof)
    if signed is None or state in (DeskKeyState.UNSIGNED, DeskKeyState.CHANGED, DeskKeyState.OLD):
        raise DeskRefused(UNSIGNED)
    return signed


def line_key(context: Context, opener: PassphraseDecrypter) -> SigningKey | None:
    """Decrypts the hotline's signing key with the recovery passphrase. Returns None if this hotline signs no desk keys.

    Raises PassphraseWrong, DecryptionFailed, DeskRefused.
    """
    return open_line_key(context, opener.passphrase, opener.stretch)


def open_line_key(
    context: Context, passphrase: str, stretch: Stretch = stretch_passphrase
) -> SigningKey | None:
    """Decrypts the hotline's signing key. `hotline init` calls this function instead of `line_key`, because it has no
    `PassphraseDecrypter`. Raises the same errors as `line_key`.
    """
    with context.database.reading() as session:
        copies = tables_desks.line_key_copies(session, PASSPHRASE_MEMBER)
    if not copies and context.encrypter.desks is None:
        return None
    if not copies:
        raise DeskRefused(NOT_OURS)
    named = {"owner": OWNER, "part": "the signing key"}
    return _line_key(context, unwrap(copies[0].sealed, passphrase, **named, stretch=stretch))


def keep_line_key(session: Session, line: SigningKey, under: WrappingKey, at: datetime) -> None:
    """Stores the hotline's signing key, encrypted under the recovery passphrase."""
    sealed = under.wrap(bytes(line), owner=OWNER)
    copy = LineKeyCopy(holder=PASSPHRASE_MEMBER, second="", sealed=sealed, made_at=at)
    tables_desks.replace_line_key(session, [copy], by_passphrase=True)


def key_to_sign(session: Session, context: Context, desk: Desk) -> KeyToSign:
    """Returns the newest key of a desk, with the facts that a person compares before signing the key. Raises
    DeskRefused.
    """
    signed = _wanted(context, desk)
    newest, first = signed.statements[-1], signed.statements[0]
    by = newest.by
    with suppress(NoResultFound):
        by = tables_accounts.of_member(session, by).name if by else ""
    return KeyToSign(
        desk=desk.code,
        words=fingerprint_words(signed.public_key),
        by=by,
        made_at=datetime.fromtimestamp(newest.at, UTC),
        signed_at=datetime.fromtimestamp(first.at, UTC),
        mark=_digest(desk.code, signed).hex(),
    )


def keys_to_sign(context: Context, codes: Sequence[str]) -> Sequence[KeyToSign]:
    """Returns the newest key of each desk in `codes`. If `codes` is empty, returns the keys of all desks that need a
    signature, except retired desks. Raises DeskRefused.
    """
    trust, at = context.encrypter.desks, context.now()
    if trust is None:
        raise DeskRefused(NOT_OURS)
    with context.database.reading() as session:
        desks = [tables_desks.get_desk(session, code) for code in codes] or [
            one
            for one in tables_desks.all_desks(session)
            if one.retired_at is None and trust.state(tables_desks.key_of(one), at) in WAITING
        ]
        return [key_to_sign(session, context, one) for one in desks]


def sign_desks(
    context: Context, keys: Sequence[KeyToSign], opener: PassphraseDecrypter, reason: str
) -> Sequence[str]:
    """Signs the desk keys in `keys`, which a person has compared. Decrypts the signing key with the recovery passphrase
    of `opener`. Returns the codes of the desks whose keys were signed.

    Raises PassphraseWrong, DeskRefused.
    """
    line = line_key(context, opener)
    if line is None:
        raise DeskRefused(NOT_OURS)
    with context.database.writing() as session:
        for one in keys:
            _sign(context, _desk_as_seen(session, context, one.desk, one.mark), line)
            why = opener.by.why(reason)
            _log(session, context, Actor(opener.by.first), "desk_signed", one.desk, why)
    return [one.desk for one in keys]


def _desk_as_seen(session: Session, context: Context, code: str, mark: str) -> Desk:
    desk = tables_desks.get_desk(session, code, for_writing=True)
    if key_to_sign(session, context, desk).mark != mark:
        raise DeskRefused(REPLACED)
    return desk


def possible_signers(context: Context) -> Sequence[ConsoleAccount]:
    """Returns the admins who may sign in and have a key pair."""
    with context.database.reading() as session:
        return [
            one
            for one in tables_accounts.all_accounts(session)
            if AccountRole.ADMIN in one.held_roles and one.state in MAY_SIGN_IN and one.public_key
        ]


def share_line_key(
    context: Context, opener: PassphraseDecrypter, admins: Sequence[ConsoleAccount]
) -> None:
    """Stores a copy of the signing key for each pair of these admins, so that two admins together can sign desk keys.
    Before this call, a person must compare the public keys of the admins.

    Raises PassphraseWrong, DeskRefused.
    """
    line, at = line_key(context, opener), context.now()
    if line is None:
        raise DeskRefused(NOT_OURS)
    with context.database.writing() as session:
        copies = [
            _copy(line, first, second, at)
            for first, second in permutations(admins, 2)
            if first.person_id != second.person_id
        ]
        tables_desks.replace_line_key(session, copies, by_passphrase=False)
        tables_audit.append_command(
            session,
            opener.by.first,
            at=at,
            action="signers_chosen",
            subject=f"{len(admins)} admins",
            reason=opener.by.why(", ".join(one.shown for one in admins)),
        )


def _copy(
    line: SigningKey, first: ConsoleAccount, second: ConsoleAccount, at: datetime
) -> LineKeyCopy:
    one, other = of_account(first.id), of_account(second.id)
    assert first.public_key
    assert second.public_key
    inner = SealedBox(PublicKey(second.public_key)).encrypt(bytes(line) + other.encode())
    sealed = SealedBox(PublicKey(first.public_key)).encrypt(second.public_key + inner)
    return LineKeyCopy(holder=one, second=other, sealed=sealed, made_at=at)


def request_signature(
    context: Context, by: Actor, private_key: bytes, code: str, reason: str, *, seen: str
) -> None:
    """Requests that a second admin signs a desk's key together with the admin `by`.

    `seen` identifies the key that the page showed to the admin. Raises NotFound, DeskRefused, DecryptionFailed.
    """
    with context.database.writing() as session:
        digest = _digest(code, _wanted(context, _desk_as_seen(session, context, code, seen)))
        copies = tables_desks.line_key_copies(session, of_account(by.account_id or 0))
        if not copies:
            raise DeskRefused(
                message_text(
                    "you cannot sign yet: an operator must first run the command hotline desks signers"
                )
            )
        passed = {}
        for one in copies:
            # Removes the outer encryption of this admin's copy of the signing key. Encrypts the result for the second
            # admin, together with the digest of the statement to sign.
            plain = _opened(one.sealed, private_key)
            box = SealedBox(PublicKey(plain[: PublicKey.SIZE]))
            passed[one.second] = box.encrypt(digest + plain[PublicKey.SIZE :]).hex()
        subject, payload = f"signature:{code}", json.dumps(passed).encode()
        if request(
            session, context, by, ApprovalKind.SIGNATURE, subject, reason, encrypted=payload
        ):
            _log(session, context, by, "desk_signature_asked", code, reason)


def _about(session: Session, context: Context, row: Approval, by: SignedIn) -> ApprovalView | None:
    """Describes a request for a signature, for the page of approvals. An admin can decide only if the request contains
    a copy of the signing key for this admin.
    """
    desk, key = row.about, None
    with suppress(DeskRefused, NotFound):
        key = key_to_sign(session, context, tables_desks.get_desk(session, desk))
    return ApprovalView(
        message_text("{by} asks to sign the key of the desk {desk}", by=row.asker, desk=desk),
        f"desk:{desk}",
        may_decide=of_account(by.account_id) in _passed(row),
        needs_key=True,
        key_to_sign=key,
    )


def _approve(decision: Decision) -> None:
    if decision.key is None or decision.by.account_id is None:
        raise refusal(AccountFault.KEY_CLOSED)
    code, own = decision.row.about, of_account(decision.by.account_id)
    desk = tables_desks.get_desk(decision.session, code, for_writing=True)
    digest = _digest(code, _wanted(decision.context, desk))
    plain = _opened(bytes.fromhex(_passed(decision.row)[own]), decision.key)
    if plain[: len(digest)] != digest:
        raise DeskRefused(REPLACED)
    opened = _opened(plain[len(digest) :], decision.key)
    line = _line_key(decision.context, opened.removesuffix(own.encode()))
    _sign(decision.context, desk, line)
    _log(decision.session, decision.context, decision.by, "desk_signed", code, decision.reason)
    # Deletes the encrypted copies of the hotline's signing key from the request. For another signature, an admin must
    # make a new request.
    decision.row.encrypted = None


SIGNATURE = ApprovalRule(
    kind=ApprovalKind.SIGNATURE,
    decided_by=ADMIN,
    about=_about,
    approve=_approve,
    refused="desk_signature_refused",
)


def _sign(context: Context, desk: Desk, line: SigningKey) -> None:
    """Signs the newest key in a desk's proof (the signed statements about the desk's keys). Also sets the desk's key,
    kind and place in the database to the signed values.
    """
    signed = _wanted(context, desk)
    newest = signed.statements[-1]
    said = Statement(newest.public_key, newest.verify_key, _later(signed, context.now()))
    desk.public_key, desk.kind, desk.place = signed.public_key, signed.kind, signed.place or None
    desk.proof = signed.proof(
        with_signature(line, said, desk.code, signed.kind, signed.place), by_line=True
    )


def _wanted(context: Context, desk: Desk) -> SignedKey:
    """Returns the content of a desk's proof, which includes the desk's newest key. Raises DeskRefused if the proof is
    wrong, or if the desk is retired."""
    trust = context.encrypter.desks
    signed = trust.signed(desk.code, desk.proof) if trust is not None else None
    if signed is None or desk.retired_at is not None:
        raise DeskRefused(NO_PROOF)
    return signed


def _later(signed: SignedKey, at: datetime) -> int:
    return max(int(at.timestamp()), signed.newest + 1)


def with_signature(key: SigningKey, said: Statement, code: str, kind: str, place: str) -> Statement:
    """Signs a statement about a desk's key with the signing key `key`, and returns the signed statement."""
    text = said.signed_text(code, kind, place)
    return said._replace(signature=key.sign(text).signature.hex())


def _digest(code: str, signed: SignedKey) -> bytes:
    newest = signed.statements[-1]
    return blake2b(newest.signed_text(code, signed.kind, signed.place)).digest()


def _opened(sealed: bytes, private_key: bytes) -> bytes:
    try:
        return SealedBox(PrivateKey(private_key)).decrypt(sealed)
    except (CryptoError, ValueError, TypeError):
        raise DecryptionFailed(
            "this admin's copy of the key that signs desk keys was altered, or is for another admin"
        ) from None


def _line_key(context: Context, seed: bytes) -> SigningKey:
    """Makes the hotline's signing key from `seed`. Raises DeskRefused if the key does not belong to the hotline's
    public key in the key folder.
    """
    try:
        line = SigningKey(seed)
    except (CryptoError, ValueError, TypeError):
        raise DeskRefused(NOT_OURS) from None
    trust = context.encrypter.desks
    if trust is not None and bytes(line.verify_key) != trust.line_key:
        raise DeskRefused(NOT_OURS)
    return line


def _passed(row: Approval) -> Mapping[str, str]:
    found: Mapping[str, str] = json.loads(row.encrypted or b"{}")
    return found


def _log(
    session: Session, context: Context, by: Actor, action: str, code: str, reason: str
) -> None:
    tables_audit.append_command(
        session, by, at=context.now(), action=action, subject=f"desk:{code}", reason=reason
    )
