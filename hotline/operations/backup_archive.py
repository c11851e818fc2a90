"""Encrypts a backup in age's format to the operators' keys, and signs it with this line's key.

A backup is two files. `NAME.age` is the copy, compressed as by gzip: SQLite's file, or the dump of pg_dump. The public
`age` tool decrypts it, and no server holds the key for that. `NAME.age.sig` has two lines: the manifest, and this
line's Ed25519 signature of it in base64. The manifest names the digest of the first file. Anyone can encrypt to a
public key, so only the signature shows that a backup is of this line.
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
"""The format of gzip, for zlib."""
DOMAIN = b"hotline backup\n"
"""Precedes each signed manifest, so that no signature of another kind counts as one of a backup."""
BACKUP_PUBLIC_KEY = "backup.pub"
"""File with the recipients of every backup: age's public keys, one a line."""
Write = Callable[[bytes], object]
SIGNER = "# signed by "
"""Begins the line of a key file that names the key with which the line signs."""


def signature_path(copy: Path) -> Path:
    return copy.with_name(copy.name + SIGNATURE_SUFFIX)


def read_recipients(file: bytes) -> Sequence[str]:
    """Returns age's public keys, one a line. Raises BackupInvalid if one is not a public key."""
    lines = file.decode(errors="replace").split()
    _parsed(lines)
    return lines


def new_key_file(passphrase: str, signer: str) -> tuple[str, bytes]:
    """Returns a new public key, and the file of its private key under a passphrase. `age --decrypt` reads the file too.

    The file also names the signer, so that its owner recognizes this line's backups on an empty machine.
    """
    identity = Identity.generate()
    text = f"{SIGNER}{signer}\n{identity}\n"
    return str(identity.to_public()), pyrage.passphrase.encrypt(text.encode(), passphrase)


def signer_of(signing_key: bytes) -> str:
    """Returns the public half of the line's signing key, as people compare it."""
    return bytes(SigningKey(signing_key).verify_key).hex()


class Source:
    """Lets age read pieces as a file. Keeps the error that ended them, because age hides it."""

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
    """Lets age write to a function as to a file. Keeps the error that the function raised."""

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
        """Does nothing. The caller flushes its own file."""


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
    # pyrage raises no error for its last write.
    if broken := source.broken or sink.broken:
        raise broken
    return digest.hexdigest()


def _compressed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packing = zlib.compressobj(wbits=GZIP)
    for piece in pieces:
        yield packing.compress(piece)
    yield packing.flush()


def encrypt_text(text: bytes, recipients: Sequence[str]) -> str:
    """Returns a short text encrypted to the same recipients, in letters."""
    return pyrage.encrypt(text, _parsed(recipients), armored=True).decode()


def signed(manifest: bytes, signing_key: bytes) -> bytes:
    """Returns the file with a manifest and its signature."""
    signature = SigningKey(signing_key).sign(DOMAIN + manifest).signature
    return manifest + b"\n" + base64.b64encode(signature) + b"\n"


def _parsed(recipients: Sequence[str]) -> Sequence[Recipient]:
    try:
        return [Recipient.from_str(one) for one in recipients]
    except pyrage.RecipientError:
        raise BackupInvalid("this is not a public key of age: it begins with age1") from None
