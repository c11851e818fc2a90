"""Makes large flow sets for tests of long work."""

from copy import deepcopy
from typing import Any

from tests.support.made_once import shipped_document


def grown(nodes: int) -> dict[str, Any]:
    """Returns the shipped flows with copies of them, up to this number of nodes."""
    document = shipped_document()
    flows = document["flows"]
    shipped = list(flows.items())
    count, copies = sum(len(flow["nodes"]) for flow in flows.values()), 0
    while count < nodes:
        name, flow = shipped[copies % len(shipped)]
        copies += 1
        flows[f"{name}_copy{copies}"] = deepcopy(flow) | {
            key: f"{name}_copy{copies}" for key in ("flow", "name") if key in flow
        }
        count += len(flow["nodes"])
    return document
