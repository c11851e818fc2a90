"""Which words of a text were added and which taken out, for reading. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_PIECE = re.compile(r"\s+|[^\s]+")


class SpanKind(StrEnum):
    """Named as the elements of a page that show it."""

    SAME = "same"
    INS = "ins"
    DEL = "del"


@dataclass(frozen=True, slots=True)
class WordSpan:
    kind: SpanKind
    text: str


def spans(before: str, after: str) -> tuple[WordSpan, ...]:
    """Whole words. What is no `ins` makes `before`, what is no `del` makes `after`."""
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    found: list[WordSpan] = []
    for tag, a, b, c, d in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if tag == "equal":
            _add(found, SpanKind.SAME, old[a:b])
        else:
            _add(found, SpanKind.DEL, old[a:b])
            _add(found, SpanKind.INS, new[c:d])
    return tuple(found)


def _add(found: list[WordSpan], kind: SpanKind, pieces: Sequence[str]) -> None:
    if pieces:
        found.append(WordSpan(kind, "".join(pieces)))
