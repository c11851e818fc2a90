"""The recovery pair: to it each desk's private key is sealed beside its members.

The recovery pair's private half exists only wrapped under the enrolment passphrase. So a member who opens a desk seals
the desk's next key to it without the passphrase. No hook may reach this file.
"""

from collections.abc import Sequence

from hotline.errors import PassphraseWrong, SealBroken
from hotline.sealing.members import open_desk_key
from hotline.sealing.opening import Stretch, unwrap

OWNER = "recovery pair"


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
