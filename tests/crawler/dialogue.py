"""Simulates a phone in one conversation with the real services. The phone remembers the answers that it typed and
chose.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hotline.core.ussd import EndNotice, UssdHop
from hotline.dialogue import service_session, service_session_start
from hotline.dialogue.service_session import answer_hop, end_session
from hotline.emulator.server import choices
from hotline.flows.conversation import ConversationState, Place
from hotline.flows.flow import EndNode, FlowSet, MenuNode, QuestionNode, node_at
from tests.support.builders import make_hop
from tests.support.callers import Line
from tests.support.contexts import WholeContext

CANARY = "Zuzuzu"
"""The text that is typed if a screen asks for words."""
CONFIRMING = {
    ("responders", "helps_too"),
    ("responders", "helps_unread"),
    ("responders", "on_site_later"),
}
"""Screens after a PIN that show what the responder chose, but nothing about a case."""
FOUND_BY = {("report", "named"): ("report", "name")}
"""For each screen that asks a caller to confirm a place: the screen on which the caller typed the place's name. The
confirming screen may show the typed name."""
PIN = "8305"
SHORT = 4
"""A label with this many letters or fewer (No, Yego) does not reveal an answer."""
RECEIPT = re.compile(r"\d{3} \d{3} \d{3}")
CERTIFICATE = re.compile(r"\b[A-Z0-9]{4} [A-Z0-9]{4} [A-Z0-9]{4}\b")

Hop = Callable[[WholeContext, UssdHop], str]
Typed = Mapping[str, tuple[str, ...]]
"""The texts that this phone types for an answer, by the name under which the flow saves the answer. For an answer
without such texts, the phone types `CANARY`."""


@dataclass(frozen=True, slots=True)
class Key:
    """One input on a screen: a digit to press, or a text to type for the answer `name`. For a text, `at` is its
    position in the list of texts for this answer. The text itself is not stored, because a text such as a code
    differs in each conversation.
    """

    digit: str
    name: str = ""
    at: int = 0


@dataclass
class Dialogue:
    line: Line
    msisdn: str
    session_id: str
    typed: Typed
    hop: Hop = answer_hop
    text: str = ""
    body: str = ""
    shown: list[str] = field(default_factory=list)
    """Every screen that this conversation has shown so far."""
    said: list[tuple[Place, str]] = field(default_factory=list)
    """The answers that the phone gave, each with the screen on which the phone gave it. An answer is the typed text,
    the digits, or the chosen label.
    """
    _led: tuple[str, ConversationState] | None = None
    """The last text that was replayed, and the conversation state that it led to. The state is kept because a replay
    takes as long as a hop, and many functions need the state."""

    def dial(self, ahead: str) -> None:
        self.text = ahead
        self._hear()

    def press(self, key: Key) -> None:
        self.key(self._typed(key.name)[key.at] if key.name else key.digit)

    def jump(self, way: Sequence[Key], said: Sequence[tuple[Place, str]]) -> None:
        """Presses all keys in a single hop. `said` has the answers that an earlier walk gave with the same keys."""
        keyed = "*".join(self._typed(key.name)[key.at] if key.name else key.digit for key in way)
        self.text, self.said = f"{self.text}*{keyed}", [*said]
        self._hear()

    def key(self, keyed: str) -> None:
        self._remember(keyed)
        self.text = f"{self.text}*{keyed}" if self.text else keyed
        self._hear()

    def again(self) -> None:
        """Sends the same hop again, and checks that the answer is the same."""
        before = self.body
        self._hear()
        self.shown.pop()
        assert self.body == before

    def hang_up(self) -> None:
        end_session(self.context, EndNotice(self.session_id, "Incomplete"))

    @property
    def context(self) -> WholeContext:
        return self.line.context

    @property
    def book(self) -> FlowSet:
        return self.context.flow_sets.get(self.context.flow_sets.live())

    @property
    def run(self) -> ConversationState:
        """Returns the conversation state after the text so far."""
        if self._led is None or self._led[0] != self.text:
            self._led = self.text, self._played()
        return self._led[1]

    def _played(self) -> ConversationState:
        hop = make_hop(session_id=self.session_id, caller=self.msisdn, text=self.text)
        known = service_session_start.find_session(
            self.context, hop, self.context.pseudonyms.session(self.session_id)
        )
        assert known is not None
        return service_session.path_of(self.context, hop, known, {}).state

    @property
    def place(self) -> Place:
        return self.run.calls[-1]

    @property
    def ends(self) -> bool:
        return self.body.startswith("END ")

    def keys(self) -> Iterator[Key]:
        """Yields every key that leads to another screen, except the keys that change the language."""
        node = node_at(self.book, self.place)
        if self.ends or node is None or isinstance(node, EndNode):
            return
        if isinstance(node, QuestionNode) and node.kind != "place":
            yield from (Key("", node.saves, at) for at in range(len(self._typed(node.saves))))
        languages = {"Kinyarwanda", "English", "Francais"}
        for label, digit in choices(self.body).items():
            if label not in languages:
                yield Key(digit)
        if re.search(r"(?:^|\s)9 \S", self.body):
            yield Key("9")

    def echoes(self) -> Iterator[str]:
        """Yields each answer that the phone gave on an earlier screen and that the current screen shows.

        A screen that confirms an action may show the action. A screen that confirms a place shows the place that was
        found. So the screen that confirms a place may show the name that the caller typed to find this place, but no
        other typed text.
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
        if isinstance(node, MenuNode | QuestionNode) and node.saves is not None:
            labels = {digit: label for label, digit in choices(self.body).items()}
            answer = labels.get(keyed, keyed).rstrip(" .!?")
            leads = isinstance(node, MenuNode) and self._only_leads(node, answer)
            if not leads and (len(answer) > SHORT or answer == PIN):
                self.said.append((place, answer))
        self.said.extend((place, number) for number in RECEIPT.findall(self.body))

    def _only_leads(self, node: MenuNode, label: str) -> bool:
        """Returns True if the flow does not save this choice as an answer. The next screen may have the choice's label
        as its heading."""
        language = self.run.language
        kept_as_none = (one.label[language] for one in node.choices if not one.value)
        return label in kept_as_none

    def _hear(self) -> None:
        hop = make_hop(session_id=self.session_id, caller=self.msisdn, text=self.text)
        self.body = self.hop(self.context, hop)
        self.shown.append(self.body)
