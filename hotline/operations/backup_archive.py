"""Encrypts a backup for the operators' keys in age's format, and signs it with this hotline's key.

A backup consists of two files. `NAME.age` is the copy, compressed as with gzip: SQLite's file, or the dump of pg_dump.
The public program `age` decrypts it, and no server has the key for that. `NAME.age.sig` has two lines: the manifest,
and this hotline's Ed25519 signature of it in base64. The manifest contains the digest of the first file. Anyone can
encrypt for a public key, so only the signature proves that a backup comes from this hotline.
"""

import base64
import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyrage
from nacl.signing import SigningKey
from pyrage.x25519 import Identity, Recipient

from hotline.errors import BackupInvalid

SUFFIX = ".age"
SIGNATURE_SUFFIX = ".sig"
GZIP = 31
"""The gzip format, as a parameter for zlib."""
DOMAIN = b"hotline backup\n"
"""A text before each signed manifest, so that a signature made for another purpose never counts for a backup."""
BACKUP_PUBLIC_KEY = "backup.pub"
"""The file with the recipients of every backup: age's public keys, one on each line."""
Write = Callable[[bytes], object]
SIGNER = "# signed by "
"""The beginning of the line in a key file with the key that signs this hotline's backups."""


def signature_path(copy: Path) -> Path:
    return copy.with_name(copy.name + SIGNATURE_SUFFIX)


def read_recipients(file: bytes) -> Sequence[str]:
    """Reads age's public keys, one on each line. Raises BackupInvalid if one is not a public key."""
    lines = file.decode(errors="replace").split()
    _parsed(lines)
    return lines


def new_key_file(passphrase: str, signer: str) -> tuple[str, bytes]:
    """Returns a new public key, and a file with its private key, encrypted with a passphrase. `age --decrypt` can also
    read the file.

    The file also contains the signer, so that its owner recognises this hotline's backups on an empty machine.
    """
    identity = Identity.generate()
    text = f"{SIGNER}{signer}\n{identity}\n"
    return str(identity.to_public()), pyrage.passphrase.encrypt(text.encode(), passphrase)


def signer_of(signing_key: bytes) -> str:
    """Returns the public half of the hotline's signing key, in the form in which people compare it."""
    return bytes(SigningKey(signing_key).verify_key).hex()


class Source:
    """An object from which age reads pieces like a file. It stores the error that stopped the pieces, because age
    hides it."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces, self._held = iter(pieces), memoryview(b"")
        self.broken: BaseException | None = None

    def read(self, size: int) -> bytes:
        try:
            while not self._held and (piece := next(self._pieces, None)) is not None:
                self._held = memoryview(piece)
        except BaseException as broken:
            self.broken = broken
            raise
        part, self._held = self._held[:size], self._held[size:]
        return bytes(part)


class Sink:
    """An object that age writes to like a file. It passes the data to a function. It stores the error that the
    function raised."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self.broken: BaseException | None = None

    def write(self, part: bytes) -> int:
        try:
            self._write(part)
        except BaseException as broken:
            self.broken = broken
            raise
        return len(part)

    def flush(self) -> None:
        """Does nothing. Does nothing, because the calling code flushes its own file."""


def encrypt_copy(pieces: Iterable[bytes], recipients: Sequence[str], write: Write) -> str:
    """Writes the copy, compressed and encrypted. Returns the digest of what it wrote.

    Raises the error of the pieces or of `write`.
    """
    digest = hashlib.sha256()

    def digested(part: bytes) -> None:
        digest.update(part)
        write(part)

    source: Any = Source(_compressed(pieces))
    sink: Any = Sink(digested)
    keys = _parsed(recipients)
    with suppress(pyrage.EncryptError):
        pyrage.encrypt_io(source, sink, keys)
    # pyrage raises no error if its last write fails.
    if broken := source.broken or sink.broken:
        raise broken
    return digest.hexdigest()


def _compressed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packing = zlib.compressobj(wbits=GZIP)
    for piece in pieces:
        yield packing.compress(piece)
    yield packing.flush()


def encrypt_text(text: bytes, recipients: Sequence[str]) -> str:
    """Returns a short text, encrypted for the same recipients, in letters."""
    return pyrage.encrypt(text, _parsed(recipients), armored=True).decode()


def signed(manifest: bytes, signing_key: bytes) -> bytes:
    """Returns the content of the file with a manifest and its signature."""
    signature = SigningKey(signing_key).sign(DOMAIN + manifest).signature
    return manifest + b"\n" + base64.b64encode(signature) + b"\n"


def _parsed(recipients: Sequence[str]) -> Sequence[Recipient]:
    try:
        return [Recipient.from_str(one) for one in recipients]
    except pyrage.RecipientError:
        raise BackupInvalid(
            "give a public key of the program age: the key begins with age1"
        ) from None
