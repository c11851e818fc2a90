"""The editor: one screen of a flow in a change. Every button is a submit of its one form."""

from dataclasses import replace

from flask import Response

from hotline.engine.editing.anatomy import OF_A_FLOW, locked, nodes_of
from hotline.engine.editing.preview import outline
from hotline.errors import NotFound
from hotline.services.changes import folders
from hotline.services.changes.folders import FlowAtHand
from hotline.web.console.form import FormFaults
from hotline.web.console.visit import Visit, page
from hotline.web.console.who import phrase
from hotline.web.console.writing.editor import handset, saving
from hotline.web.console.writing.editor.drawing import (
    EXPECTS,
    KINDS,
    ScreenAtHand,
    drawn,
    faults_of,
    fresh,
)
from hotline.web.console.writing.editor.handset import HandsetState
from hotline.web.console.writing.editor.moving import moving_parts
from hotline.web.console.writing.editor.notices import told_after
from hotline.web.console.writing.editor.typed import TypedScreen, typed_screen
from hotline.web.console.writing.findings import LACKS

LOST = phrase("What this form was made of is not there. Look at your words, and save them again.")
STORES_NOTHING = frozenset({"look", "open", "press", "restart", "unlock"})


def flow(visit: Visit, change_id: int, flow: str) -> Response:
    """The screens of a flow, as a list."""
    change = folders.look(visit.kit, change_id)
    here = folders.at_hand(visit.kit, change_id, flow)
    rows = outline(here.document)
    marks = [(name, here.document[name]) for name in sorted(OF_A_FLOW) if here.document.get(name)]
    return page(
        visit, "flow_in_change.html", change=change, here=here, rows=rows, marks=marks, kinds=KINDS
    )


def show(visit: Visit, change_id: int, flow: str, node: str) -> Response:
    here = folders.at_hand(visit.kit, change_id, flow)
    there(here, node)
    state = handset.of_query(visit.query, visit.language)
    told = told_after(visit, here)
    return drawn(visit, ScreenAtHand(change_id, here, node), state, fresh(here), told=told)


def take(visit: Visit, change_id: int, flow: str, node: str) -> Response:
    here, typed = made_of(visit, change_id, flow, node)
    at = ScreenAtHand(change_id, here, node)
    do = visit.form.text("do") or "save"
    if do.partition(":")[0] not in STORES_NOTHING:
        said = visit.form.text("version")
        if said != str(here.version):
            return saving.again(visit, at, typed, FormFaults(), said=LOST)
        return saving.saved(visit, at, typed, do)
    verb, _, said = do.partition(":")
    draft = replace(
        saving.draft_of(visit, typed),
        unlocked=verb == "unlock" or unlocked(visit),
        opened=said if verb == "open" else "",
    )
    faults = faults_of(visit, [*typed.refused])
    return drawn(visit, at, _state(visit, do), draft, faults=faults)


def part(visit: Visit, change_id: int, flow: str, node: str) -> Response:
    """The moving parts alone, for the script."""
    here, typed = made_of(visit, change_id, flow, node)
    state = _state(visit, visit.form.text("do"))
    around = folders.book_around(visit.kit, here)
    parts = moving_parts(visit, around, flow, typed.flow, node, state)
    return page(
        visit,
        "editor_part.html",
        parts=parts,
        change_id=change_id,
        lacks=LACKS,
        expects=EXPECTS,
    )


def made_of(visit: Visit, change_id: int, flow: str, node: str) -> tuple[FlowAtHand, TypedScreen]:
    """The state that the posted form was made of, and what was typed on it. Raises NotFound.

    The newest state, where the form says none that is there.
    """
    try:
        here = folders.at_hand(visit.kit, change_id, flow, version(visit))
        there(here, node)
    except NotFound:
        here = folders.at_hand(visit.kit, change_id, flow)
        there(here, node)
    live = nodes_of(folders.live_flow(visit.kit, flow)).get(node)
    shut = frozenset() if unlocked(visit) else locked(nodes_of(here.document)[node], live)
    flows = visit.kit.books.book(visit.kit.books.live()).flows.keys() | here.others.keys()
    typed = typed_screen(here.document, node, visit.form, flows=flows, locked=shut)
    return here, typed


def version(visit: Visit) -> int | None:
    """What the form says that it was made of; the newest where it says nothing that is one."""
    said = visit.form.text("version")
    return int(said) if said.removeprefix("-").isdecimal() and len(said) < 10 else None


def unlocked(visit: Visit) -> bool:
    return visit.form.ticked("unlocked")


def there(here: FlowAtHand, node: str) -> None:
    if node not in nodes_of(here.document):
        raise NotFound(f"no screen {node} in flow {here.name}")


def _state(visit: Visit, do: str) -> HandsetState:
    return handset.after(handset.of_form(visit.form, visit.language), do, visit.form)
