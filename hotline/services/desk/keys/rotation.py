"""Every desk gets a new key and a new passphrase, while tips come in: what was sealed to the old keys is moved.

In steps that may each be the last: a desk's key before stays beside the new one, both open to the new passphrase, until
every grant was looked at twice. Said again, it goes on where it stopped.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hotline.errors import DeskRefused, PassphraseWrong
from hotline.ports import Kit
from hotline.sealing.passphrase import Costs
from hotline.services.desk.keys import by_passphrase, moving, recovery
from hotline.services.desk.keys.by_passphrase import PassphraseOpener, TwoPeople
from hotline.services.desk.keys.moving import DeskKeyPair, Say
from hotline.store.desk import audit, desks, members


@dataclass(frozen=True, slots=True)
class Passphrases:
    """What opens a desk's key now, and from then on."""

    old: PassphraseOpener
    new: PassphraseOpener


@dataclass(frozen=True, slots=True)
class Moved:
    desks: int
    grants: int


def rotate(
    kit: Kit,
    *,
    old: str,
    new: str,
    by: TwoPeople,
    reason: str,
    settle: Callable[[], None],
    say: Say,
    costs: Costs | None = None,
) -> Moved:
    """`settle` waits until no hop is left that read the old keys: then every grant is looked at once more.

    Each member of a desk opens it as before, with her own key. Raises PassphraseWrong where a desk opens with neither
    passphrase: those before it are changed, and it may be said again with the same two. DeskRefused where a desk is in
    the middle of another new key. SealBroken or KeyMissing where a grant opens with neither key, or its week's lock
    does not: then the keys before stay.
    """
    words = Passphrases(PassphraseOpener(by, old), PassphraseOpener(by, new))
    # No desk is in the middle of a new key, but of this rotation: else nothing has changed.
    with kit.database.reading() as session:
        moves = [by_passphrase.wrapped(session, code) for code in sorted(members.moving(session))]
    for found in moves:
        _both(found, words)
    recovery.ensure(kit, words.new, costs, instead_of=words.old)
    with kit.database.reading() as session:
        codes = sorted(desks.codes(session))
    pairs, moved = _rotate(kit, codes, words, settle, say)
    about = f"{len(pairs)} desks, {moved} grants"
    _end(kit, pairs, about, by=by, reason=reason)
    recovery.retire_older(kit, words.new)
    return Moved(len(pairs), moved)


def rotate_one(
    kit: Kit,
    desk: str,
    *,
    passphrase: str,
    by: TwoPeople,
    reason: str,
    settle: Callable[[], None],
    say: Say,
    costs: Costs | None = None,
) -> Moved:
    """A new key for one desk, under the passphrase of today: whoever left keeps a copy of nothing.

    What a member began in the console comes to its end. Raises NotFound, and what `rotate` raises.
    """
    opener = PassphraseOpener(by, passphrase)
    with kit.database.reading() as session:
        desks.one(session, desk)
    recovery.ensure(kit, opener, costs)
    pairs, moved = _rotate(kit, [desk], Passphrases(opener, opener), settle, say)
    _end(kit, pairs, f"desk:{desk}", by=by, reason=f"{moved} grants: {reason}")
    return Moved(len(pairs), moved)


def _rotate(
    kit: Kit, codes: Sequence[str], words: Passphrases, settle: Callable[[], None], say: Say
) -> tuple[Sequence[DeskKeyPair], int]:
    pairs: list[DeskKeyPair] = []
    for number, code in enumerate(codes, 1):
        say(f"desk {number} of {len(codes)}")
        pair = _put(kit, code, words)
        if pair is not None:
            pairs.append(pair)

    moved = moving.move(kit, pairs, say)
    settle()
    # The relay locks grants anew meanwhile: only a whole look that finds no old one is the last.
    while again := moving.move(kit, pairs, say):
        moved += again
    return pairs, moved


def _end(kit: Kit, pairs: Sequence[DeskKeyPair], about: str, *, by: TwoPeople, reason: str) -> None:
    """The keys before are destroyed."""
    with kit.database.writing() as session:
        for pair in pairs:
            moving.end(session, pair)
        why = by.why(reason)
        audit.sign(
            session, by.first, at=kit.now(), action="desks_rotated", subject=about, reason=why
        )


def _put(kit: Kit, code: str, words: Passphrases) -> DeskKeyPair | None:
    """The desk's new key in its place, unless an earlier try put it; None where one came to its end."""
    with kit.database.reading() as session:
        found = by_passphrase.wrapped(session, code)
        public_key = desks.public_keys(session, [code])[code]
    if found.before is not None:
        return DeskKeyPair(code, public_key, *_both(found, words))
    try:
        (before,) = words.old.open(found)
    except PassphraseWrong:
        words.new.open(found)
        return None

    with kit.database.writing() as session:
        at_rest = desks.one(session, code, for_writing=True).public_key == public_key
        if at_rest and desks.moving_since(session, code) is None:
            return moving.put(session, code, before, kit.now())
    return _put(kit, code, words)


def _both(found: by_passphrase.WrappedDesk, words: Passphrases) -> tuple[bytes, bytes]:
    """Of a desk in the middle of a rotation. Raises DeskRefused where it is not this one."""
    try:
        newest, before = words.new.open(found)
    except PassphraseWrong:
        words.old.open(found)
        raise DeskRefused(
            f"desk {found.desk} is in the middle of another new key, which is ended first: by a member on its page"
            f" in the console, or by `hotline keys rotate-desks --desk {found.desk}`"
        ) from None
    return newest, before
