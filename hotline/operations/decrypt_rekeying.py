"""After a key rotation, encrypts stored values again with the newest key. Meanwhile, the hotline continues to serve
callers.

The values are phone numbers, keys of cases and second factors.
"""

from collections.abc import Callable
from functools import partial

from hotline.alarms.rules import CheckResult
from hotline.core.contexts import Context
from hotline.keys.decrypt import decrypt_number
from hotline.keys.encrypt import READER, Encrypter
from hotline.keys.factor_encryption import FactorEncrypter
from hotline.operations import vaults
from hotline.operations.decrypt_rotation import DeskKeyPair, move_grants
from hotline.people import tables, tables_accounts, tables_audit
from hotline.people.decrypt_members import is_under
from hotline.people.service_sign_in import envelope_owner
from hotline.text.errors import DecryptionFailed


def reencrypt(
    context: Context,
    vault: str,
    *,
    public_key: bytes,
    newest: bytes,
    before: bytes,
    say: Callable[[str], None],
) -> int:
    """Encrypts phone numbers again until all are encrypted with the newest key. Returns the number of changed rows.

    The function skips numbers that are already encrypted with the newest key. Raises DecryptionFailed if neither the
    newest nor the previous key decrypts a number. After a DecryptionFailed, an operator must keep the previous key.
    """
    encrypter, count, count_before = Encrypter(public_key), 0, -1

    def renewed(row: vaults.EncryptedValue) -> bytes | None:
        is_newest = decrypts(row.value, newest)
        return None if is_newest else encrypter.number(_opened(vault, row.id, row.value, before))

    while count_before != count:
        count_before = count
        for column in vaults.VAULTS[vault]:
            read = partial(vaults.encrypted_values, column=column)
            for changed in vaults.renew_values(context, read, renewed):
                count += changed
                say(f"{count} numbers encrypted again")
    return count


def reencrypt_cases(
    context: Context, *, public_key: bytes, newest: bytes, before: bytes, say: Callable[[str], None]
) -> int:
    """Encrypts the keys of cases again, for the newest key of the reader process. Returns the number of changed rows.

    Raises DecryptionFailed or KeyMissing if neither the newest nor the previous key decrypts the key of a case.
    """
    pair, count = DeskKeyPair(READER, public_key, newest, before), 0
    while moved := move_grants(context, [pair], say):
        count += moved
    return count


def reencrypt_factors(context: Context, factors: FactorEncrypter) -> int:
    """Encrypts all second factors again with the newest key. If the function cannot encrypt one of the second factors
    again, it changes no second factor. Returns the number of changed rows. A second call does no harm.

    Raises DecryptionFailed if neither the newest nor the previous key decrypts a secret. After a DecryptionFailed, an
    operator must keep the previous key.
    """
    count = 0
    with context.database.writing() as session:
        for account in tables_accounts.accounts_with_factor(session):
            encrypted, owner = account.totp, envelope_owner(account.id)
            if encrypted is None or factors.is_newest(encrypted, account=owner):
                continue
            try:
                secret = factors.open(encrypted, account=owner)
            except DecryptionFailed:
                raise DecryptionFailed(
                    f"neither the old nor the new key decrypts the second factor of {account.shown}: restore the "
                    "right key, or run `hotline accounts invite` for this account"
                ) from None
            account.totp = factors.seal(secret, account=owner)
            count += 1
    return count


def count_under_pepper(context: Context, pepper: bytes) -> int:
    """Returns how many responders' private keys are encrypted with this pepper, a secret of the reader process. The
    keys of removed people do not count."""
    with context.database.reading() as session:
        return sum(is_under(wrap, pepper) for wrap in tables.pin_wraps(session))


def check_pepper(context: Context, before: bytes) -> CheckResult:
    """Says how many PINs still need the previous pepper. When a responder enters the PIN the next time, the hotline
    encrypts the responder's key with the newest pepper.
    """
    count = count_under_pepper(context, before)
    if not count:
        return CheckResult("pepper", True, "no PIN needs the old pepper: `hotline keys end-old`")
    text = f"{count} PINs need the old pepper until their responders next enter them"
    return CheckResult("pepper", True, text)


def _opened(vault: str, row_id: int, encrypted: bytes, private_key: bytes) -> str:
    try:
        return decrypt_number(encrypted, private_key=private_key)
    except DecryptionFailed:
        raise DecryptionFailed(
            f"neither the old nor the new key decrypts the phone number in row {row_id} of table {vault}: restore the"
            " right key"
        ) from None


def decrypts(encrypted: bytes, private_key: bytes) -> bool:
    try:
        decrypt_number(encrypted, private_key=private_key)
    except DecryptionFailed:
        return False
    return True


def record(context: Context, action: str, key: str, *, by: str, reason: str) -> None:
    """Adds a row to the audit log: the person `by` rotated a key, or ended a rotation."""
    with context.database.writing() as session:
        tables_audit.append_row(
            session, context.now(), tables_audit.by_command(by), action, key, reason
        )
