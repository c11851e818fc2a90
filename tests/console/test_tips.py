"""Tests the pages of tips in the console: the list, the page of one tip, its text after the user gave a reason, and
the buttons that act on the tip.
"""

import re

import pytest
from werkzeug.test import TestResponse

from hotline.alerts import queries_retention
from hotline.alerts.service_case import EventActor
from hotline.cases import decrypt_reader_commands, service_desk_commands
from hotline.cases.service_desk_commands import ExclusionTarget
from hotline.cases.service_sheet import ROWS
from hotline.core.actors import AccountRole
from hotline.people import tables_desks
from hotline.people.rules import of_account
from hotline.people.tables_accounts import ConsoleAccount
from hotline.people.tables_audit import AuditEntry
from hotline.text.places import sectors
from hotline.tips.queries_visible import ExclusionReason
from hotline.tips.rules_events import EventChannel, NoteCode
from hotline.tips.tables import Tip
from tests.console.conftest import Tab
from tests.console.desk_tips import DISTRICT, WORDS, change, tell
from tests.console.test_forms import assert_reachable, outline
from tests.console.test_headers import assert_light, assert_safe
from tests.console.tip_desks import OTHER_DISTRICT, Desks, desks, listed, on_board
from tests.support.builders import make_referral, make_responder
from tests.support.deciding import merge_persons
from tests.support.statements import statements

__all__ = ["desks"]
pytestmark = pytest.mark.row("A8")


def test_a8_desk_lists_only_tips_with_access(desks: Desks) -> None:
    mine, other = tell(desks.desk), tell(desks.desk, place=OTHER_DISTRICT)
    assert listed(desks.district) == [mine]
    assert listed(desks.other) == [other]
    assert listed(desks.national) == [other, mine]
    assert desks.district.get(f"/tips/{other}").status_code == 404
    assert desks.district.get(f"/tips/{mine}").status_code == 200


def test_a8_account_without_desk_sees_nothing(desks: Desks) -> None:
    tip = tell(desks.desk)
    nobody = desks.desk.tab(AccountRole.NATIONAL, name="National 3")
    assert listed(nobody) == []
    assert (
        "You cannot read reports yet. Ask an admin to request access. A member of the desk then grants you access"
        in nobody.read("/tips")
    )
    assert nobody.get(f"/tips/{tip}").status_code == 404
    assert on_board(nobody) == {}
    kept = {"desk": DISTRICT, "why_kept": "named"}
    for act, says in (("hold", {"do": "hold"}), ("manner", {"do": "unseen"}), ("keep-from", kept)):
        assert nobody.post(f"/tips/{tip}/{act}", {**says, "reason": "x"}).status_code == 404
    assert desks.rows() == []


@pytest.mark.row("R6")
def test_r6_district_finds_official_s_tip_nowhere(desks: Desks) -> None:
    """The list of tips, their number, the page of the tip, its text, its links and every command answer as if the tip
    did not exist."""
    mine = tell(desks.desk)
    tip = tell(desks.desk, official="unsure", minutes=9)
    assert listed(desks.district, "?state=all") == [mine]
    assert on_board(desks.district) == {"untaken": [mine]}
    assert on_board(desks.national) == {"untaken": [tip, mine]}
    assert f"/tips/{tip}" not in desks.district.read(f"/tips/{mine}")
    assert f"/tips/{tip}" in desks.national.read(f"/tips/{mine}"), "it came from one phone"
    nowhere = desks.district.get("/tips/999")
    there = desks.district.get(f"/tips/{tip}")
    assert there.status_code == nowhere.status_code == 404
    assert there.text.replace(f"/tips/{tip}", "") == nowhere.text.replace("/tips/999", "")
    tries = {
        "open": {"why": "send"},
        "ask": {"question": "landmark", "reason": "look"},
        "close": {"outcome": "helped", "reason": "look"},
        "reopen": {"reason": "look"},
        "helped": {"reason": "look"},
        "act": {"do": "take"},
    }
    for path, fields in tries.items():
        assert desks.district.post(f"/tips/{tip}/{path}", fields).status_code == 404, path
    assert desks.tip(tip).closed_at is None
    assert {row[0] for row in desks.rows() if row[1] == "tip_refused"} == {"Desk 1"}


