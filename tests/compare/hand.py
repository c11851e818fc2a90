"""Simulates one phone that dials, reads screens, presses keys and writes SMS."""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

from hotline.emulator.state import network_of
from tests.compare.flow_map import FAR, NO_CHOICES, OPTION, FlowMap, Node, Option
from tests.compare.gateway import Gateway
from tests.compare.line import SERVICE_CODE, SHORTCODE

MOST_HOPS = 30
"""A caller who has pressed this number of keys in one call hangs up."""
MOST_VISITS = 2
"""A walk (the way of a caller to a screen) ends if one screen appears more often than this number."""
DETOUR = 2
"""The number of steps by which a walk to a screen may be longer than the shortest path, for each repeated visit to a
screen."""
MORE = re.compile(r"(?m)^9 \S")
WAITING = ("waits", "_off", ".off")
"""The last words in the names of nodes that ask the caller to wait."""
LOOK_AGAIN, MOST_LOOKS = 0.5, 8
VAIN_CHOICES = 3
"""If a walk (the way of a caller to a screen) failed, this number of its last choices counts as useless for later
walks."""
IN_VAIN = 3
"""The number of steps by which a useless choice counts as farther away from the target."""
WORDS = ("near the blue shop", "hafi y'isoko", "pres de l'eglise")
Note = Callable[[str, str], None]
Choice = tuple[str, str, str]
"""The choice of a caller: a node, the chosen value, and the node to which the value leads."""


