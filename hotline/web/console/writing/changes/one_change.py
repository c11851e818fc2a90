"""One change: how far it is, its flows, what is wrong with it, and how it came to be."""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Response

from hotline.domain.accounts.account import AccountRole
from hotline.domain.changes.change import ENTRIES, NUMBERS, PHRASES
from hotline.engine.check.finding import Finding
from hotline.engine.editing.difference import Difference, difference
from hotline.services.changes import drafts, folders, going_live, judging, proposing, steps
from hotline.services.changes.drafts import PartDraft
from hotline.services.changes.folders import ChangeRow
from hotline.services.changes.judging import DividedFindings
from hotline.services.changes.results import ChangeRefused
from hotline.web.console import who
from hotline.web.console.form import FormFaults
from hotline.web.console.visit import Visit, page, see
from hotline.web.console.who import phrase
from hotline.web.console.writing import findings
from hotline.web.console.writing.changes import addresses, step_sentences
from hotline.web.console.writing.changes.changes import first_screen
from hotline.web.console.writing.changes.differences import PHRASES as PHRASES_OF
from hotline.web.console.writing.changes.field_words import finding_place, part_words
from hotline.web.console.writing.changes.refusals import (
    KEEPS_LANGUAGES,
    languages_kept,
    refused_faults,
)

NEWER = 2
"""Seconds after which the page asks again whether a worker has checked it."""
GROUPS = (
    ("blocking", phrase("Hurts, and is new: mend it before you propose"), "bad"),
    ("live_already", phrase("Hurts, and callers meet it today already"), "warn"),
    ("bearable", phrase("Can be borne"), "soft"),
)


@dataclass(frozen=True, slots=True)
class PartLine:
    """A part of a change, in its list."""

    words: str
    address: str
    """Where it is edited; empty where it cannot be."""
    changed: int
    """Screens that differ from what callers hear; rows, of a list."""
    is_gone: bool


@dataclass(frozen=True, slots=True)
class LinkedFinding:
    place: str
    words: str
    detail: str
    address: str
    """Of its field; empty where nobody edits it here."""


@dataclass(frozen=True, slots=True)
class FindingGroup:
    words: str
    kind: str
    found: Sequence[LinkedFinding]


def show(visit: Visit, change_id: int) -> Response:
    return _shown(visit, change_id)


def propose(visit: Visit, change_id: int) -> Response:
    return _done(
        visit,
        change_id,
        proposing.propose(
            visit.kit, visit.by, change_id, keeps_languages=visit.form.ticked(KEEPS_LANGUAGES)
        ),
    )


def drop(visit: Visit, change_id: int) -> Response:
    return _done(visit, change_id, folders.drop(visit.kit, visit.by, change_id))


def bring_back(visit: Visit, change_id: int, step_id: int) -> Response:
    once = visit.form.text("once") or secrets.token_urlsafe()
    before = visit.form.text("before") == "yes"
    done = steps.bring_back(visit.kit, visit.by, change_id, step_id, once=once, before=before)
    return _done(visit, change_id, done if isinstance(done, ChangeRefused) else None)


def _done(visit: Visit, change_id: int, refused: ChangeRefused | None) -> Response:
    if refused is not None:
        return _shown(visit, change_id, refused_faults(visit, refused, "acts"))
    return see("one_change.show", change_id=change_id)


def _shown(visit: Visit, change_id: int, faults: FormFaults | None = None) -> Response:
    compared = going_live.compare(visit.kit, change_id)
    change, changes = compared.change, difference(compared.before, compared.after)
    open_now = change.state.is_editable
    found = judging.checked(visit.kit, change_id) if open_now and change.parts else None
    history, older = _history(visit, change_id)
    answer = page(
        visit,
        "change.html",
        status=422 if faults else 200,
        change=change,
        parts=_parts(visit, change, changes),
        keeps=languages_kept(visit, changes, compared.after) if open_now else "",
        clashes=[part_words(visit, part) for part in compared.clashes],
        groups=None if found is None else _groups(visit, change, found),
        steps=history,
        older=older,
        once=secrets.token_urlsafe(),
        may_write=open_now and AccountRole.EDITOR in visit.by.roles,
        may_read=bool(visit.by.roles & who.READING),
        lists=_lists(visit, change_id),
        faults=faults or FormFaults(),
    )
    if open_now and change.parts and found is None and not faults:
        answer.headers["Refresh"] = f"{NEWER}; url=/changes/{change_id}?auto"
    return answer


def _history(visit: Visit, change_id: int) -> tuple[Sequence[tuple[object, str]], int | None]:
    """Steps with their sentences, and from which one on there are older ones."""
    before = visit.query.get("before", "")
    at = int(before) if before.isdecimal() else None
    found = drafts.history(visit.kit, change_id, before=at)
    lines = [(step, step_sentences.sentence(visit, step)) for step in found]
    return lines, found[-1].id if len(found) == drafts.SHOWN else None


def _parts(visit: Visit, change: ChangeRow, changes: Difference) -> Sequence[PartLine]:
    newest = drafts.drafts(visit.kit, change.id)
    counted = _counts(changes)
    return [
        PartLine(
            words=part_words(visit, part),
            address=_edited(visit, change, part, newest),
            changed=counted.get(part, 0),
            is_gone=newest[part].document is None,
        )
        for part in change.parts
    ]


def _edited(visit: Visit, change: ChangeRow, part: str, newest: Mapping[str, PartDraft]) -> str:
    document = newest[part].document
    if not change.state.is_editable or document is None:
        return ""
    is_flow = not part.startswith("#")
    return addresses.part(
        visit.by.roles, change.id, part, first_screen(document) if is_flow else ""
    )


def _counts(changes: Difference) -> Mapping[str, int]:
    """How many screens of each flow differ, and how many rows of each list."""
    phrases = {one.field for one in changes.others if one.field.startswith(PHRASES_OF)}
    counted = Counter(screen.flow for screen in changes.screens)
    counted[PHRASES] = len(phrases)
    counted[NUMBERS] = len({one.field.partition(".")[0] for one in changes.numbers})
    counted[ENTRIES] = len({one.field for one in changes.entries})
    return counted


def _lists(visit: Visit, change_id: int) -> Sequence[tuple[str, str]]:
    """Addresses of what else may be edited, with their words."""
    pages = (
        (f"/changes/{change_id}/new-flow", visit.say("A new flow")),
        (addresses.part(visit.by.roles, change_id, NUMBERS), visit.say("Telephone numbers")),
        (addresses.part(visit.by.roles, change_id, ENTRIES), visit.say("Entries")),
    )
    return [
        (path, words) for path, words in pages if path and addresses.if_there(visit.by.roles, path)
    ]


def _groups(visit: Visit, change: ChangeRow, found: DividedFindings) -> Sequence[FindingGroup]:
    return [
        FindingGroup(words, kind, [_linked(visit, change.id, one) for one in getattr(found, name)])
        for name, words, kind in GROUPS
    ]


def _linked(visit: Visit, change_id: int, one: Finding) -> LinkedFinding:
    address = addresses.editor(
        visit.by.roles, change_id, one.flow, one.node, one.field, one.language
    )
    return LinkedFinding(
        finding_place(visit, one), findings.says(visit, one), findings.detail(visit, one), address
    )
