"""Tests call-backs in the console (A8). One person requests the caller's phone number and another person approves.
The page shows the number only during the time of the call-back.
"""

from datetime import timedelta

import pytest

from hotline.alerts import service_assignment
from hotline.alerts.service_messages import BOUND_AS
from hotline.cases import service_calls
from hotline.core.actors import AccountRole
from hotline.gateway.tables import Assignment
from hotline.people import service_sessions, tables_desks
from hotline.people.tables_audit import AuditEntry
from hotline.text.errors import NotFound
from hotline.text.places import NATIONAL
from hotline.tips.rules_receipts import CallBackState
from hotline.tips.tables import Grant, Tip
from hotline.tips.tables_persons import CallBack
from tests.console.conftest import Desk, Tab
from tests.console.desk_tips import DISTRICT, admitted, man, tell
from tests.console.test_forms import assert_reachable, outline
from tests.console.test_headers import assert_light
from tests.console.tip_desks import OTHER_DISTRICT, Desks, desks, listed

__all__ = ["desks"]

NUMBER = "+250788000099"
TOLD = {"number": NUMBER, "word": "rice", "others": "family", "language": "rw"}


BY_ONE = {"asked_by": "National 1"}
"""The form field that tells the console which person's request the approver saw."""


@pytest.fixture
def two(desk: Desk) -> tuple[Tab, Tab]:
    """Signs in two people of the national desk, and stores a call-back whose phone number they may ask to see now."""
    man(desk)
    tip, at = tell(desk), desk.clock()
    with desk.writing() as session:
        keys = tables_desks.public_keys(session, [NATIONAL])
        encrypted = desk.context.encrypter.tip(TOLD, uid="f" * 32, place=BOUND_AS, desks=keys)
        row = CallBack(
            tip_id=tip,
            uid="f" * 32,
            state=CallBackState.WAITING,
            body=encrypted.body,
            encrypted_key=encrypted.grants[NATIONAL],
            opens_at=at,
            closes_at=at + timedelta(hours=2),
            asked_at=at - timedelta(days=1),
        )
        session.add(row)
    return reader(desk, "National 1"), reader(desk, "National 2")


def reader(desk: Desk, name: str) -> Tab:
    return admitted(desk, name, AccountRole.NATIONAL, NATIONAL)


@pytest.mark.row("A8")
def test_number_is_shown_after_second_approval(desk: Desk, two: tuple[Tab, Tab]) -> None:
    one, other = two
    why = {"reason": "agreed with her"}
    assert one.post("/call-backs/1/open", why).status_code == 422, "nobody approved"
    assert one.post("/call-backs/1/ask", {}).status_code == 422, "no reason"
    one.sends("/call-backs/1/ask", why)
    assert one.post("/call-backs/1/approve", {**why, **BY_ONE}).status_code == 422, "by who asked"
    other.sends("/call-backs/1/approve", {**why, **BY_ONE})
    assert other.post("/call-backs/1/open", why).status_code == 422, "not who asked"
    page = one.read("/call-backs")
    assert "Requested by National 1." in page
    assert NUMBER not in page
    opened = one.post("/call-backs/1/open", why)
    assert NUMBER.replace("+", "&#43;") in opened.text or NUMBER in opened.text
    assert opened.headers["Refresh"] == "300; url=/call-backs?auto"
    assert opened.headers["Cache-Control"] == "no-store"
    assert_reachable("the number", outline(opened.text))
    assert one.post("/call-backs/1/done", why).status_code == 422, "no outcome"
    one.sends("/call-backs/1/done", {"outcome": "reached", **why})
    with desk.reading() as session:
        assert session.get_one(CallBack, 1).state == CallBackState.DONE
        acts = [row.action for row in session.query(AuditEntry) if "call" in row.subject]
    assert acts[-4:] == [f"call_back_{did}" for did in ("approved", "refused", "opened", "reached")]


def test_waiting_call_back_is_on_today_and_approvals(desk: Desk, two: tuple[Tab, Tab]) -> None:
    one, other = two
    asks = "National 1 asks for the phone number of call-back 1, tip 1"
    assert asks not in other.read("/today")
    one.sends("/call-backs/1/ask", {"reason": "agreed with her"})
    today, approvals = other.read("/today"), other.read("/approvals")
    assert f'<a href="/call-backs">{asks}</a>' in today
    assert '<a href="/approvals">Requests that wait for approval: 1</a>' in today
    assert asks in approvals
    assert "Reason: agreed with her" in approvals
    assert '<a class="target" href="/call-backs">' in approvals
    assert "Reason: agreed with her" in other.read("/call-backs")
    assert asks not in one.read("/today")
    assert asks in one.read("/approvals")
    nobody = desk.tab(AccountRole.NATIONAL, name="National 3")
    for path in ("/today", "/approvals"):
        assert asks not in nobody.read(path), "opens no desk"
    other.sends("/call-backs/1/approve", {"reason": "yes", **BY_ONE})
    for path in ("/today", "/approvals"):
        assert asks not in other.read(path)


