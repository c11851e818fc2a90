"""The recovery pair: made once by the enrolment passphrase, and each desk's key is sealed to it from then on.

Nothing that a hook reaches imports this file.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from nacl.public import PrivateKey

from hotline.domain.tip import NATIONAL
from hotline.errors import DeskRefused, PassphraseWrong, SealBroken
from hotline.ports import Kit
from hotline.sealing.deskkeys import RecoveryKey, is_to_recovery, new_desk_pair, new_recovery_key
from hotline.sealing.members import wrap_desk_key
from hotline.sealing.passphrase import Costs, WrappingKey
from hotline.services.check_result import CheckResult
from hotline.services.desk.keys import by_passphrase
from hotline.services.desk.keys.by_passphrase import PassphraseOpener, TwoPeople, WrappedDesk
from hotline.store.database import Session
from hotline.store.desk import audit, desks, recovery_pairs
from hotline.store.desk.desks import Desk

RECOVERY = "recovery pair"
MISSING = "there is no recovery pair yet: `hotline keys recovery` makes it at the server"


@dataclass(frozen=True, slots=True)
class MadeRecovery:
    is_new: bool
    sealed: int
    """Desks whose key was sealed to the pair now."""
    left: Sequence[str]
    """Desks that open with another passphrase: nothing was done to them."""


def make(
    kit: Kit, passphrase: str, *, by: TwoPeople, reason: str, costs: Costs | None = None
) -> MadeRecovery:
    """Make the pair where there is none, and seal each desk's key to it. Safe to repeat.

    Raises PassphraseWrong where it is not the national desk's passphrase; NotFound before desks were made.
    """
    opener = PassphraseOpener(by, passphrase)
    with kit.database.reading() as session:
        is_new = recovery_pairs.newest(session) is None
        codes = sorted(desks.codes(session))
    ensure(kit, opener, costs)

    sealed, left = 0, []
    for code in codes:
        try:
            sealed += _seal(kit, code, opener)
        except PassphraseWrong:
            left.append(code)
    if is_new or sealed:
        with kit.database.writing() as session:
            audit.append(
                session,
                at=kit.now(),
                actor=audit.by_command(by.first),
                action="recovery_made",
                subject=f"{sealed} desks",
                reason=by.why(reason),
            )
    return MadeRecovery(is_new, sealed, left)


def ensure(
    kit: Kit,
    opener: PassphraseOpener,
    costs: Costs | None = None,
    *,
    instead_of: PassphraseOpener | None = None,
) -> None:
    """See to it that today's pair opens with this passphrase, and make it where there is none.

    `instead_of` opens with the passphrase of before: then a new pair takes the place of the one before, which stays
    beside it. Raises PassphraseWrong, SealBroken.
    """
    with kit.database.reading() as session:
        today = recovery_pairs.newest(session)
        known = by_passphrase.wrapped(session, NATIONAL)
    if today is not None:
        try:
            opener.check(today)
            return
        except PassphraseWrong:
            if instead_of is None:
                raise
            instead_of.check(today)
    else:
        _check_under(known, opener, instead_of)

    made = new_pair(opener.passphrase, costs)
    with kit.database.writing() as session:
        # Who adds a desk holds the national one too: no desk is sealed to a pair that another has replaced.
        desks.one(session, NATIONAL, for_writing=True)
        newest = recovery_pairs.newest(session)
        if (newest and newest.id) != (today and today.id):
            raise DeskRefused("somebody else makes a recovery pair at this moment: say it again")
        recovery_pairs.add(session, made.public_key, made.wrapped_key, kit.now())


def _check_under(
    known: WrappedDesk, opener: PassphraseOpener, instead_of: PassphraseOpener | None
) -> None:
    """A desk without a pair opens with this passphrase, or with the one before. Raises PassphraseWrong, SealBroken."""
    try:
        opener.open(known)
    except PassphraseWrong:
        if instead_of is None:
            raise
        instead_of.open(known)


def new_pair(passphrase: str, costs: Costs | None = None) -> RecoveryKey:
    """A pair whose private half lies under this passphrase alone. It takes a second: outside of any transaction."""
    return new_recovery_key(WrappingKey.stretch(passphrase, costs or Costs()))


def first(session: Session, made: RecoveryKey, at: datetime) -> None:
    """The pair of a line that has no desk yet, in the caller's transaction."""
    recovery_pairs.add(session, made.public_key, made.wrapped_key, at)


