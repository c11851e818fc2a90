"""Edits the telephone numbers and the printed short codes of a change."""

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Response

from hotline.engine.numbers.numbers import EMERGENCY, Evidence
from hotline.services.changes import folders
from hotline.services.words import number_part
from hotline.services.words.number_part import (
    Edited,
    EditedEntry,
    EntriesPart,
    EntryFault,
    NumberFault,
    NumberState,
)
from hotline.web.console.form import FormFaults, faults, number_of
from hotline.web.console.visit import MOST_ROWS, Visit, page, part_of_list, see
from hotline.web.console.who import phrase
from hotline.web.console.writing.changes.sentences import not_saved

STATES = {
    NumberState.UNCONFIRMED: (phrase("nobody confirmed it"), "soft"),
    NumberState.SHOWS: (phrase("shows"), "good"),
    NumberState.SOON: (phrase("confirm it again"), "warn"),
    NumberState.LAPSED: (phrase("lapsed"), "bad"),
}
EVIDENCE = {
    Evidence.VERIFIED: phrase("verified"),
    Evidence.PROBABLE: phrase("probable"),
    Evidence.UNVERIFIED: phrase("unverified"),
    Evidence.NEVER: phrase("never to be shown"),
}
FIELDS: Mapping[str, str] = {
    EntryFault.FLOW: "flow",
    NumberFault.DIGITS: "number",
    NumberFault.SERVICE: "service",
    NumberFault.EVIDENCE: "evidence",
}


def act(visit: Visit, change_id: int) -> Response:
    """Confirm one, or take one away."""
    does, _, digits = visit.form.text("do", most=32).partition(":")
    acts = {"confirm": number_part.confirm, "away": number_part.take_away}
    if does not in acts:
        return see("numbers.listed", change_id=change_id)
    done = acts[does](visit.kit, visit.by, change_id, digits, **_stamps(visit))
    return _answer(visit, change_id, done)


def add(visit: Visit, change_id: int) -> Response:
    row = {name: visit.form.text(name, most=500) for name in ("service", "evidence", "status")}
    row["number"] = "".join(visit.form.text("number", most=40).split())
    done = number_part.list_number(visit.kit, visit.by, change_id, row, **_stamps(visit))
    return _answer(visit, change_id, done)


def _stamps(visit: Visit) -> dict[str, Any]:
    """Returns the state that the form was made of, and which form it is."""
    version = number_of(visit.form.text("version", most=20), signed=True)
    return {"version": version or 0, "once": visit.form.text("once", most=32)}


def _answer(visit: Visit, change_id: int, done: Edited) -> Response:
    wrong = _wrong(visit, done, "numbers")
    return listed(visit, change_id, wrong) if wrong else see("numbers.listed", change_id=change_id)


def _wrong(visit: Visit, done: Edited | EditedEntry, otherwise: str) -> FormFaults:
    """Returns why nothing was saved, at the field of the form, or `otherwise`; none where it was saved."""
    if isinstance(done, NumberFault | EntryFault):
        return faults(**{FIELDS.get(done, otherwise): visit.say(done.value)})
    return faults(**{otherwise: not_saved(visit, done)})


def listed(visit: Visit, change_id: int, wrong: FormFaults | None = None) -> Response:
    return page(
        visit,
        "numbers.html",
        wrong=wrong,
        change=folders.look(visit.kit, change_id),
        part=number_part.numbers_of(visit.kit, change_id),
        typed=visit.form,
        states=STATES,
        evidence=EVIDENCE,
        emergency=EMERGENCY,
        once=secrets.token_hex(8),
    )


def act_on_entries(visit: Visit, change_id: int) -> Response:
    """Names for the posters of a part, all at once; or one taken out that nobody printed."""
    does, _, digits = visit.form.text("do", most=32).partition(":")
    if does == "out":
        done = number_part.take_entry_out(visit.kit, visit.by, change_id, digits, **_stamps(visit))
        return _entry_answer(visit, change_id, done)
    names = {
        name.removeprefix("name."): value
        for name, value in visit.form.fields
        if name.startswith("name.")
    }
    done = number_part.name_entries(visit.kit, visit.by, change_id, names, **_stamps(visit))
    return _entry_answer(visit, change_id, done)


def add_entry(visit: Visit, change_id: int) -> Response:
    flow, name = visit.form.text("flow"), visit.form.text("name")
    done = number_part.add_entry(visit.kit, visit.by, change_id, flow, name, **_stamps(visit))
    return _entry_answer(visit, change_id, done)


def _entry_answer(visit: Visit, change_id: int, done: EditedEntry) -> Response:
    if wrong := _wrong(visit, done, "entries"):
        return entries(visit, change_id, wrong)
    asked = {"part": said} if (said := visit.query.get("part", "")) else {}
    return see("numbers.entries", change_id=change_id, **asked)


def _number_of(part: EntriesPart, digits: str) -> int | None:
    """Of the part of the list in which an entry will stand; None where the list is short."""
    before = sum(line.digits < digits for line in part.lines)
    return before // MOST_ROWS + 1 if len(part.lines) >= MOST_ROWS else None


def entries(visit: Visit, change_id: int, wrong: FormFaults | None = None) -> Response:
    part = number_part.entries_of(visit.kit, change_id)
    shown = part_of_list(part.lines, visit.query.get("part", ""))
    return page(
        visit,
        "entries.html",
        wrong=wrong,
        change=folders.look(visit.kit, change_id),
        part=part,
        shown=shown,
        asked=shown.number if shown.count > 1 else None,
        new_at=_number_of(part, part.next_digits),
        typed=visit.form,
        once=secrets.token_hex(8),
    )
