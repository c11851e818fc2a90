"""A desk's key pair at its birth, and the recovery pair: to it each desk's private key is sealed beside its members.

The recovery pair's private half exists only wrapped under the enrolment passphrase. So a member who opens a desk seals
the desk's next key to it without the passphrase. No hook may reach this file.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from nacl.public import PrivateKey

from hotline.errors import PassphraseWrong, SealBroken
from hotline.sealing.members import open_desk_key
from hotline.sealing.opening import Stretch, unwrap
from hotline.sealing.passphrase import WrappingKey

OWNER = "recovery pair"


@dataclass(frozen=True, slots=True)
class DeskPair:
    """A desk's own key pair. Whoever makes it seals the private half to the recovery pair and to members."""

    public: bytes
    private: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecoveryKey:
    """The recovery pair: its private half leaves this file only wrapped."""

    public_key: bytes
    wrapped_key: bytes = field(repr=False)


def new_desk_pair() -> DeskPair:
    pair = PrivateKey.generate()
    return DeskPair(bytes(pair.public_key), bytes(pair))


def new_recovery_key(stretched: WrappingKey) -> RecoveryKey:
    pair = PrivateKey.generate()
    return RecoveryKey(bytes(pair.public_key), stretched.wrap(bytes(pair), owner=OWNER))


def open_recovery(wrapped: bytes, passphrase: str, *, stretch: Stretch) -> bytes:
    """The recovery pair's private half. Raises PassphraseWrong, SealBroken."""
    return unwrap(wrapped, passphrase, owner=OWNER, says="the recovery pair", stretch=stretch)


def open_by_passphrase(
    wrapped: bytes,
    passphrase: str,
    *,
    desk: str,
    member: str,
    recovery: Sequence[bytes],
    stretch: Stretch,
) -> bytes:
    """A desk's private key. `recovery`: wrapped private halves, today's first.

    Raises PassphraseWrong, also where the pair that it is sealed to opens with another passphrase; SealBroken.
    """
    closed = not recovery
    for one in recovery:
        try:
            private = open_recovery(one, passphrase, stretch=stretch)
        except PassphraseWrong:
            closed = True
            continue
        try:
            return open_desk_key(wrapped, private, desk, member).key
        except SealBroken:
            continue
    if closed:
        raise PassphraseWrong(f"the key of desk {desk} does not open with this passphrase")
    raise SealBroken(f"the key of desk {desk} was altered")
