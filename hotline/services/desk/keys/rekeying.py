"""A member gives her desk a new key, without the passphrase: who left opens nothing by a copy of the old one.

In steps: each may be the last, and the next goes on, by her or by another member. Nothing that a hook reaches imports
this file.
"""

from dataclasses import dataclass
from datetime import datetime

from nacl.public import PrivateKey

from hotline.domain.accounts.account import Actor
from hotline.domain.desk.desks import of_account
from hotline.errors import DeskRefused
from hotline.ports import Kit
from hotline.services.desk import admissions
from hotline.services.desk.keys import moving
from hotline.services.desk.keys.moving import SETTLES, DeskKeyPair
from hotline.store.database import Session
from hotline.store.desk import audit, desks
from hotline.text.remark import remark

MOST = 2000
"""Grants that one step moves at most: some seconds on a busy machine."""


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """What one step did."""

    moved: int
    is_over: bool
    """The old key is destroyed, and opened nothing any more."""


def step(
    kit: Kit, by: Actor, private_key: bytes, desk: str, reason: str, *, most: int = MOST
) -> Rekeyed:
    """Begin a new key for a desk, or go on with one. `private_key` is the open key of an account that is a member.

    Raises NotFound where she is no member, DeskRefused, SealBroken, KeyMissing.
    """
    with kit.database.writing() as session:
        pair, since = _begun(session, kit, by, private_key, desk, reason)
    # Asked before the look: what a hop wrote with the old key lies there by then.
    is_settled = kit.now() - since >= SETTLES
    moved = moving.move(kit, [pair], lambda _: None, most=most)
    if moved or not is_settled:
        return Rekeyed(moved, is_over=False)
    with kit.database.writing() as session:
        moving.end(session, pair)
        _record(session, kit, by, "desk_key_moved", desk, "")
    return Rekeyed(0, is_over=True)


def _begun(
    session: Session, kit: Kit, by: Actor, private_key: bytes, desk: str, reason: str
) -> tuple[DeskKeyPair, datetime]:
    """Both keys, and since when the old one is beside the new one. The desk is held."""
    row = desks.one(session, desk, for_writing=True)
    member = of_account(by.account_id or 0)
    keys = [one.key for one in admissions.open_as(session, desk, member, private_key)]
    if bytes(PrivateKey(keys[0]).public_key) != row.public_key:
        raise DeskRefused(
            remark("desk {desk} has another key since: sign in again, and try again", desk=desk)
        )
    since = desks.moving_since(session, desk)
    if since is None:
        at = kit.now()
        pair = moving.put(session, desk, keys[0], at)
        _record(session, kit, by, "desk_key_given", desk, reason)
        return pair, at
    if len(keys) == 1:
        raise DeskRefused(
            remark("you were let in since this new key was begun: another member goes on with it")
        )
    return DeskKeyPair(desk, row.public_key, *keys), since


def _record(session: Session, kit: Kit, by: Actor, action: str, desk: str, reason: str) -> None:
    audit.sign(session, by, at=kit.now(), action=action, subject=f"desk:{desk}", reason=reason)
