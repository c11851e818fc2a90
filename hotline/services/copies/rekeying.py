"""Sealed numbers and keys of cases move from the key before to the newest, in small transactions of a line at work."""

from collections.abc import Callable, Sequence

from hotline.errors import SealBroken
from hotline.ports import Kit
from hotline.sealing.cases.case_codes import READER
from hotline.sealing.opening import open_number
from hotline.sealing.sealer import Sealer
from hotline.services.desk.keys.moving import DeskKeyPair, move
from hotline.store.copies import vaults
from hotline.store.copies.vaults import Column
from hotline.store.desk import audit


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
