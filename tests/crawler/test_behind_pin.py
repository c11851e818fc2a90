"""Visits every screen of the responders' flows after a PIN.

Tests that after hanging up no text is stored unencrypted. Only `bin/test --long` runs these visits. Each visits the
screens about cases or about persons in one language. `ToldReader` simulates the reader process. The last test compares
`ToldReader` with the real reader process.
"""

import logging
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hotline.cases.rules_reading_requests import PERSON_VERBS, WORK_VERB, ReaderQuestionKind
from hotline.cases.tables import PinReading
from hotline.core.ussd import UssdHop
from hotline.dialogue.service_session import answer_hop
from hotline.flows.flow import FlowSet, MenuNode
from hotline.flows.screen import SEPTETS
from hotline.text.characters import is_gsm7, septets
from hotline.text.languages import CODES
from tests.crawler.copies import copied, small
from tests.crawler.explorer import Explorer
from tests.crawler.pin_phones import behind_pin, left_in_clear
from tests.crawler.standings import BEHIND_PIN
from tests.crawler.test_every_node import behind_a_pin, with_a_screen
from tests.crawler.told_reader import DEAD_PIN, ONE_PIN, WRONG_PIN
from tests.crawler.tour import Tour
from tests.long import is_long
from tests.support.callers import Line
from tests.support.contexts import WholeContext
from tests.support.reading import PHONE, PIN, at_her_desk, reader_beside
from tests.support.steps import Tell

TOLD_PHONE = "+250788000101"
TOURS = {f"{language}-{half}": (language, half) for language in CODES for half in BEHIND_PIN}


def verbs(book: FlowSet) -> set[str]:
    """Returns every action that the menu of a case offers to a responder."""
    menus = (node for node in book.flows["responders"].nodes.values() if isinstance(node, MenuNode))
    hers = (menu for menu in menus if menu.saves == WORK_VERB)
    return {choice.value for menu in hers for choice in menu.choices if choice.value}


@dataclass
class Measured:
    """A hotline that counts the screens that are too long for a phone."""

    unfit: list[int] = field(default_factory=list)
    """The number of keys that led to each screen that is too long."""

    def __call__(self, context: WholeContext, hop: UssdHop) -> str:
        body = answer_hop(context, hop)
        if septets(body[4:]) > SEPTETS or not is_gsm7(body):
            self.unfit.append(hop.text.count("*"))
        return body


@pytest.mark.row("C9", "C14", "R3")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("toured", [*TOURS])
def test_c9_c14_nothing_is_left_behind_at_any_node_behind_a_pin(
    line: Line, tmp_path: Path, toured: str, tell_steps: Tell, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="hotline")
    language, half = TOURS[toured]
    tours, measured = [], Measured()
    with copied(small(line), tmp_path / "told") as told:
        for standing in BEHIND_PIN[half]:
            tour = Tour(
                Explorer(told, standing, language, measured), TOLD_PHONE, 1 if is_long() else 4
            )
            tour.go()
            tours.append(tour)
            hops = tour.explorer.hops
            tell_steps(f"tour in {language}: {standing.name}, {hops} hops of {standing.most}")
        said = caplog.text + repr(told.jobs.scheduled)
        left = left_in_clear(told.written(tmp_path / "told"), said)
        asked = [row for row in told.all(PinReading) if row.given_up_at is None]
    assert [fault for tour in tours for fault in tour.faults] == []
    assert (left, measured.unfit) == ([], [])

    seen = {node for tour in tours for node in tour.nodes}
    book = line.context.flow_sets.get(line.context.flow_sets.live())
    within = {flow for standing in BEHIND_PIN[half] for flow in standing.within}
    there = with_a_screen(book) & behind_a_pin(book)
    assert {node for node in there - seen if node.flow in within} == set(), "no key leads there"
    done = {
        row.question["verb"]
        for row in asked
        if row.question["kind"] in (ReaderQuestionKind.ACT, ReaderQuestionKind.PAGE)
    }
    asks = set(PERSON_VERBS) if half == "persons" else verbs(book) - {"read"}
    assert asks - done == set(), "what was asked before she hung up is done"


def test_each_flow_behind_a_pin_is_toured(line: Line) -> None:
    book = line.context.flow_sets.get(line.context.flow_sets.live())
    toured = {flow for half in BEHIND_PIN.values() for one in half for flow in one.within}
    assert {node.flow for node in behind_a_pin(book)} == toured


NAMES = re.compile(
    r"\b[A-Z0-9]{4,7}(?=[ :])|\d\d/\d\d \d\d:\d\d|(?<=: )\d+|(?<= )(?:Gasabo|Nyarugenge)"
)


def shown_to(line: Line, phone: str, *keyed: str) -> list[object]:
    """Presses the keys of a path on a phone. Returns the screens without names and page texts, and the requests that
    the phone sent to the reader process."""
    caller, before = line.caller(phone), len(line.all(PinReading))
    shown = [caller.dial("90"), *(caller.key(one) for one in keyed)]
    asked = [
        (row.question["kind"], row.question["verb"], row.state, row.given_up_at is None)
        for row in line.all(PinReading)[before:]
    ]
    return [[_shape(screen) for screen in shown], asked]


def _shape(screen: str) -> str:
    is_page = "\n1 Take case 2 Others\n" in screen
    return "a page" if is_page else NAMES.sub("...", screen)


def test_what_a_tour_is_told_is_what_the_reader_says(line: Line) -> None:
    """Compares the simulated reader with the real one. After the same keys, both show the same screens except for
    names, and store the same rows.

    The keys include a wrong PIN, a page of a case, a command, and a request to which the reader does not answer.
    """
    beside = reader_beside(line)
    at_her_desk(beside)
    way = ("2", "1", "1", "1", "0", "2")
    real = [shown_to(line, PHONE, WRONG_PIN, PIN, *way)]
    beside.stopped = True
    real.append(shown_to(line, PHONE, PIN, "1"))

    behind_pin(line, TOLD_PHONE, "en")
    assert [
        shown_to(line, TOLD_PHONE, WRONG_PIN, ONE_PIN, *way),
        shown_to(line, TOLD_PHONE, DEAD_PIN, "1"),
    ] == real
