"""Walks from the first screen to every other screen that one prepared phone can reach, in one language, and yields each
screen once."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from hotline.core.ussd import UssdHop
from hotline.dialogue.service_session import answer_hop
from hotline.emulator.server import choices
from hotline.flows.conversation import Place
from hotline.text.languages import FIRST, LANGUAGES
from tests.crawler.dialogue import CERTIFICATE, RECEIPT, Dialogue, Hop, Key
from tests.crawler.phones import TYPED
from tests.crawler.standings import Standing
from tests.support.callers import Line
from tests.support.contexts import WholeContext

Way = tuple[Key, ...]


@dataclass
class Explorer:
    line: Line
    standing: Standing
    language: str
    hop: Hop = answer_hop
    most: int = 10_000
    """The number of screens after which the walk stops."""
    hops: int = 0
    """The number of hops that the walks have sent so far."""
    _said: dict[Way, list[tuple[Place, str]]] = field(default_factory=dict)
    """The answers that were given on each path."""

    def screens(self, msisdn: str) -> Iterator[tuple[Dialogue, Way]]:
        """Yields each screen once, with the keys that led to it, until a walk finds no new screen. Each key that was
        not pressed on a screen begins another walk."""
        met: set[tuple[Place, str]] = set()
        ahead: deque[Way] = deque([()])
        while ahead:
            way = ahead.popleft()
            dialogue = self.walked(msisdn, way)
            while (here := (dialogue.place, masked(dialogue.body))) not in met:
                met.add(here)
                self._said[way] = [*dialogue.said]
                yield dialogue, way
                if len(met) >= self.most:
                    return
                keys = self._keys(dialogue)
                if not keys:
                    break
                ahead.extend((*way, key) for key in keys[1:])
                way = (*way, keys[0])
                dialogue.press(keys[0])

    def walked(self, msisdn: str, way: Way, *, forgetful: bool = False) -> Dialogue:
        """Walks along a path in a new conversation. With `forgetful`, the hotline forgets its states after each key."""
        dialogue = self.dialled(msisdn, self.standing.entry, prepared=True)
        if self.standing.meanwhile is not None:
            self.standing.meanwhile(self.line)
        own = next(one.name for one in LANGUAGES if one.code == self.language)
        if self.language != FIRST and not self.standing.enrolled:
            dialogue.key(choices(dialogue.body)[own])
        keys = (*map(Key, self.standing.opening), *way)
        if self.standing.at_once and len(way) > 1:
            dialogue.jump(keys[:-1], self._said.get(way[:-1], ()))
            keys = keys[-1:]
        for key in keys:
            dialogue.press(key)
            if forgetful:
                self.line.flush()
                dialogue.again()
        return dialogue

    def dialled(self, msisdn: str, ahead: str = "", *, prepared: bool = False) -> Dialogue:
        typed = self.standing.prepare(self.line, msisdn, self.language) if prepared else {}
        session_id = f"tour-{next(self.line.numbers)}"
        dialogue = Dialogue(self.line, msisdn, session_id, {**TYPED, **typed}, self._hop)
        dialogue.dial(ahead)
        return dialogue

    def new_phone(self) -> str:
        return f"+25079{next(self.line.numbers):07}"

    def _hop(self, context: WholeContext, hop: UssdHop) -> str:
        self.hops += 1
        name, most = self.standing.name, self.standing.most
        assert self.hops <= most, f"{name}: more than {most} hops"
        return self.hop(context, hop)

    def _keys(self, dialogue: Dialogue) -> list[Key]:
        within = self.standing.within
        return [*dialogue.keys()] if not within or dialogue.place.flow in within else []


def masked(screen: str) -> str:
    """Hides values that differ in each conversation or on each known phone: receipt numbers and certificates."""
    return CERTIFICATE.sub("WWWW WWWW WWWW", RECEIPT.sub("000 000 000", screen))
