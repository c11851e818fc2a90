"""A flow is taken out of what callers hear: every arrow that led into it gets a new end first."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Response

from hotline.domain.changes.change import ENTRIES, StepKind
from hotline.engine.editing.anatomy import Document
from hotline.engine.editing.operations.screens import (
    ArrowIntoFlow,
    arrows_into_flow,
    calls_of,
    keeps,
    led_away,
    obstacle_to_taking_out,
)
from hotline.engine.editing.preview import outline
from hotline.services.changes import drafts, folders
from hotline.services.changes.folders import FlowAtHand
from hotline.services.flows import reviewing
from hotline.web.console.form import FormFaults
from hotline.web.console.visit import Visit, page, see
from hotline.web.console.writing.changes.field_words import field_words
from hotline.web.console.writing.editor.operating import Operation, obstructed, stored

TO = "to:"
"""In front of an arrow's key: where it leads from now on."""
TAKE_OUT = "-"
"""Says that the arrow goes too, and the choice that it begins in."""


@dataclass(frozen=True, slots=True)
class FlowToTakeOut:
    """A flow of a change, the other flows beside it, and what leads into it."""

    here: FlowAtHand
    flows: Mapping[str, Document]
    entries: Mapping[str, str]
    callers: Mapping[str, FlowAtHand]
    """The flows that open it, as they are now."""

    @property
    def into(self) -> Sequence[ArrowIntoFlow]:
        return arrows_into_flow(self.flows, self.here.name)

    def screens(self, flow: str) -> Sequence[str]:
        """Where an arrow of a flow may lead: not where the way into this one was."""
        gone = {place.node for place in calls_of(self.flows, self.here.name) if place.flow == flow}
        return [row.name for row in outline(self.flows[flow]) if row.name not in gone]


def ask(visit: Visit, change_id: int, flow: str) -> Response:
    flow_out = _gathered(visit, change_id, flow)
    kept = keeps(flow_out.flows, flow_out.entries, flow)
    return _drawn(visit, change_id, flow_out, obstructed(visit, "name", kept), 200)


def take(visit: Visit, change_id: int, flow: str) -> Response:
    out = _gathered(visit, change_id, flow)
    decided = {
        name.removeprefix(TO): "" if goes == TAKE_OUT else goes
        for name, goes in visit.form.fields
        if name.startswith(TO) and goes
    }
    obstacle = obstacle_to_taking_out(out.flows, out.entries, flow, decided)
    wrong = obstructed(visit, "name", obstacle) or _stored(visit, change_id, out, decided)
    if wrong:
        return _drawn(visit, change_id, out, wrong, 422)
    return see("one_change.show", change_id=change_id)


def _gathered(visit: Visit, change_id: int, flow: str) -> FlowToTakeOut:
    here = folders.at_hand(visit.kit, change_id, flow)
    flows = folders.flows_in(visit.kit, change_id)
    opened_by = dict.fromkeys(place.flow for place in calls_of(flows, flow))
    callers = {name: folders.at_hand(visit.kit, change_id, name) for name in opened_by}
    entries = drafts.draft(visit.kit, change_id, ENTRIES).document or {}
    return FlowToTakeOut(
        here=here,
        flows={**flows, **{name: caller.document for name, caller in callers.items()}},
        entries={digits: row["flow"] for digits, row in entries.items()},
        callers=callers,
    )


def _stored(
    visit: Visit, change_id: int, out: FlowToTakeOut, decided: Mapping[str, str]
) -> FormFaults:
    """The arrows first: none ever leads to a flow that is not there."""
    flow = out.here.name
    for name, document in led_away(out.flows, flow, decided).items():
        says = {"did": StepKind.EDITED}
        led = Operation(name, document, out.callers[name].version, says)
        if wrong := stored(visit, change_id, led):
            return wrong
    gone = {"did": StepKind.FLOW_DELETED, "flow": flow}
    return stored(visit, change_id, Operation(flow, None, out.here.version, gone))


def _drawn(
    visit: Visit, change_id: int, out: FlowToTakeOut, wrong: FormFaults, status: int
) -> Response:
    name = out.here.name
    head = out.here.document
    return page(
        visit,
        "flow_take_out.html",
        status=status,
        change=folders.look(visit.kit, change_id),
        here=out.here,
        stays=keeps(out.flows, out.entries, name) is not None,
        into=[
            (one, field_words(visit, one.arrow.field), out.screens(one.flow)) for one in out.into
        ],
        flows=[other for other in out.flows if other != name],
        rows=outline(head),
        tells=bool(head.get("gathers") or head.get("private")),
        signed=len(reviewing.below(visit.kit, name)),
        chosen=dict(visit.form.fields),
        once=visit.form.text("once") or secrets.token_urlsafe(12),
        faults=wrong,
    )
