"""One dialogue on the real services, and where it stands: a phone that knows what it typed and chose."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hotline.core.ussd import EndNotice, UssdHop
from hotline.dialogue import service_session, service_session_start
from hotline.dialogue.service_session import end_session, take_turn
from hotline.emulator.server import choices
from hotline.flows.flow import Ask, Book, Finish, Menu, node_at
from hotline.flows.run import Place, Run
from tests.builders import make_hop
from tests.callers import Line
from tests.kits import WholeKit

CANARY = "Zuzuzu"
"""What is typed where words are asked."""
CONFIRMING = {
    ("responders", "helps_too"),
    ("responders", "helps_unread"),
    ("responders", "on_site_later"),
}
"""Screens behind a PIN that repeat the verb that was chosen, or name a menu's entry, and nothing of a case."""
FOUND_BY = {("report", "named"): ("report", "name")}
"""Screens that ask whether a place is the right one, and where a name was typed that found it: it may be that name."""
PIN = "8305"
SHORT = 4
"""A label of so few letters (No, Yego) says nothing by itself."""
RECEIPT = re.compile(r"\d{3} \d{3} \d{3}")
CERTIFICATE = re.compile(r"\b[A-Z0-9]{4} [A-Z0-9]{4} [A-Z0-9]{4}\b")

Hop = Callable[[WholeKit, UssdHop], str]
Typed = Mapping[str, tuple[str, ...]]
"""What this phone types, by the name under which the answer is kept; the canary where nothing is said of it."""


@dataclass(frozen=True, slots=True)
class Key:
    """A digit; or, of what is typed under a name, the one at an index, since a code is another in each dialogue."""

    digit: str
    name: str = ""
    at: int = 0


@dataclass
class Dialogue:
    line: Line
    msisdn: str
    session_id: str
    typed: Typed
    hop: Hop = take_turn
    text: str = ""
    body: str = ""
    shown: list[str] = field(default_factory=list)
    """Every screen so far."""
    said: list[tuple[Place, str]] = field(default_factory=list)
    """What was answered, and where: the words, the digits, or the label that was chosen."""
    _led: tuple[str, Run] | None = None
    """The text that was played last, and where it leads: many ask, and to play it costs as much as a hop."""

    def dial(self, ahead: str) -> None:
        self.text = ahead
        self._hear()

    def press(self, key: Key) -> None:
        self.key(self._typed(key.name)[key.at] if key.name else key.digit)

    def jump(self, way: Sequence[Key], said: Sequence[tuple[Place, str]]) -> None:
        """Press all of it in one hop; what it says was noted by whoever came this way before."""
        keyed = "*".join(self._typed(key.name)[key.at] if key.name else key.digit for key in way)
        self.text, self.said = f"{self.text}*{keyed}", [*said]
        self._hear()

    def key(self, keyed: str) -> None:
        self._remember(keyed)
        self.text = f"{self.text}*{keyed}" if self.text else keyed
        self._hear()

    def again(self) -> None:
        """The same hop once more."""
        before = self.body
        self._hear()
        self.shown.pop()
        assert self.body == before

    def hang_up(self) -> None:
        end_session(self.kit, EndNotice(self.session_id, "Incomplete"))

    @property
    def kit(self) -> WholeKit:
        return self.line.kit

    @property
    def book(self) -> Book:
        return self.kit.books.book(self.kit.books.live())

    @property
    def run(self) -> Run:
        """Where its text leads."""
        if self._led is None or self._led[0] != self.text:
            self._led = self.text, self._played()
        return self._led[1]

    def _played(self) -> Run:
        hop = make_hop(session_id=self.session_id, caller=self.msisdn, text=self.text)
        known = service_session_start.found(
            self.kit, hop, self.kit.pseudonyms.session(self.session_id)
        )
        assert known is not None
        return service_session.way_of(self.kit, hop, known, {}).run

    @property
    def place(self) -> Place:
        return self.run.calls[-1]

    @property
    def ends(self) -> bool:
        return self.body.startswith("END ")

    def keys(self) -> Iterator[Key]:
        """Everything that leads on from here, but for another language."""
        node = node_at(self.book, self.place)
        if self.ends or node is None or isinstance(node, Finish):
            return
        if isinstance(node, Ask) and node.kind != "place":
            yield from (Key("", node.saves, at) for at in range(len(self._typed(node.saves))))
        languages = {"Kinyarwanda", "English", "Francais"}
        for label, digit in choices(self.body).items():
            if label not in languages:
                yield Key(digit)
        if re.search(r"(?:^|\s)9 \S", self.body):
            yield Key("9")

    def echoes(self) -> Iterator[str]:
        """Yields what this screen shows of what was answered on another.

        A screen that confirms a verb may show it. A screen that confirms a place shows the place that was found, so it
        may show a typed name that found one, but no other typed words.
        """
        here = self.place.flow, self.place.node
        if here in CONFIRMING:
            return
        prose = re.sub(r"(?m)^[0-9] .*$", "", self.body[4:])
        for place, answer in self.said:
            there = place.flow, place.node
            finds = FOUND_BY.get(here) == there and answer != CANARY
            if here != there and not finds and re.search(rf"(?i)\b{re.escape(answer)}\b", prose):
                yield answer

    def _typed(self, name: str) -> tuple[str, ...]:
        return self.typed.get(name, (CANARY,))

    def _remember(self, keyed: str) -> None:
        place, node = self.place, node_at(self.book, self.place)
        if isinstance(node, Menu | Ask) and node.saves is not None:
            labels = {digit: label for label, digit in choices(self.body).items()}
            answer = labels.get(keyed, keyed).rstrip(" .!?")
            leads = isinstance(node, Menu) and self._only_leads(node, answer)
            if not leads and (len(answer) > SHORT or answer == PIN):
                self.said.append((place, answer))
        self.said.extend((place, number) for number in RECEIPT.findall(self.body))

    def _only_leads(self, node: Menu, label: str) -> bool:
        """Whether this choice is kept as no answer: the next screen may well be headed by it."""
        language = self.run.language
        kept_as_none = (one.label[language] for one in node.choices if not one.value)
        return label in kept_as_none

    def _hear(self) -> None:
        hop = make_hop(session_id=self.session_id, caller=self.msisdn, text=self.text)
        self.body = self.hop(self.kit, hop)
        self.shown.append(self.body)
