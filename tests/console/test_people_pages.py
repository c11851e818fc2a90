"""Tests how the pages show and change people, desks and pending approvals."""

import html
import io
import re
from datetime import timedelta

import pytest

from hotline.alerts import tables_case_events
from hotline.cases import service_desk_commands
from hotline.cases.service_desk_commands import ExclusionTarget
from hotline.console.routes import PAGES
from hotline.core.actors import ROLES, AccountRole
from hotline.duty import service_enrolment, service_invitations, service_sheets
from hotline.gateway.tables import Message
from hotline.people import decrypt_grants, service_sessions, tables, tables_desks
from hotline.people.rules import Level, of_account
from hotline.people.tables import Enrolment, Responder
from hotline.people.tables_accounts import ConsoleAccount
from hotline.people.tables_audit import AuditEntry
from hotline.people.tables_roster import SheetImport
from hotline.people.tables_sessions import Approval
from hotline.text.places import NATIONAL
from hotline.tips.queries_visible import Exclusion, ExclusionReason
from tests.console.conftest import GASABO, NUMBER, Desk, Tab
from tests.console.desk_tips import lets_in, man, tell
from tests.support.deciding import merge_persons, one_person, signed_in
from tests.support.signing import SERVER

NEW = "+250788000055"
pytestmark = pytest.mark.row("A7")
HEAD = "name,msisdn,language,level,districts,categories\n"
YES = {"do": "approve", "reason": "known"}
MORE = {"desk": [GASABO, "13"], "level": ["deputy", "responder"], "reason": "knows both"}
FORM = {
    "name": "Responder 2",
    "secret_number": NEW,
    "first": "rw",
    "languages": ["rw", "fr"],
    "desk": [GASABO, "13"],
    "level": ["deputy", "responder"],
    "reason": "new here",
}


@pytest.fixture
def two(desk: Desk) -> tuple[Tab, Tab]:
    """Signs in two admins: one admin requests an approval, and the other admin decides on the request."""
    return desk.tab(AccountRole.ADMIN, name="Admin 1"), desk.tab(AccountRole.ADMIN, name="Admin 2")


def person(desk: Desk, responder_id: int) -> Responder:
    with desk.reading() as session:
        return session.get_one(Responder, responder_id)


def proves(desk: Desk, responder_id: int) -> None:
    """Marks an enrolment as confirmed, as the reader process does after a responder typed the code and the start PIN on
    the phone."""
    with desk.writing() as session:
        row = tables.open_enrolment(session, responder_id)
        assert row is not None
        row.proved_at = desk.clock()
        who = session.get_one(Responder, responder_id)
        who.state, who.public_key = "waiting", b"p" * 32


def test_one_admin_enrols_and_another_approves_person(desk: Desk, two: tuple[Tab, Tab]) -> None:
    first, second = two
    known = first.refused("/people/new", {**FORM, "secret_number": NUMBER})
    assert "This number is already enrolled" in known
    assert NUMBER not in known
    assert first.post("/people/new", FORM).headers["Location"].endswith("/phones/2")
    first.refused("/phones/2/start")
    prints_by_two(desk, first, second, 2)
    shown = first.read("/phones/2")
    assert "the person must enter the SMS code and the start PIN on the phone" in shown
    assert "Kinyarwanda, Français" in shown
    assert "<dd>Gasabo: deputy" in shown
    assert NEW not in shown
    assert "New phone number" not in shown, "nobody changes who is not enrolled yet"
    proves(desk, 2)

    (address,) = waits(desk, "enrolment")
    assert "Admin 1 asks to enrol Responder 2 for Gasabo" in second.read("/approvals")
    first.refused(address, YES)
    assert not person(desk, 2).active
    second.sends(address, YES)
    assert person(desk, 2).active
    enrolled = second.read("/phones/2")
    assert "confirmed the number with a code on" in enrolled
    assert "New phone number" in enrolled
    assert '<span class="tag warn">no PIN' in enrolled
    assert '<span class="tag warn">no PIN' in second.read("/people")
    assert person(desk, 2).languages == ["rw", "fr"]