def test_a8_text_is_shown_after_logged_reason(desks: Desks) -> None:
    tip = tell(desks.desk)
    assert WORDS not in desks.district.read(f"/tips/{tip}")
    refused = desks.district.refused(f"/tips/{tip}/open", {})
    assert WORDS not in refused
    assert desks.rows() == []

    answer = desks.district.post(f"/tips/{tip}/open", {"why": "send"})
    assert answer.status_code == 200
    assert "hafi y&#39;ishuri" in answer.text
    assert answer.headers["Refresh"] == f"300; url=/tips/{tip}?auto"
    assert answer.headers["Cache-Control"] == "no-store"
    assert 'class="unprinted"' in answer.text
    assert desks.rows() == [("Desk 1", "tip_read", "to send a responder to the place")]
    shown = desks.district.read(f"/tips/{tip}?auto")
    assert "Desk 1 read the report text of tip" in shown
    assert WORDS not in shown


def test_a8_locked_key_asks_for_password_and_code(desks: Desks) -> None:
    tip = tell(desks.desk)
    for _ in range(4):
        desks.desk.clock.turn(minutes=4)
        desks.district.get("/tips")
    asked = desks.district.refused(f"/tips/{tip}/open", {"why": "send"})
    assert 'name="secret_code"' in asked
    assert desks.rows() == []
    person = desks.desk.people["Desk 1"]
    proofs = {"secret_password": person.password, "secret_code": person.code()}
    answer = desks.district.post(f"/tips/{tip}/open", {"why": "other", "other": "a call", **proofs})
    assert "hafi y&#39;ishuri" in answer.text
    assert desks.rows() == [("Desk 1", "tip_read", "a call")]


def test_a8_removed_member_reads_no_more_in_session(desks: Desks) -> None:
    tip = tell(desks.desk)

    with desks.desk.writing() as session:
        account = desks.desk.people["Desk 1"].account_id
        tables_desks.end_access(session, of_account(account), desks.desk.clock())
    assert desks.district.post(f"/tips/{tip}/open", {"why": "send"}).status_code == 404
    assert listed(desks.district) == []


def test_a8_late_tips_come_first_on_board_with_count(
    desks: Desks,
) -> None:
    early = tell(desks.desk, minutes=2)
    late = tell(desks.desk, minutes=9)
    page = desks.district.read("/")
    assert on_board(desks.district) == {"untaken": [late, early]}
    assert ">6 min late</p>" in page
    assert ">1 min 0 s left</p>" in page
    for each in (page, desks.district.read("/tips")):
        assert re.search(r'Board <span class="tag bad">1<span class="unseen"> Overdue', each)
    row = desks.district.read("/tips")
    assert "6 min late" in row
    assert '<span class="tag bad">Overdue</span>' in row
    assert on_board(desks.other) == {}


def test_a8_filters_are_in_address_and_page_has_fifty(desks: Desks) -> None:
    first = tell(desks.desk, urgency=3)
    for _ in range(ROWS):
        tell(desks.desk, urgency=1)
    page = desks.national.get("/tips?urgency=1")
    assert len(re.findall(r'href="/tips/\d+"', page.text)) == 50
    assert "before=" not in page.text
    newest = listed(desks.national)
    assert len(newest) == 50
    assert first not in newest
    (older,) = re.findall(r'href="(/tips\?before=\d+)"', desks.national.read("/tips"))
    assert listed(desks.national, older.removeprefix("/tips")) == [first]
    assert listed(desks.national, "?urgency=3") == [first]
    assert listed(desks.national, "?state=closed") == []
    assert listed(desks.national, "?place=11") == []


def test_a8_erased_tip_leaves_district_list(desks: Desks) -> None:
    tip = tell(desks.desk)

    with desks.desk.writing() as session:
        queries_retention.erase_text(session, [tip], desks.desk.clock())
    assert listed(desks.district, "?state=all") == []
    assert listed(desks.national, "?state=all") == [tip]
    assert "text was erased" in desks.national.read(f"/tips/{tip}")
    desks.national.refused(f"/tips/{tip}/open", {"why": "send"})


