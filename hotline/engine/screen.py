"""What a handset shows: text fitted to the network's limit, page by page. Pure.

Of every page `HELD_BACK` septets stay free, so that the line over a repeated screen never moves a page break. Breaks
fall between words and between choices. Choices are numbered from 1 on each page; a choice with a key keeps it. A page
that begins with a choice says once more what is being chosen.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hotline.engine.words import HELD_BACK
from hotline.text.gsm7 import septets, to_gsm7

DEFAULT_LIMIT = 156
"""Septets of body. A setting per network: nobody publishes Rwanda's."""
NARROWEST = 16
"""Letters in a line of the narrowest phones. They break between words, and in the middle of one that is longer."""
SMALLEST_ROOM = 40
"""Below this no page is laid out, whatever the limit says: a line of that size carries no menu."""
NUMBERS = "12345678"
"""What choices are numbered with; `9` is always more."""


@dataclass(frozen=True, slots=True)
class Screen:
    text: str
    ends: bool
    septets: int


@dataclass(frozen=True, slots=True)
class Button:
    """A choice before it has a number."""

    label: str
    key: str | None = None
    same_line: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """All that a node shows, before it is cut into pages."""

    text: str
    buttons: tuple[Button, ...] = ()
    note: str = ""
    """Words under the buttons."""
    tail: str = ""
    """A line that the last page must have: `0 Skip`, `9 More`."""
    more: str = "9 More"
    """The line of every page that has a next one; none where only the first page is ever shown."""
    question: str = ""
    """The line over choices that go on from the page before."""
    hints: tuple[str, ...] = ()
    """What may follow where there is room, the best first, each with the space or new line in front of it."""


@dataclass(frozen=True, slots=True)
class Page:
    text: str
    keys: Mapping[str, int]
    """What each digit on it chooses, as an index of the layout's buttons."""
    more: bool
    """Whether another page follows."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """What no page break may cut: a word, or a choice with its number."""

    gap: str
    """What stands between it and the piece before it on the same page."""
    text: str
    button: int | None = None

    @property
    def cost(self) -> int:
        return septets(self.text) + (2 if self.button is not None else 0)


@dataclass(slots=True)
class _Draft:
    """A page that is being filled."""

    reserved: frozenset[str]
    text: str = ""
    keys: dict[str, int] = field(default_factory=dict)

    def take(self, piece: _Piece, key: str | None, room: int) -> bool:
        """Put the piece on the page, if it still has room and a digit for it."""
        gap = piece.gap if self.text else ""
        if septets(self.text) + len(gap) + piece.cost > room:
            return False
        if piece.button is None:
            self.text += gap + piece.text
            return True

        digit = key or self._free_number()
        if digit is None or digit in self.keys:
            return False
        self.keys[digit] = piece.button
        self.text += f"{gap}{digit} {piece.text}"
        return True

    def _free_number(self) -> str | None:
        free = [digit for digit in NUMBERS if digit not in self.keys]
        unreserved = [digit for digit in free if digit not in self.reserved]
        return next(iter(unreserved or free), None)


def paginate(layout: Layout, limit: int = DEFAULT_LIMIT) -> tuple[Page, ...]:
    """At least one page; each within `limit - HELD_BACK` septets, all in GSM-7."""
    room = max(limit - HELD_BACK, SMALLEST_ROOM)
    more = f"\n{to_gsm7(layout.more)}" if layout.more else ""
    tail = f"\n{to_gsm7(layout.tail)}" if layout.tail else ""
    pieces: Sequence[_Piece] = _pieces(layout, room - max(septets(more), septets(tail)))

    pages: list[Page] = []
    while True:
        asked = (
            to_gsm7(layout.question) if pages and pieces and pieces[0].button is not None else ""
        )
        draft, left = _fill(layout, pieces, room - septets(tail), asked)
        if not left:
            return (*pages, _closed(draft, tail, layout.hints, room))
        draft, pieces = _fill(layout, pieces, room - septets(more), asked)
        pages.append(_closed(draft, more, layout.hints, room, more=True))


def _fill(
    layout: Layout, pieces: Sequence[_Piece], room: int, asked: str
) -> tuple[_Draft, Sequence[_Piece]]:
    """A page of as many pieces as have room under what is asked, and those that are left.

    At least one is taken, so that the pages end: a choice that is too long stands without the question.
    """
    draft = _Draft(frozenset(button.key for button in layout.buttons if button.key), asked)
    for taken, piece in enumerate(pieces):
        key = None if piece.button is None else layout.buttons[piece.button].key
        if not draft.take(piece, key, room):
            if asked and not taken:
                return _fill(layout, pieces, room, "")
            return draft, pieces[taken:]
    return draft, ()


def _closed(
    draft: _Draft, tail: str, hints: Sequence[str], room: int, *, more: bool = False
) -> Page:
    text = (draft.text + tail).lstrip("\n")
    for hint in map(to_gsm7, hints):
        if septets(text) + septets(hint) <= room:
            return Page((text + hint).lstrip("\n"), draft.keys, more)
    return Page(text, draft.keys, more)


def _pieces(layout: Layout, room: int) -> list[_Piece]:
    """The words and the choices, each small enough for a page of its own."""
    pieces = list(_word_pieces(layout.text, room))
    for index, button in enumerate(layout.buttons):
        _, label = next(_cut(to_gsm7(button.label) or "-", room - 2))
        pieces.append(_Piece(" " if button.same_line and index else "\n", label, index))
    return [*pieces, *_word_pieces(f"\n{layout.note}", room)]


def _word_pieces(text: str, room: int) -> Iterator[_Piece]:
    for gap, word in re.findall(r"(\s*)(\S+)", to_gsm7(text)):
        for first, part in _cut(word, room):
            yield _Piece(gap if first else "", part)


def _cut(word: str, room: int) -> Iterator[tuple[bool, str]]:
    """`word` in parts of at most `room` septets: all but the oddest have one. Says which is the first."""
    start, used = 0, 0
    for at, letter in enumerate(word):
        cost = septets(letter)
        if used + cost > room:
            yield start == 0, word[start:at]
            start, used = at, 0
        used += cost
    yield start == 0, word[start:]
