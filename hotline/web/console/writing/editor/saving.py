"""Saving a screen: the fields first, then the button; merged with what others saved meanwhile, or asked about."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, url_for

from hotline.domain.changes.change import StepKind
from hotline.engine.editing.anatomy import Document, locked, nodes_of, rows_of, without_typography
from hotline.engine.editing.forms.buttons import acted
from hotline.engine.editing.forms.reading import shown
from hotline.engine.editing.operations.screens import moved
from hotline.engine.screen import DEFAULT_LIMIT
from hotline.services.changes import folders, steps
from hotline.services.changes.drafts import NewStep
from hotline.services.changes.results import ChangeRefused
from hotline.services.changes.steps import StepClash, StepSaved
from hotline.web.console.form import FormFault, FormFaults
from hotline.web.console.visit import Visit, see_address
from hotline.web.console.who import phrase
from hotline.web.console.writing import choosing
from hotline.web.console.writing.editor import handset
from hotline.web.console.writing.editor.drawing import EditorDraft, ScreenAtHand, drawn, faults_of
from hotline.web.console.writing.editor.notices import of_plain
from hotline.web.console.writing.editor.typed import TypedScreen, with_node

WHY_LETTERS = 10
"""The least that somebody writes who changes what is counted or alerted."""
WHY = phrase("Say in a sentence why what is counted or alerted changes.")
OVER = phrase("This change is over: nothing is saved in it any more. Your words still stand below.")
IN_THE_OUTLINE = {"screen_up": -1, "screen_down": 1}


@dataclass(frozen=True, slots=True)
class _EditedFlow:
    """What a press of a button makes of the flow."""

    flow: dict[str, Any]
    says: Mapping[str, Any]
    plain: Mapping[str, int]
    """Word's marks that were made plain."""
    anchor: str


def saved(visit: Visit, at: ScreenAtHand, typed: TypedScreen, do: str) -> Response:
    """303 to the page of the screen; 422 with the form as it was typed, or with what two changed."""
    faults = faults_of(visit, [*typed.refused]) or _unsaid(visit, at, typed)
    if faults:
        return again(visit, at, typed, faults)
    made = _made(visit, at, typed, do)
    new = NewStep(at.flow.name, made.flow, once(visit), made.says)
    done = steps.save_step(
        visit.kit,
        visit.by,
        at.change_id,
        new,
        base_version=at.flow.version,
        settled=choosing.settled(visit.form).get(at.flow.name),
    )
    if isinstance(done, ChangeRefused):
        return again(visit, at, typed, FormFaults(), said=OVER)
    if isinstance(done, StepClash):
        return _clash(visit, at, done)
    return see_address(_address(visit, at, done, made))


def _clash(visit: Visit, at: ScreenAtHand, clash: StepClash) -> Response:
    """422: both versions of what two changed. The same form comes back with what was chosen."""
    here: dict[str, Any] = {"change_id": at.change_id, "flow": at.flow.name}
    choices = choosing.choices(visit, {at.flow.name: clash.clashes})
    return choosing.asked(
        visit,
        folders.look(visit.kit, at.change_id),
        choices,
        address=url_for("editor.take", node=at.node, **here),
        back=(at.flow.name, url_for("editor.flow", **here)),
        other=clash.author,
        kept=choosing.kept(visit.form, choices),
    )


def draft_of(visit: Visit, typed: TypedScreen) -> EditorDraft:
    """The form as it was typed, to be drawn again."""
    return EditorDraft(
        document=typed.flow,
        as_typed=typed.as_typed,
        once=visit.form.text("once"),
        unlocked=visit.form.ticked("unlocked"),
        why=visit.form.text("why"),
    )


def once(visit: Visit) -> str:
    """The form's own word, its page and what was typed: one that comes twice is one step, with other words another."""
    written = repr((visit.path, sorted(visit.form.kept()))).encode()
    return f"{visit.form.text('once', most=40)} {hashlib.sha256(written).hexdigest()[:24]}"


def again(
    visit: Visit, at: ScreenAtHand, typed: TypedScreen, faults: FormFaults, *, said: str = ""
) -> Response:
    """422: the form as it was typed, with what is wrong in its fields, or with a sentence on top."""
    state = handset.of_form(visit.form, visit.language)
    draft = draft_of(visit, typed)
    return drawn(visit, at, state, draft, faults=faults, status=422, said=said)


def _unsaid(visit: Visit, at: ScreenAtHand, typed: TypedScreen) -> FormFaults:
    """What counts is changed with a reason alone."""
    if not _marks_changed(visit, at, typed):
        return FormFaults()
    if len(visit.form.text("why")) >= WHY_LETTERS:
        return FormFaults()
    return FormFaults((FormFault("why", visit.say(WHY)),))


def _marks_changed(visit: Visit, at: ScreenAtHand, typed: TypedScreen) -> bool:
    if not visit.form.ticked("unlocked"):
        return False
    live = nodes_of(folders.live_flow(visit.kit, at.flow.name)).get(at.node)
    shut = locked(typed.before, live)
    return any(shown(typed.before, name) != shown(typed.node, name) for name in shut)


def _made(visit: Visit, at: ScreenAtHand, typed: TypedScreen, do: str) -> _EditedFlow:
    after, plain = without_typography(typed.node)
    after = acted(after, do) or after
    flow = with_node(typed.flow, at.node, after)
    says: dict[str, Any] = {"did": StepKind.EDITED, "node": at.node}
    if typed.languages:
        says["languages"] = typed.languages
    if (by := IN_THE_OUTLINE.get(do)) is not None:
        flow = moved(flow, at.node, by)
        if after == typed.before:
            says["did"] = StepKind.ORDERED
    elif _marks_changed(visit, at, typed):
        says |= {"did": StepKind.MARKS, "why": visit.form.text("why", most=400)}
    return _EditedFlow(flow, says, plain, _anchor(do, after))


def _anchor(do: str, after: Document) -> str:
    """Where somebody goes on who pressed a button of a row, or of a letter."""
    verb, _, rest = do.partition(":")
    if verb in ("mend", "mend_all"):
        return f"p-meter-{rest.partition(':')[0]}"
    name, _, at = rest.rpartition(".") if verb != "add" else (rest, "", "")
    lists = [rows for rows in ("arms", "choices", "lead") if rows_of(after, rows)]
    name = name or next(iter(lists), "")
    count = len(rows_of(after, name)) if name else 0
    if verb not in ("up", "down", "drop", "add") or not count:
        return ""
    row = count - 1 if verb == "add" else int(at) if at.isdecimal() else 0
    row += {"up": -1, "down": 1}.get(verb, 0)
    return f"f-{name}.{min(max(row, 0), count - 1)}"


def _address(visit: Visit, at: ScreenAtHand, done: StepSaved, made: _EditedFlow) -> str:
    if at.node not in nodes_of(done.document):
        return url_for("editor.flow", change_id=at.change_id, flow=at.flow.name)
    state = handset.of_form(visit.form, visit.language)
    query: dict[str, Any] = {"saved": done.version}
    if state.language != visit.language:
        query["shown"] = state.language
    if state.limit != DEFAULT_LIMIT:
        query["limit"] = state.limit
    if done.is_merged:
        query["both"] = 1
    if made.plain:
        query["plain"] = of_plain(made.plain)
    if made.anchor:
        query["_anchor"] = made.anchor
    return url_for("editor.show", change_id=at.change_id, flow=at.flow.name, node=at.node, **query)
