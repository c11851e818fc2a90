"""What a handset shows: text fitted to the network's limit, page by page. Pure.

Of every page `HELD_BACK` septets stay free, so that the line over a repeated screen never moves a page break. Breaks
fall between words and between choices. Choices are numbered from 1 on each page; a choice with a key keeps it. A page
that begins with a choice says once more what is being chosen. The ways out stand on every page. Where a layout says
so, a page also ends before it takes more lines of a narrow phone.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from hotline.engine.words import HELD_BACK
from hotline.text.gsm7 import septets, to_gsm7

DEFAULT_LIMIT = 156
"""Septets of body. A setting per network: nobody publishes Rwanda's."""
NARROWEST = 16
"""Letters in a line of the narrowest phones. They break between words, and in the middle of one that is longer."""
MOST_LINES = 10
"""Lines of the narrowest phones that a question takes with its choices."""
SMALLEST_ROOM = 40
"""Below this no page is laid out, whatever the limit says: a line of that size carries no menu."""
LEAST_BESIDE = 20
"""Septets of a page below which no choice is said on every page."""
NUMBERS = "12345678"
"""What choices are numbered with; `9` is always more."""


class Screen(NamedTuple):
    text: str
    ends: bool
    septets: int


class Button(NamedTuple):
    """A choice before it has a number."""

    label: str
    key: str | None = None
    same_line: bool = False
    every_page: bool = False
    """Stands at the end of each page, however many there are: "not sure"."""
    beside: bool = False
    """Stands on one page with the choice before it, as long as another choice is left for the page before."""


class Layout(NamedTuple):
    """All that a node shows, before it is cut into pages."""

    text: str
    buttons: tuple[Button, ...] = ()
    note: str = ""
    """Words under the buttons."""
    tail: str = ""
    """A line that the last page must have: `9 More`, where a node leads on."""
    more: str = "9 More"
    """The line of every page that has a next one; none where only the first page is ever shown."""
    question: str = ""
    """The line over choices that go on from the page before."""
    ways: tuple[str, ...] = ()
    """The ways out of every page, the best wording first. The last and shortest always has room."""
    lines: int | None = None
    """The most lines of a narrow phone that a page takes above `more` and the ways out; None is any number."""


class Page(NamedTuple):
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
    key: str | None = None
    """The fixed digit of its choice."""
    beside: bool = False

    @property
    def cost(self) -> int:
        return septets(self.text) + (2 if self.button is not None else 0)


@dataclass(slots=True)
class _Draft:
    """A page that is being filled."""

    reserved: frozenset[str]
    text: str = ""
    keys: dict[str, int] = field(default_factory=dict)
    most: int = len(NUMBERS)
    """Choices that it holds at most, so that others find a digit too."""
    lines: int | None = None
    """Lines of a narrow phone that it takes at most; what stands first on a page is never too long."""
    taken: int = 0
    """Pieces on it."""

    def take(self, piece: _Piece, room: int) -> bool:
        """Put the piece on the page, if it still has room and a digit for it."""
        gap = piece.gap if self.text else ""
        if septets(self.text) + len(gap) + piece.cost > room:
            return False
        text, digit = piece.text, None
        if piece.button is not None:
            free = [one for one in NUMBERS if one not in self.keys]
            unreserved = [one for one in free if one not in self.reserved]
            digit = piece.key or next(iter(unreserved or free), None)
            if digit is None or digit in self.keys or len(self.keys) >= self.most:
                return False
            text = f"{digit} {piece.text}"
        lines = self.lines
        if self.text and lines is not None and len(wrapped(self.text + gap + text)) > lines:
            return False
        if digit is not None and piece.button is not None:
            self.keys[digit] = piece.button
        self.text += gap + text
        self.taken += 1
        return True


def wrapped(text: str, columns: int = NARROWEST) -> list[str]:
    """Returns the lines of a text on a phone with so many letters in a line."""
    pieces: list[str] = []
    for line in text.split("\n"):
        rest = line
        while len(rest) > columns:
            cut = rest.rfind(" ", 0, columns + 1)
            cut = columns if cut <= 0 else cut
            pieces.append(rest[:cut])
            rest = rest[cut:].lstrip(" ")
        pieces.append(rest)
    return pieces


