"""Tests the persons of a case in the console. Users record a person with forms, must give a reason to decrypt the
data, and see no persons of cases that they may not see.
"""

import re
from dataclasses import dataclass
from itertools import count

import pytest
from werkzeug.test import TestResponse

from hotline.alerts import queries_retention, tables_case_events
from hotline.alerts.tables_case_events import CaseEventRow
from hotline.cases import service_follow_up
from hotline.core.actors import AccountRole
from hotline.people import tables_audit
from hotline.people.rules import Level
from hotline.people.tables_audit import AuditEntry
from hotline.text.places import NATIONAL, STATES
from hotline.tips.tables import Tip
from tests.console.conftest import Desk, Tab
from tests.console.desk_tips import DISTRICT, admitted, change, hands_on, man, tell
from tests.console.test_forms import assert_reachable, outline
from tests.console.test_headers import HEAVIEST, INLINE, assert_light, assert_safe
from tests.console.tip_desks import on_board
from tests.support.builders import make_responder
from tests.support.helping import CHILD, GROWN_UP
from tests.support.persons import screened

OPENS = {"of_persons": "send"}
ONCE = count(1)


@dataclass
class CaseDesk:
    """A tip of one district. The reader process gives desks the keys of the case only when a test calls `hands_on`."""

    desk: Desk
    tip: int
    district: Tab
    other: Tab
    national: Tab

    def says(
        self, form: str, target: str = "1", by: Tab | None = None, /, **codes: str
    ) -> TestResponse:
        fields = {"person": target, "once": f"{next(ONCE)}", **codes}
        return (by or self.district).post(f"/tips/{self.tip}/persons/{form}", fields)

    def offers(self) -> str:
        """Records a person who wants help, and that a responder offered help to this person. Returns the number of the
        person and the id of the offer's case event, which later forms need.
        """
        assert self.says("screened", "new", **GROWN_UP, sex="woman").status_code == 303
        hands_on(self.desk)
        assert self.says("consent", consent="yes").status_code == 303
        assert self.says("offered", service="shelter").status_code == 303
        return f"1:{self.entries()[-1].id}"

    def opened(self, tab: Tab | None = None) -> str:
        answer = (tab or self.district).post(f"/tips/{self.tip}/persons", OPENS)
        assert answer.status_code == 200
        return answer.text

    def clear(self) -> str:
        return self.district.read(f"/tips/{self.tip}")

    def entries(self) -> list[CaseEventRow]:
        with self.desk.reading() as session:
            return session.query(CaseEventRow).order_by(CaseEventRow.id).all()

    def audit(self) -> list[tuple[str, str, str]]:
        with self.desk.reading() as session:
            rows = session.query(AuditEntry).order_by(AuditEntry.id).all()
        told = [row for row in rows if row.subject == f"tip:{self.tip}"]
        return [(row.actor.rpartition(":")[2], row.action, row.reason) for row in told]

    def later(self, **time: int) -> None:
        """Moves the clock forward and signs in again, because the old session has ended by then."""
        self.desk.clock.turn(**time)
        self.district = self.desk.tab(AccountRole.DESK, name="Desk 1")


@pytest.fixture
def case(desk: Desk) -> CaseDesk:
    man(desk)

    return CaseDesk(
        desk,
        tell(desk, urgency=2),
        admitted(desk, "Desk 1", AccountRole.DESK, DISTRICT),
        admitted(desk, "Desk 2", AccountRole.DESK, "11"),
        admitted(desk, "National 1", AccountRole.NATIONAL, NATIONAL),
    )


@pytest.mark.row("R8", "R9")
def test_r8_signs_are_recorded_by_form_and_read_with_reason(case: CaseDesk) -> None:
    form = case.district.read(f"/tips/{case.tip}/persons/screened")
    assert (
        "First check that the person is safe, unhurt and alone with you. Help comes first. These questions can wait"
        in form
    )
    lacks = case.says("screened", "new", minor="no", act="yes", purpose="yes")
    assert lacks.status_code == 422
    assert lacks.text.count('<p class="fault"') == 2, "force and deceit, of somebody grown up"
    assert case.says("screened", "new", **GROWN_UP, form="labour").status_code == 303

    assert "People met in this case: 1" in case.clear()
    assert "Desk 1 checked a person for signs of trafficking." in case.clear()
    assert "possible victim" not in case.clear()
    early = case.district.refused(f"/tips/{case.tip}/persons", OPENS)
    assert "You cannot open these notes yet" in early
    assert "possible victim" not in early

    hands_on(case.desk)
    case.district.refused(f"/tips/{case.tip}/persons", {})
    answer = case.district.post(f"/tips/{case.tip}/persons", OPENS)
    assert "screening: possible victim" in answer.text
    assert "actual" not in answer.text, "only a deciding body says so"
    assert 'class="unprinted"' in answer.text
    assert answer.headers["Refresh"] == f"300; url=/tips/{case.tip}?auto"
    assert case.audit() == [
        ("Desk 1", "person_noted", ""),
        ("Desk 1", "tip_refused", "the persons do not open: to send a responder to the place"),
        ("Desk 1", "people_read", "to send a responder to the place"),
    ]


