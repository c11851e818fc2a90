"""The forms about a person. Each knows a number and nothing else: it opens nothing, so it has an address."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask import Response, abort

from hotline.domain.cases.entries import EntryKind
from hotline.domain.cases.may_record import MEETS
from hotline.domain.cases.people_codes import (
    OF_REFERRAL,
    STATE,
)
from hotline.errors import NotFound
from hotline.services.tips import tip_sheet
from hotline.services.tips.persons.case_persons import CasePersons
from hotline.web.console.form import FormFaults
from hotline.web.console.templating import when
from hotline.web.console.tips.person_lines import states
from hotline.web.console.tips.person_words import ASKS, FORMS, HINTS, VALUES
from hotline.web.console.visit import Visit, page
from hotline.web.console.who import phrase

NEW = "new"
"""Whom a form is about: somebody who was not met before."""


@dataclass(frozen=True, slots=True)
class AskedField:
    name: str
    asks: str
    options: Sequence[tuple[str, str]]
    hint: str
    is_long: bool
    chosen: Sequence[str] = field(repr=False)


def form_page(
    visit: Visit,
    tip_id: int,
    kind: EntryKind,
    whom: str,
    corrects: str,
    wrong: FormFaults | None = None,
) -> Response:
    try:
        sheet = tip_sheet.one(visit.kit, visit.by, tip_id)
    except NotFound:
        abort(404)
    words, options = FORMS[kind], _whom(visit, kind, sheet.persons, bool(corrects))
    return page(
        visit,
        "person_form.html",
        status=422 if wrong else 200,
        faults=wrong or FormFaults(),
        tip_id=tip_id,
        act=kind.value,
        title=visit.say(words.title),
        sees=words.sees,
        fields=[_field(visit, name) for name in words.names],
        whom=options,
        chosen=whom or (options[-1][0] if len(options) == 1 else ""),
        corrects=_corrected_at(sheet, corrects),
        corrects_id=corrects,
        once=visit.form.text("once", most=40) or secrets.token_hex(8),
    )


def _whom(
    visit: Visit, kind: EntryKind, persons: CasePersons, corrects: bool
) -> Sequence[tuple[str, str]]:
    """Whom a form may be about: a person by number and day, an offer by its moment."""
    day = {n: when(visit.language, at) for n, at in persons.met.items()}
    if kind in OF_REFERRAL:
        says = phrase("Person {n}: help offered {at}")
        return [
            (
                f"{one.n}:{one.offered_id}",
                visit.say(says, n=one.n, at=when(visit.language, one.offered_at)),
            )
            for one in persons.offers
        ]
    known = [(str(n), visit.say("Person {n}, met {at}", n=n, at=at)) for n, at in day.items()]
    if kind in MEETS and not corrects:
        known.append((NEW, visit.say("Somebody who was not met before")))
    return known


def _field(visit: Visit, name: str) -> AskedField:
    if name == STATE:
        options = sorted(states(visit.language).items(), key=lambda one: one[1])
        options = [("", visit.say("not said")), *options]
    else:
        options = [(code, visit.say(words)) for code, words in VALUES[name].items()]
    hint = HINTS.get(name)
    return AskedField(
        name,
        visit.say(ASKS[name]),
        options,
        visit.say(hint) if hint else "",
        name == STATE,
        visit.form.many(name),
    )


def _corrected_at(sheet: tip_sheet.TipSheet, corrects: str) -> datetime | None:
    """When the entry was written that is corrected."""
    return next((one.at for one in sheet.moments if str(one.entry_id) == corrects), None)
