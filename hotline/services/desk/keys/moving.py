"""A desk's next key: put in its place beside the one before, and every grant moved to it, while tips come in.

In steps that may each be the last. Nothing that a hook reaches imports this file.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from nacl.public import PrivateKey

from hotline.errors import SealBroken
from hotline.ports import Kit
from hotline.sealing.envelope import KeyPair, label
from hotline.sealing.members import wrap_desk_key
from hotline.sealing.opening import opens_grant, regrant
from hotline.services.desk.keys import recovery
from hotline.store.copies import vaults
from hotline.store.database import Session
from hotline.store.desk import desks, members
from hotline.store.people import member_keys

SETTLES = timedelta(seconds=6)
"""No hop lasts longer: whichever read a desk's old key has committed by then, or never will."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class DeskKeyPair:
    """A desk's two keys, open in memory for as long as its grants are moved."""

    desk: str
    public_key: bytes
    newest: bytes = field(repr=False)
    before: bytes = field(repr=False)


def put(session: Session, code: str, before: bytes, at: datetime) -> DeskKeyPair:
    """A new key for the desk, which the caller's transaction holds and has seen at rest.

    In that commit it is sealed to the recovery pair, and to every member who may still open the desk; the key before
    stays beside it, sealed alike. Raises DeskRefused where there is no recovery pair,
    SealBroken where `before` is not the key that grants are sealed to.
    """
    if bytes(PrivateKey(before).public_key) != desks.one(session, code).public_key:
        raise SealBroken(f"what opens is another key than that of desk {code}")
    made, pair = KeyPair.new(), recovery.public_key(session)
    aside = wrap_desk_key(before, pair, code, desks.BEFORE)
    desks.put_aside(session, code, wrapped_key=aside, at=at)
    wrapped = wrap_desk_key(made.private, pair, code, desks.ENROLMENT)
    desks.replace_key(session, code, made.public, wrapped_key=wrapped)
    sealed = {
        member: wrap_desk_key(made.private, public_key, code, member)
        for member in members.of_desk(session, code)
        if (public_key := member_keys.public_key(session, code, member)) is not None
    }
    members.reseal(session, code, sealed, at)
    return DeskKeyPair(code, made.public, made.private, before)


def move(kit: Kit, pairs: Sequence[DeskKeyPair], say: Say, *, most: int | None = None) -> int:
    """How many grants were sealed to the desks' new keys; not many more than `most` at a time.

    0 says that a whole look found none. Raises SealBroken, KeyMissing where one opens with neither key.
    """
    moved = 0
    for pair in pairs:
        for row in vaults.GRANTED:
            last = 0
            while batch := _read(kit, row, pair.desk, last):
                moved += _move_batch(kit, pair, batch)
                last = batch[-1].id
                say(f"{moved} grants sealed anew")
                if most is not None and moved >= most:
                    return moved
    return moved


def end(session: Session, pair: DeskKeyPair) -> None:
    """Destroy the key before, unless another has ended this rotation meanwhile, and a third key has been put."""
    if desks.one(session, pair.desk, for_writing=True).public_key == pair.public_key:
        desks.end_rotation(session, pair.desk)


def _read(kit: Kit, row: Any, desk: str, last: int) -> Sequence[vaults.SealedGrant]:
    with kit.database.reading() as session:
        return vaults.grants(session, row, desk, last)


def _move_batch(kit: Kit, pair: DeskKeyPair, batch: Sequence[vaults.SealedGrant]) -> int:
    anew = [(grant, found) for grant in batch if (found := _anew(kit, pair, grant)) is not None]
    if anew:
        with kit.database.writing() as session:
            for grant, sealed_key in anew:
                vaults.regrant(session, grant, sealed_key)
    return len(anew)


def _anew(kit: Kit, pair: DeskKeyPair, grant: vaults.SealedGrant) -> bytes | None:
    """Sealed to the new key, under this week's lock; None where it is sealed to it already."""
    bound = label(grant.uid, pair.desk)
    inner = kit.sealer.weekly_lock.unlock(grant.sealed_key, bound)
    named = {"uid": grant.uid, "desk": pair.desk}
    if opens_grant(inner, **named, private_key=pair.newest):
        return None
    try:
        moved = regrant(inner, **named, private_key=pair.before, public_key=pair.public_key)
    except SealBroken:
        raise SealBroken(f"grant {grant.id} of desk {pair.desk} opens with neither key") from None
    return kit.sealer.weekly_lock.lock(moved, bound, kit.now())
