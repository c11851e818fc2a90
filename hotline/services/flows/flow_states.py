"""How each flow stands, for lists: what is wrong with it alone, and how full its fullest screen is. Computed once."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hotline.domain.jobs import Job
from hotline.engine.check.checking import of_flow
from hotline.engine.check.finding import Finding
from hotline.engine.document import document as documents
from hotline.engine.document.kept import derived
from hotline.engine.editing.anatomy import nodes_of
from hotline.engine.editing.preview import meters
from hotline.engine.flow import Book
from hotline.engine.run import Place
from hotline.errors import FlowInvalid
from hotline.ports import Kit
from hotline.services.doorbell import ring
from hotline.services.flows import authoring
from hotline.services.flows.places import place_lists
from hotline.services.flows.publishing import mark
from hotline.store.changes import checks
from hotline.store.changes.checks import FlowState

LIVE = 0
"""In place of a change: what is live is checked."""


@dataclass(frozen=True, slots=True)
class FlowStanding:
    findings: Sequence[Finding]
    """Of this flow alone: those that need the whole book are a change's."""
    septets: int
    """Of its fullest page, in any language."""


def flow_states(
    kit: Kit,
    document: Mapping[str, Any],
    *,
    wanted: Collection[str] | None = None,
    waits: bool = True,
) -> Mapping[str, FlowStanding]:
    """Of every flow of a document that can be played, or of those; of none where it cannot. Raises StoreUnavailable.

    `waits`: measure what nobody has. Else a worker is rung for, who measures what is live.
    """
    digests = _digests(document, document["flows"].keys() if wanted is None else wanted)
    with kit.database.reading() as session:
        kept = {
            digest: FlowStanding([Finding.of_row(one) for one in row.findings], row.septets)
            for digest, row in checks.flow_states(session, set(digests.values())).items()
        }
    missing = {name: digest for name, digest in digests.items() if digest not in kept}
    if missing and not waits:
        ring(kit, Job.CHECK_CHANGE, LIVE)
    new = _measured(document, missing) if waits else {}
    if new:
        _keep(kit, new)
    known = {**kept, **new}
    return {name: known[digest] for name, digest in digests.items() if digest in known}


def _measured(
    document: Mapping[str, Any], missing: Mapping[str, str]
) -> Mapping[str, FlowStanding]:
    if not missing:
        return {}
    try:
        book = documents.compile(document, place_lists())
    except FlowInvalid:
        return {}
    return {
        digest: FlowStanding(tuple(of_flow(book, name)), _fullest(book, document, name))
        for name, digest in missing.items()
    }


def _fullest(book: Book, document: Mapping[str, Any], name: str) -> int:
    found = [
        one.septets
        for node, written in document["flows"][name]["nodes"].items()
        for one in meters(book, Place(name, node), written).values()
    ]
    return max(found, default=0)


def _keep(kit: Kit, states: Mapping[str, FlowStanding]) -> None:
    at = kit.now()
    with kit.database.writing() as session:
        for digest, state in states.items():
            found = [one.to_row() for one in state.findings]
            row = FlowState(digest=digest, findings=found, septets=state.septets, at=at)
            checks.keep_flow_state(session, row)


def digest_of_flow(flow: Mapping[str, Any]) -> str:
    """Of all that a flow says, and of the order of its screens."""
    return authoring.digest_without_order({"flow": flow, "order of screens": [*nodes_of(flow)]})


def _digests(document: Mapping[str, Any], wanted: Collection[str]) -> Mapping[str, str]:
    """Of all that the check of one flow looks at: the flow, the numbers, and which others there are."""
    flows = document["flows"]
    others = {one: flow.get("private", False) for one, flow in flows.items()}
    around = json.dumps([mark(), document.get("numbers", []), others], sort_keys=True)
    seen = {name: f"{derived(digest_of_flow, flows[name])} {around}" for name in wanted}
    return {name: hashlib.sha256(one.encode()).hexdigest() for name, one in seen.items()}
