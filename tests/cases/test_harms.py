"""Tests the tools for times when the hotline itself does harm. These are harm records that two people must read, a
pause of one part of the hotline, and the page `/dark` with verified phone numbers."""

import re

import pytest

from hotline.cases import decrypt_harms
from hotline.cases.tables_case_files import HarmRecord, HarmText
from hotline.core.actors import AccountRole
from hotline.keys import one_off
from hotline.keys.encrypt import KeyPair
from hotline.people import tables_desks
from hotline.people.decrypt_members import wrap_desk_key
from hotline.people.rules import DeskKind, of_account
from hotline.people.tables_accounts import ConsoleAccount
from hotline.people.tables_audit import AuditEntry
from hotline.people.tables_desks import DeskMember
from tests.console.conftest import Desk, Tab, desk
from tests.console.tip_desks import Desks, desks

__all__ = ["Desk", "desk", "desks"]

SAID = {
    "happened": "A call-back was heard by the husband",
    "decided": "The coordinator on duty",
    "changed": "Call-backs need a word first",
}


def oversight(desks: Desks) -> Tab:
    """Makes an oversight desk with one member."""
    desk, pair = desks.desk, KeyPair.new()
    person = desk.person("Oversight 1", AccountRole.DESK)
    with desk.context.database.writing() as session:
        account = session.get_one(ConsoleAccount, person.account_id)
        assert account.public_key is not None
        member, at = of_account(account.id), desk.clock()
        row = tables_desks.Desk(code="oversight", kind=DeskKind.OVERSIGHT, name="Ombudsman")
        row.public_key, row.created_at = pair.public, at
        session.add(row)
        session.flush()
        wrapped = wrap_desk_key(pair.private, account.public_key, "oversight", member)
        session.add(
            DeskMember(desk_code="oversight", member=member, wrapped_key=wrapped, created_at=at)
        )
    return desk.tab(AccountRole.DESK, name="Oversight 1")


@pytest.mark.row("C20")
def test_c20_two_people_review_record_of_harm_others_see_none(desks: Desks) -> None:
    over = oversight(desks)
    assert desks.national.post("/harms", SAID).status_code == 303
    assert "a second person must review this record" in desks.second.get("/harms").text
    assert "a second person must review this record" not in desks.district.get("/harms").text
    for tab in (desks.national, desks.second):
        assert SAID["happened"] in tab.post("/harms/read").text
    assert desks.district.post("/harms/read").status_code == 404
    assert desks.district.post("/harms", SAID).status_code == 404
    for tab, status in ((desks.national, 404), (desks.district, 404), (desks.second, 303)):
        assert tab.post("/harms/1/confirm").status_code == status
    assert "two people reviewed this record" in desks.national.get("/harms").text

    assert (
        over.post("/harms", SAID | {"happened": "The national desk told a suspect"}).status_code
        == 303
    )
    assert "told a suspect" not in desks.national.post("/harms/read").text
    assert desks.second.post("/harms/2/confirm").status_code == 404
    with desks.desk.context.database.reading() as session:
        bodies = [row.body for row in session.query(HarmText)]
        actions = [row.action for row in session.query(AuditEntry)]
    assert not any(b"husband" in body for body in bodies)
    assert actions.count("harm_written") == 2
    assert {"harm_read", "harm_seen"} <= {*actions}


def test_record_of_harm_with_number_or_reference_is_refused(desks: Desks) -> None:
    for wrong in ("", "Call 0788 - 123 - 456", "K7 Q4 was late", "x" * 481):
        refused = desks.national.post("/harms", SAID | {"decided": wrong})
        assert refused.status_code == 422, wrong
        assert re.search(r'id="w-decided"', refused.text), wrong


def test_new_desk_key_decrypts_record_of_harm(desks: Desks) -> None:
    before, after = KeyPair.new(), KeyPair.new()
    with desks.desk.context.database.writing() as session:
        body = one_off.seal(SAID, public=before.public, bound="harm national")
        author = session.query(ConsoleAccount).first()
        assert author is not None
        row = HarmRecord(person_id=author.person_id, at=desks.desk.clock())
        session.add(row)
        session.flush()
        session.add(HarmText(record_id=row.id, desk_code="national", body=body))
        session.flush()
        decrypt_harms.reencrypt_harms(session, "national", before.private, after.public)
        held = session.query(HarmText).one().body
    assert one_off.decrypt_box(held, private=after.private, bound="harm national") == SAID


@pytest.mark.row("P3")
def test_p3_paused_part_is_shown_on_today_and_resumed(desk: Desk) -> None:
    admin = desk.tab(AccountRole.ADMIN, name="Admin 7")
    national = desk.tab(AccountRole.NATIONAL, name="National 7")
    sent = {"only": "drills", "reason": "people were frightened"}
    assert admin.post("/outgoing/pause", sent).status_code == 303
    assert "Messages are being sent." in national.get("/outgoing").text
    assert "people were frightened" in national.get("/today").text
    assert national.post("/outgoing/resume-part", sent).status_code == 303
    assert "people were frightened" not in national.get("/outgoing").text
    refused = national.post("/outgoing/resume-part", {"only": "alerts", "reason": "x"})
    assert refused.status_code == 422


def test_emergency_page_shows_only_verified_numbers(desk: Desk) -> None:
    page = desk.tab(AccountRole.NATIONAL, name="National 7").get("/dark").text
    assert f"<li>Gateway: {'_' * 24}</li>" in page
    for lang in ("rw", "fr", "en"):
        assert f'<blockquote lang="{lang}">' in page
    assert "<strong>112</strong>" in page
    assert "<strong>3512</strong>" not in page
