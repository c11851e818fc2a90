"""Reads the flow files of a checkout as a graph of nodes. Finds the node of a screen, and the key that leads towards
another node.

The module knows the format of flow files (`flows/README.md`), and uses no code of the hotline.
"""

import re
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

LANGUAGES = ("rw", "en", "fr")
KINDS = ("say", "menu", "ask", "branch", "call", "finish")
SAID = ("text", "one", "none")
"""The YAML keys for the texts of a node in a flow file. A node with a list has two more texts: `one` for a list with
one place, and `none` for an empty list.
"""
OPTION = re.compile(r"^(\d{1,3}) (.+)$")
FAR = 10_000
NO_CHOICES = ("0", "00", "9")
"""The phone keys that the hotline adds to a screen: back, home, more."""
LETTERS = re.compile(r"[^\W\d_]")
SOME_LETTERS = 3
"""If a node's text has fewer letters than this number outside of placeholders, the module treats the whole text as one
placeholder.
"""
_TAKES = ("yours", "theirs", "colleague", "unread_by", "helps_unread", "helps_too", "exercise")
_CLOSES = ("closed", "judged", "another_waits", "closure_unopened", "closure_in_console")
_SLOW = ("did_waits", "no_key", "over")
ANSWERS: Mapping[str, tuple[str, ...]] = {
    "not_me": ("ended_pin",),
    "1": _TAKES,
    "2": ("arrives", "not_yet", "exercise"),
    "3": ("referred", "not_yet", "exercise"),
    "5": ("passed_on", "nobody_else", "exercise"),
    "pass.who": ("pass_colleague", "nobody_else"),
    "pass.national": ("moved", "exercise"),
    "pass_colleague": ("passed_on", "nobody_else"),
    "pass_district": ("moved", "nobody_else"),
    "6": ("said",),
    "7": ("said",),
    "8": ("said", "too_early"),
    "confirm": _CLOSES,
    "also": ("helps_too",),
    "questions": ("asked", "not_asked"),
    "own_shifts": ("shift_offered", "shift_gone"),
    "open_shifts": ("shift_taken", "shift_gone"),
    "note_words": ("noted",),
    "did_again": ("did_off",),
}
"""The nodes with the hotline's possible answers to each action of a responder. The key is the name of the action, or of
the node at which the responder acts.

In the flow file, one node branches to the answers of all actions. Without this table, it would seem that each action
could lead to each answer.
"""
ANSWERED = "responders.did"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a node: its target, and its label in each language."""

    leads: str
    value: str
    label: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Node:
    """One node of a flow, with its full name `flow.node`."""

    name: str
    kind: str
    parts: Mapping[str, Any]
    options: tuple[Option, ...]
    leads: tuple[str, ...]
    """All nodes that may come directly after this node."""
    texts: Mapping[str, tuple[re.Pattern[str], ...]]
    """The patterns of the node's screens in each language. A screen of this node matches one of these patterns."""

    @property
    def has_screen(self) -> bool:
        return bool(self.texts)

    @property
    def saves(self) -> str:
        return str(self.parts.get("saves", ""))


@dataclass
class FlowMap:
    nodes: dict[str, Node]
    starts: Mapping[str, str]
    """The name of the first node of each flow."""
    entries: Mapping[str, str]
    """The flow to which each dialled short code leads."""
    _near: dict[str, dict[str, int]] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> "FlowMap":
        """Reads every flow file of a folder."""
        documents = {}
        entries: dict[str, str] = {}
        for file in sorted(folder.glob("*.yaml")):
            document = yaml.load(file.read_text(encoding="utf-8"), _Plain)
            if "nodes" in document:
                documents[str(document["flow"])] = document
            elif file.stem == "entries":
                entries = {str(digits): str(flow) for digits, flow in document.items()}
        starts = {flow: f"{flow}.{one['start']}" for flow, one in documents.items()}
        returns = _returns(documents)
        nodes = {
            node.name: node
            for flow, document in documents.items()
            for node in _nodes(flow, document, starts, returns)
        }
        nodes |= {node.name: node for node in _answers(nodes)}
        return cls(nodes, starts, entries)

    @cached_property
    def before(self) -> Mapping[str, Sequence[str]]:
        """Returns the nodes that may come directly before each node."""
        found: dict[str, list[str]] = {}
        for node in self.nodes.values():
            for lead in node.leads:
                found.setdefault(lead, []).append(node.name)
        return found

    def distances(self, target: str) -> Mapping[str, int]:
        """Returns the minimum number of steps from each node to the target."""
        if target not in self._near:
            near = {target: 0}
            ahead = deque([target])
            while ahead:
                here = ahead.popleft()
                for name in self.before.get(here, ()):
                    if name not in near:
                        near[name] = near[here] + 1
                        ahead.append(name)
            self._near[target] = near
        return self._near[target]

    def entry_of(self, target: str) -> str | None:
        """Returns the digits to dial after the hotline's code so that the target is nearest. Returns an empty text for
        the code without digits, and None if no digits lead to the target.
        """
        near = self.distances(target)
        ways = {"": self.starts["front"]} | {
            digits: self.starts[flow] for digits, flow in self.entries.items()
        }
        found = {digits: near[start] for digits, start in ways.items() if start in near}
        return min(found, key=lambda digits: (found[digits], digits), default=None)

    def with_a_screen(self) -> frozenset[str]:
        """Returns every node that has a screen and that a caller can reach."""
        return frozenset(
            name
            for name, node in self.nodes.items()
            if node.has_screen and self.entry_of(name) is not None
        )

    def ahead(self, name: str) -> frozenset[str]:
        """Returns the nodes whose screens may come next if a choice leads to this node."""
        found: set[str] = set()
        left = [name]
        while left:
            here = left.pop()
            node = self.nodes.get(here)
            if node is None or here in found:
                continue
            found.add(here)
            if not node.has_screen:
                left.extend(node.leads)
        return frozenset(found)

    def recognised(
        self, screen: str, after: str = "", expected: Collection[str] = ()
    ) -> tuple[str, str]:
        """Returns the name of a screen's node and the screen's language, or ("", "") if no node has this text.

        If several nodes have the same text, the function prefers an expected node. If none of them is expected, it
        prefers the node whose choices match best and that is nearest after the node `after`. A node whose whole text
        comes from placeholders is used only if no other node matches.
        """
        shown = " ".join(screen.split())
        options = filter(None, map(OPTION.match, screen.splitlines()))
        keys = {found[2].strip(): found[1] for found in options}
        lines = {label for label, key in keys.items() if key not in NO_CHOICES}
        is_whole = "9" not in keys.values()
        best: tuple[tuple[int, ...], str, str] = ((), "", "")
        for node in self.nodes.values():
            for language, patterns in node.texts.items():
                found = [pattern for pattern in patterns if pattern.search(shown)]
                if not found:
                    continue
                labels = {option.label.get(language, "") for option in node.options}
                step = self.distances(node.name).get(after, FAR) if after else 0
                letters = max(len(LETTERS.findall(pattern.pattern)) for pattern in found)
                fit = len(lines & labels) - is_whole * len(labels - lines)
                rank = (
                    int(node.name in expected),
                    int(letters >= SOME_LETTERS or bool(lines & labels)),
                    fit,
                    letters,
                    -step,
                    -LANGUAGES.index(language),
                )
                if not best[0] or rank > best[0]:
                    # A text that consists only of placeholders has no language, unless its choices show the language.
                    best = (rank, node.name, language if letters or lines & labels else "")
        return best[1], best[2]

    def passed(self, here: str, there: str) -> Iterator[str]:
        """Yields the nodes without a screen on a shortest path between two screens."""
        near = self.distances(there)
        while here != there and here in near:
            here = min(self.nodes[here].leads, key=lambda name: near.get(name, FAR))
            if near.get(here, FAR) >= FAR or self.nodes[here].has_screen:
                return
            yield here


