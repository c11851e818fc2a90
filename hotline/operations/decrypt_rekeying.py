"""Seals stored values again with the newest key after a rotation, while callers are served.

These are numbers, keys of cases and second factors.
"""

from collections.abc import Callable, Sequence

from hotline.core.check_result import CheckResult
from hotline.core.context import Kit
from hotline.errors import SealBroken
from hotline.keys.decrypt import open_number
from hotline.keys.encrypt import READER, Sealer
from hotline.keys.factor_sealer import FactorSealer
from hotline.operations import vaults
from hotline.operations.decrypt_rotation import DeskKeyPair, move
from hotline.operations.vaults import Column
from hotline.people import tables, tables_accounts, tables_audit
from hotline.people.decrypt_members import is_under
from hotline.people.service_sign_in import owner


def reseal(
    kit: Kit,
    vault: str,
    *,
    public_key: bytes,
    newest: bytes,
    before: bytes,
    say: Callable[[str], None],
) -> int:
    """Seals numbers again with the newest key until none is left, and returns how many.

    Skips those that are up to date. Raises SealBroken if neither key decrypts a number. The previous key must then
    stay.
    """
    sealer, done, looked = Sealer(public_key), 0, -1
    while looked != done:
        looked = done
        for column in vaults.VAULTS[vault]:
            last = 0
            while batch := _batch(kit, column, last):
                moved = [
                    (row_id, sealed, sealer.number(_opened(vault, row_id, sealed, before)))
                    for row_id, sealed in batch
                    if not opens(sealed, newest)
                ]
                _exchange(kit, column, moved)
                done, last = done + len(moved), batch[-1][0]
                say(f"{done} numbers encrypted again, up to row {last}")
    return done


def reseal_cases(
    kit: Kit, *, public_key: bytes, newest: bytes, before: bytes, say: Callable[[str], None]
) -> int:
    """Seals the reader's grants of cases to the newest key, and returns how many. Raises SealBroken, KeyMissing."""
    pair, done = DeskKeyPair(READER, public_key, newest, before), 0
    while moved := move(kit, [pair], say):
        done += moved
    return done


def reseal_factors(kit: Kit, factors: FactorSealer) -> int:
    """Seals all second factors again with the newest key, or none, and returns how many. It is safe to repeat.

    Raises SealBroken if neither key decrypts a secret. The previous key must then stay.
    """
    moved = 0
    with kit.database.writing() as session:
        for account in tables_accounts.with_factor(session):
            sealed, bound = account.totp, owner(account.id)
            if sealed is None or factors.is_newest(sealed, account=bound):
                continue
            try:
                secret = factors.open(sealed, account=bound)
            except SealBroken:
                raise SealBroken(
                    f"neither key decrypts the second factor of {account.shown}: restore the "
                    "right key, or give that account a new link with `hotline accounts invite`"
                ) from None
            account.totp = factors.seal(secret, account=bound)
            moved += 1
    return moved


def under_pepper(kit: Kit, pepper: bytes) -> int:
    """Returns how many private keys this pepper wrapped. Removed people do not count."""
    with kit.database.reading() as session:
        return sum(is_under(wrap, pepper) for wrap in tables.pin_wraps(session))


def pepper_finding(kit: Kit, before: bytes) -> CheckResult:
    """Returns how many PINs need the previous pepper. A PIN moves to the newest one when it is next entered."""
    left = under_pepper(kit, before)
    if not left:
        return CheckResult("pepper", True, "no PIN needs the one before: `hotline keys end-old`")
    says = f"{left} PINs need the one before until they are keyed once more"
    return CheckResult("pepper", True, says)


def _batch(kit: Kit, column: Column, last: int) -> Sequence[tuple[int, bytes]]:
    with kit.database.reading() as session:
        return vaults.numbers(session, column, last)


def _exchange(kit: Kit, column: Column, moved: Sequence[tuple[int, bytes, bytes]]) -> None:
    if moved:
        with kit.database.writing() as session:
            for row_id, sealed, anew in moved:
                vaults.exchange(session, column, row_id, sealed, anew)


def _opened(vault: str, row_id: int, sealed: bytes, private_key: bytes) -> str:
    try:
        return open_number(sealed, private_key=private_key)
    except SealBroken:
        raise SealBroken(f"{vault}: neither key decrypts the number of row {row_id}") from None


def opens(sealed: bytes, private_key: bytes) -> bool:
    try:
        open_number(sealed, private_key=private_key)
    except SealBroken:
        return False
    return True


def record(kit: Kit, action: str, key: str, *, by: str, reason: str) -> None:
    """Writes to the audit log that a named person rotated or ended a key."""
    with kit.database.writing() as session:
        tables_audit.append(
            session,
            at=kit.now(),
            actor=tables_audit.by_command(by),
            action=action,
            subject=key,
            reason=reason,
        )
