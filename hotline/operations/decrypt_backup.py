"""Decrypts a backup piece by piece. Detects every piece that was altered, moved or cut off."""

import hashlib
from collections.abc import Iterator
from typing import BinaryIO

from nacl.bindings import crypto_secretstream as stream
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from hotline.errors import BackupInvalid
from hotline.keys.decrypt import unwrap
from hotline.operations import backup_archive

OVERHEAD = stream.crypto_secretstream_xchacha20poly1305_ABYTES
HEADER_BYTES = stream.crypto_secretstream_xchacha20poly1305_HEADERBYTES
KEY_BYTES = stream.crypto_secretstream_xchacha20poly1305_KEYBYTES
FINAL = stream.crypto_secretstream_xchacha20poly1305_TAG_FINAL
init_pull = stream.crypto_secretstream_xchacha20poly1305_init_pull
pull = stream.crypto_secretstream_xchacha20poly1305_pull
new_state = stream.crypto_secretstream_xchacha20poly1305_state
SEALED_KEY_BYTES = KEY_BYTES + 48
READ = 1 << 20


def open_backup_key(wrapped: bytes, passphrase: str) -> bytes:
    """Returns the private key. Raises PassphraseWrong, DecryptionFailed."""
    return unwrap(wrapped, passphrase, owner=backup_archive.BACKUP_KEY, says="the backup key")


class Archive:
    """One backup that is read from its beginning."""

    def __init__(self, stream: BinaryIO) -> None:
        """Reads the label. Raises BackupInvalid where the file is not a backup of this project."""
        self._stream = stream
        self._contents: bytes | None = None
        if stream.read(len(backup_archive.MAGIC)) != backup_archive.MAGIC:
            raise BackupInvalid("this is not a backup of a line")
        length = self._exactly(backup_archive.LENGTH.size)
        self.label = self._exactly(_length(length, most=backup_archive.MAX_LABEL))
        self._clear = backup_archive.MAGIC + length + self.label

    @property
    def contents(self) -> bytes:
        """Returns the content of the last piece. It is known after all other pieces were read."""
        assert self._contents is not None, "read the pieces first"
        return self._contents

    def pieces(self, private_key: bytes) -> Iterator[bytes]:
        """Yields the pieces once. Raises BackupInvalid at a wrong piece.

        The code that wrote the earlier pieces must then remove them.
        """
        state = new_state()
        try:
            key = SealedBox(PrivateKey(private_key)).decrypt(self._exactly(SEALED_KEY_BYTES))
            init_pull(state, self._exactly(HEADER_BYTES), key)
        except CryptoError:
            raise BackupInvalid("this key does not decrypt the backup") from None

        bound: bytes | None = self._clear
        while True:
            encrypted = self._exactly(
                _length(self._exactly(backup_archive.LENGTH.size), most=2 * backup_archive.PIECE)
            )
            try:
                piece, tag = pull(state, encrypted, bound)
            except (CryptoError, RuntimeError, ValueError):
                raise BackupInvalid("the backup was altered or damaged") from None
            if tag == FINAL:
                self._contents = piece
                return
            yield piece
            bound = None

    def _exactly(self, size: int) -> bytes:
        found = self._stream.read(size)
        if len(found) != size:
            raise BackupInvalid("the backup was cut off")
        return found


def is_whole(stream: BinaryIO) -> bool:
    """Returns True if the file is undamaged, without any key. Reads from the beginning."""
    digest, held = hashlib.sha256(), b""
    while read := stream.read(READ):
        held += read
        digest.update(held[: -backup_archive.DIGEST_BYTES])
        held = held[-backup_archive.DIGEST_BYTES :]
    return digest.digest() == held


def _length(read: bytes, *, most: int) -> int:
    (length,) = backup_archive.LENGTH.unpack(read)
    if not OVERHEAD <= length <= most:
        raise BackupInvalid("the backup was altered or damaged")
    return int(length)
