"""What proves a person of the console: the sealer of second factors, and the queue and costs of dear stretches."""

from dataclasses import dataclass, field

from hotline.sealing.accounts.factor_sealer import FactorSealer
from hotline.sealing.accounts.stretch_queue import StretchQueue
from hotline.sealing.keys.keyfolder import KeyFolder
from hotline.sealing.passphrase import Costs


@dataclass(frozen=True, slots=True)
class Proofs:
    factors: FactorSealer
    stretching: StretchQueue = field(default_factory=StretchQueue)
    costs: Costs = field(default_factory=Costs)
    """Of one guess of a password."""
    start_costs: Costs | None = None
    """Of one guess of a start PIN that a page makes; None for those of every start PIN."""

    @classmethod
    def of(cls, folder: KeyFolder) -> "Proofs":
        """Raises KeyMissing."""
        return cls(FactorSealer.of(folder))
