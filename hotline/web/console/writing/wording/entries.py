"""The printed entries: what stands on posters, which flow each opens, and new ones. Each is an edit of a change."""

import secrets

from flask import Response

from hotline.services.changes import folders
from hotline.services.words import number_part
from hotline.services.words.number_part import EditedEntry, EntriesPart, EntryFault
from hotline.web.console.form import FormFaults, faults
from hotline.web.console.visit import Visit, page, see
from hotline.web.console.writing.list_parts import MOST_ROWS, part_of_list
from hotline.web.console.writing.wording.numbers import stamps
from hotline.web.console.writing.wording.part_answers import not_saved


def listed(visit: Visit, change_id: int) -> Response:
    return _page(visit, change_id)


def act(visit: Visit, change_id: int) -> Response:
    """Names for the posters of a part, all at once; or one taken out that nobody printed."""
    does, _, digits = visit.form.text("do", most=32).partition(":")
    version, once = stamps(visit)
    if does == "out":
        done = number_part.take_entry_out(
            visit.kit, visit.by, change_id, digits, version=version, once=once
        )
        return _answer(visit, change_id, done)
    names = {
        name.removeprefix("name."): value
        for name, value in visit.form.fields
        if name.startswith("name.")
    }
    done = number_part.name_entries(
        visit.kit, visit.by, change_id, names, version=version, once=once
    )
    return _answer(visit, change_id, done)


def add(visit: Visit, change_id: int) -> Response:
    flow, name = visit.form.text("flow"), visit.form.text("name")
    version, once = stamps(visit)
    done = number_part.add_entry(
        visit.kit, visit.by, change_id, flow, name, version=version, once=once
    )
    return _answer(visit, change_id, done)


def _answer(visit: Visit, change_id: int, done: EditedEntry) -> Response:
    if isinstance(done, EntryFault):
        field = "flow" if done is EntryFault.FLOW else "entries"
        return _page(visit, change_id, faults(**{field: visit.say(done.value)}), status=422)
    if says := not_saved(visit, done):
        return _page(visit, change_id, faults(entries=says), status=422)
    asked = {"part": said} if (said := visit.query.get("part", "")) else {}
    return see("entries.listed", change_id=change_id, **asked)


def _number_of(part: EntriesPart, digits: str) -> int | None:
    """Of the part of the list in which an entry will stand; None where the list is short."""
    before = sum(line.digits < digits for line in part.lines)
    return before // MOST_ROWS + 1 if len(part.lines) >= MOST_ROWS else None


def _page(
    visit: Visit, change_id: int, wrong: FormFaults | None = None, *, status: int = 200
) -> Response:
    part = number_part.entries_of(visit.kit, change_id)
    shown = part_of_list(part.lines, visit.query.get("part", ""))
    return page(
        visit,
        "entries.html",
        status=status,
        faults=wrong or FormFaults(),
        change=folders.look(visit.kit, change_id),
        part=part,
        shown=shown,
        asked=shown.number if shown.count > 1 else None,
        new_at=_number_of(part, part.next_digits),
        typed=visit.form,
        once=secrets.token_hex(8),
    )
