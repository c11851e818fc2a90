"""A desk's key pair at its birth: the private half leaves this file only wrapped."""

from dataclasses import dataclass

from nacl.public import PrivateKey

from hotline.sealing.passphrase import WrappingKey


@dataclass(frozen=True, slots=True)
class DeskKey:
    public_key: bytes
    wrapped_key: bytes


def new_desk_key(stretched: WrappingKey, *, desk: str) -> DeskKey:
    pair = PrivateKey.generate()
    return DeskKey(bytes(pair.public_key), stretched.wrap(bytes(pair), owner=desk))
