"""Callers of an invented year: what each keys, by the screens that she is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from hotline.cli.year.ledger import InventedHop, InventedSession, InventedTip
from hotline.cli.year.year_line import YearLine
from hotline.domain.dialogue.ussd import EndNotice, UssdHop
from hotline.domain.places.places import place_name, province_of
from hotline.domain.tip import Matter, TipState
from hotline.emulator.network.networks import AIRTEL, MTN
from hotline.emulator.reader import choices
from hotline.services.dialogue import conversation
from hotline.store.tips.tips import Tip
from hotline.store.watch import next_due

LANGUAGE_KEYS = {"rw": (), "en": ("7",), "fr": ("8",)}
NEXT, HOME, REPORT = "9", "00", "5"
TOPICS: Mapping[str, Sequence[str]] = {
    "work_abroad": ("1", "9", "9"),
    "work_in_homes": ("2", "9"),
    "children": ("3", "9", "9"),
    "rights_at_work": ("4", "1", "1", "9", "9"),
    "the_law": ("4", "1", "2", "9", "9"),
    "what_it_is": ("4", "2", "1", "9", "9"),
    "forced_work": ("4", "2", "2", "9"),
    "signs_job": ("4", "3", "1", "9", "9"),
    "signs_children": ("4", "3", "4", "9"),
}
"""From the front: what leads to the last screen of each."""
ENTRIES: Mapping[str, str] = {"11": "work_abroad", "12": "work_in_homes", "13": "children"}
"""What posters have behind the service code, and the topic that it lands on."""
QUIZ_THINGS = ("secret", "passport", "fee")
RIGHT_BEFORE, RIGHT_AFTER = ("1", "2", "1"), ("2", "1", "2")
QUIZ_ENTRY = ("4", "4", "1")
OUTCOMES = {(True, True): "knew", (False, True): "learned", (True, False): "unlearned"}
COMPLAINT = ("4", "5", "3", "2", "9")
"""From the front to what went wrong."""
WRONGS = 5
KINDS = ("labour", "sex", "child_work", "false_offer")
SECONDS = (4, 18)
"""Between two keys."""
FINISHES = 0.4
"""Of those who come to an end, how many press the key for it."""


@dataclass
class InventedCall:
    """One dialogue, key by key."""

    line: YearLine
    random: Random
    msisdn: str = field(repr=False)
    entry: str = ""
    language: str = "rw"
    session_id: str = ""
    text: str = ""
    screen: str = ""
    hops: list[InventedHop] = field(default_factory=list, repr=False)
    topics: list[str] = field(default_factory=list)
    quiz: dict[str, str] = field(default_factory=dict)
    reported: str = ""

    def dial(self) -> None:
        self.at = self.line.clock.at
        self.text = self.entry
        self._hop(self.entry)
        self.key(*LANGUAGE_KEYS[self.language])

    def key(self, *keyed: str) -> None:
        for one in keyed:
            if self.screen.startswith("END"):
                return
            self.line.clock.turn(seconds=self.random.randint(*SECONDS))
            self.text = f"{self.text}*{one}" if self.text else one
            self._hop(one)

    def choose(self, label: str) -> bool:
        """Whether it was found on one of the screen's pages, and pressed."""
        for _ in range(12):
            offered = choices(self.screen.removeprefix("CON "))
            if label in offered:
                self.key(offered[label])
                return True
            if "9 " not in self.screen:
                return False
            self.key(NEXT)
        return False

    def read(self, topic: str) -> None:
        self.key(*TOPICS[topic])
        self.topics.append(topic)

    def take_quiz(self, knows: Sequence[bool], learns: Sequence[bool]) -> None:
        before = [
            key if good else _other(key) for key, good in zip(RIGHT_BEFORE, knows, strict=True)
        ]
        after = [
            key if good else _other(key) for key, good in zip(RIGHT_AFTER, learns, strict=True)
        ]
        self.key(*QUIZ_ENTRY, *before, NEXT, NEXT, NEXT)
        self.topics.append("quiz_abroad")
        for thing, key, pair in zip(
            QUIZ_THINGS, after, zip(knows, learns, strict=True), strict=True
        ):
            self.key(key, NEXT)
            self.quiz[thing] = OUTCOMES.get(pair, "missed")
        self.finish("2")

    def finish(self, key: str) -> None:
        """Some say that it is enough; the others hang up."""
        if self.random.random() < FINISHES:
            self.key(key)

    def report(self, danger: str, official: str, place: str, kind: str, *, until: str) -> None:
        """`until` names the last thing that is told: `place`, `kind` or `saved`."""
        self.key(REPORT, danger, official)
        self.choose(place_name(province_of(place), self.language))
        self.reported = "province"
        if until == "province" or not self.choose(place_name(place, self.language)):
            return
        self.reported = until
        if until == "place":
            return
        self.key("1")
        self.key(str(KINDS.index(kind) + 1))
        if until == "saved":
            self.key(self.random.choice("345"), "1")
            self.finish("1")

    def complain(self, wrong: int, place: str) -> None:
        """Tells how somebody who was to help treated her."""
        self.key(*COMPLAINT, str(wrong + 1))
        if self.choose(place_name(province_of(place), self.language)):
            self.choose(place_name(place, self.language))
            self.key("1")

    def end(self) -> InventedSession:
        """Hangs up, and the gateway says so; what she told is filed."""
        ends = self.screen.startswith("END")
        self.line.clock.turn(seconds=3)
        status = "Success" if ends else "Incomplete"
        conversation.end_session(self.line.door, EndNotice(self.session_id, status))
        return InventedSession(
            at=self.at,
            msisdn=self.msisdn,
            network=network(self.msisdn),
            entry=self.entry,
            language=self.language,
            topics=tuple(self.topics),
            quiz=dict(self.quiz),
            hops=tuple(self.hops),
            ends=ends,
            reported=self.reported,
            tip_id=self._told(),
            ended_at=self.line.clock.at,
        )

    def _told(self) -> int | None:
        key = self.line.door.pseudonyms.session(self.session_id)
        with self.line.door.database.reading() as session:
            for tip in next_due.told_in(session, key):
                self.line.ledger.tips.append(invented_tip(tip))
                return int(tip.id)
        return None

    def _hop(self, keyed: str) -> None:
        hop = UssdHop(
            session_id=self.session_id,
            caller=self.msisdn,
            text=self.text,
            network=network(self.msisdn),
        )
        self.screen = conversation.take_turn(self.line.door, hop)
        self.hops.append(InventedHop(self.line.clock.at, keyed, self.screen))


def invented_tip(tip: Tip) -> InventedTip:
    """What was told, as the ledger has it."""
    return InventedTip(
        tip_id=tip.id,
        filed_at=tip.filed_at or tip.updated_at,
        place=tip.place,
        urgency=tip.urgency,
        kind=tip.category or "",
        is_official=tip.official != "no",
        language=tip.language,
        entry=tip.entry,
        channel=tip.channel,
        is_fragment=tip.state == TipState.FRAGMENT,
        is_complaint=tip.matter != Matter.TIP,
    )


def network(msisdn: str) -> str:
    return AIRTEL if msisdn.startswith("+25073") else MTN


def _other(key: str) -> str:
    return "2" if key == "1" else "1"
