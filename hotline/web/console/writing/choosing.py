"""Asks which version stays, where two people changed one field: at a save, and where something went live meanwhile."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from flask import Response, url_for

from hotline.engine.editing.anatomy import kind_of, texts_in
from hotline.engine.editing.comparing import ABSENT
from hotline.engine.editing.merging import FieldClash, Settled, Side
from hotline.engine.editing.preview import said
from hotline.services.changes import catching_up, folders, going_live
from hotline.services.changes.catching_up import CatchUpClash
from hotline.services.changes.folders import ChangeRow
from hotline.services.changes.results import ChangeRefused
from hotline.text.languages import NAMES
from hotline.web.console.form import Fields, FormFaults, PostedForm
from hotline.web.console.visit import Visit, page, see
from hotline.web.console.writing.changes.sentences import field_words, part_words, refused_faults
from hotline.web.console.writing.editor.drawing import KINDS

PICK = "pick "
"""In front of a part and the key of its clash: the name of a field of the form."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A field that two people changed, with its versions as the reader's language says them."""

    name: str
    """Of its field in the form."""
    where: str
    language: str
    before: str
    theirs: str
    yours: str


def ask(visit: Visit, change_id: int) -> Response:
    """Shows what went live meanwhile beside the edits of a change."""
    compared = going_live.compare(visit.kit, change_id)
    clashes = {part: one.clashes for part, one in compared.clashes.items()}
    return _of_live(visit, change_id, clashes)


def choose(visit: Visit, change_id: int) -> Response:
    """Writes what was chosen into the change, which stands on what is live from then on."""
    form = visit.form
    done = catching_up.catch_up(
        visit.kit, visit.by, change_id, once=form.text("once"), settled=settled(form)
    )
    if isinstance(done, ChangeRefused):
        return _of_live(visit, change_id, {}, refused_faults(visit, done, "choices"))
    if isinstance(done, CatchUpClash):
        return _of_live(visit, change_id, {part: one.clashes for part, one in done.parts.items()})
    return see("changes.show", change_id=change_id)


def settled(form: PostedForm) -> Mapping[str, Settled]:
    """Returns what the form chose: by part, by the keys of its clashes."""
    found: dict[str, dict[str, Side]] = {}
    for name, value in form.fields:
        part, _, key = name.removeprefix(PICK).partition(" ")
        if name.startswith(PICK) and value in {*Side}:
            found.setdefault(part, {})[key] = Side(value)
    return found


def choices(visit: Visit, clashes: Mapping[str, Sequence[FieldClash]]) -> Sequence[Choice]:
    """Returns the clashes of each part, to be drawn."""
    return [_choice(visit, part, one) for part, found in clashes.items() for one in found]


def kept(form: PostedForm, asked_now: Collection[Choice]) -> Fields:
    """Returns the form as it was sent, without what is asked now."""
    names = {one.name for one in asked_now}
    return [(name, value) for name, value in form.kept() if name not in names]


def asked(
    visit: Visit,
    change: ChangeRow,
    found: Sequence[Choice],
    *,
    address: str,
    kept: Fields,
    other: str = "",
    back: tuple[str, str] | None = None,
    faults: FormFaults | None = None,
) -> Response:
    """Draws the page. `address` takes its form; `other` saved the other version, empty for what is live."""
    return page(
        visit,
        "choose.html",
        status=422 if visit.form.fields else 200,
        change=change,
        choices=found,
        address=address,
        kept=kept,
        other=other,
        back=back,
        faults=faults or FormFaults(),
    )


def _of_live(
    visit: Visit,
    change_id: int,
    clashes: Mapping[str, Sequence[FieldClash]],
    faults: FormFaults | None = None,
) -> Response:
    found = choices(visit, clashes)
    carried = kept(visit.form, found)
    once = [] if visit.form.text("once") else [("once", secrets.token_urlsafe())]
    return asked(
        visit,
        folders.look(visit.kit, change_id),
        found,
        address=url_for("choosing.choose", change_id=change_id),
        kept=[*carried, *once],
        faults=faults,
    )


def _choice(visit: Visit, part: str, one: FieldClash) -> Choice:
    place = one.place
    field = field_words(visit, place.name) if place.name else ""
    language = NAMES.get(place.language, "")
    where = (part_words(visit, part), place.node, field, language)
    before, theirs, yours = (
        _version(visit, one, value) for value in (one.base, one.theirs, one.yours)
    )
    return Choice(
        f"{PICK}{part} {one.key}",
        ", ".join(name for name in where if name),
        place.language,
        before,
        theirs,
        yours,
    )


def _version(visit: Visit, one: FieldClash, value: object) -> str:
    """A whole screen or flow is named by its first words; of a field the value stands there."""
    if one.place.name:
        return said(value) or visit.say("nothing")
    if value == ABSENT:
        return visit.say("taken out")
    if not one.place.node:
        return visit.say("changed")
    words = next((text.words.get(visit.language, "") for text in texts_in(value)), "")
    return ": ".join(text for text in (visit.say(KINDS[kind_of(value)]), words) if text)
