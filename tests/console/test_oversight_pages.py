"""Tests the pages about a complaint about the national desk. Only people of the oversight desk see such a complaint.

Each page of the national desk, of its admins and of a district is read twice: before the complaint exists, and after
all possible actions on the complaint.
"""

from typing import Any

import pytest

from hotline.alerts import service_assignment
from hotline.console.routes import ROUTES, PageRoute
from hotline.core.actors import AccountRole, Actor
from hotline.core.database import Session
from hotline.gateway.rules import MessageState
from hotline.gateway.tables import Message
from hotline.operations import decrypt_rotation
from hotline.people import decrypt_grants, service_desks, tables
from hotline.people.decrypt_passphrase import TwoPeople
from hotline.people.rules import DeskKind, Level, of_account
from hotline.people.service_desks import NewDesk
from hotline.people.tables import Responder
from hotline.people.tables_sessions import Approval
from hotline.text.errors import DeskRefused
from hotline.text.places import NATIONAL
from hotline.tips.rules import OVERSEEN
from tests.console.conftest import Tab
from tests.console.desk_tips import (
    DISTRICT,
    OVERSIGHT,
    PASSPHRASE,
    add_oversight,
    admitted,
    change,
    tell,
)
from tests.console.test_no_page_knows_more import SEARCHES, pages_of, plain, plain_text
from tests.console.tip_desks import Desks, desks, listed
from tests.support.builders import make_responder
from tests.support.two_people import BOB

__all__ = ["desks"]
pytestmark = pytest.mark.row("C20")

WORDS = "the man of the desk asked for money"
REFUSED = "national desk may not decide about people of an oversight desk, which"
FORMS = (
    ("note", {"note": "words", "words": "the red door"}),
    ("close", {"outcome": "helped", "reason": "he was warned"}),
)


def complain(desks: Desks) -> int:
    said = {"about": "national", "wrong": "asked", "account": WORDS}
    tip_id = tell(desks.desk, official=OVERSEEN, urgency=1, minutes=9, answers=said)
    change(desks.desk, tip_id, matter="complaint")
    return tip_id


def read(tab: Tab, role: AccountRole, more: tuple[str, ...]) -> dict[str, str]:
    """Returns each page that an account with this role can open, and the pages at the addresses `more`. Removes the
    keys of forms from the pages."""
    searches = [*SEARCHES, "/tips?matter=complaint", "/tips?matter=complaint&state=all", *more]
    return {address: plain(tab, address) for address in (*pages_of(role), *searches)}


def enrol(desks: Desks) -> tuple[str, str]:
    """Enrols one phone of the national desk and one phone of the oversight desk. Returns the addresses of the pages
    about the phone of the oversight desk."""
    with desks.desk.writing() as session:
        member(desks, session, "Nation 8", NATIONAL, Level.NATIONAL)
        row = member(desks, session, "Eye 8", OVERSIGHT)
        return f"/people/{row.person_id}", f"/phones/{row.id}"


def member(
    desks: Desks, session: Session, name: str, desk: str, level: Level = Level.RESPONDER
) -> Responder:
    row = make_responder(name=name, level=Level.RESPONDER)
    row.number_key = f"key of {name}"
    session.add(row)
    session.flush()
    tables.set_desks(session, row, {desk: level}, (), desks.desk.clock())
    return row


def everything_happens(desks: Desks, tab: Tab, tip_id: int) -> str:
    """Acts as a person of the oversight desk: reads the complaint, writes a note about it and closes it. The alert to
    one phone is marked as undelivered. Returns the reference with which the alert named the complaint.
    """
    assert WORDS in tab.post(f"/tips/{tip_id}/open", {"why": "send"}).text
    for form, sent in FORMS:
        assert tab.post(f"/tips/{tip_id}/{form}", sent).status_code == 303, form
    with desks.desk.writing() as session:
        alerts = session.query(Message).filter(Message.assignment_id.is_not(None)).all()
        people = {session.get_one(Responder, one.responder_id).name for one in alerts}
        assert people == {"Eye 8"}
        for one in alerts:
            one.state = MessageState.UNDELIVERABLE
        return str(alerts[0].parameters["ref"])


