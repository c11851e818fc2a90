"""The moving parts of the editor: what changes while somebody types. Meters, letters, findings and the handset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hotline.engine.check.finding import Finding
from hotline.engine.editing.anatomy import (
    ROW_LISTS,
    BadLetter,
    Document,
    bad_letters,
    kind_of,
    nodes_of,
    rows_of,
)
from hotline.engine.editing.drafting import drafted, put_in
from hotline.engine.editing.forms.fields import TEXTS_OF
from hotline.engine.editing.forms.reading import form_of
from hotline.engine.editing.preview import FilledMeter, Supposition, meters, suppositions
from hotline.engine.flow import Book
from hotline.engine.run import Place
from hotline.services.flows import publishing
from hotline.services.reach.outreach import day_of
from hotline.text.languages import CODES
from hotline.web.console.visit import Visit
from hotline.web.console.writing import findings
from hotline.web.console.writing.editor import handset
from hotline.web.console.writing.editor.handset import HandsetState, HandsetView


@dataclass(frozen=True, slots=True)
class ToMend:
    """A finding, as the page says it."""

    says: str
    detail: str
    """What exactly, and what to do."""
    anchor: str


@dataclass(frozen=True, slots=True)
class LetterToMend:
    """A letter of one language that a basic handset does not show, wherever it stands on the screen."""

    letter: str
    name: str
    instead: str
    """Empty where nothing is like it."""
    times: int
    anchor: str


@dataclass(frozen=True, slots=True)
class MovingParts:
    meters: Mapping[str, FilledMeter]
    letters: Mapping[str, Sequence[LetterToMend]]
    to_mend: Sequence[ToMend]
    elsewhere: int
    """Other screens of the flow that have problems."""
    is_whole: bool
    """False while the check of all flows still runs."""
    handset: HandsetView
    supposed: Sequence[Supposition]
    """On what the screen depends."""
    book: Book
    """With the draft in it."""

    def mends(self, rows: str) -> bool:
        """Whether something is to be mended in a list of rows."""
        return any(one.anchor.startswith(f"f-{rows}") for one in self.to_mend)


def moving_parts(
    visit: Visit, around: Book, flow: str, document: Document, node: str, state: HandsetState
) -> MovingParts:
    """All of one screen of a flow's document, as it is typed."""
    draft = drafted(flow, document)
    book = put_in(around, draft.flow)
    written, place = nodes_of(document)[node], Place(flow, node)
    live = visit.kit.books.book(visit.kit.books.live())
    found = publishing.of_screen(book, draft, node, live=live)
    compiled = draft.flow.nodes.get(node)
    return MovingParts(
        meters=meters(book, place, written, limit=state.limit),
        letters=_by_language(bad_letters(written)),
        to_mend=[
            ToMend(findings.says(visit, one), findings.detail(visit, one), _anchor(written, one))
            for one in found.here
        ],
        elsewhere=found.elsewhere,
        is_whole=found.is_whole,
        handset=handset.shown(book, draft, place, state, today=day_of(visit.kit.now())),
        supposed=suppositions(compiled) if compiled is not None else (),
        book=book,
    )


def _anchor(node: Document, found: Finding) -> str:
    """The field on the page; the form where the finding's own has none there."""
    first, *rest = found.field.split(".")
    if found.language and f"{found.field}.{found.language}" in form_of(node):
        return found.anchor
    if first in ROW_LISTS and len(rest) == 1 and rest[0].isdecimal():
        return found.anchor if int(rest[0]) < len(rows_of(node, first)) else f"f-{first}"
    if found.language:
        return "form"
    known = (
        first in ROW_LISTS
        or found.field in form_of(node)
        or first in TEXTS_OF.get(kind_of(node), ())
    )
    return found.anchor if known else "form"


def _by_language(found: Sequence[BadLetter]) -> Mapping[str, Sequence[LetterToMend]]:
    """Each letter of a language once: its button mends it everywhere on the screen."""
    listed: dict[str, dict[str, LetterToMend]] = {code: {} for code in CODES}
    for one in found:
        known = listed[one.language].get(one.letter)
        times = one.times + (known.times if known else 0)
        listed[one.language][one.letter] = LetterToMend(
            letter=one.letter,
            name=one.name,
            instead="" if one.instead == "?" else one.instead,
            times=times,
            anchor=known.anchor if known else f"f-{one.field}-{one.language}",
        )
    return {code: [*letters.values()] for code, letters in listed.items()}
