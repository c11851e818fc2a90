"""Visits every node of every shipped flow, with the real services.

Each prepared phone has its own hotline, and makes a tour in Kinyarwanda. Other tours visit a third of the phones in
French or English. Only `bin/test --long` makes these tours. A tour visits every screen a second time, from a phone
that never called.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from hotline.alerts import service_assignment, service_intake, service_messages, service_sending
from hotline.core.ussd import UssdHop
from hotline.dialogue.service_session import answer_hop
from hotline.emulator.server import choices
from hotline.flows.conversation import Place
from hotline.flows.document import targets
from hotline.flows.flow import EndNode, FlowSet, MenuNode, MessageNode, QuestionNode
from hotline.gateway.stand_ins import FakeSms
from tests.crawler.copies import copied, small
from tests.crawler.dialogue import SHORT
from tests.crawler.explorer import Explorer
from tests.crawler.phones import OF_ELSEWHERE, OF_HERE, OVERSEER, WITNESS
from tests.crawler.standings import STANDINGS, Standing
from tests.crawler.tour import Tour
from tests.long import is_long
from tests.support.callers import Line
from tests.support.contexts import WholeContext
from tests.support.receipts import MY_NUMBER
from tests.support.steps import Tell

HOLDERS = tuple(one for one in STANDINGS if one.opening == MY_NUMBER)
THIRDS = {
    "everybody": STANDINGS[:1],
    "holders of a number": HOLDERS,
    "known phones": tuple(one for one in STANDINGS[1:] if one not in HOLDERS),
}
"""Three groups of prepared phones. The tours of each group need about a third of all hops."""
PARTS = {
    f"{language}-{name}": (language, third)
    for language in ("fr", "en")
    for name, third in THIRDS.items()
}
TOURS = {"rw": ("rw", STANDINGS), **PARTS}
AMONG = 1 if is_long() else 4
GOODBYE = {"rw": "Murakoze. Murabeho.", "fr": "Merci. Au revoir.", "en": "Thank you. Goodbye."}
NATIONAL = "+250788000090"
KNOWN = "+250788000100"


@pytest.fixture
def sms() -> FakeSms:
    return FakeSms()


@pytest.fixture
def whole(line: Line, sms: FakeSms) -> Line:
    """Returns a hotline that offers everything, including call-backs."""
    offers = replace(line.context.line, call_back_number="112")
    return small(replace(line, context=replace(line.context, line=offers, sms=sms)))


def with_a_screen(book: FlowSet) -> set[Place]:
    return {
        Place(flow.name, name)
        for flow in book.flows.values()
        for name, node in flow.nodes.items()
        if isinstance(node, MessageNode | MenuNode | QuestionNode)
        or (isinstance(node, EndNode) and node.text)
    }


def behind_a_pin(book: FlowSet) -> set[Place]:
    """Returns the nodes that only a responder can reach, after a PIN. The tours in `test_behind_pin.py` visit those
    nodes."""
    flow = book.flows[book.entries["90"]]
    waiting, without = [flow.start], {flow.start}
    while waiting:
        for name in targets(flow.nodes[waiting.pop()]):
            if name not in without and name != "pin":
                without.add(name)
                waiting.append(name)
    entered = book.entries.values()
    inner = (one for one in book.flows.values() if one.private and one.name not in entered)
    within = {Place(one.name, name) for one in inner for name in one.nodes}
    return within | {Place(flow.name, name) for name in flow.nodes.keys() - without}


@pytest.mark.row("C7", "C9", "C14")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("toured", TOURS)
def test_c9_c14_nothing_is_left_behind_at_any_node(
    whole: Line, sms: FakeSms, tmp_path: Path, toured: str, tell_steps: Tell
) -> None:
    language, standings = TOURS[toured]
    tours = []
    for number, standing in enumerate(standings):
        with copied(whole, tmp_path / str(number), months=standing.months) as line:
            phone = f"+2507880001{number:02}"
            tour = Tour(Explorer(line, standing, language), phone, AMONG)
            tour.go()
            do_what_waits(line)
        tours.append(tour)
        hops = tour.explorer.hops
        tell_steps(f"tour in {language}: {standing.name}, {hops} hops of {standing.most}")
    assert [fault for tour in tours for fault in tour.faults] == []

    if standings is STANDINGS:
        seen = {node for tour in tours for node in tour.nodes}
        book = whole.context.flow_sets.get(whole.context.flow_sets.live())
        left = with_a_screen(book) - behind_a_pin(book) - seen
        assert left == set(), "no standing leads there: add one"

    callers = [tour for tour in tours if not tour.explorer.standing.enrolled]
    assert {end for tour in callers for end in tour.ends} == {f"END {GOODBYE[language]}"}

    written_to = {msisdn for msisdn, _ in sms.sent}
    helpers = {tour.phone for tour in tours if tour.explorer.standing.enrolled}
    assert NATIONAL in written_to
    assert written_to <= {NATIONAL, OF_HERE, OF_ELSEWHERE, OVERSEER, *helpers}
    assert WITNESS not in written_to


def do_what_waits(line: Line) -> None:
    """Moves the clock, and does all work that is then due, such as sending SMS."""
    line.clock.turn(minutes=4)
    service_intake.file_silent(line.context)
    service_messages.keep_time(line.context)
    while service_assignment.assign_pending(line.context):
        pass
    while service_sending.deliver_due(line.context):
        pass


def test_a_tour_that_grows_is_stopped(whole: Line) -> None:
    standing = replace(REPORT_ALONE, most=30)
    with pytest.raises(AssertionError, match="whoever tells: more than 30 hops"):
        Tour(Explorer(whole, standing, "rw"), KNOWN).go()


def test_a_helper_has_one_case_however_often_she_dials(whole: Line) -> None:
    """With a new case for each walk, the list would grow, each reference would make a new screen, and the tour would
    never end."""
    (standing,) = [one for one in STANDINGS if one.name == "helper with a case"]
    others = Explorer(whole, STANDINGS[1], "rw")
    for number in range(12):
        others.dialled(f"+25078800022{number}", prepared=True)
    lists = [Explorer(whole, standing, "rw").walked(KNOWN, ()).body for _ in range(3)]
    assert [len(choices(body)) for body in lists] == [1, 1, 1]


@dataclass
class Spoilt:
    """A hotline that answers like the real one, except for one fault."""

    how: str
    last: dict[str, str] = field(default_factory=dict)
    """The last answer to each phone, and the last answer in each session."""

    def __call__(self, context: WholeContext, hop: UssdHop) -> str:
        body, keyed = answer_hop(context, hop), hop.text.split("*")[-1]
        before, here = self.last.get(hop.caller, ""), self.last.get(hop.session_id, "")
        match self.how:
            case "goes on where she was" if not hop.text and before.startswith("CON "):
                body = before
            case "greets whoever called before" if before and not hop.text:
                body = body.replace("Akazi", "Murakaza neza! Akazi", 1)
            case "shows what was typed" if len(keyed) > SHORT:
                body += f"\n({keyed})"
            case "shows what was chosen" if keyed == "1" and "Zuzuprovinces" in here:
                body += "\nZuzuprovinces."
            case "keeps her place at 000" if keyed == "000":
                body = here
            case "knows whoever called before" if hop.text.endswith("*1") and hop.caller in KNOWN:
                body += "\nMurakaza neza"
            case "remembers an entry" if hop.text == "11" and hop.caller in KNOWN:
                body += "\nMurakaza neza"
        self.last[hop.caller] = self.last[hop.session_id] = body
        return body


WAYS = {
    "goes on where she was": "a redial is not a first dial",
    "greets whoever called before": "a redial after hanging up is not a first dial",
    "shows what was typed": "an earlier answer is shown",
    "shows what was chosen": "an earlier answer is shown",
    "keeps her place at 000": "000 does not show the front",
    "knows whoever called before": "a phone that called before sees something else",
    "remembers an entry": "entry 11 knows a phone that called before",
}
REPORT_ALONE = Standing("whoever tells", opening=("5", "2"), within=frozenset({"report"}), most=600)
MOST = 14


@pytest.mark.parametrize("how", WAYS)
def test_the_tour_finds_a_line_that(how: str, whole: Line) -> None:
    tour = Tour(Explorer(whole, REPORT_ALONE, "rw", Spoilt(how), most=MOST), KNOWN)
    tour.go()
    assert any(fault.endswith(WAYS[how]) for fault in tour.faults)


def test_the_tour_finds_nothing_wrong_with_ours(whole: Line) -> None:
    tour = Tour(Explorer(whole, REPORT_ALONE, "rw", most=MOST), KNOWN)
    tour.go()
    assert tour.faults == []
