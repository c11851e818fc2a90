"""The enrolment passphrase opens desks' keys as a recovery, before two people. Only this file opens by it.

Nothing that a hook reaches imports this file.
"""

from dataclasses import dataclass, field
from functools import cache

from nacl.public import PrivateKey

from hotline.errors import DeskRefused, SealBroken
from hotline.sealing.deskkeys import open_by_passphrase, open_recovery
from hotline.sealing.opening import Stretch, stretched
from hotline.store.database import Session
from hotline.store.desk import desks, recovery_pairs
from hotline.store.desk.recovery_pairs import RecoveryPair
from hotline.text.names import folded, is_one_name
from hotline.text.remark import remark


@dataclass(frozen=True, slots=True)
class TwoPeople:
    """Two people who are there when the passphrase is used. One person's name twice is refused: DeskRefused."""

    first: str
    """Who acts."""
    second: str

    def __post_init__(self) -> None:
        is_nameless = not folded(self.first) or not folded(self.second)
        if is_nameless or is_one_name(self.first, self.second):
            raise DeskRefused(
                remark(
                    "the passphrase opens a desk before two people alone: a second name is missing"
                )
            )

    def why(self, reason: str) -> str:
        """The reason as the audit log keeps it, beside the first as the actor: both names stand in the row."""
        return f"{reason}; by the passphrase, with {self.second}"


OF_THE_DEMO = TwoPeople("the demo's key holder", "nobody, since it is a demo")
"""For a line whose gateway is the pretended one: its passphrase lies in its home folder for everybody."""


@dataclass(frozen=True, slots=True)
class WrappedDesk:
    """A desk's key as the passphrase opens it: today's, and the one that a rotation put aside."""

    desk: str
    today: bytes = field(repr=False)
    before: bytes | None = field(repr=False)
    recovery: tuple[bytes, ...] = field(repr=False)
    """Private halves of the recovery pairs, as they are wrapped; today's first."""


def wrapped(session: Session, desk: str) -> WrappedDesk:
    """Raises NotFound."""
    today = desks.wrapped_key(session, desk, desks.ENROLMENT)
    pairs = tuple(one.wrapped_key for one in recovery_pairs.everything(session))
    return WrappedDesk(desk, today, desks.key_before(session, desk), pairs)


@dataclass(frozen=True, slots=True)
class PassphraseOpener:
    """Opens desks' keys for two people; the passphrase is stretched once for what was wrapped together."""

    by: TwoPeople
    passphrase: str = field(repr=False)
    stretch: Stretch = field(default_factory=lambda: cache(stretched), repr=False)

    def open(self, found: WrappedDesk) -> tuple[bytes, ...]:
        """Today's private key, and behind it the one put aside. Raises PassphraseWrong, SealBroken."""
        each = [(found.today, desks.ENROLMENT)]
        if found.before is not None:
            each.append((found.before, desks.BEFORE))
        return tuple(self._open(found, one, member) for one, member in each)

    def check(self, recovery: RecoveryPair) -> None:
        """Raises PassphraseWrong; SealBroken where the pair was altered, or its halves are not of one."""
        private = open_recovery(recovery.wrapped_key, self.passphrase, stretch=self.stretch)
        if bytes(PrivateKey(private).public_key) != recovery.public_key:
            raise SealBroken(
                "the public half of the recovery pair was changed in the database: who changed it opens each desk that"
                " got a new key since. Take the row of `recovery_pair` from an earlier backup"
            )

    def _open(self, found: WrappedDesk, one: bytes, member: str) -> bytes:
        return open_by_passphrase(
            one,
            self.passphrase,
            desk=found.desk,
            member=member,
            recovery=found.recovery,
            stretch=self.stretch,
        )
