"""Bringing an older publication back: its words, with what may never be brought back left as it is. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from hotline.domain.changes.change import Document


def brought_back(old: Document, today: Document) -> dict[str, Any]:
    """Old flows and phrases, today's numbers and entries, and every flow that an entry still opens.

    So nothing that was printed leads nowhere, and no number that lapsed or was taken away comes back.
    """
    flows = dict(old["flows"])
    waiting = list(dict.fromkeys(today.get("entries", {}).values()))
    while waiting:
        name = waiting.pop()
        if name not in flows and name in today["flows"]:
            flows[name] = today["flows"][name]
            waiting += _called(flows[name])
    phrases = {"phrases": old["phrases"]} if old.get("phrases") else {}
    kept = {name: today[name] for name in ("entries", "numbers", "entry_names") if name in today}
    return {"flows": flows, **kept, **phrases}


def _called(flow: Mapping[str, Any]) -> Iterator[str]:
    for node in flow["nodes"].values():
        if node.get("call"):
            yield node["call"]["flow"]
