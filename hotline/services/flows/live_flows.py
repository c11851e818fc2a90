"""The flows that callers hear now, for whoever reads them on a page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.engine.flow import Ask, Branch, Call, Choice, Finish, Flow, Menu, Node, Say, Text
from hotline.errors import NotFound
from hotline.ports import Kit
from hotline.store.flows import publications
from hotline.text.languages import CODES

NO_WORDS: Text = {}


@dataclass(frozen=True, slots=True)
class FlowSummary:
    """A flow in the list."""

    name: str
    says: Text
    """The first words that a caller reads in it."""
    screens: int
    texts: int
    written: Mapping[str, int]
    """How many of its texts each language has."""


@dataclass(frozen=True, slots=True)
class WrittenChoice:
    says: Text
    goes: str
    """The node it leads to; empty where the whole menu says it."""


@dataclass(frozen=True, slots=True)
class WrittenNode:
    """A place of a flow, as it is written and not as a handset draws it."""

    name: str
    kind: str
    """say, menu, ask, branch, call or finish."""
    says: Text
    only_sometimes: Sequence[Text]
    """Words in front, which stand only where something was answered or a number is signed."""
    choices: Sequence[WrittenChoice]
    goes: Sequence[str]
    """Nodes that it leads to, each once."""
    calls: str
    """The flow that it goes into."""


@dataclass(frozen=True, slots=True)
class LiveFlows:
    since: datetime | None
    """None on a line that published before there was a history."""
    by: str
    names: Sequence[str]
    """Of the flows, in their order."""


def listed(kit: Kit) -> LiveFlows:
    """Raises NotReady, StoreUnavailable."""
    with kit.database.reading() as session:
        standing = publications.standing(session)
        since = standing.published_at if standing else None
        by = standing.published_by if standing else ""

    book = kit.books.book(kit.books.live())
    return LiveFlows(since, by, sorted(book.flows))


def summaries(kit: Kit, names: Sequence[str]) -> Sequence[FlowSummary]:
    """Of the flows of these names that there are. Raises NotReady, StoreUnavailable."""
    book = kit.books.book(kit.books.live())
    return [_summary(book.flows[name]) for name in names if name in book.flows]


def one(kit: Kit, name: str) -> Sequence[WrittenNode]:
    """The places of a flow in the order in which they are written. Raises NotFound, NotReady, StoreUnavailable."""
    flow = kit.books.book(kit.books.live()).flows.get(name)
    if flow is None:
        raise NotFound(f"no flow {name}")
    return [written(called, node) for called, node in flow.nodes.items()]


def written(name: str, node: Node) -> WrittenNode:
    says, calls = NO_WORDS, ""
    choices: tuple[WrittenChoice, ...] = ()
    arrows = [getattr(node, "goes", None)]
    leads: Sequence[Text] = [lead.text for lead in getattr(node, "leads", ())]
    if isinstance(node, Say | Menu | Ask | Finish):
        says = node.text or NO_WORDS
    if isinstance(node, Menu | Ask):
        choices = tuple(_choice(choice) for choice in node.choices)
        arrows += [choice.goes for choice in choices]
    if isinstance(node, Branch):
        arrows = [arm.goes for arm in node.arms]
    if isinstance(node, Call):
        calls = node.flow
    goes = tuple(dict.fromkeys(arrow for arrow in arrows if arrow))
    kind = type(node).__name__.lower()
    return WrittenNode(name, kind, says, leads, choices, goes, calls)


def _choice(choice: Choice) -> WrittenChoice:
    return WrittenChoice(choice.label, choice.goes or "")


def _summary(flow: Flow) -> FlowSummary:
    nodes = [written(name, node) for name, node in flow.nodes.items()]
    texts = [text for node in nodes for text in _texts(node)]
    first = next((node.says for node in _from_start(flow.start, nodes) if node.says), NO_WORDS)
    counts = {code: sum(bool(text.get(code)) for text in texts) for code in CODES}
    return FlowSummary(flow.name, first, sum(bool(node.says) for node in nodes), len(texts), counts)


def _from_start(start: str, nodes: Sequence[WrittenNode]) -> Iterator[WrittenNode]:
    yield from (node for node in nodes if node.name == start)
    yield from nodes


def _texts(node: WrittenNode) -> Iterator[Text]:
    if node.says:
        yield node.says
    yield from node.only_sometimes
    yield from (choice.says for choice in node.choices)