@pytest.mark.row("R8", "R9")
def test_r9_person_is_followed_in_console_until_day_30(case: CaseDesk) -> None:
    assert case.says("screened", "new", **GROWN_UP).status_code == 303
    hands_on(case.desk)
    early = case.says("offered", service="shelter")
    assert early.status_code == 422
    assert (
        "No one has asked if the person wants help. Ask in private, then record the answer"
        in early.text
    )
    assert "/persons/offered" not in case.opened()
    assert case.says("consent", consent="yes", sex="woman").status_code == 303
    assert "The person wants help." in case.opened()
    assert case.says("offered", service="shelter").status_code == 303
    target = f"1:{case.entries()[-1].id}"
    assert f"person=1:{case.entries()[-1].id}" in case.opened()
    assert case.says("answered", target, answer="accepted").status_code == 303
    assert "Person 1: confirm arrival at the service by" in case.clear()
    asked = case.district.read(f"/tips/{case.tip}/persons/arrived")
    offered = set(re.findall(r'<option value="([^":]+)"', asked))
    assert offered == STATES, "no continent, and nothing else that would be refused"
    assert case.says("arrived", target, arrived="yes", state="BI").status_code == 303
    early = case.says("thirty", target, thirty="safe")
    assert "arrival at the service, not before." in early.text
    case.later(days=31)
    assert case.says("thirty", target, thirty="safe").status_code == 303
    page = case.opened()
    for said in ("accepted", "Burundi", "the person is safe, and the help ended", "a woman"):
        assert said in page, said
    assert "Person 1:" not in case.clear(), "no clock runs any more"


@pytest.mark.row("R9")
def test_r9_adult_s_refusal_closes_help_forms(case: CaseDesk) -> None:
    target = case.offers()
    assert case.says("consent", consent="no", again="woman").status_code == 303
    page = case.opened()
    assert "/persons/offered" not in page
    assert f"/persons/answered?person={target}" not in page
    assert "A woman responder will ask about help again on" in page
    before = len(case.entries())
    refused = case.says("offered", service="health")
    assert refused.status_code == 422
    assert "Do not offer help. Another responder will ask about help again on" in refused.text
    assert len(case.entries()) == before
    with case.desk.writing() as session:
        session.add(make_responder(level=Level.COORDINATOR))
    case.later(days=3, minutes=1)
    service_follow_up.ask_due(case.desk.context)
    rings, form = (
        re.findall(r"help again on (.+?), in", told)
        for told in (case.opened(), case.says("offered", service="health").text)
    )
    assert {*rings} == {*form} != set()
    assert rings != re.findall(r"help again on (.+?), in", page), "it was rung, and rings again"
    assert case.says("consent", consent="yes").status_code == 303
    assert "/persons/offered" in case.opened()


def test_child_needs_assent_and_best_interest(case: CaseDesk) -> None:
    assert case.says("screened", "new", **CHILD).status_code == 303
    hands_on(case.desk)
    assert "This person counts as a child" in case.says("consent", consent="yes").text
    lacks = case.says("consent", consent="assent_yes")
    assert (lacks.status_code, lacks.text.count('<p class="fault"')) == (422, 1)
    assert case.says("consent", consent="assent_yes", interest="not_yet").status_code == 303
    assert "This person counts as a child" in case.says("offered", service="health").text
    assert "This person is a child" in case.opened()
    assert case.says("consent", consent="assent_no", interest="yes").status_code == 303
    assert case.says("offered", service="health").status_code == 303


def test_correction_shows_both_answers_and_deciding_body(case: CaseDesk) -> None:
    target = case.offers()
    consent, offered = (case.entries()[at] for at in (-2, -1))
    assert case.says("answered", target, answer="no_room").status_code == 303
    wrong = case.entries()[-1].id
    page = case.opened()
    assert f"corrects={wrong}" in page
    form = case.district.get(f"/tips/{case.tip}/persons/answered?person={target}&corrects={wrong}")
    assert ". Enter all answers again. After you save, the hotline uses your new note" in form.text
    corrected = {"answer": "accepted", "corrects": str(wrong)}
    assert case.says("answered", target, **corrected).status_code == 303
    page = case.opened()
    assert "<del>no room</del>" in page
    assert f"corrects={wrong}" not in page
    assert "This note corrects an earlier note." in case.clear()
    other_kind = case.says("answered", target, answer="accepted", corrects=str(offered.id))
    assert other_kind.status_code == 422
    yes = case.says("consent", consent="yes", corrects=str(consent.id))
    assert "Ask the person again" in yes.text

    decided = {"determination": "actual", "body": "court"}
    assert case.says("determination", determination="actual").status_code == 422
    assert case.says("determination", "1", case.national, **decided).status_code == 303
    assert "court or prosecution: a victim of trafficking" in case.opened()
    kinds = {row.kind: row.codes for row in case.entries()}
    assert kinds["determination"] == kinds["answered"] == {}


