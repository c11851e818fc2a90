"""Makes the parts of the editor that change while an editor types: meters, letters, findings and the handset.

The handset keeps nothing: hidden fields carry its keys, and all is played again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from hotline.engine.check.finding import Finding
from hotline.engine.document.kept import Document
from hotline.engine.editing.anatomy import (
    ROW_LISTS,
    BadLetter,
    bad_letters,
    kind_of,
    nodes_of,
    rows_of,
)
from hotline.engine.editing.drafting import Lack, drafted, lack_of, put_in
from hotline.engine.editing.forms import TEXTS_OF, form_of
from hotline.engine.editing.preview import (
    MOST_KEYS,
    FilledMeter,
    Previewed,
    Supposed,
    Supposition,
    meters,
    played,
    suppositions,
)
from hotline.engine.flow import Book
from hotline.engine.run import Place
from hotline.engine.screen import DEFAULT_LIMIT, SMALLEST_ROOM
from hotline.services.flows import publishing
from hotline.services.reach.outreach import day_of
from hotline.text.languages import CODES
from hotline.web.console.form import PostedForm
from hotline.web.console.visit import Visit
from hotline.web.console.writing.changes import sentences

LANGUAGE, LIMIT, BEGINS, KEY, SAY = "h.language", "h.limit", "h.begins", "h.key", "h.say"
AS_ANSWER, AS_FLAG = "as.answer.", "as.flag."
HERE, DIAL = "here", "dial"
WIDEST_LIMIT = 182
"""Septets of a message on the network: no body is longer."""
KEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "00", "000")
FLAGS = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class HandsetState:
    """What the page says of its handset."""

    language: str
    limit: int = DEFAULT_LIMIT
    keys: tuple[str, ...] = ()
    is_dialled: bool = False
    """Whether it began at the dial, and not at the screen of the form."""
    supposed: Supposed = field(default_factory=Supposed)

    def suppose(self, name: str, *, is_flag: bool) -> str:
        """What the page shows of one "as if"; empty where nothing is supposed."""
        if is_flag:
            given = self.supposed.flags.get(name)
            return "" if given is None else "yes" if given else "no"
        return self.supposed.answers.get(name, "")


def handset_of_form(form: PostedForm, language: str) -> HandsetState:
    """As the form carries it; `language` where it says none."""
    told = form.text(LANGUAGE)
    answers, flags = dict[str, str](), dict[str, bool]()
    for name, value in form.fields:
        if name.startswith(AS_ANSWER) and value:
            answers[name.removeprefix(AS_ANSWER)] = value
        elif name.startswith(AS_FLAG) and value in FLAGS:
            flags[name.removeprefix(AS_FLAG)] = FLAGS[value]
    return HandsetState(
        language=told if told in CODES else language,
        limit=limit_of(form.text(LIMIT)),
        keys=form.many(KEY)[:MOST_KEYS],
        is_dialled=form.text(BEGINS) == DIAL,
        supposed=Supposed(answers, flags),
    )


def handset_of_query(query: Mapping[str, str], language: str) -> HandsetState:
    """As the address of a page says it after a save: the language and the limit stay."""
    told = query.get("shown", "")
    return HandsetState(told if told in CODES else language, limit_of(query.get("limit", "")))


def limit_of(typed: str) -> int:
    """A network's limit; the usual one where none is said."""
    if not typed.isdecimal() or len(typed) > 3:
        return DEFAULT_LIMIT
    return min(max(int(typed), SMALLEST_ROOM), WIDEST_LIMIT)


def handset_after(state: HandsetState, do: str, form: PostedForm) -> HandsetState:
    """After one of its own buttons: a key, words that were typed, from here or from the dial."""
    verb, _, said = do.partition(":")
    if verb == "restart":
        return replace(state, keys=(), is_dialled=said == DIAL)
    keyed = said or form.text(SAY)
    if verb != "press" or not keyed or len(state.keys) >= MOST_KEYS:
        return state
    return replace(state, keys=(*state.keys, keyed))


@dataclass(frozen=True, slots=True)
class MovingParts:
    meters: Mapping[str, FilledMeter]
    letters: Mapping[str, Sequence[BadLetter]]
    """Of each language those that a basic handset does not show, wherever they stand on the screen."""
    to_mend: Sequence[tuple[str, str, str]]
    """What is wrong in one sentence; what exactly, and what to do; the anchor of its field."""
    elsewhere: int
    """Other screens of the flow that have problems."""
    is_whole: bool
    """False while the check of all flows still runs."""
    handset: HandsetState
    seen: Previewed
    """What the handset shows."""
    lack: Lack | None
    """What the place where it stops has not yet, where that is a screen of this flow."""
    supposed: Sequence[Supposition]
    """On what the screen depends."""
    book: Book
    """With the draft in it."""

    @property
    def is_full(self) -> bool:
        """Returns True if the handset hears no more keys."""
        return len(self.handset.keys) >= MOST_KEYS

    def mends(self, rows: str) -> bool:
        """Whether something is to be mended in a list of rows."""
        return any(at.startswith(f"f-{rows}") for _, _, at in self.to_mend)


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
    begins = Place("", "") if state.is_dialled else place
    seen = played(
        book,
        state.keys,
        flow=begins.flow,
        node=begins.node,
        language=state.language,
        today=day_of(visit.kit.now()),
        supposed=state.supposed,
        limit=state.limit,
    )
    stuck = seen.stuck.node if seen.stuck and seen.stuck.flow == flow else ""
    return MovingParts(
        meters=meters(book, place, written, limit=state.limit),
        letters=_by_language(bad_letters(written)),
        to_mend=[
            (
                sentences.finding_says(visit, one),
                sentences.finding_detail(visit, one),
                _anchor(written, one),
            )
            for one in found.here
        ],
        elsewhere=found.elsewhere,
        is_whole=found.is_whole,
        handset=state,
        seen=seen,
        lack=next(map(lack_of, draft.faults_of(stuck)), None) if stuck else None,
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


def _by_language(found: Sequence[BadLetter]) -> Mapping[str, Sequence[BadLetter]]:
    """Returns each letter of a language once, with its first field: its button mends it everywhere on the screen."""
    listed: dict[str, dict[str, BadLetter]] = {code: {} for code in CODES}
    for one in found:
        known = listed[one.language].get(one.letter)
        shown = one if known is None else known._replace(times=known.times + one.times)
        listed[one.language][one.letter] = shown
    return {code: [*letters.values()] for code, letters in listed.items()}
