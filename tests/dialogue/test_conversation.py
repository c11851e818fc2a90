"""Tests the responders' menu with the real services, and the limits and the end of a session."""

from dataclasses import replace

import pytest

from hotline.alerts import service_assignment
from hotline.alerts.rules_replies import Verb
from hotline.core.ussd import EndNotice
from hotline.dialogue.service_session import end_session
from hotline.dialogue.service_session_start import VERB
from hotline.flows.flow import MenuNode
from hotline.gateway.tables import Assignment, Dialogue
from hotline.people.rules import Level
from hotline.people.tables import Responder
from tests.support.builders import make_hop, post
from tests.support.callers import DANGER_HERE, Caller, Line, told
from tests.support.made_once import shipped_book
from tests.support.taking import take_case

OFFICER = "+250788000011"

UNREAD = "END You took the case without reading it. Do not visit the place openly. Ask the national desk how to visit."


@pytest.fixture
def officer(line: Line) -> Caller:
    """Enrols a responder in the district of the only tip, and puts the alert in the queue."""
    told(line, *DANGER_HERE)
    officer_id = line.enrol(Level.RESPONDER, OFFICER, "en")
    with line.database.writing() as session:
        officer = session.get_one(Responder, officer_id)
        post(session, officer, Level.RESPONDER, line.tip.place)
    service_assignment.assign_pending(line.context)
    line.clock.turn(seconds=10)
    return line.caller(OFFICER)


def test_enrolled_phone_lists_references_and_takes_case(line: Line, officer: Caller) -> None:
    assert own_case(line).reference in officer.dial("90")
    taken = officer.key("1", "1")
    assert taken.startswith("END ")
    line.flush()
    assert officer.again() == taken
    assert own_case(line).state == "acknowledged"


def test_late_responder_learns_that_colleague_took_case(line: Line, officer: Caller) -> None:
    officer.dial("90")
    (theirs,) = [row for row in line.all(Assignment) if row.responder_id == 1]
    take_case(line.context, 1, theirs.reference, line.clock())
    line.clock.turn(seconds=10)

    late = officer.key("1", "1")
    assert late == "END A colleague has taken this case. You now help the colleague."
    line.flush()
    line.clock.turn(seconds=10)
    assert officer.again() == late
    assert {row.state for row in line.all(Assignment)} == {"acknowledged"}


def own_case(line: Line) -> Assignment:
    (mine,) = [row for row in line.all(Assignment) if row.responder_id == 2]
    assert isinstance(mine, Assignment)
    return mine


def test_taken_case_stays_listed_and_continues(line: Line, officer: Caller) -> None:
    reference = own_case(line).reference
    officer.dial("90")
    officer.key("1", "1")
    for keys in (["1", "2"], ["1", "3"]):
        line.clock.turn(minutes=1)
        again = line.caller(OFFICER)
        assert reference in again.dial("90")
        shown = again.key(*keys)
        assert shown.startswith("END Noted")
        line.flush()
        assert again.again() == shown
    assert own_case(line).on_site_at is not None
    assert own_case(line).handed_to_help_at is not None


def keys_to(verb: Verb, menu: str | None = "acts") -> list[str]:
    """Returns the keys that lead from the menu of a case to the action `verb`, if necessary through other menus."""
    node = shipped_book().flows["responders"].nodes.get(menu or "")
    if not isinstance(node, MenuNode) or node.saves != VERB:
        return []
    for key, choice in enumerate(node.choices, 1):
        rest = [] if choice.value == verb else keys_to(verb, choice.goes)
        if choice.value == verb or rest:
            return [str(key), *rest]
    return []


@pytest.mark.parametrize("verb", [Verb.REFERRED, Verb.NOT_TRAFFICKING])
def test_case_of_another_person_is_not_changed(line: Line, officer: Caller, verb: Verb) -> None:
    officer.dial("90")
    shown = officer.key("1", *keys_to(verb))
    assert shown.startswith("END You have not taken this case yet. Dial again")
    assert own_case(line).state == "sent"


def test_passing_on_needs_reference_and_accepts_similar_letters(
    line: Line, officer: Caller
) -> None:
    reference = own_case(line).reference
    officer.dial("90")
    assert (
        officer.key("1", "5", reference[::-1])
        == "END This is not the reference of the case you chose. The case was not changed."
    )
    assert own_case(line).passed_at is None

    again = line.caller(OFFICER)
    again.dial("90")
    typed = reference.lower().replace("q", "o").replace("8", "b").replace("u", "v")
    passed = again.key("1", "5", typed)
    assert passed.startswith("END We are asking the next responder to take the case.")
    assert own_case(line).passed_at is not None
    line.flush()
    assert again.again() == passed


@pytest.mark.row("R2")
def test_closure_of_danger_by_phone_waits_for_second_person(line: Line, officer: Caller) -> None:
    reference = own_case(line).reference
    officer.dial("90")
    officer.key("1", "1")
    line.clock.turn(minutes=1)
    again = line.caller(OFFICER)
    again.dial("90")
    noted = "END Noted. The case closes now. If a second person must confirm, it closes after that."
    assert again.key("1", *keys_to(Verb.NOT_TRAFFICKING), reference) == noted
    assert (line.tip.closed_at, line.tip.outcome_asked) == (None, "not-trafficking")


def test_assignee_is_not_notified_of_later_colleague(line: Line, officer: Caller) -> None:
    officer.dial("90")
    taken = officer.key("1", "1")
    line.clock.turn(seconds=10)
    (theirs,) = [row for row in line.all(Assignment) if row.responder_id == 1]
    take_case(line.context, 1, theirs.reference, line.clock())

    line.flush()
    assert officer.again() == taken == UNREAD


def test_each_text_format_lists_cases_open_at_the_start(line: Line, officer: Caller) -> None:
    shown = officer.dial("90")
    other = line.caller(OFFICER, service_code="*384*777*90#")
    assert other.dial() == shown
    other.key("1", "1")
    line.flush()
    assert officer.again() == shown


def test_enrolled_phone_that_dials_sees_first_screen(line: Line, officer: Caller) -> None:
    assert officer.dial() == line.caller().dial()
    assert {row.responder_id for row in line.all(Dialogue)} == {None}


def test_end_notice_of_unknown_session_changes_nothing(line: Line) -> None:
    end_session(line.context, EndNotice("ATUid_unknown", "Success"))
    assert line.all(Dialogue) == []


def test_network_s_page_size_holds_for_whole_session(line: Line) -> None:
    limits = {"": 156, "63514": 80}
    small = replace(line.context, line=replace(line.context.line, limits=limits))
    tight = replace(line, context=small).caller(network="63514")
    assert len(tight.dial()) <= 84
    assert len(line.caller().dial()) > 84
    line.flush()
    tight.network = None
    assert len(tight.key("00")) <= 84


def test_repr_of_hop_hides_its_values() -> None:
    shown = repr(make_hop(text="Zuzuzu", caller=OFFICER))
    assert "Zuzuzu" not in shown
    assert OFFICER not in shown