def prints_by_two(desk: Desk, first: Tab, second: Tab, responder_id: int) -> None:
    """Prints a start PIN that the first admin requested, after the second admin has approved the request."""
    (path,) = waits(desk, "start_pin")
    first.refused(path, YES)
    assert "Print start PIN" not in first.read(f"/phones/{responder_id}")
    second.sends(path, YES)
    assert "Print start PIN" in first.read(f"/phones/{responder_id}")
    paper = first.post(f"/phones/{responder_id}/start")
    (pin,) = re.findall(r"<strong>(\d{8})</strong>", paper.text)
    assert first.post(f"/phones/{responder_id}/start").status_code == 422, "only once"
    with desk.reading() as session:
        done = session.query(AuditEntry).filter(AuditEntry.action.startswith("start_pin"))
        assert [one.action for one in done] == ["start_pin_approved", "start_pin_printed"]
        assert all(pin not in f"{one.reason} {one.subject}" for one in done)


def test_fewer_desks_apply_at_once_and_more_need_two(desk: Desk, two: tuple[Tab, Tab]) -> None:
    first, second = two
    first.sends("/phones/1/place", MORE)
    assert "<dd>Gasabo: deputy" not in first.read("/people/1")
    (address,) = waits(desk, "posting")
    said = second.read("/approvals")
    assert "Admin 1 asks to give Responder 1 access to more desks" in said
    first.refused(address, YES)
    second.sends(address, YES)
    assert "<dd>Gasabo: deputy" in first.read("/people/1")
    less = {"desk": [GASABO], "level": ["responder"], "reason": "one is enough"}
    first.sends("/phones/1/place", less)
    assert waits(desk, "posting") == []
    assert "Gasabo: responder" in first.read("/people/1")


def test_second_account_of_person_cannot_decide(desk: Desk, two: tuple[Tab, Tab]) -> None:
    first, second = two
    one_person(desk.context, account(desk, "Admin 2"), "Responder 1")
    first.sends("/phones/1/place", MORE)
    (address,) = waits(desk, "posting")
    second.refused(address, YES)
    assert "<dd>Gasabo: deputy" not in first.read("/people/1")


def test_sheet_is_imported_whole_or_not_at_all(desk: Desk, two: tuple[Tab, Tab]) -> None:
    good = f"Responder 3,{NEW},rw;en,responder,Gasabo=deputy;Huye,\n"
    bad = f"Responder 4,{NUMBER},rw,responder,Gasabo,\n"
    judged = upload(two[0], HEAD + good + bad)
    assert "line" in judged.lower()
    assert "This number is already enrolled" in judged
    assert "secret_sheet" not in judged
    judged = upload(two[0], HEAD + good)
    locked = locked_in(judged)
    assert NEW not in judged
    example = two[0].read("/sheets/people").partition("<pre>")[2].partition("</pre>")[0]
    assert 'name="secret_sheet"' in upload(two[0], example)
    taken = two[0].post("/sheets/people/take", {"secret_sheet": locked, "reason": "new"})
    assert taken.headers["Location"].startswith("/sheets/people")
    service_sheets.import_confirmed(desk.context)
    assert "1 of 1" in two[0].read("/sheets/people")
    assert person(desk, 2).languages == ["rw", "en"]
    two[1].refused("/sheets/people/take", {"secret_sheet": locked, "reason": "new"})


def test_a7_sheet_of_200_people_needs_two_for_start_pins(desk: Desk, two: tuple[Tab, Tab]) -> None:
    lines = [f"Officer {n},+2507880{10_000 + n},en,responder,Gasabo," for n in range(200)]
    sheet = HEAD + "\n".join(lines)
    judged = upload(two[0], sheet + f"\nOfficer 200,{NEW},en,responder,Gasabo,")
    assert "A sheet can hold at most 200 rows. Split the sheet." in judged
    judged = upload(two[0], sheet)
    assert '<span class="tag good">new</span> 200' in judged
    locked = locked_in(judged)
    two[0].post("/sheets/people/take", {"secret_sheet": locked, "reason": "a new team"})
    with desk.reading() as session:
        (row,) = session.query(SheetImport)
        assert b"788" not in (row.encrypted or b"")
    service_sheets.import_confirmed(desk.context)
    assert "200 of 200" in two[0].read("/sheets/people")
    with desk.reading() as session:
        made = session.query(Enrolment)
        assert {(one.code_hash, one.start_hash) for one in made} == {(None, None)}, "no PIN yet"
    assert "start PINs of 200 people on an imported sheet" in two[1].read("/approvals")
    prints_by_two(desk, *two, 2)
    assert two[0].post("/phones/201/start").status_code == 200


