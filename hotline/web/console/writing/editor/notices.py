"""What a page of the editor tells after a save. Its address says it in numbers alone: nothing typed stands in one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hotline.services.changes import at_hand
from hotline.services.changes.at_hand import FlowAtHand
from hotline.services.changes.drafts import StepLine
from hotline.text.gsm7 import TYPOGRAPHY
from hotline.text.languages import NAMES
from hotline.web.console.visit import Visit


@dataclass(frozen=True, slots=True)
class Told:
    is_saved: bool = False
    plain: Sequence[tuple[str, str, int]] = ()
    """Word's marks that were made plain: which, what stands for it, how often."""
    beside: Sequence[str] = ()
    """What others saved meanwhile."""


def told_after(visit: Visit, change_id: int, here: FlowAtHand) -> Told:
    """What the address says of a save; nothing where the flow was saved again since."""
    saved = _number(visit, "saved")
    if saved != here.version:
        return Told()
    of = _number(visit, "of")
    beside = [] if of is None else [*_beside(visit, change_id, here, of)]
    return Told(True, plain(visit.query.get("plain", "")), beside)


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


def _beside(visit: Visit, change_id: int, here: FlowAtHand, of: int) -> Iterator[str]:
    lines = at_hand.meanwhile(visit.kit, change_id, here.name, of, here.version)
    for line in reversed(lines):
        yield visit.say(
            "{name} changed {what} meanwhile; both are kept.", name=line.author, what=_what(line)
        )
    if not lines:
        yield visit.say("What went live meanwhile is kept beside your words.")


def _what(line: StepLine) -> str:
    node, languages = line.says.get("node"), line.says.get("languages")
    named = ", ".join(NAMES[code] for code in languages or () if code in NAMES)
    return ": ".join(part for part in (str(node or line.part), named) if part)


def _number(visit: Visit, name: str) -> int | None:
    said = visit.query.get(name, "")
    return int(said) if said.removeprefix("-").isdecimal() and len(said) < 10 else None