class _Plain(yaml.CSafeLoader):
    """A YAML loader that reads `yes`, `no` and dates as text."""


_Plain.yaml_implicit_resolvers = {
    letter: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")
    ]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _returns(documents: Mapping[str, Any]) -> Mapping[str, Sequence[str]]:
    """Returns, for each flow, the nodes at which a caller may continue after the flow has ended without showing a
    text."""
    found: dict[str, list[str]] = {}
    for flow, document in documents.items():
        for parts in document["nodes"].values():
            if "call" in parts and "goes" in parts["call"]:
                found.setdefault(str(parts["call"]["flow"]), []).append(
                    f"{flow}.{parts['call']['goes']}"
                )
    return found


def _answers(nodes: Mapping[str, Node]) -> Iterator[Node]:
    """Yields one extra node for each action of a responder. The extra node leads only to the hotline's answers to this
    action."""
    answered = nodes.get(ANSWERED)
    for act in {lead.partition(":")[2] for node in nodes.values() for lead in node.leads}:
        if not act or answered is None:
            continue
        answers = ANSWERS.get(act) or _of_word(act)
        # Most actions may also lead to the screens in `_SLOW`. The actions that remove a PIN never lead to these
        # screens.
        slow = () if act in ("did_again", "not_me") else _SLOW
        leads = tuple(
            lead for lead in answered.leads if lead.partition(".")[2] in (*answers, *slow)
        )
        yield replace(answered, name=f"{ANSWERED}:{act}", leads=leads)


def _of_word(act: str) -> tuple[str, ...]:
    return ("noted",) if act.startswith("note_") else _CLOSES if act.startswith("close_") else ()


def _answered(lead: str, act: str) -> str:
    """Returns the node to which an action leads. If the flow file names the common node for all answers, returns the
    extra node of this action."""
    return f"{ANSWERED}:{act}" if lead == ANSWERED and act else lead


def _nodes(
    flow: str, document: Any, starts: Mapping[str, str], returns: Mapping[str, Sequence[str]]
) -> Iterator[Node]:
    for name, node in document["nodes"].items():
        kind = next(one for one in KINDS if one in node)
        parts = node[kind] or {}
        ways: list[str] = []
        options: list[Option] = []
        if kind == "branch":
            ways = [f"{flow}.{way['goes']}" for way in parts]
            parts = {}
        elif kind == "call":
            ways = [starts[str(parts["flow"])]]
        elif kind == "finish" and "text" not in parts:
            ways = list(returns.get(flow, ()))
        for choice in parts.get("choices", ()):
            leads = f"{flow}.{choice.get('goes', parts.get('goes'))}"
            value = str(choice.get("value", ""))
            label = {code: str(said) for code, said in choice["label"].items()}
            options.append(Option(_answered(leads, value), value, label))
        ways += [f"{flow}.{parts[way]}" for way in ("goes", "weak") if way in parts]
        ways = [*(option.leads for option in options), *(_answered(way, name) for way in ways)]
        texts = {
            code: tuple(_pattern(str(parts[said][code])) for said in SAID if said in parts)
            for code in parts.get("text") or ()
        }
        yield Node(f"{flow}.{name}", kind, parts, tuple(options), tuple(dict.fromkeys(ways)), texts)


def _pattern(text: str) -> re.Pattern[str]:
    """Returns the pattern that matches each screen with this text. Each {placeholder} in the text matches any text."""
    pieces = re.split(r"\{[^}]*\}", " ".join(text.split()))
    return re.compile(".*".join(map(re.escape, pieces)))
