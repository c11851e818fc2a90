"""Divides text into pages within the network's limit, and adds the engine's own words. Pure. Each page leaves
`RESERVED_SEPTETS` septets (letters) free for a line that the engine adds if it repeats the screen. So the engine can
add this line without moving text to another page. A page ends only after a whole word or a whole choice. The choices
on each page are numbered from 1, but a choice with a fixed key keeps its key. A page that begins with a choice repeats
the question above the choice. Every page shows the keys that lead back. A layout can also limit the number of lines of
a page on a narrow phone."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import NamedTuple

from hotline.text.characters import septets, to_gsm7
from hotline.text.languages import FIRST


class EngineTexts(NamedTuple):
    more: str
    back: str
    back_short: str
    """A shorter form of `back`, for screens that have no room for the long form."""
    home: str
    invalid: str
    """The first words of the line above a screen that the engine repeats after an invalid key."""
    invalid_short: str
    """The line above a repeated screen, in at most five letters, if there is no room to name the valid keys."""
    press: str
    """The verb before the list of valid keys, for example "Press"."""
    digits: str
    """The text that replaces the list of keys if the question asks for a number."""
    count_of_digits: str
    """The text that replaces the list of keys if the question asks for a PIN."""
    write: str
    """The text that replaces `press` and the list of keys if the question asks for words."""
    yes: str
    """The choice "yes" for a list with only one place."""
    closed: str
    """The text for a flow that ends without its own last text. A flow set with such a flow cannot be published."""


_SAID = tomllib.loads((files(__package__) / "words.toml").read_text(encoding="utf-8"))
ENGINE_TEXTS: Mapping[str, EngineTexts] = {
    code: EngineTexts(**texts) for code, texts in _SAID.items()
}
RESERVED_SEPTETS = 6
"""The septets (letters) that every page keeps free for the line above a repeated screen: five letters and a line end.
"""


def all_texts() -> Mapping[str, Mapping[str, str]]:
    """Returns each text of the engine in every language, by the name of the text, for reviewers."""
    return {
        name: {code: getattr(texts, name) for code, texts in ENGINE_TEXTS.items()}
        for name in EngineTexts._fields
    }


def texts_of(language: str) -> EngineTexts:
    return ENGINE_TEXTS.get(language, ENGINE_TEXTS[FIRST])


SEPTETS = 156
"""The maximum number of septets (letters) of one screen. The limit is a setting for each network, because the networks
of Rwanda do not publish their limits."""
NARROWEST = 16
"""The number of letters in a line of the narrowest phones. Such a phone breaks lines between words. It also breaks any
word that is longer than a line."""
MAX_LINES = 10
"""The maximum number of lines of a question and its choices on the narrowest phones."""
MIN_SEPTETS = 40
"""The smallest limit that `paginate` uses, because no menu would fit on a smaller page."""
MIN_REPEATED_SEPTETS = 20
"""If some choices appear on every page, at least this number of septets (letters) must
stay free on each page."""
NUMBERS = "12345678"
"""The digits for choices. `9` always means the next page."""


class Screen(NamedTuple):
    text: str
    ends: bool
    septets: int


class Button(NamedTuple):
    """A choice as the layout shows it, before a page gives it a digit."""

    label: str
    key: str | None = None
    same_line: bool = False
    every_page: bool = False
    """True if the choice appears at the end of each page, such as "not sure"."""
    shares_page: bool = False
    """True if no page may begin with this choice. There is one exception: the page before must keep at least one
    choice."""


class Layout(NamedTuple):
    """Everything that a node shows, before it is divided into pages."""

    text: str
    buttons: tuple[Button, ...] = ()
    note: str = ""
    """The text under the buttons."""
    tail: str = ""
    """A last line of the last page, such as `9 More` if another node follows."""
    more: str = "9 More"
    """The last line of each page that another page follows, such as `9 More`. The line is empty if callers see only
    the first page."""
    question: str = ""
    """The line above the choices on a page that begins with a choice."""
    key_lines: tuple[str, ...] = ()
    """The lines with the keys `0` and `00`, in several wordings. The first wording is the longest, and the last always
    fits."""
    lines: int | None = None
    """The maximum number of lines of a page on a narrow phone, not counting `more` and `key_lines`. None means no
    limit."""


class Page(NamedTuple):
    text: str
    keys: Mapping[str, int]
    """The index of the button in the layout, by its digit."""
    more: bool
    """True if another page follows."""


class _Piece(NamedTuple):
    """A unit that a page break may not divide: a word, or a choice with its number."""

    gap: str
    """The space or line end between this piece and the piece before it."""
    text: str
    button: int | None = None
    key: str | None = None
    """The fixed digit, if the piece is a choice with a fixed digit."""
    shares_page: bool = False

    @property
    def cost(self) -> int:
        return septets(self.text) + (2 if self.button is not None else 0)


@dataclass(slots=True)
class _Draft:
    """A page that is not complete yet."""

    reserved: frozenset[str]
    text: str = ""
    keys: dict[str, int] = field(default_factory=dict)
    most: int = len(NUMBERS)
    """The largest number of choices that the page may have. A smaller number keeps digits free for the choices that
    appear on every page."""
    lines: int | None = None
    """The largest number of lines that the page may have on a narrow phone. The limit does not apply to the first
    piece of a page."""
    count: int = 0
    """The number of pieces that are on the page now."""

    def take(self, piece: _Piece, room: int) -> bool:
        """Adds the piece to the page if the page has room and a free digit for it. Returns False if the piece does not
        fit or no digit is free."""
        gap = piece.gap if self.text else ""
        if septets(self.text) + len(gap) + piece.cost > room:
            return False
        text, digit = piece.text, None
        if piece.button is not None:
            free_digits = [number for number in NUMBERS if number not in self.keys]
            unreserved = [number for number in free_digits if number not in self.reserved]
            digit = piece.key or next(iter(unreserved or free_digits), None)
            if digit is None or digit in self.keys or len(self.keys) >= self.most:
                return False
            text = f"{digit} {piece.text}"
        lines = self.lines
        if self.text and lines is not None and len(wrapped(self.text + gap + text)) > lines:
            return False
        if digit is not None and piece.button is not None:
            self.keys[digit] = piece.button
        self.text += gap + text
        self.count += 1
        return True


def wrapped(text: str, columns: int = NARROWEST) -> list[str]:
    """Returns the lines of a text on a phone with `columns` letters in each line."""
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


def paginate(layout: Layout, limit: int = SEPTETS) -> tuple[Page, ...]:
    """Divides a layout into one or more pages. Each page has at most `limit - RESERVED_SEPTETS` septets of GSM-7."""
    capacity = max(limit - RESERVED_SEPTETS, MIN_SEPTETS)
    key_lines = tuple(map(to_gsm7, layout.key_lines))
    room = capacity - (septets(key_lines[-1]) if key_lines else 0)
    more_line = f"\n{to_gsm7(layout.more)}" if layout.more else ""
    tail_line = f"\n{to_gsm7(layout.tail)}" if layout.tail else ""
    pieces: Sequence[_Piece]
    pieces, repeated = _pieces(layout, room - max(septets(more_line), septets(tail_line)))
    cost = sum(septets(piece.gap) + piece.cost for piece in repeated)

    pages: list[Page] = []
    while True:
        goes_on = pages and pieces and pieces[0].button is not None
        question = to_gsm7(layout.question) if goes_on else ""
        draft = _fill(layout, pieces, room - septets(tail_line), question, lines=layout.lines)
        if draft.count == len(pieces):
            return (*pages, _closed(draft, tail_line, key_lines, capacity))

        once = [piece for piece in pieces if piece not in repeated]
        space = room - septets(more_line) - cost
        lines_used = sum(len(wrapped(f"1 {piece.text}")) for piece in repeated)
        lines = layout.lines and layout.lines - lines_used
        draft = _fill(layout, once, space, question, spare=len(repeated), lines=lines)
        if not draft.count:
            repeated, cost = [], 0
            continue
        if (fewer := _before_shared(once, draft)) < draft.count:
            draft = _fill(layout, once[:fewer], space, question, spare=len(repeated), lines=lines)
        pieces = _after(pieces, repeated, draft.count)
        draft.most, draft.lines = len(NUMBERS), None
        for piece in repeated:
            draft.take(piece, room - septets(more_line))
        pages.append(_closed(draft, more_line, key_lines, capacity, more=True))


def _after(pieces: Sequence[_Piece], repeated: Sequence[_Piece], count: int) -> Sequence[_Piece]:
    """Returns the pieces for the next pages: skips the first `count` pieces that are not in `repeated`. Every page
    repeats the pieces in `repeated`."""
    remaining: list[_Piece] = []
    for piece in pieces:
        if count and piece not in repeated:
            count -= 1
        else:
            remaining.append(piece)
    return remaining


def _before_shared(pieces: Sequence[_Piece], draft: _Draft) -> int:
    """Returns how many pieces stay on the page. The next page must not begin with a `shares_page` choice.

    If no choice would stay on the page, all pieces stay.
    """
    fewer = draft.count
    while fewer < len(pieces) and fewer and pieces[fewer].shares_page:
        fewer -= 1
    has_button = any(piece.button is not None for piece in pieces[:fewer])
    return fewer if has_button else draft.count


def _fill(
    layout: Layout,
    pieces: Sequence[_Piece],
    room: int,
    question: str,
    *,
    spare: int = 0,
    lines: int | None = None,
) -> _Draft:
    """Returns a page with the question and as many pieces as fit, and leaves `spare` digits unused.

    If not even the first choice fits under the question, the page has no question.
    """
    fixed = frozenset(button.key for button in layout.buttons if button.key)
    draft = _Draft(fixed, question, most=len(NUMBERS) - spare, lines=lines)
    for piece in pieces:
        if not draft.take(piece, room):
            if question and not draft.count:
                return _fill(layout, pieces, room, "", spare=spare, lines=lines)
            break
    return draft


def _closed(
    draft: _Draft, tail: str, key_lines: Sequence[str], room: int, *, more: bool = False
) -> Page:
    text = (draft.text + tail).lstrip("\n")
    fitting = (key_line for key_line in key_lines if septets(text) + septets(key_line) <= room)
    return Page((text + next(fitting, "")).lstrip("\n"), draft.keys, more)


def _pieces(layout: Layout, room: int) -> tuple[list[_Piece], list[_Piece]]:
    """Divides the words and choices of a layout into pieces that each fit on a page. Also returns the choices that
    every page repeats.

    If the repeated choices leave too little room, they appear only on the last page.
    """
    at_every = [index for index, button in enumerate(layout.buttons) if button.every_page]
    repeated = [_button_piece(layout, index, room) for index in at_every]
    room_left = room - sum(septets(piece.gap) + piece.cost for piece in repeated)
    if room_left < MIN_REPEATED_SEPTETS or len(repeated) >= len(NUMBERS):
        repeated, room_left = [], room

    pieces = list(_word_pieces(layout.text, room_left))
    for index in range(len(layout.buttons)):
        repeat = next((piece for piece in repeated if piece.button == index), None)
        pieces.append(repeat or _button_piece(layout, index, room_left))
    return [*pieces, *_word_pieces(f"\n{layout.note}", room_left)], repeated


def _button_piece(layout: Layout, index: int, room: int) -> _Piece:
    button = layout.buttons[index]
    _, label = next(_cut(to_gsm7(button.label) or "-", room - 2))
    gap = " " if button.same_line and index else "\n"
    return _Piece(gap, label, index, button.key, button.shares_page)


def _word_pieces(text: str, room: int) -> Iterator[_Piece]:
    for gap, word in re.findall(r"(\s*)(\S+)", to_gsm7(text)):
        for first, part in _cut(word, room):
            yield _Piece(gap if first else "", part)


def _cut(word: str, room: int) -> Iterator[tuple[bool, str]]:
    """Yields `word` in parts of at most `room` septets. Each part comes with a flag, which is True for the
    first part."""
    start, used = 0, 0
    for at, letter in enumerate(word if septets(word) > room else ""):
        cost = septets(letter)
        if used + cost > room:
            yield start == 0, word[start:at]
            start, used = at, 0
        used += cost
    yield start == 0, word[start:]
