"""Tests the pages on which two admins sign a desk's key, and the warnings on these pages if a key was replaced."""

import re
from pathlib import Path

import pytest
from sqlalchemy import text

from hotline.cases import decrypt_access
from hotline.core.actors import AccountRole
from hotline.keys.desk_signatures import LINE_PUBLIC_KEY, DeskTrust
from hotline.keys.key_folder import KeyFolder
from hotline.people import decrypt_signing
from hotline.people.decrypt_passphrase import PassphraseDecrypter
from hotline.people.decrypt_signing import key_to_sign
from hotline.people.tables_desks import get_desk
from hotline.people.tables_sessions import Approval
from tests.console.conftest import Desk, Tab
from tests.console.desk_tips import PASSPHRASE, admitted
from tests.support.two_people import ALICE

PAGE, SIGN = "/desks/12", "/desks/12/sign"


@pytest.fixture
def admins(desk: Desk, tmp_path: Path) -> tuple[Tab, Tab]:
    """Signs in two admins who may together sign a desk's key. A person who can write to the database has replaced the
    key of Gasabo's desk.
    """
    tabs = tuple(desk.tab(AccountRole.ADMIN, name=f"Admin {number}") for number in (1, 2))
    folder = KeyFolder(tmp_path / "pages")
    folder.make(LINE_PUBLIC_KEY, decrypt_access.line_public_key(desk.context, PASSPHRASE))
    object.__setattr__(desk.context.encrypter, "desks", DeskTrust(folder))
    signers = decrypt_signing.possible_signers(desk.context)
    decrypt_signing.share_line_key(desk.context, PassphraseDecrypter(ALICE, PASSPHRASE), signers)
    with desk.writing() as session:
        session.execute(
            text("UPDATE desk SET public_key = :key WHERE code = '12'"), {"key": b"k" * 32}
        )
    return tabs[0], tabs[1]


def seen(tab: Tab, page: str) -> dict[str, str]:
    """Returns the hidden field of a page's form that tells the server which key the page showed."""
    (value,) = re.findall('name="seen" value="([0-9a-f]+)"', tab.read(page))
    return {"seen": value}


def waiting(desk: Desk) -> list[int]:
    with desk.reading() as session:
        return [
            row.id
            for row in session.query(Approval)
            if row.kind == "signature" and row.decided_at is None
        ]


def test_two_admins_restore_changed_key(desk: Desk, admins: tuple[Tab, Tab]) -> None:
    first, second = admins
    for name in ("Huye 1", "Huye 2"):
        admitted(desk, name, AccountRole.DESK, "24")
    listed = first.read("/desks")
    assert "key is not signed" in listed
    assert ">signed</td>" in listed
    assert "was changed in the database" in first.read(PAGE)
    first.refused(SIGN, {"reason": ""})
    asked = first.post(SIGN, {"reason": "we found who did it"} | seen(first, PAGE))
    assert asked.headers["Location"].endswith("/approvals")
    (number,) = waiting(desk)
    assert "Admin 1 asks to sign the key of the desk Gasabo" in second.read("/approvals")
    yes = {"do": "approve", "reason": "yes"}
    second.refused(f"/approvals/{number}", yes)
    with desk.reading() as session:
        key = key_to_sign(session, desk.context, get_desk(session, "12"))
    for page in (first.get(PAGE), second.get("/approvals")):
        assert key.words in page.text
        assert "This key of the desk has a signature already" in page.text
    yes |= seen(second, "/approvals")
    first.refused(f"/approvals/{number}", yes)
    second.sends(f"/approvals/{number}", yes)
    assert "was changed in the database" not in first.read(PAGE)
    assert SIGN not in first.read(PAGE)


def test_requested_signature_is_withdrawn(desk: Desk, admins: tuple[Tab, Tab]) -> None:
    first, second = admins
    first.post(SIGN, {"reason": "too early"} | seen(first, PAGE))
    (number,) = waiting(desk)
    assert "Withdraw request" in first.read("/approvals")
    first.sends(f"/approvals/{number}", {"do": "take_back"})
    assert waiting(desk) == []
    assert "was changed in the database" in second.read(PAGE)


def test_four_words_come_from_person_s_own_key(desk: Desk) -> None:
    """The words on the page must come from the person's own key. They must not change when an attacker replaces the
    public key in the database."""
    reader = desk.tab(AccountRole.DESK, name="Reader 1")

    def words() -> str:
        return reader.read("/account").partition('class="letters"')[2][:80]

    before = words()
    with desk.writing() as session:
        session.execute(text("UPDATE account SET public_key = :key"), {"key": b"k" * 32})
    assert before
    assert words() == before


def test_only_admin_requests_signature(desk: Desk, admins: tuple[Tab, Tab]) -> None:
    national = desk.tab(AccountRole.NATIONAL, name="National 1")
    assert admins[0].get(PAGE).status_code == 200
    assert national.post(SIGN, {"reason": "mine"}).status_code in (403, 404)
    assert waiting(desk) == []