def test_repeated_form_is_stored_once_and_invalid_never(case: CaseDesk) -> None:
    page = f"/tips/{case.tip}/persons"
    sent = {"person": "new", "once": "a", **GROWN_UP}
    for _ in range(2):
        case.district.sends(f"{page}/screened", sent)
    hands_on(case.desk)
    assert "People met in this case: 1" in case.clear()
    assert case.says("screened", "new", **{**GROWN_UP, "act": "maybe"}).status_code == 422
    assert case.says("screened", "7", **GROWN_UP).status_code == 422
    assert case.says("arrived", "1:999", arrived="yes").status_code == 422
    assert case.says("told").status_code == 404
    assert case.district.get(f"{page}/told").status_code == 404
    assert len(case.entries()) == 1
    change(case.desk, case.tip, closed_at=case.desk.clock())
    with case.desk.writing() as session:
        tables_audit.append_about_tip(session, case.tip, "tip_closed", "clock", case.desk.clock())
    assert "The case is closed. Reopen the case" in case.says("screened", "new", **GROWN_UP).text


def test_r6_excluded_desk_sees_no_persons(case: CaseDesk) -> None:
    """For another district, an account without a key and an excluded desk, the tip seems not to exist."""
    case.offers()
    nobody = case.desk.tab(AccountRole.NATIONAL, name="National 3")
    tabs = [case.other, nobody]
    kept = {"desk": DISTRICT, "why_kept": "named", "reason": "the landmark is theirs"}
    assert "The person wants help." in case.opened(case.national)
    case.national.sends(f"/tips/{case.tip}/keep-from", kept)
    page, before = f"/tips/{case.tip}/persons", len(case.entries())
    for tab in (*tabs, case.district):
        assert tab.post(page, OPENS).status_code == 404
        assert tab.get(f"{page}/consent?person=1").status_code == 404
        assert case.says("consent", "1", tab, consent="no").status_code == 404
    assert len(case.entries()) == before
    assert "The person wants help." in case.opened(case.national)


def test_national_desk_reads_notes_after_text_is_erased(case: CaseDesk) -> None:
    target = case.offers()
    with case.desk.writing() as session:
        queries_retention.erase_text(session, [case.tip], case.desk.clock())
    page = f"/tips/{case.tip}/persons"
    assert case.district.post(page, OPENS).status_code == 404
    assert "The person wants help." in case.opened(case.national)
    accepts = {"answer": "accepted"}
    assert case.says("answered", target, case.national, **accepts).status_code == 303
    assert "accepted" in case.opened(case.national)
    late, page_of_tip = "The statistics for this month are final.", f"/tips/{case.tip}"
    assert late not in case.national.read(page_of_tip)
    with case.desk.writing() as session:
        tables_case_events.mark_counted(session, [case.tip], "2026-01", case.desk.clock())
    assert late in case.national.read(page_of_tip)


@pytest.mark.row("A8")
def test_a8_list_and_board_show_due_follow_up(case: CaseDesk) -> None:
    target = case.offers()
    assert case.says("answered", target, answer="accepted").status_code == 303
    tell(case.desk)
    with case.desk.writing() as session:
        session.add(make_responder(level=Level.COORDINATOR))
    case.later(days=4)
    assert "follow-up due" not in case.district.read("/"), "nobody was asked yet"
    service_follow_up.ask_due(case.desk.context)
    assert "follow-up due" in case.district.read("/")
    change(case.desk, case.tip, closed_at=case.desk.clock())
    with case.desk.writing() as session:
        tables_audit.append_about_tip(session, case.tip, "tip_closed", "clock", case.desk.clock())
    assert on_board(case.district)["owed"] == [case.tip]
    assert ": confirm arrival at the service by" in case.opened()
    assert case.opened().count(">due</span>") == 1
    shown = case.district.read("/tips?state=all&owes=yes")
    assert re.findall(r'href="/tips/(\d+)"', shown) == [str(case.tip)]
    assert "follow-up due: record if the person arrived at the service" in shown
    other = case.desk.tab(AccountRole.DESK, name="Desk 2")
    assert on_board(other) == {}
    assert case.says("arrived", target, arrived="yes").status_code == 303
    assert "owed" not in on_board(case.district)


