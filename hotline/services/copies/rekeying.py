"""Moves what a rotated key sealed to the newest: numbers, keys of cases and second factors, while the line works."""

from collections.abc import Callable, Sequence

from hotline.errors import SealBroken
from hotline.ports import Kit
from hotline.sealing.accounts.factor_sealer import FactorSealer
from hotline.sealing.case_codes import READER
from hotline.sealing.members import is_under
from hotline.sealing.opening import open_number
from hotline.sealing.sealer import Sealer
from hotline.services.accounts.proving import owner
from hotline.services.check_result import CheckResult
from hotline.services.desk.keys.rotation import DeskKeyPair, move
from hotline.store.accounts import accounts
from hotline.store.copies import vaults
from hotline.store.copies.vaults import Column
from hotline.store.desk import audit
from hotline.store.people import responders


def reseal(
    kit: Kit,
    vault: str,
    *,
    public_key: bytes,
    newest: bytes,
    before: bytes,
    say: Callable[[str], None],
) -> int:
    """How many numbers were sealed anew, until a whole look finds none; those that open with the newest stay.

    Raises SealBroken where one opens with neither: then the key before must stay.
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
                say(f"{done} numbers sealed anew, up to row {last}")
    return done


def reseal_cases(
    kit: Kit, *, public_key: bytes, newest: bytes, before: bytes, say: Callable[[str], None]
) -> int:
    """The reader's grants of cases, likewise. Raises SealBroken, KeyMissing."""
    pair, done = DeskKeyPair(READER, public_key, newest, before), 0
    while moved := move(kit, [pair], say):
        done += moved
    return done


def reseal_factors(kit: Kit, factors: FactorSealer) -> int:
    """Returns how many secrets of authenticators were sealed anew: all of them, or none. Safe to repeat.

    Raises SealBroken where one opens with neither key: then the key before must stay.
    """
    moved = 0
    with kit.database.writing() as session:
        for account in accounts.with_factor(session):
            sealed, bound = account.totp, owner(account.id)
            if sealed is None or factors.is_newest(sealed, account=bound):
                continue
            try:
                secret = factors.open(sealed, account=bound)
            except SealBroken:
                raise SealBroken(
                    f"the second factor of {account.shown} opens with neither key: put the right one back, or"
                    " give that account a new link by `hotline accounts invite`"
                ) from None
            account.totp = factors.seal(secret, account=bound)
            moved += 1
    return moved


def under_pepper(kit: Kit, pepper: bytes) -> int:
    """Returns how many people's keys this pepper wrapped, of those who were not removed."""
    with kit.database.reading() as session:
        return sum(is_under(wrap, pepper) for wrap in responders.pin_wraps(session))


def pepper_finding(kit: Kit, before: bytes) -> CheckResult:
    """Says how many PINs need the pepper before: each moves to the newest when it is keyed next."""
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
        raise SealBroken(f"{vault}: the number of row {row_id} opens with neither key") from None


def opens(sealed: bytes, private_key: bytes) -> bool:
    try:
        open_number(sealed, private_key=private_key)
    except SealBroken:
        return False
    return True


def record(kit: Kit, action: str, key: str, *, by: str, reason: str) -> None:
    """That a named person rotated a key, or ended one."""
    with kit.database.writing() as session:
        audit.append(
            session,
            at=kit.now(),
            actor=audit.by_command(by),
            action=action,
            subject=key,
            reason=reason,
        )
