"""What `hotline flows play` may pretend, so that an editor walks screens which only a real session opens."""

from dataclasses import dataclass

from hotline.domain.call_back import OFFERED as CALLED
from hotline.domain.tips.receipt import ReceiptStatus, spaced
from hotline.engine.run import Facts
from hotline.services.tips.receipts import OFFERED, SHOWN

NUMBER = "430021655"
"""Nobody's: no session of the line gives it."""
NOTHING = "nothing"
"""What a wrong number finds."""
FOUND = (*(status.value for status in ReceiptStatus), NOTHING)


@dataclass(frozen=True, slots=True)
class Pretence:
    """Nothing of it is looked up: any nine digits and any PIN find what was asked for."""

    receipt: str | None = None
    """One of `FOUND`: receipts are given, and this is what any of them opens."""
    call_back: bool = False
    """A call is offered, as where the number that the desk calls from is signed."""

    def facts(self, of: Facts) -> Facts:
        flags, words = {**of.flags}, {**of.words}
        if self.receipt is not None:
            flags[OFFERED] = True
            words[SHOWN] = spaced(NUMBER)
        if self.receipt not in (None, NOTHING):
            flags[f"status.{self.receipt}"] = True
        if self.call_back:
            flags |= {f"call_back.{who}": True for who in CALLED}
        return Facts(flags, of.lists, words, of.language)

    def __str__(self) -> str:
        """What stands under every screen; empty where nothing is pretended."""
        said = []
        if self.receipt is not None:
            said.append(f"every receipt finds {self.receipt}")
        if self.call_back:
            said.append("a call is offered")
        return f"PRETENDED: {'; '.join(said)}" if said else ""
