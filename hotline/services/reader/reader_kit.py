"""What the reader's process has, and no other: the keys behind the PINs, and its memory of them."""

from dataclasses import dataclass, field
from threading import Event

from hotline.ports import Kit
from hotline.sealing.keys.keyfolder import KeyFolder
from hotline.sealing.keys.keymaking import PEPPER_KEY, READER_KEY
from hotline.sealing.keys.livekeys import LiveKeys
from hotline.sealing.members import PinVault
from hotline.services.reader.key_memory import KeyMemory


@dataclass(frozen=True)
class ReaderKit(Kit):
    vault: PinVault
    pair: LiveKeys
    """The private halves that PINs are sealed to, the newest first."""
    memory: KeyMemory = field(default_factory=KeyMemory)
    bell: Event = field(default_factory=Event)
    """Rung where somebody asks, so that nobody waits for the next look."""

    @classmethod
    def of(cls, kit: Kit, keys: KeyFolder) -> "ReaderKit":
        """Raises KeyMissing."""
        return cls(
            **vars(kit),
            vault=PinVault(LiveKeys(keys.path, PEPPER_KEY).now),
            pair=LiveKeys(keys.path, READER_KEY),
        )
