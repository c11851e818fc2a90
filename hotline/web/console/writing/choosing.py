"""Asks which version to keep if two people changed one field, in a draft or in a publication since."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, url_for

from hotline.engine.editing.anatomy import kind_of, texts_in
from hotline.engine.editing.comparing import ABSENT
from hotline.engine.editing.merging import FieldClash, Settled, Side
from hotline.engine.editing.preview import said
from hotline.services.changes import folders, going_live, steps
from hotline.services.changes.steps import CatchUpClash
from hotline.text.languages import NAMES
from hotline.web.console.form import Fields, PostedForm
from hotline.web.console.visit import Visit, page, posted, see
from hotline.web.console.writing.changes.sentences import allowed, field_words, part_words
from hotline.web.console.writing.editor.drawing import KINDS

PICK = "pick "
"""The prefix of a form field's name, before a part and the key of its conflict."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One field that two people changed, with its versions in the reader's language."""

    name: str
    """The name of the form's field."""
    where: str
    language: str
    before: str
    theirs: str
    yours: str


def ask(visit: Visit, change_id: int) -> Response:
    """Shows the conflicts between a draft and a newer publication."""
    compared = going_live.compare(visit.kit, change_id)
    return _of_live(visit, change_id, compared.clashes)


@posted(ask)
def choose(visit: Visit, change_id: int) -> Response:
    """Writes the chosen versions into the draft and updates it to the published flows."""
    once, chosen = visit.form.text("once"), settled(visit.form)
    done = steps.catch_up(visit.kit, visit.by, change_id, once=once, settled=chosen)
    if isinstance(done, CatchUpClash):
        return _of_live(visit, change_id, done.parts)
    allowed(visit, done, "choices")
    return see("changes.show", change_id=change_id)


def _of_live(visit: Visit, change_id: int, parts: Mapping[str, Any]) -> Response:
    clashes = {} if visit.faults else {part: one.clashes for part, one in parts.items()}
    once = [] if visit.form.text("once") else [("once", secrets.token_urlsafe())]
    address = url_for("choosing.choose", change_id=change_id)
    return asked(visit, change_id, clashes, address=address, once=once)


def settled(form: PostedForm) -> Mapping[str, Settled]:
    """Returns the chosen versions by part and key."""
    found: dict[str, dict[str, Side]] = {}
    for name, value in form.fields:
        part, _, key = name.removeprefix(PICK).partition(" ")
        if name.startswith(PICK) and value in {*Side}:
            found.setdefault(part, {})[key] = Side(value)
    return found


def asked(
    visit: Visit,
    change_id: int,
    clashes: Mapping[str, Sequence[FieldClash]],
    *,
    address: str,
    once: Fields = (),
    other: str = "",
    back: tuple[str, str] | None = None,
) -> Response:
    """Shows the conflicts of each part, with the sent form in hidden fields, except the choices.

    `address` receives the form. `other` is the author of the other version, empty if it is the published one.
    """
    choices = [_choice(visit, part, one) for part, found in clashes.items() for one in found]
    names = {choice.name for choice in choices}
    return page(
        visit,
        "choose.html",
        status=422 if visit.form.fields else 200,
        change=folders.look(visit.kit, change_id),
        choices=choices,
        address=address,
        kept=[*(one for one in visit.form.kept() if one[0] not in names), *once],
        other=other,
        back=back,
    )


def _choice(visit: Visit, part: str, one: FieldClash) -> Choice:
    place = one.place
    field = field_words(visit, place.name) if place.name else ""
    where = (part_words(visit, part), place.node, field, NAMES.get(place.language, ""))
    return Choice(
        name=f"{PICK}{part} {one.key}",
        where=", ".join(filter(None, where)),
        language=place.language,
        before=_version(visit, one, one.base),
        theirs=_version(visit, one, one.theirs),
        yours=_version(visit, one, one.yours),
    )


def _version(visit: Visit, one: FieldClash, value: object) -> str:
    """Returns a version as text. A whole screen or flow shows its kind and first text, a field shows its value."""
    if one.place.name:
        return said(value) or visit.say("nothing")
    if value == ABSENT:
        return visit.say("taken out")
    if not one.place.node:
        return visit.say("changed")
    words = next((text.words.get(visit.language, "") for text in texts_in(value)), "")
    return ": ".join(text for text in (visit.say(KINDS[kind_of(value)]), words) if text)