def test_number_enrolled_meanwhile_stops_import(desk: Desk, two: tuple[Tab, Tab]) -> None:
    sheet = HEAD + f"Responder 3,{NEW},rw,responder,Gasabo,\n"
    locked = locked_in(upload(two[0], sheet))
    for _ in range(2):
        two[0].post("/sheets/people/take", {"secret_sheet": locked, "reason": "new"})
    service_sheets.import_confirmed(desk.context)
    page = two[0].read("/sheets/people")
    assert '<span class="tag bad">stopped</span>' in page
    assert "line 2: msisdn: This number is already enrolled." in page
    assert len(waits(desk, "start_pin")) == 1


def test_unimported_sheet_is_deleted_after_an_hour(desk: Desk, two: tuple[Tab, Tab]) -> None:
    judged = upload(two[0], HEAD + f"Responder 3,{NEW},rw,responder,Gasabo,\n")
    locked = locked_in(judged)
    two[0].post("/sheets/people/take", {"secret_sheet": locked, "reason": "new"})
    desk.clock.turn(minutes=60)
    service_sheets.import_confirmed(desk.context)
    with desk.reading() as session:
        (row,) = session.query(SheetImport)
        assert (row.encrypted, row.done) == (None, 0)
        assert "import your upload is over" in (row.faults or "")


@pytest.mark.row("R10")
def test_removed_person_gets_nothing_more(desk: Desk, two: tuple[Tab, Tab]) -> None:
    desk_account = desk.tab(AccountRole.DESK, name="Desk 1")
    lets_in(desk, account(desk, "Desk 1"), GASABO)
    one_person(desk.context, account(desk, "Desk 1"), "Responder 1")
    enrol_national(desk)
    two[0].sends("/people/1/remove", {"reason": "must go"})
    assert not person(desk, 1).active
    assert desk_account.get("/people").status_code == 303
    with desk.reading() as session:
        assert tables_desks.get_desk(session, GASABO).copied_since == desk.clock()
        told = [row for row in session.query(Message) if row.template == "REMOVED"]
        assert {row.responder_id for row in told} == {2, 3}
        assert all(row.parameters == {"count": "0"} for row in told)


def test_member_gives_desk_a_new_key(desk: Desk, two: tuple[Tab, Tab]) -> None:
    member, gone = (desk.tab(AccountRole.DESK, name=name) for name in ("Desk 1", "Desk 2"))
    other = desk.tab(AccountRole.DESK, name="Desk 3")
    for name in ("Desk 1", "Desk 2"):
        lets_in(desk, account(desk, name), GASABO)
    away = {"member": of_account(account(desk, "Desk 2")), "reason": "must go"}
    two[0].sends(f"/desks/{GASABO}/remove", away)
    red, path = "Give this desk a new key.", f"/desks/{GASABO}/key"
    assert gone.get(f"/desks/{GASABO}").status_code != 200
    assert red in member.read(f"/desks/{GASABO}")
    assert path in member.read(f"/desks/{GASABO}")
    assert path not in two[0].read(f"/desks/{GASABO}")
    assert other.post(path, {"reason": "not mine"}).status_code == 404

    member.refused(path, {"reason": ""})
    begun = member.post(path, {"reason": "Desk 2 must go"})
    assert begun.headers["Location"].endswith(f"/desks/{GASABO}?moved=0")
    page = member.read(f"/desks/{GASABO}?moved=0")
    assert red in page
    assert 'data-again="7"' in page
    assert "Texts already encrypted with the new key: 0" in page
    desk.clock.turn(seconds=6)
    for form in ({}, {"reason": "Desk 2 must go"}):
        ended = member.post(path, form).headers["Location"]
        assert ended.endswith(f"/desks/{GASABO}?given=yes"), "sent once more, it begins no other"
    page = member.read(f"/desks/{GASABO}?given=yes")
    assert "The desk has its new key. The old key no longer works" in page
    assert red not in page
    with desk.reading() as session:
        assert tables_desks.get_desk(session, GASABO).copied_since is None
        assert list(tables_desks.members_of_desk(session, GASABO)) == [
            of_account(account(desk, "Desk 1"))
        ]


def test_camp_desk_shows_its_camp(desk: Desk, two: tuple[Tab, Tab]) -> None:
    with desk.writing() as session:
        row = {"code": "camp-mahama", "name": "Protection", "kind": "protection"}
        now = desk.clock()
        session.add(tables_desks.Desk(place="55c1", public_key=b"k" * 32, created_at=now, **row))
    assert "Protection (Mahama camp)" in two[0].read("/desks")
    assert "Protection (Mahama camp)" in two[0].read("/desks/camp-mahama")


