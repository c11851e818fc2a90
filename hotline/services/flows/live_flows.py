"""The flows that callers hear now, for whoever reads them on a page."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from hotline.engine.check.parts import choices_of, leads_of
from hotline.engine.document.models import targets
from hotline.engine.flow import Call, Flow, Node, Text
from hotline.errors import NotFound
from hotline.ports import Kit
from hotline.store.flows import publications

NO_WORDS: Text = {}


class WrittenNode(NamedTuple):
    """A place of a flow, as it is written and not as a handset draws it."""

    name: str
    kind: str
    """say, menu, ask, branch, call or finish."""
    says: Text
    only_sometimes: Sequence[Text]
    """Words in front, which stand only where something was answered or a number is signed."""
    choices: Sequence[Text]
    goes: Sequence[str]
    """Nodes that it leads to, each once."""
    calls: str
    """The flow that it goes into."""


class LiveFlows(NamedTuple):
    since: datetime | None
    """None on a line that published before there was a history."""
    by: str
    names: Sequence[str]
    """Of the flows, in their order."""


def listed(kit: Kit) -> LiveFlows:
    """Raises NotReady, StoreUnavailable."""
    with kit.database.reading() as session:
        standing = publications.standing(session)
    names = sorted(kit.books.book(kit.books.live()).flows)
    if standing is None:
        return LiveFlows(None, "", names)
    return LiveFlows(standing.published_at, standing.published_by, names)


def first_words(kit: Kit, names: Sequence[str]) -> Mapping[str, Text]:
    """Returns what a caller reads first in each flow of these names that there is.

    Raises NotReady, StoreUnavailable.
    """
    flows = kit.books.book(kit.books.live()).flows
    return {name: _first(flows[name]) for name in names if name in flows}


def _first(flow: Flow) -> Text:
    begins = [flow.nodes[flow.start]] if flow.start in flow.nodes else []
    texts = (_text(node) for node in (*begins, *flow.nodes.values()))
    return next(filter(None, texts), NO_WORDS)


def one(kit: Kit, name: str) -> Sequence[WrittenNode]:
    """The places of a flow in the order in which they are written. Raises NotFound, NotReady, StoreUnavailable."""
    flow = kit.books.book(kit.books.live()).flows.get(name)
    if flow is None:
        raise NotFound(f"no flow {name}")
    return [
        WrittenNode(
            name=called,
            kind=type(node).__name__.lower(),
            says=_text(node),
            only_sometimes=[lead.text for lead in leads_of(node)],
            choices=[choice.label for choice in choices_of(node)],
            goes=tuple(targets(node)),
            calls=node.flow if isinstance(node, Call) else "",
        )
        for called, node in flow.nodes.items()
    ]


def _text(node: Node) -> Text:
    return getattr(node, "text", None) or NO_WORDS
