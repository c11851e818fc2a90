"""Tests how two people close a case: who requests it, who confirms it, and which actions never close a case."""

from collections.abc import Mapping

import pytest

from hotline.alerts import service_closing, service_commands, tables_case_events
from hotline.alerts.rules_replies import Command, CommandOutcome, CommandResult, Verb
from hotline.alerts.service_commands import ANSWERS
from hotline.cases import service_retention
from hotline.core.actors import AccountRole
from hotline.core.wording import Template
from hotline.gateway.rules import Wording, render
from hotline.gateway.tables import Message
from hotline.text.errors import EndRefused
from hotline.tips.rules import TipOutcome
from hotline.tips.rules_events import OUTCOME, EventChannel, LoggedEvent
from hotline.tips.rules_persons import ClosureRefusal
from tests.support.deciding import one_person, signed_in
from tests.support.district import District
from tests.support.helping import CHILD, GROWN_UP, HelpedCase
from tests.support.taking import confirm, decides, opens, requests_closure

NOT_INDICATED = {"minor": "no", "act": "no", "force": "no", "deceit": "no", "purpose": "no"}
NOT = TipOutcome.NOT_TRAFFICKING


@pytest.fixture
def case(district: District) -> HelpedCase:
    """Returns a case about danger with an assignee."""
    return HelpedCase(district, urgency=1)


def sms(case: HelpedCase, who: int, verb: Verb) -> CommandOutcome:
    """Sends an SMS from the person `who` with the digit for the action `verb` in the case. The gateway's inbox lists
    this SMS, so the hotline trusts its sender.
    """
    asked = Command(
        who, case.reference(who), verb, EventChannel.SMS, case.district.clock(), proved=True
    )
    with case.district.database.writing() as session:
        return service_commands.carry_out(session, case.context, asked)


def requests(
    case: HelpedCase, outcome: TipOutcome, *, who: int | None = None
) -> service_closing.CloseResult:
    """Requests closure as a responder does on the screens after the PIN."""
    asks = service_closing.by_responder(who or case.hers)
    return requests_closure(case.context, case.tip, outcome, asks)


def requested(case: HelpedCase) -> list[tuple[str, int | None]]:
    """Returns a pair for each closure request in the log of the case: the requested outcome, and the id of the
    earlier request that this request replaces.
    """
    with case.district.database.reading() as session:
        rows = tables_case_events.events_of_tip(session, case.tip)
    return [(row.codes[OUTCOME], row.supersedes) for row in rows if row.kind == LoggedEvent.CLOSED]


def asked(case: HelpedCase) -> Message:
    """Returns the newest SMS that asks the national desk to confirm or refuse a closure."""
    rows = [one for one in case.district.all(Message) if one.template == "CLOSURE_REQUESTED"]
    newest: Message = rows[-1]
    return newest


def raid(case: HelpedCase) -> None:
    """Records screenings of two possible victims: an adult and a child. A service agreed to help the child."""
    case.say("screened", GROWN_UP)
    case.say("screened", CHILD, n=2)
    case.say("consent", {"consent": "assent_yes", "interest": "yes"}, n=2)
    offered = case.say("offered", {"service": "shelter"}, n=2)
    case.say("answered", {"answer": "accepted"}, n=2, of=offered)


@pytest.mark.adversary("a person who wants a case closed")
def test_two_sms_never_close_case_with_possible_victims(case: HelpedCase) -> None:
    """Two people send a digit to close the case, and the second person has never opened the case. No digit by SMS can
    confirm a closure."""
    raid(case)
    assert sms(case, case.hers, Verb.NOT_TRAFFICKING).result is CommandResult.CLOSURE_REQUESTED
    second = asked(case).responder_id
    assert second in case.nation
    assert sms(case, second, Verb.NOT_TRAFFICKING).result is CommandResult.OPEN_FIRST
    assert case.district.tip(case.tip).closed_at is None
    assert case.district.tip(case.tip).outcome_asked == NOT, "the request goes on waiting"


def test_the_sms_to_the_national_desk_says_only_that_closure_is_requested(case: HelpedCase) -> None:
    """The SMS contains no place, outcome or digit to answer with, even if replies by SMS reach the hotline."""
    assert case.context.line.inbound_sms
    sms(case, case.hers, Verb.NOT_TRAFFICKING)
    row = asked(case)
    wording = Wording(Template[row.template], row.parameters, "en")
    assert row.responder_id is not None
    name = case.reference(row.responder_id)
    dial = "Dial *384*777*90#."
    assert (
        render(wording, case.context.phrases)
        == f"{name}: a colleague asks to close this case. {dial}"
    )


@pytest.mark.parametrize("signs", [{}, NOT_INDICATED, GROWN_UP], ids=["nobody", "none", "possible"])
def test_sms_answer_reveals_no_screening(case: HelpedCase, signs: Mapping[str, str]) -> None:
    if signs:
        case.say("screened", signs)
    done = sms(case, case.hers, Verb.NOT_TRAFFICKING)
    assert (done.result, ANSWERS[done.result]) == (
        CommandResult.CLOSURE_REQUESTED,
        Template.JUDGE_NOTED,
    )


