"""How full a screen can get: numbering, ways on and out, and the widest of each placeholder counted. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hotline.engine.check.situations import drawings
from hotline.engine.editing.anatomy import Document, first_words
from hotline.engine.flow import Book, Finish, Say
from hotline.engine.page_cache import Drawn
from hotline.engine.run import Place, Run
from hotline.engine.screen import DEFAULT_LIMIT, paginate
from hotline.engine.view import Waiting, node_at
from hotline.engine.words import HELD_BACK
from hotline.text.gsm7 import septets
from hotline.text.languages import CODES

ONE_PAGE = 10**6
"""A limit that no screen reaches."""


@dataclass(frozen=True, slots=True)
class FilledMeter:
    """A node in one language, in the situation in which it is longest."""

    language: str
    septets: int
    """Of the fullest page."""
    most: int
    """What a page holds."""
    screens: int
    whole: int
    """Septets of all of it on one page, with the shortest ways out: how far it is over where there are two."""

    @property
    def is_over(self) -> bool:
        return self.screens > 1


def meters(
    book: Book, place: Place, document: Document, *, limit: int = DEFAULT_LIMIT
) -> Mapping[str, FilledMeter]:
    """By language. A node that cannot be played yet is measured by its words alone; one without words not at all."""
    node = node_at(book, place)
    if node is None and (words := first_words(document)):
        node = Say(words)
    if not isinstance(node, Waiting | Finish) or (isinstance(node, Finish) and node.text is None):
        return {}
    said = node.text or {}
    return {
        code: _measured(code, [*drawings(book, node, Run(code, (place,)), limit)], limit)
        for code in CODES
        if code in said
    }


def _measured(language: str, shown: Sequence[Drawn], limit: int) -> FilledMeter:
    layouts = (one.seen.layout for one in shown)
    tight = [replace(layout, ways=layout.ways[-1:]) for layout in layouts]
    return FilledMeter(
        language=language,
        septets=max(screen.septets for one in shown for screen in one.screens),
        most=limit - HELD_BACK,
        screens=max(len(one.pages) for one in shown),
        whole=max(
            sum(septets(page.text) for page in paginate(layout, ONE_PAGE)) for layout in tight
        ),
    )