@dataclass
class Hand:
    """One simulated phone. `typed` contains the person's answers to questions, by the names under which the flows save
    the answers."""

    msisdn: str
    role: str
    gateway: Gateway
    map: FlowMap
    note: Note
    random: Random
    seen: set[str]
    """Everything that the run has covered: shown nodes, pressed digits, languages and channels."""
    typed: dict[str, str] = field(default_factory=dict)
    places: tuple[str, ...] = ()
    """The labels of the places that this person chooses in lists of places."""
    prefer: tuple[str, ...] = ()
    """The values that this person chooses if a menu offers them and they can lead to the target. The person prefers the
    first such value."""
    screen: str = ""
    node: str = ""
    language: str = ""
    open: bool = False
    patient: bool = True
    """If True, the phone presses 1 to check again when the hotline asks it to wait. The transcript does not record this
    key."""
    vain: dict[str, Counter[Choice]] = field(default_factory=dict)
    """For each target node, the number of times that each choice did not help to reach the node."""
    _near: Mapping[str, int] = field(default_factory=dict)
    _vain: Counter[Choice] = field(default_factory=Counter)
    _visits: Counter[str] = field(default_factory=Counter)
    _chosen: list[Choice] = field(default_factory=list)
    _keys: list[str] = field(default_factory=list)
    _session: str = ""
    _shown: set[str] = field(default_factory=set)
    """The nodes that this call has shown."""
    _meant: str = ""
    """The node to which the last pressed choice should lead."""

    def dial(self, digits: str = "") -> None:
        """Dials the hotline, with or without digits after its code."""
        if self.open:
            self.hang_up()
        self._session = f"ATUid_{UUID(int=self.random.getrandbits(128)).hex}"
        self._keys = [digits] if digits else []
        self.node, self._shown = "", set()
        self.note(
            f"{self.role} dials", SERVICE_CODE if not digits else f"{SERVICE_CODE[:-1]}*{digits}#"
        )
        # Several short codes may begin with screens of the same text. The dialled digits show which of these screens
        # this is.
        self._hop(after=self.map.starts[self.map.entries.get(digits, "front")])

    def key(self, text: str) -> None:
        """Sends one answer to the shown screen."""
        self._keys.append(text)
        self.note(f"{self.role} keys", text)
        self._hop()

    def again(self) -> None:
        """Repeats the last hop, as the network may do. The hotline must give the same answer again."""
        self.note(f"{self.role}'s hop is repeated", self._keys[-1] if self._keys else "")
        self._hop()

    def hang_up(self, *, told: bool = True) -> None:
        """Ends the call. With `told=False`, the gateway does not tell the hotline that the call ended."""
        if not self.open:
            return
        self.open = False
        self.note(f"{self.role} hangs up", "" if told else "(not told)")
        if told:
            self._end("Incomplete")

    def text(self, words: str, *, told: bool = True, twice: bool = False) -> None:
        """Sends an SMS from this phone to the hotline."""
        self.seen.add("channel sms")
        self.seen.update(f"digit {digit} by SMS" for digit in re.findall(r"\b\d\b", words))
        self.note(f"{self.role} writes", words + ("" if told else " (not told)"))
        self.gateway.text(self.msisdn, SHORTCODE, words, told=told, twice=twice)

    def options(self) -> dict[str, str]:
        """Returns the keys of the choices on the screen, by their labels."""
        return {
            found[2].strip(): found[1]
            for line in self.screen.splitlines()
            if (found := OPTION.match(line)) and found[1] not in NO_CHOICES
        }

    def walk(self, target: str, *, most: int = MOST_HOPS) -> bool:
        """Presses keys that lead towards the node `target`. Returns True when the phone shows this node. The walk
        stops if no key leads to the node.

        After a failed walk, the last choices count as farther away from the node.
        """
        self._near, self._vain = self.map.distances(target), self.vain.setdefault(target, Counter())
        self._chosen, self._visits = [], Counter()
        for _ in range(most):
            if self.node == target and self.screen:
                return True
            self._visits[self.node] += 1
            dead_end = self.screen_kind == "say" and not MORE.search(self.screen)
            if not self.open or self._visits[self.node] > MOST_VISITS or dead_end:
                break
            self.answer()
        self._vain.update(self._chosen[-VAIN_CHOICES:])
        return self.node == target and bool(self.screen)

    @property
    def screen_kind(self) -> str:
        """Returns the kind of the shown node, such as "menu", or "" if no node has this text."""
        node = self.map.nodes.get(self.node)
        return node.kind if node else ""

    def answer(self) -> None:
        """Answers the current screen: with the key that leads towards the target of the walk, or at random."""
        node = self.map.nodes.get(self.node)
        if node is None:
            self.key(self._any_key())
        elif node.kind == "say":
            self.key("9" if MORE.search(self.screen) else "0")
        elif node.kind == "ask":
            self._answer_ask(node)
        elif node.kind == "menu":
            self._choose(node)
        else:
            self.key(self._any_key())

    def choose(self, labels: Iterable[str]) -> bool:
        """Turns the pages of a list until one of these labels appears, and presses the key of the first such label."""
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

    def _choose(self, node: Node) -> None:
        offered = self.options()
        ways = [
            (self._far(node, option.value, option.leads), offered[label], option)
            for option in node.options
            if (label := option.label.get(self.language, "")) in offered
        ]
        if not ways:
            self.key("9" if MORE.search(self.screen) else self._any_key())
            return
        least = min(way for way, _, _ in ways)
        detour = DETOUR * max(0, self._visits[node.name] - 1)
        best = [(key, option) for way, key, option in ways if way <= least + detour]
        liked = [(key, option) for way, key, option in ways if self._likes(option, way)]
        liked.sort(key=lambda one: self.prefer.index(one[1].value))
        key, option = liked[0] if liked else self.random.choice(best)
        self._chosen.append((node.name, option.value, option.leads))
        self._meant = option.leads
        self.key(key)

    def _likes(self, option: Option, way: int) -> bool:
        return option.value in self.prefer and way < FAR

    def _far(self, node: Node, value: str, leads: str) -> int:
        """Returns the number of steps from a choice to the target. A choice that did not help before counts as farther
        away."""
        return self._near.get(leads, FAR) + IN_VAIN * self._vain[node.name, value, leads]

    def _answer_ask(self, node: Node) -> None:
        kind = node.parts.get("kind")
        if kind == "place":
            self._choose_place(node)
        elif node.saves in self.typed:
            self.key(self.typed[node.saves])
        elif kind == "words":
            self.key(self.random.choice(WORDS))
        elif kind == "pin":
            self.key(str(self.random.choice((4827, 9153, 6082))))
        else:
            self.key(str(self.random.randint(2, 60)))

    def _choose_place(self, node: Node) -> None:
        """Chooses a place in a list, or one of the node's other choices."""
        offered = self.options()
        flow = node.name.partition(".")[0]
        listed = f"{flow}.{node.parts.get('goes')}"
        beside = {option.label.get(self.language, ""): option for option in node.options}
        entries = {label: key for label, key in offered.items() if label not in beside}
        mine = [key for label, key in entries.items() if self._is_mine(label)]
        seen = self._visits[node.name]
        ways = [
            (self._far(node, option.value, option.leads), offered[label], option)
            for label, option in beside.items()
            if label in offered
        ]
        nearest = min((way for way, _, _ in ways), default=FAR)
        liked = [one for one in ways if one[2].value in self.prefer]
        if liked or (ways and nearest < self._far(node, "", listed)):
            _, key, option = self.random.choice(liked or [one for one in ways if one[0] == nearest])
            self._chosen.append((node.name, option.value, option.leads))
            self.key(key)
        elif mine and seen <= MOST_VISITS:
            self._chosen.append((node.name, "", listed))
            self.key(mine[0])
        elif self.places and MORE.search(self.screen) and not mine:
            self.key("9")
            self._visits[node.name] -= 1
        elif entries:
            self._chosen.append((node.name, "", listed))
            self.key(self.random.choice(list(entries.values())))
        else:
            self.key(self._any_key())

    def _is_mine(self, label: str) -> bool:
        places = filter(None, self.places)
        return any(re.search(rf"\b{re.escape(place)}\b", label) for place in places)

    def _any_key(self) -> str:
        keys = list(self.options().values())
        return self.random.choice(keys) if keys else "9" if MORE.search(self.screen) else "0"

    def _hop(self, after: str = "") -> None:
        before, meant, self._meant = after or self.node, self._meant, ""
        expected = self._shown if self._keys[-1:] == ["0"] else self.map.ahead(meant)
        status, body = self._post()
        for _ in range(MOST_LOOKS):
            kind, _, self.screen = body.partition(" ")
            self.open = kind == "CON" and status == 200
            self.node, language = self.map.recognised(self.screen, before, expected)
            if not self.patient or not self.node.endswith(WAITING):
                break
            # The machine is slow, which does not belong to the story. So the phone presses 1 to check for the next
            # screen, and the transcript leaves this out.
            time.sleep(LOOK_AGAIN)
            self._keys.append("1")
            status, body = self._post()
        if not self.node and self._keys[-1:] == ["9"]:
            # The map does not recognise the second page of a long list, because it does not repeat the question. The
            # call is still at the same node.
            self.node = before
        self.language = language or self.language
        self.note(
            "screen" if self.open else "last screen",
            self.screen if status == 200 else f"{status} {body}",
        )
        self.seen.add("channel ussd")
        if self.node:
            self._shown.add(self.node)
            self.seen |= {self.node, f"language {self.language}"}
            self.seen.update(self.map.passed(before, self.node) if before else ())
        if not self.open:
            self._end("Success" if status == 200 else "Failed")

    def _post(self) -> tuple[int, str]:
        return self._call("ussd", text="*".join(self._keys))

    def _end(self, status: str) -> None:
        date = self.gateway.now().strftime("%Y-%m-%d %H:%M:%S")
        self._call("ended", status=status, date=date, input="*".join(self._keys))

    def _call(self, hook: str, **fields: str) -> tuple[int, str]:
        of_session = {
            "phoneNumber": self.msisdn,
            "serviceCode": SERVICE_CODE,
            "sessionId": self._session,
            "networkCode": network_of(self.msisdn),
        }
        return self.gateway.call(hook, of_session | fields)