def test_approval_does_not_cover_later_request(desk: Desk, two: tuple[Tab, Tab]) -> None:
    """An approval is valid only for the request that the approver saw on the page. Without this rule, a person could
    use the approval of a colleague's request.
    """
    one, other = two
    third = reader(desk, "National 3")
    why = {"reason": "agreed with her"}
    one.post("/call-backs/1/ask", why)
    assert '<input type="hidden" name="asked_by" value="National 1">' in other.read("/call-backs")
    third.post("/call-backs/1/ask", {"reason": "quicker"})
    other.refused("/call-backs/1/approve", {**why, **BY_ONE})
    third.refused("/call-backs/1/open", why)


@pytest.mark.row("A8")
def test_other_desks_see_no_call_back(desk: Desk, two: tuple[Tab, Tab]) -> None:
    nobody = desk.tab(AccountRole.NATIONAL, name="National 3")
    assert "/tips/1" not in nobody.read("/call-backs")
    for state in (CallBackState.WAITING, CallBackState.DONE):
        with desk.writing() as session:
            session.get_one(CallBack, 1).state = state
        assert nobody.post("/call-backs/1/ask", {"reason": "look"}).status_code == 404
        by = service_sessions.find_session(desk.context, nobody.token)
        assert by is not None
        with pytest.raises(NotFound, match="there is no call-back 1"):
            service_calls.request_number(desk.context, by, 1, reason="look")
    district = admitted(desk, "Desk 1", AccountRole.DESK, DISTRICT)
    assert district.get("/call-backs").status_code == 404
    for tab in two:
        assert_light(tab, "/call-backs")
        assert_reachable("/call-backs", outline(tab.read("/call-backs")))


# Tests the page *Write down a call to another line*, on which a desk records a call that another line, such as 116 or
# 3512, received.


CALL = {
    "once": "0123456789abcdef",
    "danger": "yes",
    "official": "no",
    "place": "1205",
    "kind": "labour",
    "who": "adult",
    "words": "A shop behind the market",
}


@pytest.mark.row("R14")
def test_r14_recorded_call_is_filed_once_without_number(
    desks: Desks,
) -> None:
    form = desks.national.read("/call")
    assert "Is someone in danger now?" in form
    assert "The caller, under 18" in form
    assert "Me, " not in form
    assert '<option value="1205">' in form
    for _ in range(2):
        desks.national.sends("/call", CALL)
    with desks.desk.reading() as session:
        (tip,) = session.query(Tip).all()
        grants = {one.desk_code for one in session.query(Grant)}
    assert (tip.channel, tip.place, tip.sector, tip.urgency) == ("operator", "12", "1205", 1)
    assert grants == {"national", "12"}
    assert desks.rows().count(("National 1", "call_written", "")) == 1
    assert b"shop" not in tip.body
    shown = desks.national.post(f"/tips/{tip.id}/open", {"why": "send"}).text
    assert "A shop behind the market" in shown
    assert "a desk wrote down this tip from a call" in desks.national.read("/tips")
    service_assignment.assign_pending(desks.desk.context)
    with desks.desk.reading() as session:
        assert session.query(Assignment).count() > 0


@pytest.mark.row("R14", "R9")
def test_r14_recorded_call_has_same_access_as_a_tip(desks: Desks) -> None:
    """A desk may record a phone call and then not be allowed to see the tip of this call, for example if an official
    may be involved.
    """
    desks.district.post("/call", {**CALL, "official": "unsure"})
    desks.district.post("/call", {**CALL, "once": "1", "place": OTHER_DISTRICT})
    assert listed(desks.district) == []
    assert len(listed(desks.national)) == 2


def test_incomplete_call_is_not_filed(desks: Desks) -> None:
    wrong = ({"place": ""}, {"place": "9999"}, {"danger": ""}, {"kind": "x"}, {"official": ""})
    for changed in wrong:
        answer = desks.national.post("/call", CALL | changed)
        assert answer.status_code == 422, changed
        assert "Choose an answer." in answer.text
    with desks.desk.reading() as session:
        assert session.query(Tip).count() == 0
