"""The enrolment passphrase opens desks' keys as a recovery, before two people. Only this file opens by it.

Nothing that a hook reaches imports this file.
"""

from dataclasses import dataclass, field
from functools import cache

from hotline.errors import DeskRefused
from hotline.sealing.opening import Stretch, stretched, unwrap_desk_key
from hotline.store.database import Session
from hotline.store.desk import desks
from hotline.text.remark import remark


@dataclass(frozen=True, slots=True)
class TwoPeople:
    """Two people who are there when the passphrase is used. One person's name twice is refused: DeskRefused."""

    first: str
    """Who acts."""
    second: str

    def __post_init__(self) -> None:
        names = {" ".join(name.split()).casefold() for name in (self.first, self.second)}
        if len(names) < 2 or "" in names:
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
    """A desk's key as it is wrapped for the passphrase: today's, and the one that a rotation put aside."""

    desk: str
    today: bytes = field(repr=False)
    before: bytes | None = field(repr=False)


def wrapped(session: Session, desk: str) -> WrappedDesk:
    """Raises NotFound."""
    today = desks.wrapped_key(session, desk, desks.ENROLMENT)
    return WrappedDesk(desk, today, desks.key_before(session, desk))


@dataclass(frozen=True, slots=True)
class PassphraseOpener:
    """Opens desks' keys for two people; the passphrase is stretched once for desks that were wrapped together."""

    by: TwoPeople
    passphrase: str = field(repr=False)
    stretch: Stretch = field(default_factory=lambda: cache(stretched), repr=False)

    def open(self, found: WrappedDesk) -> tuple[bytes, ...]:
        """Today's private key, and behind it the one put aside. Raises PassphraseWrong, SealBroken."""
        each = (found.today,) if found.before is None else (found.today, found.before)
        return tuple(
            unwrap_desk_key(one, self.passphrase, desk=found.desk, stretch=self.stretch)
            for one in each
        )
