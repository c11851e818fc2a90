"""Tests the decisions on the page of a tip: closure, legal hold, exclusion, and similar tips."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hotline.alerts import service_closing, tables
from hotline.core.actors import AccountRole, account_name_key
from hotline.people import service_desks, tables_accounts, tables_audit, tables_desks
from hotline.people.rules import Level, of_account
from hotline.people.tables import Person
from hotline.tips.rules import Clock, DeadlineKind
from hotline.tips.tables import Grant, Tip
from tests.console.desk_tips import DISTRICT, admitted, tell
from tests.console.tip_desks import OTHER_DISTRICT, Desks, desks, listed, on_board
from tests.support.builders import make_referral, make_responder

__all__ = ["desks"]
pytestmark = pytest.mark.row("A8")


def taken(desks: Desks, tip: int) -> None:
    """Makes a responder of the district the assignee."""
    with desks.desk.writing() as session:
        person = make_responder()
        session.add(person)
        session.flush()
        at = desks.desk.clock()
        session.add(make_referral(tip_id=tip, responder_id=person.id, acknowledged_at=at))
        session.get_one(Tip, tip).assignee_id = person.id


def test_a8_danger_is_closed_only_by_two_people(desks: Desks) -> None:
    """Two people are needed to close a tip about danger. The second person must not be the person who requested the
    closure, and must open the case after the request.
    """
    tip = tell(desks.desk, urgency=1)
    typed = {"form": "reason-close", "reason": "she is safe"}
    refused = desks.national.refused(f"/tips/{tip}/close", typed)
    assert refused.count('value="she is safe"') == 1, "the form keeps its reason"
    closes = {"outcome": "helped", "reason": "she is safe"}
    desks.national.sends(f"/tips/{tip}/close", closes)
    assert desks.tip(tip).closed_at is None
    agrees = {"do": "agree", "reason": "I called"}
    desks.national.refused(f"/tips/{tip}/judge", agrees)
    assert desks.district.post(f"/tips/{tip}/judge", agrees).status_code == 404
    assert desks.tip(tip).closed_at is None
    unopened = desks.second.refused(f"/tips/{tip}/judge", agrees)
    assert "Open the report text first." in unopened
    assert desks.tip(tip).closed_at is None
    assert desks.second.post(f"/tips/{tip}/open", {"why": "send"}).status_code == 200
    desks.second.sends(f"/tips/{tip}/judge", agrees)
    assert desks.tip(tip).closed_at is not None
    assert ("National 1", "end_wanted_helped", "she is safe") in desks.rows()
    assert ("National 2", "tip_closed", "I called") in desks.rows()


def test_waiting_closure_is_on_board_approvals_and_list(desks: Desks) -> None:
    """A case about danger that a responder took is not in the default list. After a person requests its closure, the
    list shows the case and the age of the request."""
    tip = tell(desks.desk, urgency=1)
    taken(desks, tip)
    assert listed(desks.national) == []
    closes = {"outcome": "helped", "reason": "she is safe"}
    desks.national.sends(f"/tips/{tip}/close", closes)
    desks.desk.clock.turn(minutes=9)
    assert listed(desks.national) == listed(desks.district) == [tip]
    assert "closure of the case requested 9 min ago: helped" in desks.district.read("/tips")
    for one in (desks.national, desks.second, desks.district):
        assert on_board(one) == {"to_approve": [tip]}
        approvals = one.read("/approvals")
        assert f"National 1 asks to close tip {tip}: helped" in approvals
        assert f'href="/tips/{tip}"' in approvals
    confirms = "Another member of the national desk must confirm the closure."
    assert confirms in desks.national.read("/approvals")
    assert confirms not in desks.second.read("/approvals")
    for one in (desks.other,):
        assert on_board(one) == {}
        assert f"tip {tip}" not in one.read("/approvals")


def test_requesting_desk_sees_reasons_of_closure_and_refusal(desks: Desks) -> None:
    """The page Approvals shows the national desk the reason of the desk that asked to close the case. Another desk that
    has the tip sees neither this reason nor the reason for the refusal."""
    tip = tell(desks.desk, urgency=1)
    beside = admitted(desks.desk, "Desk 3", AccountRole.DESK, OTHER_DISTRICT)
    with desks.desk.writing() as session:
        session.add(Grant(tip_id=tip, desk_code=OTHER_DISTRICT, encrypted_key=b"key"))
    closes = {"outcome": "helped", "reason": "she is at her aunt's"}
    desks.district.sends(f"/tips/{tip}/close", closes)
    asked, refused = "she is at her aunt&#39;s", "the aunt says that she is not"
    assert f"Reason: {asked}" in desks.second.read("/approvals")
    assert "Requests that wait for approval: 1" in desks.second.read("/today")
    assert asked in desks.district.read("/approvals")
    assert asked not in beside.read("/approvals")
    no = {"do": "refuse", "reason": refused}
    desks.national.sends(f"/tips/{tip}/judge", no)
    says = f"National 1 refused the request to close tip {tip}"
    colleague = admitted(desks.desk, "Desk 4", AccountRole.DESK, DISTRICT)
    for tab in (desks.district, colleague, desks.second):
        page = tab.read(f"/tips/{tip}")
        for words in (says, asked, refused):
            assert words in page
    page = beside.read(f"/tips/{tip}")
    assert says in page
    assert asked not in page
    assert refused not in page

    again = {"outcome": "helped", "reason": "the national desk called her"}
    desks.second.sends(f"/tips/{tip}/close", again)
    no = {"do": "refuse", "reason": "the brother lies"}
    desks.national.sends(f"/tips/{tip}/judge", no)
    page = desks.district.read(f"/tips/{tip}")
    for words in ("the national desk called her", "the brother lies"):
        assert words not in page, "another desk asked"


def test_a8_desk_closes_and_reopens_tip_without_danger(desks: Desks) -> None:
    tip = tell(desks.desk, urgency=3)
    desks.district.refused(f"/tips/{tip}/close", {"reason": "over"})
    desks.district.refused(f"/tips/{tip}/close", {"outcome": "joke"})
    closes = {"outcome": "not-found", "reason": "nobody lives there"}
    desks.district.sends(f"/tips/{tip}/close", closes)
    assert desks.tip(tip).outcome == "not-found"
    assert listed(desks.district, "?state=closed") == [tip]
    again = {"reason": "she called again"}
    desks.district.sends(f"/tips/{tip}/reopen", again)
    assert desks.tip(tip).closed_at is None


def test_a8_help_hold_and_visit_safety_need_reason(desks: Desks) -> None:
    tip = tell(desks.desk)
    desks.district.refused(f"/tips/{tip}/helped", {})
    desks.district.sends(f"/tips/{tip}/helped", {"reason": "Isange"})
    assert desks.district.post(f"/tips/{tip}/hold", {"reason": "court"}).status_code == 404
    for do in ("hold", "lift"):
        desks.national.sends(f"/tips/{tip}/hold", {"do": do, "reason": "court"})
    desks.national.sends(f"/tips/{tip}/manner", {"do": "unseen", "reason": "he is armed"})
    assert [row[1] for row in desks.rows()] == [
        "tip_helped",
        "hold_placed",
        "hold_lifted",
        "go_unseen",
    ]
    assert "visit discreetly, with a colleague" in desks.district.read(f"/tips/{tip}")


def test_a8_excluded_desk_finds_tip_nowhere(desks: Desks) -> None:
    tip = tell(desks.desk)
    kept = {"desk": DISTRICT, "why_kept": "named", "reason": "the landmark is theirs"}
    assert desks.district.post(f"/tips/{tip}/keep-from", kept).status_code == 404
    desks.national.refused(f"/tips/{tip}/keep-from", {"reason": "x"})
    desks.national.sends(f"/tips/{tip}/keep-from", kept)
    assert listed(desks.district) == []
    assert desks.district.get(f"/tips/{tip}").status_code == 404
    assert "named: Gasabo: the landmark is theirs" in desks.national.read(f"/tips/{tip}")
    desks.national.refused(f"/tips/{tip}/let-know", {"reason": "x"})
    again = {"exclusion": "1", "reason": "it was another landmark"}
    desks.national.sends(f"/tips/{tip}/let-know", again)
    other = tell(desks.desk)
    assert desks.national.post(f"/tips/{other}/let-know", again).status_code == 404
    assert listed(desks.district, "?state=all") == [other], "a second person decides"


def test_account_without_responder_can_be_excluded(desks: Desks) -> None:
    tip = tell(desks.desk, minutes=9)
    assert on_board(desks.district) == {"untaken": [tip]}
    number = desks.district.read("/board/since?auto")
    kept = {"person": "desk 1", "why_kept": "named", "reason": "it names them"}
    desks.national.sends(f"/tips/{tip}/keep-from", kept)
    assert listed(desks.district, "?state=all") == []
    assert on_board(desks.district) == {}
    assert desks.district.read("/board/since?auto") != number
    assert desks.district.get(f"/tips/{tip}").status_code == 404
    assert desks.district.post(f"/tips/{tip}/open", {"why": "send"}).status_code == 404
    page = desks.national.read(f"/tips/{tip}")
    assert "Desk 1</label>" in page
    again = desks.national.refused(f"/tips/{tip}/keep-from", kept)
    assert "This tip is already hidden from this person or desk." in again
    nobody = desks.national.post(f"/tips/{tip}/keep-from", {**kept, "person": "Desk 99"})
    assert "No responder or account has this name. Enter the exact name." in nobody.text
    desk = {"desk": "national", "why_kept": "named", "reason": "x"}
    assert (
        "No desk has this name or code. You cannot hide a tip from the national desk"
        in desks.national.post(f"/tips/{tip}/keep-from", desk).text
    )

    lift = {"exclusion": "1", "reason": "it was another"}
    desks.national.sends(f"/tips/{tip}/let-know", lift)
    asks = f"National 1 asks to give Desk 1 access to tip {tip} again"
    assert asks in desks.second.read("/approvals")
    assert asks not in desks.district.read("/approvals")


def test_tip_cannot_be_linked_to_itself(desks: Desks) -> None:
    tip = tell(desks.desk)
    said = {"other_tip": str(tip), "reason": "the same house", "do": "like"}
    page = desks.district.post(f"/tips/{tip}/like", said).text
    assert "This is the number of the tip on this page. Enter the number of another tip." in page
    assert "The hotline refused your action." not in page


def test_a8_only_national_desk_sees_exclusions_and_reasons(desks: Desks) -> None:
    tip = tell(desks.desk)
    kept = {"desk": OTHER_DISTRICT, "why_kept": "named", "reason": "the landmark is theirs"}
    desks.national.sends(f"/tips/{tip}/keep-from", kept)
    helped = {"reason": "the cousin of the chief"}
    desks.district.sends(f"/tips/{tip}/helped", helped)

    nation, district = (one.read(f"/tips/{tip}") for one in (desks.national, desks.district))
    for said in (f"hid tip {tip} from a person or desk", kept["reason"], helped["reason"]):
        assert said in nation
        assert said not in district


@pytest.mark.row("R7")
def test_r7_desk_links_and_unlinks_tips(desks: Desks) -> None:
    one, other = tell(desks.desk), tell(desks.desk)
    elsewhere = tell(desks.desk, place=OTHER_DISTRICT)
    page, alike = f"/tips/{one}", f'Similar tips</dt><dd><a class="target" href="/tips/{other}"'
    said = {"other_tip": str(other), "reason": "the same house", "do": "like"}
    desks.district.refused(f"{page}/like", {**said, "other_tip": "x"})
    desks.district.refused(f"{page}/like", {**said, "reason": ""})
    theirs = {**said, "other_tip": str(elsewhere)}
    assert (
        "No tip has this number. Check the number."
        in desks.district.post(f"{page}/like", theirs).text
    )
    assert alike not in desks.district.read(page)
    desks.district.sends(f"{page}/like", said)
    assert alike in desks.district.read(page)
    desks.district.refused(f"{page}/like", said)
    desks.district.sends(f"{page}/like", {**said, "do": "undo"})
    assert alike not in desks.district.read(page)


@pytest.mark.row("C11")
@pytest.mark.parametrize(("does", "action"), [("keep", "erase_kept"), ("erase", "tip_erased")])
def test_national_desk_decides_on_erasure(desks: Desks, does: str, action: str) -> None:
    tip, other, hidden = (tell(desks.desk, urgency=1) for _ in range(3))
    with desks.desk.writing() as session:
        at = desks.desk.clock()
        for one in (tip, other, hidden):
            session.get_one(Tip, one).erasure_asked_at = at
            due = Clock(at + timedelta(hours=72))
            tables.set_clocks(session, one, {DeadlineKind.ERASURE: due}, at)
    kept = {"person": "National 1", "why_kept": "named", "reason": "it names him"}
    desks.second.sends(f"/tips/{hidden}/keep-from", kept)

    page = desks.national.read(f"/tips/{tip}")
    assert f"The erasure request also applies to the tips {other}." in page
    assert "Erasure request" not in desks.district.read(f"/tips/{tip}")
    decided = {"do": does, "reason": "no one could be reached"}
    assert desks.district.post(f"/tips/{tip}/erasure", decided).status_code == 404
    desks.national.refused(f"/tips/{tip}/erasure", {"do": does})
    assert desks.tip(tip).erased_at is None

    desks.national.sends(f"/tips/{tip}/erasure", decided)
    assert (desks.tip(tip).erased_at is not None) == (does == "erase")
    with desks.desk.reading() as session:
        row = tables_audit.entries(session, subject=f"tip:{tip}")[-1]
    assert (row.action, row.reason) == (action, "no one could be reached")
    assert row.actor.startswith("account:")


def test_reading_in_console_counts_for_all_phones(desks: Desks) -> None:
    """With the setting `national_in_console`, a person who opened the case in the console may close it on any of their
    phones."""
    tip_id = tell(desks.desk, urgency=1)
    with desks.desk.writing() as session:
        account = tables_accounts.find_account(session, account_name_key("National 1"))
        assert account is not None
        own, other = (
            make_responder(msisdn=f"+25078800980{n}", level=Level.NATIONAL) for n in range(2)
        )
        own.person = session.get_one(Person, account.person_id)
        session.add_all([own, other])
        session.flush()
        names = [f"responder:{phone.id}" for phone in (own, other)]

    def read() -> list[bool]:
        with desks.desk.reading() as session:
            tip = session.get_one(Tip, tip_id)
            return [
                service_closing.has_opened(session, tip, name, None, in_console=True)
                for name in names
            ]

    assert read() == [False, False]
    assert desks.national.post(f"/tips/{tip_id}/open", {"why": "send"}).status_code == 200
    assert read() == [True, False]


def test_doctor_counts_console_readers_of_national_desk(
    desks: Desks,
) -> None:
    context = desks.desk.context
    on = replace(context, line=replace(context.line, national_in_console=True))
    assert service_desks.check_console_readers(context) == ()
    (found,) = service_desks.check_console_readers(on)
    assert (found.ok, found.message[:8]) == (True, "2 people")
    with context.database.writing() as session:
        account = tables_accounts.find_account(session, account_name_key("National 2"))
        assert account is not None
        tables_desks.end_access(session, of_account(account.id), context.now())
    (found,) = service_desks.check_console_readers(on)
    assert (found.ok, found.message[:8]) == (False, "1 people")