def paginate(layout: Layout, limit: int = DEFAULT_LIMIT) -> tuple[Page, ...]:
    """At least one page; each within `limit - HELD_BACK` septets, all in GSM-7."""
    whole = max(limit - HELD_BACK, SMALLEST_ROOM)
    ways = tuple(map(to_gsm7, layout.ways))
    room = whole - (septets(ways[-1]) if ways else 0)
    more = f"\n{to_gsm7(layout.more)}" if layout.more else ""
    tail = f"\n{to_gsm7(layout.tail)}" if layout.tail else ""
    pieces: Sequence[_Piece]
    pieces, kept = _pieces(layout, room - max(septets(more), septets(tail)))
    cost = sum(septets(piece.gap) + piece.cost for piece in kept)

    pages: list[Page] = []
    while True:
        goes_on = pages and pieces and pieces[0].button is not None
        asked = to_gsm7(layout.question) if goes_on else ""
        draft = _fill(layout, pieces, room - septets(tail), asked, lines=layout.lines)
        if draft.taken == len(pieces):
            return (*pages, _closed(draft, tail, ways, whole))

        once = [piece for piece in pieces if piece not in kept]
        left = room - septets(more) - cost
        taken = sum(len(wrapped(f"1 {piece.text}")) for piece in kept)
        lines = layout.lines and layout.lines - taken
        draft = _fill(layout, once, left, asked, spare=len(kept), lines=lines)
        if not draft.taken:
            kept, cost = [], 0
            continue
        if (fewer := _before_beside(once, draft)) < draft.taken:
            draft = _fill(layout, once[:fewer], left, asked, spare=len(kept), lines=lines)
        pieces = _after(pieces, kept, draft.taken)
        draft.most, draft.lines = len(NUMBERS), None
        for piece in kept:
            draft.take(piece, room - septets(more))
        pages.append(_closed(draft, more, ways, whole, more=True))


def _after(pieces: Sequence[_Piece], kept: Sequence[_Piece], taken: int) -> Sequence[_Piece]:
    """What is left once the first `taken` are shown, not counting those of every page."""
    left: list[_Piece] = []
    for piece in pieces:
        if taken and piece not in kept:
            taken -= 1
        else:
            left.append(piece)
    return left


def _before_beside(pieces: Sequence[_Piece], draft: _Draft) -> int:
    """How many pieces stay on the page, so that the next begins with no choice that stands beside another.

    All that it took, where it would be left without a choice.
    """
    fewer = draft.taken
    while fewer < len(pieces) and fewer and pieces[fewer].beside:
        fewer -= 1
    left = any(piece.button is not None for piece in pieces[:fewer])
    return fewer if left else draft.taken


def _fill(
    layout: Layout,
    pieces: Sequence[_Piece],
    room: int,
    asked: str,
    *,
    spare: int = 0,
    lines: int | None = None,
) -> _Draft:
    """A page of as many pieces as have room under what is asked, with `spare` digits left over.

    At least one is taken, so that the pages end: a choice that is too long stands without the question.
    """
    fixed = frozenset(button.key for button in layout.buttons if button.key)
    draft = _Draft(fixed, asked, most=len(NUMBERS) - spare, lines=lines)
    for piece in pieces:
        if not draft.take(piece, room):
            if asked and not draft.taken:
                return _fill(layout, pieces, room, "", spare=spare, lines=lines)
            break
    return draft


def _closed(
    draft: _Draft, tail: str, ways: Sequence[str], room: int, *, more: bool = False
) -> Page:
    text = (draft.text + tail).lstrip("\n")
    fitting = (way for way in ways if septets(text) + septets(way) <= room)
    return Page((text + next(fitting, "")).lstrip("\n"), draft.keys, more)


def _pieces(layout: Layout, room: int) -> tuple[list[_Piece], list[_Piece]]:
    """The words and the choices, each small enough for a page of its own; and those of every page.

    Where the room is so small that hardly anything would stand beside the latter, they stand on the last page alone.
    """
    at_every = [index for index, button in enumerate(layout.buttons) if button.every_page]
    kept = [_button_piece(layout, index, room) for index in at_every]
    left = room - sum(septets(piece.gap) + piece.cost for piece in kept)
    if left < LEAST_BESIDE or len(kept) >= len(NUMBERS):
        kept, left = [], room

    pieces = list(_word_pieces(layout.text, left))
    for index in range(len(layout.buttons)):
        again = next((piece for piece in kept if piece.button == index), None)
        pieces.append(again or _button_piece(layout, index, left))
    return [*pieces, *_word_pieces(f"\n{layout.note}", left)], kept


def _button_piece(layout: Layout, index: int, room: int) -> _Piece:
    button = layout.buttons[index]
    _, label = next(_cut(to_gsm7(button.label) or "-", room - 2))
    gap = " " if button.same_line and index else "\n"
    return _Piece(gap, label, index, button.key, button.beside)


def _word_pieces(text: str, room: int) -> Iterator[_Piece]:
    for gap, word in re.findall(r"(\s*)(\S+)", to_gsm7(text)):
        for first, part in _cut(word, room):
            yield _Piece(gap if first else "", part)


def _cut(word: str, room: int) -> Iterator[tuple[bool, str]]:
    """`word` in parts of at most `room` septets: all but the oddest have one. Says which is the first."""
    start, used = 0, 0
    for at, letter in enumerate(word if septets(word) > room else ""):
        cost = septets(letter)
        if used + cost > room:
            yield start == 0, word[start:at]
            start, used = at, 0
        used += cost
    yield start == 0, word[start:]