def test_list_is_ordered_by_late_urgent_newest(desks: Desks) -> None:
    late = tell(desks.desk, urgency=1, minutes=9)
    later = tell(desks.desk, urgency=2, minutes=40)
    urgent = tell(desks.desk, urgency=1)
    normal, newest = tell(desks.desk, urgency=3), tell(desks.desk, urgency=3)
    assert listed(desks.national) == [late, later, urgent, newest, normal]


def test_empty_list_of_all_tips_has_no_link_to_itself(desks: Desks) -> None:
    page = desks.national.read("/tips?state=all&whose=anybody&matter=tip")
    assert "There are no tips yet." in page
    assert "Show all tips" not in page
    assert "Show all tips" in desks.national.read("/tips?state=all&place=11")


def test_a8_national_desk_has_list_of_complaints(desks: Desks) -> None:
    tip, complaint = tell(desks.desk), tell(desks.desk)
    change(desks.desk, complaint, matter="complaint")
    assert listed(desks.national) == [tip]
    assert listed(desks.national, "?matter=complaint") == [complaint]
    assert "complaints" not in desks.district.read("/tips")


def test_a8_alerted_person_takes_case_in_console(desks: Desks) -> None:
    tip = tell(desks.desk, assigned_at=desks.desk.clock(), alert_urgency=1)
    assert desks.district.post(f"/tips/{tip}/act", {"do": "take"}).status_code == 404

    with desks.desk.writing() as session:
        person = make_responder(name="Responder 1")
        session.add(person)
        session.flush()
        session.add(make_referral(tip_id=tip, responder_id=person.id, reference="K7Q4"))

        account = session.get_one(ConsoleAccount, desks.desk.people["Desk 1"].account_id)
        merge_persons(session, account.person_id, person.person_id)
        her = person.id
        noted = EventActor(f"responder:{her}", EventChannel.USSD), desks.desk.clock()
        of_tip = session.get_one(Tip, tip)
        decrypt_reader_commands.store_note(session, of_tip, NoteCode.WOMAN, *noted)
    page = desks.district.read(f"/tips/{tip}")
    assert "K7Q4" in page
    assert "Responder 1 recorded: a woman officer is needed." in page
    desks.district.sends(f"/tips/{tip}/act", {"do": "take"})
    assert "Responder 1 took the case." in desks.district.read(f"/tips/{tip}")
    assert desks.tip(tip).assignee_id == her
    assert listed(desks.district, "?state=taken&whose=mine") == [tip]
    assert listed(desks.district) == []


@pytest.mark.parametrize("language", ["rw", "fr", "en"])
def test_a8_pages_of_tips_are_small_in_each_language(desks: Desks, language: str) -> None:
    """A full list of tips, the page of a tip and the page of its text are small. The fields of these pages have
    labels and ids, and the responses have the security policy.
    """
    for _ in range(ROWS):
        tip = tell(desks.desk, urgency=1, official="unsure", minutes=9)
    desks.national.post("/account/language", {"language": language, "to": "/tips"})
    for path in ("/tips", f"/tips/{tip}"):
        assert_light(desks.national, path)
        assert_reachable(path, outline(desks.national.read(path)))
    opened = desks.national.post(f"/tips/{tip}/open", {"why": "send"})
    assert_safe(opened)
    assert f'<html lang="{language}">' in opened.text
    assert_reachable("Report text", outline(opened.text))
    shown = desks.national.read(f"/tips/{tip}")
    assert ("to send a responder</span>" in shown) is (language == "en")
    refused = desks.national.post(f"/tips/{tip}/close", {}).text
    assert_reachable("refused", outline(refused))


def test_log_contains_no_text_of_a_tip(desks: Desks, caplog: pytest.LogCaptureFixture) -> None:
    tip = tell(desks.desk)
    assert "hafi y&#39;ishuri" in desks.district.post(f"/tips/{tip}/open", {"why": "send"}).text
    assert WORDS not in caplog.text
    with desks.desk.reading() as session:
        rows = [f"{row.reason}{row.subject}" for row in session.query(AuditEntry)]
    assert WORDS not in "".join(rows)


def test_log_row_about_link_needs_access_to_both_tips(desks: Desks) -> None:
    """The audit log shows the number and the reason of a link only to people who may see both tips. This rule applies
    to the national desk too."""
    mine, kept = tell(desks.desk), tell(desks.desk, official="yes")
    like = {"other_tip": str(kept), "reason": "the same house"}
    desks.national.sends(f"/tips/{mine}/like", like)
    words = "as similar to another tip"
    assert words in desks.second.read(f"/tips/{mine}")
    assert words not in desks.district.read(f"/tips/{mine}")