@pytest.mark.adversary("an admin who weakens the national desk")
def test_removal_of_one_of_last_two_needs_two_people(desk: Desk, two: tuple[Tab, Tab]) -> None:
    enrol_national(desk)
    two[0].post(f"/people/{person(desk, 2).person_id}/remove", {"reason": "must go"})
    assert person(desk, 2).active
    (address,) = waits(desk, "removal")
    two[0].refused(address, YES)
    two[1].sends(address, YES)
    assert not person(desk, 2).active


def test_a7_member_with_unlocked_key_grants_access(desk: Desk, two: tuple[Tab, Tab]) -> None:
    inside = opened(desk, "Desk 1")
    desk.tab(AccountRole.DESK, name="Desk 2")
    asked = {"member": of_account(account(desk, "Desk 2")), "reason": "works there"}
    two[0].sends(f"/desks/{GASABO}/ask", asked)
    (waits,) = decrypt_grants.pending_access(desk.context, GASABO)
    address = f"/approvals/{waits.id}"
    two[1].refused(address, YES)
    (words,) = re.findall(r"<code>([^<]+)</code>", inside.read("/approvals"))
    theirs = desk.people["Desk 2"].enters().token
    tab = desk.outside()
    tab.take(theirs)
    assert f"<code>{words}</code>" in tab.read("/account")
    refused = inside.refused(address, YES)
    assert "four words with this page first" in refused
    compared = {"do": "approve", "reason": "known", "seen": "other words than these"}
    inside.refused(address, compared)
    compared |= {"seen": words}
    inside.sends(address, compared)
    shown = inside.read(f"/desks/{GASABO}")
    assert "Desk 2" in shown
    with desk.reading() as session:
        assert of_account(account(desk, "Desk 2")) in tables_desks.members_of_desk(session, GASABO)


def test_removed_member_is_signed_out(desk: Desk, two: tuple[Tab, Tab]) -> None:
    inside = opened(desk, "Desk 1")
    gone = {"member": of_account(account(desk, "Desk 1")), "reason": "left"}
    two[0].sends(f"/desks/{GASABO}/remove", gone)
    assert inside.get("/").status_code == 303
    shown = two[0].read(f"/desks/{GASABO}")
    assert "a new key" in shown
    assert "a new key" in two[0].read("/today")


def test_desk_sees_only_own_people_and_changes_nothing(desk: Desk) -> None:
    inside, other = opened(desk, "Desk 1"), desk.tab(AccountRole.DESK, name="Desk 2")
    assert "Responder 1" in inside.read("/people")
    assert inside.get("/people/1").status_code == 200
    assert "Remove person from the hotline" not in inside.read("/people/1")
    assert "Open cases" not in inside.read("/people/1"), "a case may be hidden from this desk"
    assert "Open cases" in desk.tab(AccountRole.ADMIN).read("/people/1")
    assert inside.post("/people/1/remove", {"reason": "no"}).status_code == 404
    assert "Responder 1" not in other.read("/people")
    assert other.get("/people/1").status_code == 404
    assert other.get(f"/desks/{GASABO}").status_code == 404


def waits(desk: Desk, kind: str) -> list[str]:
    """Returns the addresses of the pending approvals of one kind."""
    with desk.reading() as session:
        found = session.query(Approval).filter_by(kind=kind, decided_at=None)
        return [f"/approvals/{row.id}" for row in found if row.expires_at > desk.clock()]


def account(desk: Desk, name: str) -> int:
    return desk.people[name].account_id


def opened(desk: Desk, name: str) -> Tab:
    """Signs in an account that decrypts the tips of Gasabo's desk with its own key."""
    tab = desk.tab(AccountRole.DESK, name=name)
    lets_in(desk, account(desk, name), GASABO)
    assert service_sessions.key_of(desk.context, tab.token) is not None
    return tab


def enrol_national(desk: Desk) -> None:
    lines = [f"National {n},+25078800010{n},en,national,,\n" for n in (1, 2)]
    service_enrolment.import_responders(desk.context, HEAD + "".join(lines))


def locked_in(page: str) -> str:
    """Returns the encrypted sheet in the hidden field of a page that offers to import the sheet."""
    return page.partition('name="secret_sheet" value="')[2].partition('"')[0]


def upload(tab: Tab, text: str) -> str:
    fields = {"sheet": (io.BytesIO(text.encode()), "people.csv")}
    return tab.post("/sheets/people", fields).text


