"""The backup key: a pair of which no server keeps the private half, wrapped under a passphrase of its own."""

from dataclasses import dataclass, field

from nacl.public import PrivateKey

from hotline.sealing.opening import unwrap
from hotline.sealing.passphrase import Costs, WrappingKey

OWNER = "backup key"
SAYS = "the backup key"


@dataclass(frozen=True, slots=True)
class BackupKey:
    public_key: bytes
    wrapped: bytes = field(repr=False)


def new_backup_key(passphrase: str, costs: Costs | None = None) -> BackupKey:
    pair = PrivateKey.generate()
    stretched = WrappingKey.stretch(passphrase, costs or Costs())
    return BackupKey(bytes(pair.public_key), stretched.wrap(bytes(pair), owner=OWNER))


def open_backup_key(wrapped: bytes, passphrase: str) -> bytes:
    """The private half. Raises PassphraseWrong, SealBroken."""
    return unwrap(wrapped, passphrase, owner=OWNER, says=SAYS)
