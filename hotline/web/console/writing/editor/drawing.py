"""Draws the page of the editor: outline, form and handset of one screen, from a draft or from what was typed."""

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask import Response

from hotline.domain.flows.review import ReviewedText, state_of
from hotline.engine.check.finding import anchor
from hotline.engine.document.kept import Document
from hotline.engine.document.models import field_of
from hotline.engine.editing.anatomy import (
    ROW_LISTS,
    kind_of,
    locked,
    marks_in,
    nodes_of,
    place_of,
    rows_of,
    texts_in,
)
from hotline.engine.editing.forms import SELDOM, FieldRefused, form_of, offers, shown
from hotline.engine.editing.preview import outline
from hotline.engine.screen import NUMBERS
from hotline.services.accounts import sessions
from hotline.services.changes import folders
from hotline.services.changes.folders import FlowAtHand
from hotline.services.flows import reviewing
from hotline.services.words import saving
from hotline.text.gsm7 import TYPOGRAPHY
from hotline.text.languages import CODES
from hotline.web.console.form import FormFaults, number_of
from hotline.web.console.visit import Visit, page
from hotline.web.console.who import table, tinted
from hotline.web.console.writing.changes.sentences import field_words
from hotline.web.console.writing.editor.moving import KEYS, HandsetState, moving_parts


@dataclass(frozen=True, slots=True)
class Told:
    is_saved: bool = False
    plain: Sequence[tuple[str, str, int]] = ()
    """Word's marks that were made plain: which, what stands for it, how often."""
    is_merged: bool = False
    """Whether others saved meanwhile, and their edits are kept too."""


def told_after(visit: Visit, here: FlowAtHand) -> Told:
    """What the address says of a save; nothing where the flow was saved again since."""
    if number_of(visit.asked("saved"), signed=True) != here.version:
        return Told()
    return Told(True, plain(visit.asked("plain")), "both" in visit.query)


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


def asked(visit: Visit, flow: str, name: str, node: Document) -> Iterator[tuple[object, str, str]]:
    """Yields each question, its field in the reader's words, and its anchor, the oldest first.

    A text that is not on the form any more is asked of the form. Raises StoreUnavailable.
    """
    there = form_of(node)
    for one in saving.waiting(visit.kit, f"{flow}.{name}"):
        field, _ = field_of(one.place.split(".")[2:])
        at = anchor(field, one.language) if f"{field}.{one.language}" in there else "form"
        yield one, field_words(visit, field), at


REFUSED = table("field_faults")
KINDS = table("screen_kinds")


STATES = tinted("review_states")
"""How far people have read a text, in words and on which tint."""


@dataclass(frozen=True, slots=True)
class ScreenAtHand:
    """The screen that somebody has before them, in the state that the form was made of."""

    change_id: int
    flow: FlowAtHand
    node: str


@dataclass(frozen=True, slots=True)
class EditorDraft:
    """What a page is drawn of: a document, and what beside it came back from the form."""

    document: Document
    as_typed: Mapping[str, str]
    once: str
    unlocked: bool = False
    why: str = ""
    opened: str = ""


def fresh(here: FlowAtHand) -> EditorDraft:
    """A form as it is opened: made of the newest state, and sent once."""
    return EditorDraft(here.document, {}, secrets.token_urlsafe(12))


def drawn(
    visit: Visit,
    at: ScreenAtHand,
    state: HandsetState,
    draft: EditorDraft,
    *,
    status: int = 200,
    told: Told | None = None,
    said: str = "",
) -> Response:
    """Raises NotFound, StoreUnavailable."""
    return page(
        visit,
        "editor.html",
        status=status,
        s=_shows(visit, at, state, draft),
        told=told or Told(),
        asked=[*asked(visit, at.flow.name, at.node, nodes_of(draft.document)[at.node])],
        said=said,
        keys=KEYS,
    )


def _shows(
    visit: Visit, at: ScreenAtHand, state: HandsetState, draft: EditorDraft
) -> Mapping[str, object]:
    """Returns what the template draws. Fields and faults are by the names of the form."""
    here, node = at.flow, at.node
    around = folders.book_around(visit.kit, here)
    parts = moving_parts(visit, around, here.name, draft.document, node, state)
    written = nodes_of(draft.document)[node]
    rows = outline(draft.document)
    live = nodes_of(folders.live_flow(visit.kit, here.name)).get(node)
    shut = locked(nodes_of(here.document).get(node), live)
    fields = {**form_of(written), **draft.as_typed}

    def shows(row: str, group: str) -> bool:
        """Returns True if a group of a choice's fields is on the page: few fill one, and the rest would be heavy."""
        return row == draft.opened or any(fields.get(f"{row}.{name}") for name in SELDOM[group])

    return {
        "change": folders.look(visit.kit, at.change_id),
        "flow": here.name,
        "node": node,
        "kind": kind_of(written),
        "version": here.version,
        "once": draft.once,
        "author": here.author,
        "at": here.at,
        "others": sessions.open_flow(visit.kit, visit.by, visit.token, here.name),
        "outline": rows,
        "row": next(row for row in rows if row.name == node),
        "fields": fields,
        "rows": {name: len(rows_of(written, name)) for name in ROW_LISTS},
        "digits": _digits(written),
        "states": _states(visit, here.name, node, written),
        "marks": _marks(written),
        "locked": frozenset() if draft.unlocked else shut,
        "unlocked": draft.unlocked,
        "why": draft.why,
        "offers": offers(parts.book, draft.document),
        "parts": parts,
        "opened": draft.opened,
        "shows": shows,
    }


def faults_of(visit: Visit, refused: Sequence[FieldRefused]) -> FormFaults:
    """By the ids of the page's fields."""
    return {field_id(one.name): visit.say(REFUSED[one.fault]) for one in refused}


def field_id(name: str) -> str:
    """Of a form's field the id, without the `f-` in front: `choices.2-rw` of `choices.2.rw`."""
    field, _, last = name.rpartition(".")
    return anchor(field, last)[2:] if last in CODES else name


def _states(visit: Visit, flow: str, node: str, written: Document) -> Mapping[str, tuple[str, str]]:
    said = next((text for text in texts_in(written) if text.field == "text"), None)
    if said is None:
        return {}
    signed = reviewing.below(visit.kit, f"{flow}.{node}")
    text = ReviewedText(place_of(flow, node, written, "text"), said.words)
    return {code: STATES[state_of(text, code, signed)] for code in said.words}


MARK = re.compile(r"choices\.[^.]*\.(value|key)|(saves|topic|completes)(\..*)?")
"""The name of a field that is counted or alerted."""


def _marks(written: Document) -> Mapping[str, str]:
    """Those that are there, and those that may be given."""
    signed = "signed" in marks_in(written)
    return {
        name: said
        for name, said in form_of(written).items()
        if MARK.fullmatch(name) or (signed and name.startswith("signed."))
    }


def _digits(written: Document) -> Sequence[str]:
    count = len(rows_of(written, "choices"))
    choices = [shown(written, f"choices.{at}.key") for at in range(count)]
    if kind_of(written) != "menu":
        return choices
    free = iter([digit for digit in NUMBERS if digit not in choices])
    return [key or next(free, "") for key in choices]
