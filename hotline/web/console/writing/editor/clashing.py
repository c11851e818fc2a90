"""Two changed the same words: one page shows both, and the same form is sent again with what was chosen."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response

from hotline.engine.check.finding import anchor
from hotline.engine.editing.comparing import ABSENT
from hotline.engine.editing.merging import FieldClash, OtherWords, Settled, Side
from hotline.engine.editing.saying import said
from hotline.services.changes import folders
from hotline.services.changes.steps import StepClash
from hotline.text.languages import NAMES
from hotline.web.console.form import Fields, PostedForm
from hotline.web.console.visit import Visit, page

SETTLE, OTHER = "settle:", "other:"
"""In front of a clash's key: which version, and the words that are neither."""
WORDS = "words"


@dataclass(frozen=True, slots=True)
class ShownClash:
    """A clash as the page asks about it."""

    key: str
    at: int
    node: str
    field: str
    language: str
    language_name: str
    before: str
    hers: str
    yours: str
    is_words: bool
    is_screen: bool
    """One of both deleted the screen."""
    yours_is_gone: bool


def settled(form: PostedForm) -> Settled:
    """What was chosen, by the keys of the clashes."""
    found: dict[str, Side | OtherWords] = {}
    for name, value in form.fields:
        if not name.startswith(SETTLE):
            continue
        key = name.removeprefix(SETTLE)
        if value == WORDS:
            found[key] = OtherWords(form.text(OTHER + key))
        elif value in (Side.HERS, Side.YOURS):
            found[key] = Side(value)
    return found


def asked(visit: Visit, change_id: int, flow: str, node: str, clash: StepClash) -> Response:
    return page(
        visit,
        "clash.html",
        status=422,
        change=folders.look(visit.kit, change_id),
        flow=flow,
        node=node,
        author=clash.author,
        at=clash.at,
        clashes=[_shown(at, one) for at, one in enumerate(clash.clashes)],
        kept=carried(visit.form, clash.clashes),
        chosen=_chosen(visit.form),
    )


def carried(form: PostedForm, clashes: object = ()) -> Fields:
    """The form as it was sent; what is asked about now is not carried along unseen."""
    asked_now = {one.key for one in clashes} if isinstance(clashes, tuple | list) else set()
    return [
        (name, value)
        for name, value in form.kept()
        if name.removeprefix(SETTLE).removeprefix(OTHER) not in asked_now
    ]


def _chosen(form: PostedForm) -> Mapping[str, str]:
    return {name: value for name, value in form.fields if name.startswith((SETTLE, OTHER))}


def _shown(at: int, clash: FieldClash) -> ShownClash:
    place = clash.place
    return ShownClash(
        key=clash.key,
        at=at,
        node=place.node,
        field=anchor(place.name, place.language)[2:],
        language=place.language,
        language_name=NAMES.get(place.language, ""),
        before=said(clash.base),
        hers=said(clash.hers),
        yours=said(clash.yours),
        is_words=clash.is_words,
        is_screen=not place.name,
        yours_is_gone=clash.yours == ABSENT,
    )
