"""C2: tests that lessons are the same by dialling and by SMS. The same transcripts run on both channels.

The test presses each key of a transcript on the USSD channel, and writes the same key in an SMS. On both channels, the
conversation passes the same nodes and reports the same events. An SMS may contain text that USSD divides into pages. If
the SMS already contains the next page, the key for the next page has no effect. By SMS, a menu leaves out the choice to
report, so the choices after this one have other digits. For a choice with another digit, the test writes the label of
the choice in the SMS.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import gsm0338
import pytest

from hotline.dialogue import service_answers
from hotline.dialogue.service_answers import SmsTurn
from hotline.flows import turn
from hotline.flows.conversation import ConversationState, Place
from hotline.flows.flow import CallNode
from hotline.flows.screen import Screen
from hotline.programmes.rules import Programme
from hotline.text.characters import ALONE, segments
from hotline.text.languages import CODES, FIRST
from hotline.text.topics import AskedTopic, Topic
from tests.support.made_once import shipped_book
from tests.transcripts.transcript import DIAL, Transcript, read

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.txt"))
DAY = date(2026, 11, 24)
BOOK = shipped_book()
SMS = service_answers.conversation_context(BOOK, DAY)


def topics() -> dict[str, str]:
    """Returns the name of the flow to which each short code leads. The empty code means that the caller dials only the
    service code."""
    return {"": Topic.FRONT.value, **BOOK.entries}


@dataclass
class Both:
    """One conversation that runs by dialling and by SMS."""

    transcript: Transcript
    ussd: turn.Turn | None = None
    sms: ConversationState = field(default_factory=lambda: ConversationState("", ()))
    told: list[Screen] = field(default_factory=list)
    passed: set[Place] = field(default_factory=set)

    def key(self, keyed: str) -> None:
        before = self.ussd
        if keyed.startswith(DIAL):
            entry, *ahead = keyed.removeprefix(DIAL).split("*")
            self._begin(entry.removeprefix("*"))
            for one in ahead:
                self.key(one)
            return
        assert before is not None
        self.ussd = turn.resume(BOOK, before.state, keyed, self.transcript.facts)
        label = turn.offered(BOOK, before.state, self.transcript.facts).get(keyed)
        if self._turns_a_page(before):
            return
        own = turn.offered(SMS.flow_set, self.sms, SMS.facts, limit=ALONE)
        spoken = service_answers.continue_topic(
            SMS, self.sms, keyed if own.get(keyed) == label else label or keyed
        )
        assert spoken is not None
        self._same(spoken)

    def _begin(self, entry: str) -> None:
        facts = self.transcript.facts
        self.ussd = turn.start(BOOK, facts, entry=entry)
        self._same(
            service_answers.begin_topic(SMS, AskedTopic(Topic(topics()[entry]), None), FIRST)
        )

    def _turns_a_page(self, before: turn.Turn) -> bool:
        assert self.ussd is not None
        here, there = before.state.calls[-1], self.ussd.state.calls[-1]
        same = (here.flow, here.node) == (there.flow, there.node)
        return same and here.page != there.page and here.page != self.sms.calls[-1].page + 1

    def _same(self, spoken: SmsTurn) -> None:
        assert self.ussd is not None
        assert spoken.events == self.ussd.events
        assert _at(spoken.state) == _at(self.ussd.state)
        assert spoken.state.language == self.ussd.state.language
        self.passed |= {Place(place.flow, place.node) for place in self.ussd.passed}
        self.sms = spoken.state
        row = json.loads(
            json.dumps(service_answers.screen_values(spoken.state, SMS, again=spoken.again))
        )
        screen = service_answers.draw_screen(BOOK, row, spoken.state.language)
        draw = turn.repeat if spoken.again else turn.render
        assert screen == draw(SMS.flow_set, spoken.state, SMS.facts, limit=ALONE)
        self.told.append(screen)


def _at(run: ConversationState) -> list[tuple[str, str]]:
    return [(place.flow, place.node) for place in run.calls]


def _open(path: Path) -> bool:
    """Returns True if the transcript enters only flows that anyone may read by SMS."""
    text = path.read_text(encoding="utf-8")
    entered = [line.split()[2] for line in text.splitlines() if line.startswith("! FlowEntered ")]
    return all(name in SMS.flow_set.flows for name in entered)


OPEN = [path for path in FILES if _open(path)]


def _played(path: Path) -> Both:
    both = Both(read(path.read_text(encoding="utf-8")))
    for keyed in both.transcript.keyed:
        both.key(keyed)
    return both


@pytest.mark.row("C2")
@pytest.mark.parametrize("path", OPEN, ids=lambda path: path.stem)
def test_c2_a_transcript_is_the_same_conversation_by_sms(path: Path) -> None:
    both = _played(path)

    codec = gsm0338.Codec()
    for screen in both.told:
        assert segments(screen.text) == 1
        assert len(codec.encode(screen.text)[0]) == screen.septets <= ALONE


@pytest.mark.parametrize("language", CODES)
def test_what_is_read_by_sms_is_all_of_it(language: str) -> None:
    """The test covers every node that anyone may read, except nodes that call a flow which cannot be read by SMS."""
    seen: set[Place] = set()
    for path in OPEN:
        both = _played(path)
        if both.transcript.language == language:
            seen |= both.passed

    assert set(_nodes()) - seen == set()


def _nodes() -> Iterator[Place]:
    for flow in SMS.flow_set.flows.values():
        for name, node in flow.nodes.items():
            out = isinstance(node, CallNode) and node.flow not in SMS.flow_set.flows
            if not out:
                yield Place(flow.name, name)


def test_no_flow_of_the_report_is_there() -> None:
    gone = set(BOOK.flows) - set(SMS.flow_set.flows)
    closed = {flow.name for flow in BOOK.flows.values() if flow.gathers or flow.private}
    assert closed | set(Programme) <= gone
    assert {"report", "receipt", "responders", "questions", "talks"} <= gone
    assert {topic.value for topic in Topic} <= set(SMS.flow_set.flows)
