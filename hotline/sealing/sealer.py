"""Sealing, and only sealing: nothing here can open what it made. What a reporter typed ends here.

The line between sealed and clear is drawn once, in `store/tips.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SealedTip:
    body: bytes
    grants: Mapping[str, bytes]
    """The body's key by desk code, each sealed to that desk."""


class Sealer:
    def tip(
        self, answers: Mapping[str, str], *, uid: str, place: str, desks: Mapping[str, bytes]
    ) -> SealedTip:
        """Seal answers to desks (code -> public key). Padded to 256, 512, 1024 or 2048 bytes."""
        raise NotImplementedError

    def number(self, msisdn: str) -> bytes:
        """An MSISDN, sealed to the relay. Raises KeyMissing where the folder lacks the relay's public key."""
        raise NotImplementedError
