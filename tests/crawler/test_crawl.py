"""Tests the crawler: with every digit at every screen of the engine, and with a thousand digits sent to the real
hook."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from hotline.flows.conversation import ConversationState, Facts
from hotline.flows.flow import FlowSet
from hotline.flows.flow_set_cache import SqlFlowSets
from hotline.flows.service_check import place_lists
from hotline.flows.turn import Turn, resume, start
from tests.crawler.crawler import Crawler, Line
from tests.support import callers
from tests.support.callers import line
from tests.support.made_once import shipped_book
from tests.support.steps import Tell

__all__ = ["line"]


@dataclass
class EngineLine:
    book: FlowSet
    facts: Facts
    held: dict[str, tuple[str, ConversationState, str]] = field(default_factory=dict)
    """For each session: the text of its newest hop, the conversation state after this hop, and the body of the hop's
    answer."""
    replayed: dict[str, Turn] = field(default_factory=dict)
    """The result of each replay, by the text of the session. The replay of a longer text continues from the result of a
    shorter text, because the same text always gives the same result."""

    def hop(self, session: str, phone: str, text: str) -> str:
        heard = self.held.get(session)
        if heard is not None and heard[0] == text:
            return heard[2]
        turn = self._onward(*heard[:2], text) if heard else self._from_the_dial(text)
        body = f"{'END' if turn.screen.ends else 'CON'} {turn.screen.text}"
        self.held[session] = (text, turn.state, body)
        return body

    def forget(self) -> None:
        self.held.clear()

    def _onward(self, before: str, run: ConversationState, text: str) -> Turn:
        keyed = text[len(before) :].removeprefix("*")
        return resume(self.book, run, keyed, self.facts)

    def _from_the_dial(self, text: str) -> Turn:
        if text not in self.replayed:
            before, _, keyed = text.rpartition("*")
            self.replayed[text] = (
                resume(self.book, self._from_the_dial(before).state, keyed, self.facts)
                if text
                else start(self.book, self.facts)
            )
        return self.replayed[text]


@dataclass
class HookLine:
    line: callers.Line

    def hop(self, session: str, phone: str, text: str) -> str:
        return callers.Caller(self.line, phone, session, text=text).again()

    def forget(self) -> None:
        self.line.context.sessions.clear()


MOST = 90_000
"""The maximum number of keys that the crawler presses in a country with thirty districts. If the crawler needs more,
the crawler or a list has a fault."""
REPORTING = Facts(flags={"reporting": True})


@pytest.fixture(scope="module")
def book() -> FlowSet:
    return shipped_book()


def small(book: FlowSet) -> FlowSet:
    """Returns `book` with shorter lists of places: five districts with one sector each."""
    lists = {
        name: options if name == "provinces" else options[:1]
        for name, options in book.lists.items()
    }
    return replace(book, lists=lists, drawings={})


@pytest.mark.parametrize("country", ["small", "whole"])
def test_every_digit_at_every_screen(book: FlowSet, country: str, tell_steps: Tell) -> None:
    crawled = book if country == "whole" else small(book)
    crawler = Crawler(EngineLine(crawled, REPORTING), most_hops=MOST)
    crawler.crawl()

    tell_steps(f"crawl: {crawler.presses} presses of {MOST}, {len(crawler.pressed)} screens")
    assert crawler.faults == []
    assert crawler.finished
    assert len(crawler.pressed) > 500


def test_every_digit_at_every_screen_where_no_report_is_offered(book: FlowSet) -> None:
    crawler = Crawler(EngineLine(small(book), Facts()))
    crawler.crawl()

    assert crawler.faults == []
    assert crawler.finished
    assert not any("000" in screen for screen in crawler.pressed)


@dataclass
class Spoilt:
    """A hotline that answers like the engine, but with one fault."""

    line: Line
    how: str
    hops: int = 0

    def hop(self, session: str, phone: str, text: str) -> str:
        self.hops += 1
        if self.how == "is deaf to 1" and text.endswith("*1*1"):
            text = f"{text[:-1]}x"
        body = self.line.hop(session, phone, text)
        match self.how:
            case "says when it was asked":
                return f"{body} {self.hops}"
            case "remembers who called" if not text and phone.endswith("1"):
                return body.replace("1 ", "1 Komeza ", 1)
            case "uses a letter no phone has":
                return body.replace("Murakoze.", "Murakoze\u2026")
            case "grows too long":
                return body + "." * 40
            case "names no key":
                return body.replace("CON Kanda 1-5, 7, 8\n", "CON Sibyo\n")
            case "forgets to say CON":
                return body.removeprefix("CON ")
        return body

    def forget(self) -> None:
        self.line.forget()
        if self.how == "resumes elsewhere":
            self.line = Elsewhere(self.line)


@dataclass
class Elsewhere:
    """A hotline that starts again at the first screen after any key."""

    line: Line

    def hop(self, session: str, phone: str, text: str) -> str:
        return self.line.hop(session, phone, text[-1:])

    def forget(self) -> None:
        self.line.forget()


WAYS: Mapping[str, str] = {
    "says when it was asked": "a repeated hop is answered otherwise",
    "remembers who called": "a redial is not a first dial",
    "uses a letter no phone has": "a letter outside GSM-7",
    "grows too long": "septets",
    "forgets to say CON": "neither CON nor END",
    "is deaf to 1": "1 is not the one way on",
    "names no key": "names no key",
    "resumes elsewhere": "a hop repeated after the line forgot it is answered otherwise",
}


@pytest.mark.parametrize("how", WAYS)
def test_the_crawler_finds_a_line_that(how: str, book: FlowSet) -> None:
    crawler = Crawler(Spoilt(EngineLine(small(book), REPORTING), how), most_hops=300)
    crawler.crawl()

    assert any(WAYS[how] in fault for fault in crawler.faults)


def test_a_thousand_digits_at_the_nearest_screens(line: callers.Line) -> None:
    """In the country of this test, each list of places has only one entry. The test that crawls the flows without the
    hook presses the digits at all other screens."""
    lists = {name: options[:1] for name, options in place_lists().items()}
    context = replace(line.context, flow_sets=SqlFlowSets(line.database, lists))
    crawler = Crawler(HookLine(replace(line, context=context)), most_hops=1000)
    crawler.crawl()

    assert crawler.faults == []
    assert len(crawler.pressed) > 60
    assert line.tips, "it told what a thumb can tell"
