"""Encrypts a backup piece by piece. Only the private backup key decrypts it, and no server holds that key.

    magic | label: length 4, JSON in clear | the stream's key, sealed 80 | the stream's header 24
    | pieces: length 4, secretstream | SHA-256 over all of it 32.

The secretstream of libsodium detects a piece that was altered, moved, repeated or cut off. The label is bound to the
first piece. The last piece is tagged as the end and says what the backup must contain. The digest at the end is not
secret. With it, a machine without the key can detect a damaged disk.
"""

import hashlib
import struct
from collections.abc import Callable, Iterable, Iterator

from nacl.bindings import crypto_secretstream as stream
from nacl.public import PublicKey, SealedBox
from nacl.utils import random

from hotline.keys.passphrase import Costs, WrappedPair, WrappingKey

KEY_BYTES = stream.crypto_secretstream_xchacha20poly1305_KEYBYTES
FINAL = stream.crypto_secretstream_xchacha20poly1305_TAG_FINAL
MESSAGE = stream.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
init_push = stream.crypto_secretstream_xchacha20poly1305_init_push
push = stream.crypto_secretstream_xchacha20poly1305_push
new_state = stream.crypto_secretstream_xchacha20poly1305_state
MAGIC = b"hotline backup 1\n"
LENGTH = struct.Struct(">I")
MAX_LABEL = 64 * 1024
PIECE = 64 * 1024
DIGEST_BYTES = 32
BACKUP_PUBLIC_KEY = "backup.pub"
BACKUP_KEY = "backup key"
"""Owner of the wrapped private key."""


def new_backup_key(passphrase: str, costs: Costs | None = None) -> WrappedPair:
    """Creates the backup key pair, with the private key under its own passphrase. No server keeps the private key."""
    return WrappingKey.stretch(passphrase, costs or Costs()).new_pair(owner=BACKUP_KEY)


def fingerprint(public_key: bytes) -> str:
    """Returns a short digest by which people distinguish backup keys."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def encrypt_archive(
    label: bytes, pieces: Iterable[bytes], contents: Callable[[], bytes], public_key: bytes
) -> Iterator[bytes]:
    """Yields the parts of the archive in order. Calls `contents` after the last piece has passed."""
    digest = hashlib.sha256()
    for part in _parts(label, pieces, contents, public_key):
        digest.update(part)
        yield part
    yield digest.digest()


def _parts(
    label: bytes, pieces: Iterable[bytes], contents: Callable[[], bytes], public_key: bytes
) -> Iterator[bytes]:
    clear = MAGIC + LENGTH.pack(len(label)) + label
    key = random(KEY_BYTES)
    state = new_state()
    header = init_push(state, key)
    yield clear + SealedBox(PublicKey(public_key)).encrypt(key) + header

    bound: bytes | None = clear
    for piece in pieces:
        for start in range(0, len(piece), PIECE):
            yield _framed(push(state, piece[start : start + PIECE], bound, MESSAGE))
            bound = None
    yield _framed(push(state, contents(), bound, FINAL))


def _framed(encrypted: bytes) -> bytes:
    return LENGTH.pack(len(encrypted)) + encrypted