@pytest.mark.row("R6")
@pytest.mark.adversary("a helper in a complaint")
def test_c20_other_desks_see_complaint_nowhere(desks: Desks) -> None:
    people = enrol(desks)
    over, second = add_oversight(desks.desk)
    tabs = (
        (desks.national, AccountRole.NATIONAL),
        (desks.district, AccountRole.DESK),
        (desks.desk.tab(AccountRole.ADMIN), AccountRole.ADMIN),
    )
    before = [read(tab, role, people) for tab, role in tabs]
    assert all("Eye 8" in before[0][page] for page in people)
    tip_id = complain(desks)
    service_assignment.assign_pending(desks.desk.context)
    for (tab, _), earlier in zip(tabs, before, strict=True):
        for page in {"/outgoing", *people} & {*earlier}:
            assert plain(tab, page) == earlier[page], page
    reference = everything_happens(desks, over, tip_id)
    for (tab, role), earlier in zip(tabs, before, strict=True):
        after = read(tab, role, people)
        changed = {address for address in earlier if earlier[address] != after[address]}
        # An admin sees changes only on pages that show when an account was last used, or how many rows the audit log
        # has.
        may = {"/accounts", "/audit", "/audit/verify"} if role is AccountRole.ADMIN else set()
        assert changed == may, role
    assert f"tip {tip_id}" not in after["/audit"]
    auditor = desks.desk.tab(AccountRole.AUDITOR)
    assert f"tip {tip_id}" in auditor.read("/audit")

    for tab in (desks.national, desks.second, desks.district):
        assert listed(tab, "?matter=complaint") == []
        for address in (f"/tips/{tip_id}", f"/tips?reference={reference}"):
            assert "ombudsman" not in tab.get(address).text.lower()
        assert tab.get(f"/tips/{tip_id}").status_code == 404
    assert listed(over, "?matter=complaint") == listed(second, "?matter=complaint") == [tip_id]


@pytest.mark.adversary("a helper in a complaint")
def test_c20_national_desk_decides_nothing_about_oversight(desks: Desks) -> None:
    _, eye = enrol(desks)
    over, _ = add_oversight(desks.desk)
    admin, context = desks.desk.tab(AccountRole.ADMIN), desks.desk.context
    with context.database.writing() as session:
        new = f"/phones/{member(desks, session, 'New 8', DISTRICT).id}"
    moves = {"desk": OVERSIGHT, "level": "responder", "reason": "the law"}
    for address, fields in (
        (f"{new}/place", moves),
        (f"{eye}/invite", moves),
        (f"{eye}/number", {**moves, "secret_number": "+250788000779"}),
        (f"{eye}/leave", {**moves, "until": "2027-01-30"}),
    ):
        answer = desks.national.post(address, fields)
        assert (answer.status_code, REFUSED in answer.text) == (422, True), address
    for address in (f"{new}/place", f"{eye}/invite"):
        admin.sends(address, moves)
    with context.database.reading() as session:
        asked = [f"/approvals/{one.id}" for one in session.query(Approval)][-2:]
    rosters = [OVERSIGHT in tab.read("/roster").lower() for tab in (desks.national, admin)]
    assert rosters == [False, True]
    yes = {"do": "approve", "reason": "known"}
    page = desks.national.read("/approvals")
    assert page.count("The national desk may not decide") == len(asked)
    for address in asked:
        for tab in (desks.national, desks.second):
            assert REFUSED in tab.refused(address, yes)
        assert desks.district.post(address, yes).status_code in {404, 422}
        assert address in over.read("/approvals")
        assert address not in desks.district.read("/approvals")
        over.sends(address, yes)
    assert REFUSED in desks.national.post(f"{eye}/start", moves).text.replace("The ", "the ")
    desks.desk.tab(AccountRole.DESK, name="Oversight 3")
    third = of_account(desks.desk.people["Oversight 3"].account_id)
    national = Actor("National 1", desks.desk.people["National 1"].account_id)
    with pytest.raises(DeskRefused, match=REFUSED):
        decrypt_grants.request_access(context, national, OVERSIGHT, third, "known")
    decrypt_grants.request_access(context, Actor("Admin 1", 99), OVERSIGHT, third, "known")
    for second, done in (("National 1", []), ("Carol", [(OVERSIGHT, "Oversight 3")])):
        people = TwoPeople("Bob", second)
        assert decrypt_grants.grant_by_passphrase(context, people, PASSPHRASE) == done


