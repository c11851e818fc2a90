"""A phone in somebody's hand: dials, reads, presses keys, and writes SMS, as the network would carry it."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

from tests.compare.flow_map import FAR, OPTION, FlowMap, Node
from tests.compare.gateway import Gateway, network_of
from tests.compare.line import SERVICE_CODE, SHORTCODE

MOST_HOPS = 60
"""After so many keys of one call the caller hangs up."""
MORE = re.compile(r"(?m)^9 \S")
Note = Callable[[str, str], None]


@dataclass
class Hand:
    """One phone. `typed` answers what a screen asks for, by the name under which the flow keeps it."""

    msisdn: str
    role: str
    gateway: Gateway
    map: FlowMap
    note: Note
    random: Random
    seen: set[str]
    """Nodes that were shown, of the whole play."""
    typed: dict[str, str] = field(default_factory=dict)
    places: tuple[str, ...] = ()
    """Names that this person chooses in a list, where they stand in it."""
    screen: str = ""
    node: str = ""
    language: str = ""
    open: bool = False
    _keys: list[str] = field(default_factory=list)
    _session: str = ""

    def dial(self, digits: str = "") -> None:
        """Dials the line, with digits behind its code or without."""
        if self.open:
            self.hang_up()
        self._session = f"ATUid_{UUID(int=self.random.getrandbits(128)).hex}"
        self._keys = [digits] if digits else []
        self.node = ""
        self.note(
            f"{self.role} dials", SERVICE_CODE if not digits else f"{SERVICE_CODE[:-1]}*{digits}#"
        )
        self._hop()

    def key(self, text: str) -> None:
        """Answers a screen."""
        self._keys.append(text)
        self.note(f"{self.role} keys", text)
        self._hop()

    def again(self) -> None:
        """The network tells the last hop a second time; the answer must be the same."""
        self.note(f"{self.role}'s hop is repeated", self._keys[-1] if self._keys else "")
        self._hop()

    def hang_up(self, *, told: bool = True) -> None:
        """Ends the call. `told=False`: the gateway says nothing of it."""
        if not self.open:
            return
        self.open = False
        self.note(f"{self.role} hangs up", "" if told else "(not told)")
        if told:
            self._end("Incomplete")

    def text(self, words: str, *, told: bool = True, twice: bool = False) -> None:
        """Writes an SMS to the line."""
        self.note(f"{self.role} writes", words + ("" if told else " (not told)"))
        self.gateway.text(self.msisdn, SHORTCODE, words, told=told, twice=twice)

    def options(self) -> dict[str, str]:
        """By label, the key before it."""
        return {
            found[2].strip(): found[1]
            for line in self.screen.splitlines()
            if (found := OPTION.match(line)) and found[1] not in ("0", "00", "9")
        }

    def walk(self, target: str, *, most: int = MOST_HOPS) -> bool:
        """Presses what leads nearer to a node. Returns True once it is shown; hangs up nowhere."""
        near = self.map.distances(target)
        visits: dict[str, int] = {}
        for _ in range(most):
            if self.node == target and self.screen:
                return True
            if not self.open:
                return False
            visits[self.node] = visits.get(self.node, 0) + 1
            if visits[self.node] > 4:
                return False
            self.answer(near, visits)
        return False

    def answer(
        self, near: Mapping[str, int] | None = None, visits: Mapping[str, int] | None = None
    ) -> None:
        """Answers the screen that is shown: nearer to a target, or by chance."""
        node = self.map.nodes.get(self.node)
        if node is None:
            self.key(self._any_key())
            return
        if node.kind == "say":
            self.key("9" if MORE.search(self.screen) else "0")
        elif node.kind == "ask":
            self._answer_ask(node, near or {}, visits or {})
        elif node.kind == "menu":
            self._choose(node, near or {}, visits or {})
        else:
            self.key(self._any_key())

    def choose(self, labels: Iterable[str]) -> bool:
        """Presses the first of these labels that is offered, turning pages."""
        wanted = set(labels)
        for _ in range(12):
            found = [key for label, key in self.options().items() if label in wanted]
            if found:
                self.key(found[0])
                return True
            if not MORE.search(self.screen) or not self.open:
                return False
            self.key("9")
        return False

    def _choose(self, node: Node, near: Mapping[str, int], visits: Mapping[str, int]) -> None:
        offered = self.options()
        ways = [
            (near.get(option.leads, FAR), offered[label])
            for option in node.options
            if (label := option.label.get(self.language, "")) in offered
        ]
        if not ways:
            self.key("9" if MORE.search(self.screen) else self._any_key())
            return
        least = min(way for way, _ in ways)
        best = [key for way, key in ways if way == least]
        if visits.get(self.node, 0) > 1:
            best = [key for _, key in ways]
        self.key(self.random.choice(best))

    def _answer_ask(self, node: Node, near: Mapping[str, int], visits: Mapping[str, int]) -> None:
        if node.parts.get("kind") == "place":
            self._choose_place(node, near, visits)
            return
        saves = node.saves
        if saves in self.typed:
            self.key(self.typed[saves])
        elif node.parts.get("kind") == "words":
            self.key(self.random.choice(("near the blue shop", "hafi y'isoko", "pres de l'eglise")))
        elif node.parts.get("kind") == "pin":
            self.key(str(self.random.choice((4827, 9153, 6082))))
        else:
            self.key(str(self.random.randint(2, 60)))

    def _choose_place(self, node: Node, near: Mapping[str, int], visits: Mapping[str, int]) -> None:
        offered = self.options()
        mine = [
            key for label, key in offered.items() if any(place in label for place in self.places)
        ]
        choices = {
            label: option.leads
            for option in node.options
            if (label := option.label.get(self.language, ""))
        }
        ahead = near.get(str(node.name.partition(".")[0]) + "." + str(node.parts.get("goes")), FAR)
        better = [
            offered[label]
            for label, leads in choices.items()
            if label in offered and near.get(leads, FAR) < ahead
        ]
        listed = [key for label, key in offered.items() if label not in choices]
        if better:
            self.key(self.random.choice(better))
        elif mine and visits.get(self.node, 0) <= 2:
            self.key(mine[0])
        elif (
            self.places and MORE.search(self.screen) and visits.get(self.node, 0) <= 3 and not mine
        ):
            self.key("9")
        elif listed:
            self.key(self.random.choice(listed))
        else:
            self.key(self._any_key())

    def _any_key(self) -> str:
        keys = list(self.options().values())
        return self.random.choice(keys) if keys else "9" if MORE.search(self.screen) else "0"

    def _hop(self) -> None:
        status, body = self.gateway.call(
            "ussd",
            {
                "phoneNumber": self.msisdn,
                "serviceCode": SERVICE_CODE,
                "text": "*".join(self._keys),
                "sessionId": self._session,
                "networkCode": network_of(self.msisdn),
            },
        )
        kind, _, self.screen = body.partition(" ")
        self.open = kind == "CON" and status == 200
        before = self.node
        self.node, language = self.map.recognised(self.screen, before)
        self.language = language or self.language
        self.note(
            "screen" if self.open else "last screen",
            self.screen if status == 200 else f"{status} {body}",
        )
        if self.node:
            self.seen.add(self.node)
            self.seen.update(self.map.passed(before, self.node) if before else ())
        if not self.open:
            self._end("Success" if status == 200 else "Failed")

    def _end(self, status: str) -> None:
        self.gateway.call(
            "ended",
            {
                "sessionId": self._session,
                "serviceCode": SERVICE_CODE,
                "networkCode": network_of(self.msisdn),
                "phoneNumber": self.msisdn,
                "status": status,
                "date": self.gateway.now().strftime("%Y-%m-%d %H:%M:%S"),
                "input": "*".join(self._keys),
            },
        )