# Tests the search for a tip: the search finds only tips that the account may see, adds a row to the audit log, and
# never lists references.


REFERENCE, NOT_FOUND = "K7Q4", "No tip was found."


@pytest.fixture
def tip(desks: Desks) -> int:
    """Files a tip in Gasabo that is closed. An alert gave a responder the reference of the tip."""
    tip = tell(desks.desk)
    change(desks.desk, tip, closed_at=desks.desk.clock())
    with desks.desk.writing() as session:
        person = make_responder(name="Responder 1")
        session.add(person)
        session.flush()
        session.add(make_referral(tip_id=tip, responder_id=person.id, reference=REFERENCE))
    return tip


def search(tab: Tab, typed: str) -> TestResponse:
    return tab.post("/tips/search", {"q": typed})


def searches(desks: Desks) -> list[tuple[str, str, str]]:
    """Returns each search in the audit log: the actor, what was typed, and the subject together with the reason."""
    with desks.desk.reading() as session:
        rows = session.query(AuditEntry).order_by(AuditEntry.id).all()
    acts = [(row.actor.rpartition(":")[2], row.action, row.subject + row.reason) for row in rows]
    return [
        (by, act.removeprefix("tip_searched_"), about) for by, act, about in acts if "search" in act
    ]


def test_a8_tip_is_found_by_reference_number_and_place(desks: Desks, tip: int) -> None:
    for typed in (REFERENCE, " k7q4 ", str(tip)):
        assert search(desks.district, typed).headers["Location"] == f"/tips/{tip}"
    for address in ("/", "/tips?state=all", f"/tips/{tip}"):
        assert REFERENCE not in desks.national.read(address), "never listed"
    listing = search(desks.national, "gasabo").headers["Location"]
    assert listing == "/tips?state=all&place=12"
    assert listed(desks.national, listing.removeprefix("/tips")) == [tip]
    change(desks.desk, tip, sector="1201")
    by_sector = search(desks.national, sectors("12")[0].name).headers["Location"]
    assert listed(desks.national, by_sector.removeprefix("/tips")) == [tip]
    assert listed(desks.national, f"?state=all&sector={sectors('12')[0].name}") == [tip]
    by_desk = [("Desk 1", typed, "") for typed in ("reference", "reference", "number")]
    assert searches(desks) == by_desk + [("National 1", "place", "")] * 3


def test_receipts_phone_numbers_and_text_are_never_searched(desks: Desks, tip: int) -> None:
    for typed in ("", "<b>", "123456785", "+250788000001", "0788000001", "hafi"):
        refused = search(desks.national, typed)
        assert refused.status_code == 422, typed
        assert "Enter a case code like K7Q4, a tip number or a place." in refused.text
    assert searches(desks) == []


@pytest.mark.row("R6")
@pytest.mark.parametrize("way", ["person", "desk", "official", "another district"])
def test_search_answers_alike_for_hidden_and_missing_tip(desks: Desks, tip: int, way: str) -> None:
    tab = desks.district
    if way == "another district":
        tab = desks.other
    elif way == "official":
        change(desks.desk, tip, official="yes")
    else:
        target = ExclusionTarget(**{way: "Desk 1" if way == "person" else "12"})
        signed = {"by": "National 1", "reason": "the caller asks"}
        service_desk_commands.exclude(
            desks.desk.context, tip, target, ExclusionReason.ASKED, **signed
        )
    search(tab, "X9X9")
    for hidden, nowhere in ((REFERENCE, "X9X9"), (str(tip), "4321")):
        answers = []
        for typed in (hidden, nowhere):
            with statements() as asked:
                answer = search(tab, typed)
            assert answer.status_code == 422
            assert NOT_FOUND in answer.text
            answers.append((answer.text.replace(f'"{typed}" size', ""), asked))
        assert answers[0] == answers[1], "the same words, and the same questions to the store"
    assert len(searches(desks)) == 5
    assert search(desks.second, REFERENCE).headers["Location"] == f"/tips/{tip}"