@pytest.mark.adversary("a helper in a complaint")
def test_c20_actions_on_complaint_look_like_unknown_tip(desks: Desks) -> None:
    add_oversight(desks.desk)
    tip_id, known = complain(desks), tell(desks.desk, urgency=1, minutes=9)
    service_assignment.assign_pending(desks.desk.context)
    rules = [one for one in ROUTES if isinstance(one, PageRoute) and "<int:tip_id>" in one.rule]
    fields = {"reason": "asked", "why": "send", "do": "agree", "outcome": "helped", "words": "red"}
    fields |= {"note": "words", "manner": "unseen", "to": DISTRICT, "act": "place"}
    fields |= {"basis": "request"}
    for tab in (desks.national, desks.district):
        for one in rules:
            path = one.rule.replace("<act>", "screened")
            answers = set()
            for number in (tip_id, 9999):
                at = path.replace("<int:tip_id>", str(number))
                sent = tab.get(at) if one.method == "GET" else tab.post(at, fields)
                text = plain_text(tab, sent.text).replace(f"/tips/{number}", "")
                answers.add((sent.status_code, text))
            assert len(answers) == 1, one.rule
        for number in (tip_id, 9999):
            answer = tab.post(f"/tips/{known}/like", {**fields, "other_tip": str(number)})
            assert "No tip has this number" in answer.text


def test_c20_only_desk_and_admins_see_missing_people(
    desks: Desks,
) -> None:
    desk = desks.desk
    new = NewDesk(OVERSIGHT, DeskKind.OVERSIGHT, "Ombudsman")
    service_desks.add_desk(desk.context, new, passphrase=PASSPHRASE, by=BOB, reason="a law")
    over, admin = admitted(desk, "Oversight 1", AccountRole.DESK, OVERSIGHT), AccountRole.ADMIN
    tabs = (over, desk.tab(admin), desks.national)
    warnings = ("fewer than two people have this", "needs two people", "not yet ask callers")

    def warned(tab: Tab) -> list[bool]:
        text = "".join(tab.read(one) for one in ("/desks", f"/desks/{OVERSIGHT}", "/today"))
        return [one in text for one in warnings]

    assert [warned(tab) for tab in tabs] == [[True] * 3, [True] * 3, [False] * 3]
    admitted(desk, "Oversight 2", AccountRole.DESK, OVERSIGHT)
    assert [warned(tab)[1:] for tab in tabs] == [[False, True], [False, True], [False] * 2]


def test_c20_two_people_read_and_close_complaint_after_new_key(desks: Desks) -> None:
    over, second = add_oversight(desks.desk)
    tip_id, context = complain(desks), desks.desk.context
    signed = dict[str, Any](by=BOB, reason="a lost phone", passphrase=PASSPHRASE)
    decrypt_rotation.rotate_one(context, OVERSIGHT, settle=lambda: None, say=print, **signed)
    for tab in (over, second):
        board = tab.read("/")
        assert f'href="/tips/{tip_id}"' in board
        assert "discreet" not in board
        assert WORDS in tab.post(f"/tips/{tip_id}/open", {"why": "send"}).text
    assert f'href="/tips/{tip_id}"' not in desks.national.read("/")
    agrees = {"do": "agree", "reason": "I checked it"}
    closes = {"outcome": "helped", "reason": "he was warned"}
    over.sends(f"/tips/{tip_id}/close", closes)
    assert second.post(f"/tips/{tip_id}/judge", agrees).status_code == 422, "not read since"
    second.post(f"/tips/{tip_id}/open", {"why": "send"})
    for tab in (desks.national, desks.district):
        assert tab.post(f"/tips/{tip_id}/judge", agrees).status_code == 404
    assert over.post(f"/tips/{tip_id}/judge", agrees).status_code == 422, "who requested it"
    second.sends(f"/tips/{tip_id}/judge", agrees)
    assert desks.tip(tip_id).outcome == "helped"
