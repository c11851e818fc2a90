"""What a page of the editor tells after a save. Its address says it in numbers alone: nothing typed stands in one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hotline.services.changes.folders import FlowAtHand
from hotline.text.gsm7 import TYPOGRAPHY
from hotline.web.console.visit import Visit


@dataclass(frozen=True, slots=True)
class Told:
    is_saved: bool = False
    plain: Sequence[tuple[str, str, int]] = ()
    """Word's marks that were made plain: which, what stands for it, how often."""
    is_merged: bool = False
    """Whether others saved meanwhile, and their edits are kept too."""


def told_after(visit: Visit, here: FlowAtHand) -> Told:
    """What the address says of a save; nothing where the flow was saved again since."""
    saved = _number(visit, "saved")
    if saved != here.version:
        return Told()
    return Told(True, plain(visit.query.get("plain", "")), "both" in visit.query)


def of_plain(times: Mapping[str, int]) -> str:
    """Word's marks and how often, as an address has it: `2019x2-2013x1`."""
    return "-".join(f"{ord(letter):x}x{count}" for letter, count in times.items())


def plain(said: str) -> Sequence[tuple[str, str, int]]:
    """The mark, what stands for it now, how often. Nothing that is no mark of Word's."""
    found = []
    for one in said[:200].split("-"):
        code, _, count = one.partition("x")
        letter = next((each for each in TYPOGRAPHY if f"{ord(each):x}" == code), None)
        if letter is not None and count.isdecimal():
            found.append((letter, TYPOGRAPHY[letter], int(count[:4])))
    return found


def _number(visit: Visit, name: str) -> int | None:
    said = visit.query.get(name, "")
    return int(said) if said.removeprefix("-").isdecimal() and len(said) < 10 else None