def public_key(session: Session) -> bytes:
    """To which a desk's key is sealed, in the transaction that holds the desk. Raises DeskRefused without one."""
    pair = recovery_pairs.newest(session)
    if pair is None:
        raise DeskRefused(MISSING)
    return pair.public_key


def make_desk(session: Session, desk: Desk) -> None:
    """Make a desk with a key of its own, sealed to the pair, in the caller's transaction. Raises DeskRefused."""
    made, pair = new_desk_pair(), public_key(session)
    desk.public_key = made.public
    wrapped = wrap_desk_key(made.private, pair, desk.code, desks.ENROLMENT)
    desks.add(session, desk, wrapped_key=wrapped, member=desks.ENROLMENT)


def retire_older(kit: Kit, opener: PassphraseOpener) -> None:
    """Destroy the pairs before today's, once every desk was seen to open by today's alone."""
    with kit.database.reading() as session:
        every = recovery_pairs.everything(session)
    if len(every) < 2:
        return
    pair = every[0]
    opener.check(pair)
    with kit.database.writing() as session:
        desks.one(session, NATIONAL, for_writing=True)
        try:
            for code in desks.codes(session):
                found = by_passphrase.wrapped(session, code)
                if not is_to_recovery(found.today):
                    return
                opener.open(replace(found, recovery=(pair.wrapped_key,)))
        except (PassphraseWrong, SealBroken):
            return
        recovery_pairs.forget_older(session, pair.id)


def found(kit: Kit) -> CheckResult:
    """What the doctor says of it."""
    with kit.database.reading() as session:
        pairs = len(recovery_pairs.everything(session))
        keys = desks.for_passphrase(session)
    old = tuple(code for code, key in sorted(keys.items()) if not is_to_recovery(key))
    if pairs > 1:
        says = "a change of the enrolment passphrase has not come to its end"
        todo = "`hotline keys rotate-desks` again, with the same two passphrases"
        return CheckResult(RECOVERY, False, says, todo)
    todo = "`hotline keys recovery`, with the enrolment passphrase and a second person"
    if not pairs:
        says = "there is none: a member can give no desk a new key"
        return CheckResult(RECOVERY, False, says, todo, names=old)
    if old:
        says = f"{len(old)} desks are not sealed to it: they open by the passphrase as before"
        return CheckResult(RECOVERY, False, says, todo, names=old)
    return CheckResult(RECOVERY, True, "each desk's key is sealed to it")


def _seal(kit: Kit, code: str, opener: PassphraseOpener) -> bool:
    """Whether the desk's key was sealed to the pair now. Raises PassphraseWrong, SealBroken."""
    with kit.database.reading() as session:
        found = by_passphrase.wrapped(session, code)
        public = desks.one(session, code).public_key
    if is_to_recovery(found.today) and is_to_recovery(found.before or found.today):
        return False
    keys = dict(zip((desks.ENROLMENT, desks.BEFORE), opener.open(found), strict=False))
    if bytes(PrivateKey(keys[desks.ENROLMENT]).public_key) != public:
        raise SealBroken(f"the passphrase opens another key than that of desk {code}")
    with kit.database.writing() as session:
        desks.one(session, code, for_writing=True)
        if by_passphrase.wrapped(session, code) == found:
            pair = public_key(session)
            for member, key in keys.items():
                desks.rewrap(session, code, member, wrap_desk_key(key, pair, code, member))
            return True
    return _seal(kit, code, opener)