@pytest.mark.adversary("a person who wants a case closed")
def test_confirming_closure_requires_opening_case_after_request(case: HelpedCase) -> None:
    """A person who opened the case only before the newest request for closure cannot confirm this request."""
    second = service_closing.by_responder(case.nation[0])

    opens(case.context, case.tip, second)
    requests(case, TipOutcome.HELPED)
    with pytest.raises(EndRefused) as refused:
        decides(case.context, case.tip, second)
    assert refused.value.stop == ClosureRefusal.UNOPENED
    opens(case.context, case.tip, second)
    case.district.clock.turn(minutes=1)
    requests(case, TipOutcome.NOT_FOUND)
    with pytest.raises(EndRefused):
        decides(case.context, case.tip, second)
    confirm(case.context, case.tip, second)
    assert case.district.tip(case.tip).outcome == TipOutcome.NOT_FOUND


def test_linked_account_and_responder_count_as_one_person(case: HelpedCase) -> None:
    """If an account requests a closure, and an admin later links this account to a responder, this responder cannot
    confirm the request.
    """
    officer = case.nation[0]
    account = signed_in(case.context, "Officer 1", AccountRole.NATIONAL)

    def signed() -> service_closing.CloseRequest:
        with case.district.database.reading() as session:
            return service_closing.by_signed_command(session, account.actor, "no one is there")

    requests_closure(case.context, case.tip, NOT, signed())
    one_person(case.context, account.account_id, str(officer))
    with pytest.raises(EndRefused) as refused:
        confirm(case.context, case.tip, signed())
    assert refused.value.stop == ClosureRefusal.SAME_PERSON


def test_possible_victim_blocks_closure_until_screened_or_decided(case: HelpedCase) -> None:
    """A screening with an unclear result is not enough to close the case. The national desk decides about the closure
    in the console, because a phone does not show the persons of the case."""
    raid(case)
    requests(case, NOT)
    second = service_closing.by_responder(case.nation[0])
    with pytest.raises(EndRefused) as refused:
        confirm(case.context, case.tip, second, people=None)
    assert refused.value.stop == ClosureRefusal.IN_CONSOLE

    def stop() -> str:
        with pytest.raises(EndRefused) as stopped:
            confirm(case.context, case.tip, people=case.people())
        return stopped.value.stop

    assert stop() == ClosureRefusal.POSSIBLE
    case.say("screened", NOT_INDICATED)
    assert stop() == ClosureRefusal.POSSIBLE, "the child is one still"
    unclear = dict.fromkeys(("act", "force", "deceit", "purpose"), "unsure")
    case.say("screened", {"minor": "no", **unclear}, n=2)
    assert stop() == ClosureRefusal.POSSIBLE
    case.say("determination", {"determination": "not", "body": "court"}, n=2)
    confirm(case.context, case.tip, people=case.people())
    assert case.district.tip(case.tip).outcome == NOT


def test_screening_does_not_undo_official_decision(case: HelpedCase) -> None:
    case.say("screened", GROWN_UP)
    case.say("determination", {"determination": "actual", "body": "court"})
    case.say("screened", NOT_INDICATED)
    assert case.person.is_possible


def test_the_same_person_s_later_request_replaces_the_earlier_one(case: HelpedCase) -> None:
    """Both requests stay in the log of the case. The reply to the person names the outcome that is now recorded."""
    assert requests(case, TipOutcome.HELPED).outcome == TipOutcome.HELPED
    case.district.clock.turn(minutes=5)
    again = requests(case, TipOutcome.NOT_FOUND)
    assert (again.ending, again.outcome) == (CommandResult.CLOSURE_REQUESTED, TipOutcome.NOT_FOUND)
    tip = case.district.tip(case.tip)
    assert (tip.outcome_asked, tip.closure_requested_at) == ("not-found", case.district.clock())
    (first, replaces), (second, replaced) = requested(case)
    assert (first, replaces, second) == ("helped", None, "not-found")
    assert replaced is not None
    assert requests(case, TipOutcome.NOT_FOUND).outcome == TipOutcome.NOT_FOUND
    assert len(requested(case)) == 2, "asked twice is asked once"


def test_other_closure_request_is_refused_while_one_waits(case: HelpedCase) -> None:
    requests(case, TipOutcome.HELPED, who=case.nation[0])
    done = sms(case, case.hers, Verb.NOT_TRAFFICKING)
    assert (done.result, ANSWERS[done.result]) == (
        CommandResult.ANOTHER_WAITS,
        Template.ANOTHER_WAITS,
    )
    assert requests(case, TipOutcome.NOT_FOUND).ending is CommandResult.ANOTHER_WAITS
    with pytest.raises(EndRefused) as refused:
        service_retention.close_tip(case.context, case.tip, by="A desk", reason="x", outcome=NOT)
    assert refused.value.stop == ClosureRefusal.ANOTHER_WAITS
    assert case.district.tip(case.tip).outcome_asked == TipOutcome.HELPED
    assert [outcome for outcome, _ in requested(case)] == ["helped"]


def test_sms_digit_replaces_earlier_closure_request(case: HelpedCase) -> None:
    requests(case, TipOutcome.HELPED)
    case.district.clock.turn(minutes=1)
    assert sms(case, case.hers, Verb.NOT_TRAFFICKING).result is CommandResult.CLOSURE_REQUESTED
    assert case.district.tip(case.tip).outcome_asked == NOT
