"""Decrypts desk keys with the recovery passphrase. The passphrase decrypts the private key of the recovery key pair,
and this private key decrypts the keys of all desks. Two people must be present when a command uses the passphrase.

A member who makes a new key for a desk also encrypts this key with the public key of the recovery pair. The process
that answers the gateway must not load this file.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache

from nacl.public import PrivateKey

from hotline.core.database import Session
from hotline.keys.decrypt import Stretch, stretch_passphrase, unwrap
from hotline.people import tables_desks
from hotline.people.decrypt_members import decrypt_desk_key
from hotline.people.tables_accounts import is_same_person
from hotline.text.characters import fold_name, is_one_name
from hotline.text.errors import DecryptionFailed, DeskRefused, PassphraseWrong
from hotline.text.languages import message_text

RECOVERY_OWNER = "recovery pair"
"""The encryption of a private key names the key's owner. For the private key of the recovery pair, the owner has this
name."""
ALONE = message_text("two people must enter the recovery passphrase: add a second name")


@dataclass(frozen=True, slots=True)
class TwoPeople:
    """The names of the two people who use the recovery passphrase together. Raises DeskRefused if both names are the
    same.
    """

    first: str
    """The person who runs the command that uses the passphrase."""
    second: str

    def __post_init__(self) -> None:
        is_nameless = not fold_name(self.first) or not fold_name(self.second)
        if is_nameless or is_one_name(self.first, self.second):
            raise DeskRefused(ALONE)

    def check(self, session: Session) -> None:
        """Raises DeskRefused if both names belong to one person. Compares the persons and accounts that have these
        names.
        """
        if is_same_person(session, self.first, self.second):
            raise DeskRefused(ALONE)

    def why(self, reason: str) -> str:
        """Returns the reason for the audit log, with the name of the second person.

        The audit log names the first person as the actor.
        """
        return f"{reason}; by the passphrase, with {self.second}"


OF_THE_DEMO = TwoPeople("the demo's key holder", "no one, since it is a demo")
"""The texts that the demo uses in place of the names of two people. In a demo, the gateway is the emulator, and every
user can read the recovery passphrase in the home folder.
"""


@dataclass(frozen=True, slots=True)
class WrappedDesk:
    """The encrypted private keys of a desk: the present key and, during a rotation, the previous key."""

    desk: str
    today: bytes = field(repr=False)
    before: bytes | None = field(repr=False)
    recovery: tuple[bytes, ...] = field(repr=False)
    """The encrypted private keys of the recovery key pairs, present pair first."""


def wrapped_desk(session: Session, desk: str, by: TwoPeople) -> WrappedDesk:
    """Returns a desk's encrypted private keys, after checking that `by` names two different people. Raises NotFound or
    DeskRefused.
    """
    by.check(session)
    today = tables_desks.wrapped_key(session, desk, tables_desks.PASSPHRASE_MEMBER)
    pairs = tuple(one.wrapped_key for one in tables_desks.recovery_pairs(session))
    return WrappedDesk(desk, today, tables_desks.previous_key(session, desk), pairs)


@dataclass(frozen=True, slots=True)
class PassphraseDecrypter:
    """Decrypts desk keys with the recovery passphrase, which two people use together. Derives each key from the
    passphrase only once, because the derivation is slow.
    """

    by: TwoPeople
    passphrase: str = field(repr=False)
    stretch: Stretch = field(default_factory=lambda: cache(stretch_passphrase), repr=False)

    def open(self, found: WrappedDesk) -> tuple[bytes, ...]:
        """Returns the present private key of a desk and, during a rotation, its previous private key. Raises
        PassphraseWrong, DecryptionFailed.
        """
        each = [(found.today, tables_desks.PASSPHRASE_MEMBER)]
        if found.before is not None:
            each.append((found.before, tables_desks.PREVIOUS_KEY))
        return tuple(self._open(found, one, member) for one, member in each)

    def _open(self, found: WrappedDesk, wrapped: bytes, member: str) -> bytes:
        """Returns a desk's private key.

        Raises PassphraseWrong if the passphrase is wrong, or if the desk's key was encrypted for a recovery pair with
        another passphrase. Raises DecryptionFailed if the desk's key was altered.
        """
        closed = not found.recovery
        for one in found.recovery:
            try:
                private = decrypt_recovery_pair(one, self.passphrase, stretch=self.stretch)
            except PassphraseWrong:
                closed = True
                continue
            with suppress(DecryptionFailed):
                return decrypt_desk_key(wrapped, private, found.desk, member)
        if closed:
            raise PassphraseWrong(f"this passphrase does not decrypt the key of desk {found.desk}")
        raise DecryptionFailed(
            f"the key of desk {found.desk} was altered: restore it from a backup"
        )

    def check(self, recovery: tables_desks.RecoveryPair) -> None:
        """Checks that the passphrase decrypts the private key of the recovery key pair `recovery`.

        Raises PassphraseWrong. Raises DecryptionFailed if the private key was altered, or if it does not belong to the
        public key.
        """
        private = decrypt_recovery_pair(recovery.wrapped_key, self.passphrase, stretch=self.stretch)
        if bytes(PrivateKey(private).public_key) != recovery.public_key:
            raise DecryptionFailed(
                "the public key of the recovery key pair was changed in the database, so an attacker could read tips."
                " Restore the row of the table `recovery_pair` from an earlier backup"
            )


def decrypt_recovery_pair(wrapped: bytes, passphrase: str, *, stretch: Stretch) -> bytes:
    """Returns the private key of the recovery pair. Raises PassphraseWrong, DecryptionFailed."""
    return unwrap(
        wrapped, passphrase, owner=RECOVERY_OWNER, part="the recovery key pair", stretch=stretch
    )
