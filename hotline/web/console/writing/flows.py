"""What callers hear now, to read: the list of flows, and one flow in three languages.

The example that docs/console.md walks: a view reads the address, calls one service, and draws one template.
"""

from flask import Response, url_for

from hotline.services.changes import folders
from hotline.services.flows import live_flows
from hotline.web.console import who
from hotline.web.console.visit import Visit, page
from hotline.web.console.writing.changes import addresses


def listed(visit: Visit) -> Response:
    return page(visit, "flows.html", live=live_flows.listed(visit.kit))


def one(visit: Visit, flow: str) -> Response:
    nodes = live_flows.one(visit.kit, flow)
    may_open = bool(visit.by.roles & who.WORDS)
    rows = folders.listed(visit.kit) if may_open else ()
    opens = [(row, _opened(row.id, flow, nodes[0].name)) for row in rows]
    return page(visit, "flow.html", flow=flow, nodes=nodes, may_open=may_open, opens=opens)


def _opened(change_id: int, flow: str, node: str) -> str:
    """The flow in a change: in the editor, or on the page of the change."""
    change = url_for("one_change.show", change_id=change_id)
    return addresses.editor(change_id, flow, node) or change