@pytest.mark.parametrize("language", ["rw", "fr", "en"])
def test_pages_of_persons_are_small_in_each_language(case: CaseDesk, language: str) -> None:
    """The case has five persons, each with everything that can be recorded."""
    for n in range(1, 6):
        told = {**GROWN_UP, "free": "no", "form": "labour", "sex": "girl", "nationality": "other"}
        assert case.says("screened", "new", **told).status_code == 303
        hands_on(case.desk)
        assert case.says("consent", f"{n}", consent="assent_yes", interest="yes").status_code == 303
        for _ in range(2):
            assert case.says("offered", f"{n}", service="journey_home").status_code == 303
            target = f"{n}:{case.entries()[-1].id}"
            assert case.says("answered", target, answer="accepted").status_code == 303
            assert case.says("arrived", target, arrived="yes", state="CD").status_code == 303
    case.district.post("/account/language", {"language": language, "to": "/tips"})
    for act in ("screened", "consent", "offered", "answered", "arrived", "thirty", "determination"):
        path = f"/tips/{case.tip}/persons/{act}"
        assert_light(case.district, path)
        assert_reachable(path, outline(case.district.read(path)))
        refused = case.says(act, "").text
        assert_reachable(f"{path}, refused", outline(refused))
    assert_reachable("the tip", outline(case.clear()))
    answer = case.district.post(f"/tips/{case.tip}/persons", OPENS)
    assert_safe(answer)
    assert_reachable("People met", outline(answer.text))
    assert INLINE.search(answer.text) is None
    assert len(answer.data) < HEAVIEST
    assert f'<html lang="{language}">' in answer.text


def test_many_persons_are_read_in_parts(case: CaseDesk) -> None:
    for n in range(1, 8):
        screened(case.desk.context, case.tip, n)
    hands_on(case.desk)
    assert '<option value="2">people 6 to 7</option>' in case.clear()
    for part, first, last in (("", 1, 5), ("1", 1, 5), ("2", 6, 7)):
        page = case.district.post(f"/tips/{case.tip}/persons", {**OPENS, "part": part}).text
        shown = [int(n) for n in re.findall(r"<h2[^>]*>Person (\d+)</h2>", page)]
        assert shown == [*range(first, last + 1)]
        assert "To read the notes about them, close this page" in page


@pytest.mark.row("R9")
def test_closure_as_not_trafficking_needs_a_screening(case: CaseDesk) -> None:
    """The district asks to close the case as not trafficking. Only the national desk may confirm this, in the console
    and with a reason. Until the national desk has decided, the case stays open."""
    page = f"/tips/{case.tip}"
    assert case.says("screened", "new", **GROWN_UP, sex="woman").status_code == 303
    hands_on(case.desk)
    closes = {"outcome": "not-trafficking", "reason": "a pay dispute"}
    case.district.sends(f"{page}/close", closes)
    assert (
        "The national desk must decide on the closure of the case by the next working day"
        in case.national.read(page)
    )
    assert case.national.post(f"{page}/open", {"why": "send"}).status_code == 200
    agrees = {"do": "agree", "reason": "I rang"}
    stopped = case.national.refused(f"{page}/judge", agrees)
    assert (
        "A person in this case is a possible victim. Before you close the case, record a new screening of this person"
        in stopped
    )
    with case.desk.reading() as session:
        assert session.get_one(Tip, case.tip).closed_at is None
    decided = case.says("determination", "1", case.national, determination="not", body="court")
    assert decided.status_code == 303
    case.national.sends(f"{page}/judge", agrees)
    with case.desk.reading() as session:
        assert session.get_one(Tip, case.tip).outcome == "not-trafficking"


def test_page_lists_open_duties_and_closing_keeps_them(case: CaseDesk) -> None:
    assert case.says("screened", "new", **GROWN_UP, sex="woman").status_code == 303
    hands_on(case.desk)
    assert case.says("consent", consent="yes").status_code == 303
    assert "No service was asked for help. Ask a service by" in case.opened()
    closing = case.clear().partition("These follow-ups continue after the case is closed:")[2]
    assert closing.lstrip().startswith("</p>")
    assert "Person 1: ask a service for help by" in closing.partition("<form")[0]
    assert case.says("offered", service="shelter").status_code == 303
    assert "No service was asked" not in case.opened()
    assert (
        "service answer due by"
        in case.clear().partition("These follow-ups continue after the case is closed:")[2]
    )


def test_form_with_invalid_person_number_is_refused(case: CaseDesk) -> None:
    assert case.says("screened", "somebody", **GROWN_UP).status_code == 422
    assert "screened" not in [one.kind for one in case.entries()]
