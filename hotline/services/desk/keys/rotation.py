"""Every desk gets a new key and a new passphrase, while tips come in: what was sealed to the old keys is moved.

In steps that may each be the last: a desk's key before stays beside the new one, both under the new passphrase, until
every grant was looked at twice. Said again, it goes on where it stopped.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hotline.domain.tip import NATIONAL
from hotline.errors import PassphraseWrong, SealBroken
from hotline.ports import Kit
from hotline.sealing.deskkeys import DeskKey, new_desk_key
from hotline.sealing.envelope import label
from hotline.sealing.members import wrap_desk_key
from hotline.sealing.opening import opens_grant, regrant
from hotline.sealing.passphrase import Costs, WrappingKey
from hotline.services.desk.keys import by_passphrase
from hotline.services.desk.keys.by_passphrase import PassphraseOpener, TwoPeople, WrappedDesk
from hotline.store.copies import vaults
from hotline.store.desk import audit, desks, members
from hotline.store.people import member_keys

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class DeskKeyPair:
    """A desk's two keys, open in memory for as long as its grants are moved."""

    desk: str
    public_key: bytes
    newest: bytes = field(repr=False)
    before: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Passphrases:
    """Both passphrases, each stretched once for all desks that were wrapped together."""

    old: PassphraseOpener
    new: PassphraseOpener
    wrapping: WrappingKey

    @classmethod
    def of(cls, by: TwoPeople, old: str, new: str, costs: Costs | None) -> "Passphrases":
        wrapping = WrappingKey.stretch(new, costs or Costs())
        return cls(PassphraseOpener(by, old), PassphraseOpener(by, new), wrapping)


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
    passphrase: those before it are changed, and it may be said again with the same two. SealBroken or KeyMissing where
    a grant opens with neither key, or its week's lock does not: then the keys before stay.
    """
    words = Passphrases.of(by, old, new, costs)
    with kit.database.reading() as session:
        codes = sorted(desks.codes(session))
    done = _rotate(kit, codes, words, settle, say)
    about = f"{done.desks} desks, {done.grants} grants"
    _end(kit, codes, about, by=by, reason=reason)
    return done


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

    Raises NotFound, and what `rotate` raises.
    """
    words = Passphrases.of(by, passphrase, passphrase, costs)
    with kit.database.reading() as session:
        desks.one(session, desk)
    done = _rotate(kit, [desk], words, settle, say)
    _end(kit, [desk], f"desk:{desk}", by=by, reason=f"{done.grants} grants: {reason}")
    return done


def _rotate(
    kit: Kit, codes: Sequence[str], words: Passphrases, settle: Callable[[], None], say: Say
) -> Moved:
    pairs: list[DeskKeyPair] = []
    for number, code in enumerate(codes, 1):
        say(f"desk {number} of {len(codes)}")
        pair = _put(kit, code, words)
        if pair is not None:
            pairs.append(pair)

    moved = move(kit, pairs, say)
    settle()
    # The relay locks grants anew meanwhile: only a whole look that finds no old one is the last.
    while again := move(kit, pairs, say):
        moved += again
    return Moved(len(pairs), moved)


def _end(kit: Kit, codes: Sequence[str], about: str, *, by: TwoPeople, reason: str) -> None:
    """The keys before are destroyed."""
    with kit.database.writing() as session:
        desks.forget_before(session, codes)
        audit.append(
            session,
            at=kit.now(),
            actor=audit.by_command(by.first),
            action="desks_rotated",
            subject=about,
            reason=by.why(reason),
        )


def _put(kit: Kit, code: str, words: Passphrases) -> DeskKeyPair | None:
    """The desk's new key in its place, unless an earlier try put it; None where one came to its end."""
    with kit.database.reading() as session:
        found = by_passphrase.wrapped(session, code)
        public_key = desks.public_keys(session, [code])[code]
    if found.before is not None:
        newest, before = words.new.open(found)
        return DeskKeyPair(code, public_key, newest, before)
    try:
        (before,) = words.old.open(found)
    except PassphraseWrong:
        words.new.open(found)
        return None

    made = new_desk_key(words.wrapping, desk=code)
    (newest,) = words.new.open(WrappedDesk(code, made.wrapped_key, None))
    _write(kit, code, made, newest, words.wrapping.wrap(before, owner=code))
    return DeskKeyPair(code, made.public_key, newest, before)


def _write(kit: Kit, code: str, made: DeskKey, newest: bytes, aside: bytes) -> None:
    """The new key, for the passphrase and for every member who may still open the desk, in one commit."""
    at = kit.now()
    with kit.database.writing() as session:
        desks.one(session, code, for_writing=True)
        desks.put_aside(session, code, wrapped_key=aside, at=at)
        desks.replace_key(session, code, made.public_key, wrapped_key=made.wrapped_key)
        sealed = {
            member: wrap_desk_key(newest, public_key, code, member)
            for member in members.of_desk(session, code)
            if (public_key := member_keys.public_key(session, code, member)) is not None
        }
        members.reseal(session, code, sealed, at)


def move(kit: Kit, pairs: Sequence[DeskKeyPair], say: Say) -> int:
    """How many grants were sealed to the desks' new keys."""
    moved = 0
    for pair in pairs:
        for following in (_next, _next_call_back, _next_case):
            last = 0
            while batch := following(kit, pair.desk, last):
                moved += _move_batch(kit, pair, batch)
                last = batch[-1].id
                say(f"{moved} grants sealed anew")
    return moved


def _next(kit: Kit, desk: str, last: int) -> Sequence[vaults.SealedGrant]:
    with kit.database.reading() as session:
        return vaults.grants(session, desk, last)


def _next_call_back(kit: Kit, desk: str, last: int) -> Sequence[vaults.SealedGrant]:
    if desk != NATIONAL:
        return ()
    with kit.database.reading() as session:
        return vaults.call_back_grants(session, last)


def _next_case(kit: Kit, desk: str, last: int) -> Sequence[vaults.SealedGrant]:
    with kit.database.reading() as session:
        return vaults.case_grants(session, desk, last)


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