def test_exclusion_is_lifted_by_two_other_people(desk: Desk) -> None:
    first = desk.tab(AccountRole.NATIONAL, name="National 1")
    second = desk.tab(AccountRole.NATIONAL, name="National 2")
    kept = desk.tab(AccountRole.NATIONAL, name="National 3")
    with desk.writing() as session:
        row = session.get_one(ConsoleAccount, account(desk, "National 3"))
        merge_persons(session, row.person_id, session.get_one(Responder, 1).person_id)
    without = desk.tab(AccountRole.NATIONAL, name="National 4")
    man(desk)
    for name in ("National 1", "National 2"):
        lets_in(desk, account(desk, name), NATIONAL)
    tip = tell(desk)
    target = ExclusionTarget(person="Responder 1")
    service_desk_commands.exclude(
        desk.context, tip, target, ExclusionReason.NAMED, by="National 1", reason="named in it"
    )
    asks = signed_in(desk.context, "National 1")
    service_desk_commands.request_lift(desk.context, asks, tip, 1, "another man")
    (address,) = waits(desk, "lift")
    assert f"access to tip {tip} again" in second.read("/approvals")
    assert f"tip {tip}" not in kept.read("/approvals")
    assert f"tip {tip}" not in without.read("/approvals"), "no desk's key is hers"
    kept.refused(address, YES)
    without.refused(address, YES)
    first.refused(address, YES)
    second.sends(address, YES)
    with desk.reading() as session:
        assert session.get_one(Exclusion, 1).lifted_at == desk.clock()
        said = [one.codes.get("lifted") for one in tables_case_events.events_of_tip(session, tip)]
    assert said == [None, "yes"]


def test_approvals_show_number_and_age_of_accounts(desk: Desk) -> None:
    first = desk.tab(AccountRole.ADMIN, name="Admin 1")
    second = desk.tab(AccountRole.ADMIN, name="Admin 2")
    desk.clock.turn(days=40)
    editor = service_invitations.invite(
        desk.context, SERVER, "Editor 1", [AccountRole.EDITOR]
    ).account_id
    desk.clock.turn(days=2)
    first, second = (desk.tab(AccountRole.ADMIN, name=f"Admin {n}") for n in (1, 2))
    first.post(f"/accounts/{editor}/roles", {"roles": ["editor", "approver"]})
    page = second.read("/approvals")
    assert f"The account of Admin 1 has the number {desk.people['Admin 1'].account_id}. " in page
    assert ", 42 days ago." in page
    assert f"The account of Editor 1 has the number {editor}. " in page
    assert ", 2 days ago." in page


def test_refused_leave_is_explained_in_page_language(desk: Desk) -> None:
    admin = desk.tab(AccountRole.ADMIN)
    admin.post("/account/language", {"language": "fr", "to": "/"})
    asked = {"reason": "their wish", "until": "2029-01-01"}
    page = html.unescape(admin.post("/phones/1/leave", asked).text)
    assert "Un congé dure au plus 366 jours : pour plus longtemps" in page
    begins = f"{desk.clock() + timedelta(days=9):%Y-%m-%d}"
    asked["from"], asked["until"] = begins, f"{desk.clock() + timedelta(days=20):%Y-%m-%d}"
    admin.sends("/phones/1/leave", asked)
    again = admin.refused("/phones/1/leave", asked)
    assert "est déjà en congé du" in html.unescape(again)
    for text in (page, again):
        assert "`hotline" not in text


def test_one_page_shows_person_and_rights(desk: Desk) -> None:
    admin = desk.tab(AccountRole.ADMIN, name="Admin 1")
    opened(desk, "Desk 1")
    one_person(desk.context, account(desk, "Desk 1"), "Responder 1")
    path = f"/people/{person(desk, 1).person_id}"
    shown = admin.read(path)
    says = ("Roles", "Add account", "A desk officer reads tips of a district.")
    for words in ("Responder 1", *says, "Gasabo", "desk 1"):
        assert words in shown
    assert NUMBER not in shown
    for same in ("/phones/1", f"/accounts/{account(desk, 'Desk 1')}"):
        assert "Responder 1" in admin.read(same)
    for listed in ("/people", f"/desks/{GASABO}"):
        assert f'href="{path}"' in admin.read(listed)


