"""Verifies that a hotline signed a backup, and decrypts it with an operator's key."""

import base64
import binascii
import hashlib
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from io import BufferedReader
from pathlib import Path
from typing import Any, NamedTuple

import pyrage
from nacl.exceptions import CryptoError
from nacl.signing import VerifyKey
from pyrage.x25519 import Identity

from hotline.operations.backup import DOMAIN, GZIP, SIGNER, Sink, Source, Write, signature_path
from hotline.operations.rules_backup import Contents, Manifest
from hotline.text.errors import BackupInvalid, DecryptionFailed, NotReady, PassphraseWrong

READ = 1 << 20
MAX_SIGNATURE_FILE = 1 << 20
ENCRYPTED = (b"age-encryption.org/", b"-----BEGIN AGE")
SLOW_TRIES = 200
SLOW = """this machine is too slow or too busy for the backup key's file. Stop other programs and try again, or run `age
--decrypt FILE >KEYFILE` on a faster machine and give KEYFILE"""
UNSIGNED = """this hotline did not sign this backup, or it was changed since. Nothing was
restored: take both files again, from another place where backups are kept"""
NO_SIGNER = """the public key that checks the backup's signature is missing: use the key file of `hotline backup key`,
or give --signer with the signing key that it printed"""


class BackupKey(NamedTuple):
    """The private keys in an operator's key file. The file also contains the public signing keys of the hotlines whose
    backups the operator accepts."""

    identities: Sequence[Identity]
    signers: frozenset[str]


def open_backup_key(file: bytes, passphrase: Callable[[], str]) -> BackupKey:
    """Returns the keys in a key file. The function asks for the passphrase only if the file is encrypted.

    Raises PassphraseWrong or DecryptionFailed.
    """
    if file.startswith(ENCRYPTED):
        file = _under_passphrase(file, passphrase())
    lines = file.decode(errors="replace").splitlines()
    try:
        keys = [Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except pyrage.IdentityError:
        keys = []
    if not keys:
        raise DecryptionFailed("the backup key's file contains no private key of the program age")
    signers = {line.removeprefix(SIGNER).strip() for line in lines if line.startswith(SIGNER)}
    return BackupKey(keys, frozenset(signers))


def _under_passphrase(file: bytes, passphrase: str) -> bytes:
    """Decrypts a key file with its passphrase. On a slow machine, age can refuse the right passphrase, so the function
    tries several times.
    """
    for _ in range(SLOW_TRIES):
        try:
            return pyrage.passphrase.decrypt(file, passphrase)
        except pyrage.DecryptError as refused:
            if not str(refused).startswith("Excessive work"):
                raise PassphraseWrong("this passphrase does not decrypt the backup key") from None
    raise DecryptionFailed(SLOW)


def read_manifest(copy: Path, signers: Collection[str] | None = None) -> Manifest:
    """Returns the manifest of a copy. Raises BackupInvalid unless one of `signers` signed the manifest.

    If `signers` is None, the function verifies no signature. Raises NotReady if `signers` is empty.
    """
    signature = signature_path(copy)
    try:
        with signature.open("rb") as file:
            document, _, signatures = file.read(MAX_SIGNATURE_FILE).partition(b"\n")
    except OSError:
        raise BackupInvalid(
            f"the signature {signature.name} is missing: copy it into the folder of the backup {copy.name}"
        ) from None
    if signers is not None:
        if not signers:
            raise NotReady(NO_SIGNER)
        if not any(_is_signed(document, signatures, signer) for signer in signers):
            raise BackupInvalid(UNSIGNED)
    return Manifest.read(document)


def check_digest(stream: BufferedReader, manifest: Manifest) -> None:
    """Raises BackupInvalid if the copy differs from the signed copy. The check needs no key, and reads the copy from
    its beginning."""
    stream.seek(0)
    if hashlib.file_digest(stream, "sha256").hexdigest() != manifest.digest:
        raise BackupInvalid(UNSIGNED)


def decrypt_copy(
    stream: BufferedReader, manifest: Manifest, identities: Sequence[Identity], write: Write
) -> Contents:
    """Decrypts and unpacks a signed copy, and passes its pieces to `write`. Returns the contents of the backup's
    manifest.

    Raises BackupInvalid for a damaged backup, and each error that `write` raises. After an error, the calling code must
    remove the pieces that were already written.
    """
    digest, packed = hashlib.sha256(), zlib.decompressobj(wbits=GZIP)

    def pieces() -> Iterator[bytes]:
        while piece := stream.read(READ):
            digest.update(piece)
            yield piece

    stream.seek(0)
    source: Any = Source(pieces())
    sink: Any = Sink(lambda piece: write(packed.decompress(piece)))
    contents = None
    with suppress(pyrage.DecryptError, OSError):
        pyrage.decrypt_io(source, sink, identities)
        contents = pyrage.decrypt(manifest.contents.encode(), identities)
    # The library pyrage raises no error if its last write fails, so this code raises the stored
    # error.
    if broken := source.broken or sink.broken:
        raise broken
    if contents is None:
        raise BackupInvalid("this key does not decrypt the backup: use another backup key")
    if digest.hexdigest() != manifest.digest or not packed.eof:
        raise BackupInvalid(UNSIGNED)
    return Contents.read(contents)


def _is_signed(document: bytes, signature: bytes, signer: str) -> bool:
    try:
        key = VerifyKey(bytes.fromhex(signer))
        key.verify(DOMAIN + document, base64.b64decode(signature.strip(), validate=True))
    except (CryptoError, ValueError, TypeError, binascii.Error):
        return False
    return True
