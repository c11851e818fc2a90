"""Choosing, where what went live meanwhile changed the same words as a change."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Response

from hotline.engine.editing.merging import FieldClash, OtherWords, Settled, Side
from hotline.engine.editing.saying import said
from hotline.services.changes import catching_up, folders, going_live
from hotline.services.changes.catching_up import CatchUpClash
from hotline.services.changes.merging import PartMerge
from hotline.services.changes.results import ChangeRefused
from hotline.text.languages import NAMES
from hotline.web.console.form import FormFaults, PostedForm
from hotline.web.console.visit import Visit, page, see
from hotline.web.console.writing.changes.field_words import field_words, part_words
from hotline.web.console.writing.changes.refusals import refused_faults

PICK, WORDS = "pick", "words"
OTHER = "other"
"""Neither version, but words that are written here."""


@dataclass(frozen=True, slots=True)
class ClashToChoose:
    """A field that both changed. Its fields in the form hold the part and the key."""

    pick: str
    words: str
    where: str
    language: str
    base: str
    live: str
    yours: str


def ask(visit: Visit, change_id: int) -> Response:
    return _asked(visit, change_id)


def choose(visit: Visit, change_id: int) -> Response:
    form = visit.form
    done = catching_up.catch_up(
        visit.kit, visit.by, change_id, once=form.text("once"), settled=chosen(form)
    )
    if isinstance(done, ChangeRefused):
        return _asked(visit, change_id, refused_faults(visit, done, "choices"))
    if isinstance(done, CatchUpClash):
        return _asked(visit, change_id, left=done.parts)
    return see("one_change.show", change_id=change_id)


def chosen(form: PostedForm) -> Mapping[str, Settled]:
    """Of each part what was chosen, by the keys of its clashes."""
    settled: dict[str, dict[str, Side | OtherWords]] = {}
    for name, value in form.fields:
        kind, _, rest = name.partition(" ")
        part, _, key = rest.partition(" ")
        if kind != PICK:
            continue
        if value == OTHER:
            settled.setdefault(part, {})[key] = OtherWords(form.text(f"{WORDS} {rest}"))
        elif value in {*Side}:
            settled.setdefault(part, {})[key] = Side(value)
    return settled


def _asked(
    visit: Visit,
    change_id: int,
    faults: FormFaults | None = None,
    left: Mapping[str, PartMerge] | None = None,
) -> Response:
    """`left`: what the form did not choose yet."""
    clashes = going_live.compare(visit.kit, change_id).clashes if left is None else left
    return page(
        visit,
        "catch_up.html",
        status=422 if faults or left else 200,
        change=folders.look(visit.kit, change_id),
        clashes=_listed(visit, clashes),
        once=visit.form.text("once") or secrets.token_urlsafe(),
        typed=visit.form,
        faults=faults or FormFaults(),
    )


def _listed(visit: Visit, clashes: Mapping[str, PartMerge]) -> Sequence[ClashToChoose]:
    return [_clash(visit, part, one) for part, found in clashes.items() for one in found.clashes]


def _clash(visit: Visit, part: str, one: FieldClash) -> ClashToChoose:
    place = one.place
    names = (part_words(visit, part), place.node, field_words(visit, place.name))
    language = NAMES.get(place.language, place.language)
    return ClashToChoose(
        pick=f"{PICK} {part} {one.key}",
        words=f"{WORDS} {part} {one.key}" if one.is_words else "",
        where=", ".join(name for name in (*names, language) if name),
        language=place.language,
        base=said(one.base),
        live=said(one.hers),
        yours=said(one.yours),
    )