def test_only_admin_sees_accounts_and_contacts(desk: Desk) -> None:
    admin = desk.tab(AccountRole.ADMIN, name="Admin 1")
    national, inside = desk.tab(AccountRole.NATIONAL), opened(desk, "Desk 1")
    one_person(desk.context, account(desk, "Desk 1"), "Responder 1")
    admin.post("/oncall", {"name": "Responder 1", "secret_number": NEW, "language": "en"})
    path = f"/people/{person(desk, 1).person_id}"
    for tab, sees in ((admin, True), (national, False), (inside, False)):
        shown = tab.read(path)
        assert "Gasabo: responder" in shown
        assert ("Account desk 1" in shown) is sees
        assert ("gets an SMS when something is wrong" in shown) is sees
        assert ("A desk officer reads tips of a district." in shown) is sees
    alone = f"/accounts/{account(desk, 'Admin 1')}"
    assert admin.get(alone).status_code == 200
    assert national.get(alone).status_code == 404
    with desk.reading() as session:
        who = session.get_one(ConsoleAccount, account(desk, "Admin 1")).person_id
    assert "Admin 1" in admin.read("/people")
    assert national.get(f"/people/{who}").status_code == 404
    assert "Admin 1" not in national.read("/people").partition("<main")[2]


def test_further_account_of_person_cannot_decide(desk: Desk, two: tuple[Tab, Tab]) -> None:
    first, second = two
    known = person(desk, 1).person_id
    assert "New account for Responder 1" in first.read(f"/accounts?person={known}")
    form = {"name": "Admin 1", "roles": "editor", "language": "en", "person": known}
    assert "name that looks the same" in first.post("/accounts", form).text
    invited = first.post("/accounts", {**form, "name": "Responder 1"})
    assert "/welcome/" in invited.text
    with desk.reading() as session:
        (made,) = session.query(ConsoleAccount).filter_by(person_id=known)
        told = [row.responder_id for row in session.query(Message) if row.template == "OWN_LINK"]
        mine = session.get_one(ConsoleAccount, account(desk, "Admin 1")).person_id
    assert told == [1], "the person learns of it"
    own = {**form, "name": "Another 1", "person": mine}
    assert "You cannot do this to your own account" in first.post("/accounts", own).text
    one_person(desk.context, account(desk, "Admin 2"), "Responder 1")
    first.post(f"/accounts/{made.id}/roles", {"roles": ["editor", "approver"]})
    (address,) = waits(desk, "role")
    assert second.post(address, YES).status_code == 422, "it is about them"


def test_further_phone_needs_approval(desk: Desk, two: tuple[Tab, Tab]) -> None:
    first, second = two
    known = person(desk, 1).person_id
    assert "Add phone for Responder 1" in first.read(f"/people/new?person={known}")
    form = {**FORM, "name": "", "languages": [], "person": known}
    first.sends("/people/new", form)
    prints_by_two(desk, first, second, 2)
    assert person(desk, 2).person_id == known
    assert person(desk, 2).languages == ["rw"]
    proves(desk, 2)
    shown = second.read(f"/people/{known}")
    assert "Phone 2" in shown
    assert "Admin 1 asks to enrol Responder 1 for Gasabo" in shown
    (address,) = waits(desk, "enrolment")
    first.refused(address, YES)
    second.sends(address, YES)
    assert person(desk, 2).active


def test_removal_ends_all_accounts_of_a_person(desk: Desk, two: tuple[Tab, Tab]) -> None:
    for name in ("Editor 1", "Auditor 1"):
        desk.tab(AccountRole.EDITOR, name=name)
    with desk.writing() as session:
        one, other = (
            session.get_one(ConsoleAccount, account(desk, n)) for n in ("Editor 1", "Auditor 1")
        )
        into = one.person_id
        merge_persons(session, other.person_id, into)
    path = f"/accounts/{account(desk, 'Editor 1')}"
    assert "This person keeps these other accounts: auditor 1." in two[0].read(path)
    two[0].sends(f"{path}/end", {"reason": "left"})
    national = desk.tab(AccountRole.NATIONAL)
    assert national.post(f"/people/{into}/remove", {"reason": "left"}).status_code == 404
    two[0].sends(f"/people/{into}/remove", {"reason": "left"})
    with desk.reading() as session:
        accounts = session.query(ConsoleAccount).filter_by(person_id=into)
        assert {row.state for row in accounts} == {"ended"}


def test_each_role_has_one_row_and_page() -> None:
    assert {*Level, *AccountRole} < {*ROLES}
    for role, row in ROLES.items():
        pages = [page for page in PAGES if page.endpoint == row.page]
        assert len(pages) == bool(row.page), role
        assert all(page.menu for page in pages)
        assert role not in {*AccountRole} or pages[0].admits(frozenset({AccountRole(role)}))
