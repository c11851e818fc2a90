"""What callers hear now, to read: the list of flows, and one flow in three languages.

The example that docs/console.md walks: a view reads the address, calls one service, and draws one template.
"""

from flask import Response

from hotline.services.flows import live_flows
from hotline.web.console.visit import Visit, page


def listed(visit: Visit) -> Response:
    return page(visit, "flows.html", live=live_flows.listed(visit.kit))


def one(visit: Visit, flow: str) -> Response:
    return page(visit, "flow.html", flow=flow, nodes=live_flows.one(visit.kit, flow))
