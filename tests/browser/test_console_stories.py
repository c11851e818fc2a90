"""Tests three stories on the console's pages in Chromium, in each language: a text expires, two editors edit the same
screen, and a user has lost the password.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from playwright.sync_api import Page, expect

from hotline.console.templating import format_time
from hotline.core.actors import AccountRole
from hotline.people import service_sessions, tables_accounts
from tests.browser.office import FLOW, LANGUAGES, NODE, OLD, Office, takes_up_the_account, writes
from tests.console.hands import Hands
from tests.support.signing import Person
from workers.clock import lapse_emergency

pytestmark = pytest.mark.browser

URGENT = "Uwo mukoresha yambura abantu pasiporo. Ntujyeyo."
REASON = "that employer takes passports away"
LAPSED = "No one confirmed the emergency text in time."
OTHER_PASSWORD = "gicaniro-muhoza-bikari"
NO_KEY = "a" * 26
COOKIE = "__Host-hotline"
WAITS = (
    "You can create the new sign-in link from {at}, "
    "or as soon as another admin approves the request."
)


@pytest.mark.row("A3")
def test_words_of_one_person_are_live_for_four_hours_and_no_longer(office: Office) -> None:
    office.written("A trap", {"rw": URGENT})
    approver = office.person("Approver 1", AccountRole.APPROVER)
    with office.hands() as hands:
        page = hands.page
        hands.signs_in(approver)
        hands.follows("Drafts")
        hands.opens("A trap")
        hands.follows("Review draft")
        hands.follows("Publish without approval")
        hands.types("Reason for the emergency", REASON)
        hands.presses("Publish in an emergency")
        hands.sees("An emergency text is not confirmed yet")
        office.waits_until_callers_read(URGENT, "1", "9")
        page.goto("/")
        expect(page.locator(".alarm:visible")).to_have_count(1)

        office.desk.clock.turn(hours=4, minutes=-1)
        lapse_emergency(office.line.context)
        in_the_middle = office.at_the_contract()
        office.desk.clock.turn(minutes=1)
        lapse_emergency(office.line.context)
        office.waits_until_callers_read(OLD, "1", "9")
        assert URGENT in in_the_middle.key("9")
        hands.signs_in(approver)
        expect(page.locator(".alarm:visible")).to_have_count(0)
        page.goto("/live")
        newest = page.locator("tbody tr").first
        for phrase in ("current version", "restored", "the clock", LAPSED):
            expect(newest).to_contain_text(hands.says(phrase))


def is_refused(said: str) -> bool:
    """Returns True if Chromium logged that a form was refused."""
    return "422" in said


@contextmanager
def two_at_the_sentence(office: Office) -> Iterator[tuple[Hands, Hands]]:
    """Yields the browser pages of two editors. Both have opened the same screen of one draft, and neither of them has
    saved it.
    """
    change = office.written("Fees abroad", {"en": "Pay nothing."}, by="Editor 3")
    with ExitStack() as pages:
        both = []
        for name in ("Editor 1", "Editor 2"):
            hands = pages.enter_context(office.hands(expects=is_refused))
            hands.signs_in(office.person(name, AccountRole.EDITOR))
            hands.page.goto(f"/changes/{change}/flows/{FLOW}/{NODE}")
            both.append(hands)
        yield both[0], both[1]


def words_at(page: Page) -> dict[str, str]:
    return {code: page.locator(f"#f-text-{code}").input_value() for code in LANGUAGES}


@pytest.mark.row("A6")
def test_two_who_write_the_same_words_are_asked_and_neither_loses_any(office: Office) -> None:
    with two_at_the_sentence(office) as (first, second):
        writes(first, {"rw": "Ntukishyure na rimwe."})
        second.writes(second.page.locator("#f-text-fr"), "Ne payez rien.")
        second.writes(second.page.locator("#f-text-rw"), "Ntukishyure.")
        second.presses("Save")
        second.is_titled("Choose a version of the text")
        second.sees("You and {name} edited the same text.", name="Editor 1")
        for words in ("Ntukishyure na rimwe.", "Ntukishyure."):
            expect(second.page.locator("main")).to_contain_text(words)
        second.click(second.page.locator("input[value=theirs]"))
        second.presses("Save choice")
        second.sees("Saved.")
        assert words_at(second.page) == {
            "rw": "Ntukishyure na rimwe.",
            "fr": "Ne payez rien.",
            "en": "Pay nothing.",
        }
        assert second.seconds < 120


@pytest.mark.row("A10")
def test_a_lost_password_without_the_key_on_paper_opens_nothing(office: Office) -> None:
    desk = office.desk
    admin = office.person("Admin 1", AccountRole.ADMIN)
    editor = office.person("Editor 1", AccountRole.EDITOR)
    encrypted = SealedBox(PublicKey(public_key_of(office, editor))).encrypt(b"for this pair alone")
    with office.hands(expects=is_refused) as hands:
        hands.signs_in(editor)
        assert opened(office, hands.page, encrypted) == b"for this pair alone"
        hands.presses("Sign out", within="header")
        hands.follows("Reset password")
        for phrase, words in (
            ("Name", editor.name),
            ("Recovery key", NO_KEY),
            ("Code", editor.code()),
            ("New password", OTHER_PASSWORD),
        ):
            hands.types(phrase, words)
        hands.presses("Save new password")
        hands.sees("The name, password or code is wrong. Check all three.")
        desk.clock.turn(minutes=1)
        lost = Person(desk.context, desk.clock, editor.name, editor.account_id, OTHER_PASSWORD)
        lost.secret = editor.secret
        lost.is_refused()

    with office.hands() as hands:
        hands.signs_in(admin)
        hands.follows("Accounts")
        hands.opens(editor.name)
        hands.click(hands.page.locator("summary", has_text=hands.says("New link")))
        hands.writes(hands.page.locator("#f-link-reason"), "lost password and paper")
        hands.presses("Request link")
        at = format_time(office.language, desk.clock() + timedelta(days=1))
        hands.sees(WAITS, at=at)
    with office.hands() as hands:
        hands.signs_in(office.person("Admin 2", AccountRole.ADMIN))
        hands.follows("Approvals")
        hands.types("Reason", "met them")
        hands.presses("Approve request")
        hands.sees("Nothing is waiting for approval. You have nothing to do.")
    with office.hands() as hands:
        hands.signs_in(admin)
        hands.page.goto(f"/accounts/{editor.account_id}")
        hands.click(hands.page.locator("summary", has_text=hands.says("New link")))
        hands.presses("Create link")
        link = hands.page.locator(".letters code").inner_text()
    with office.hands() as hands:
        takes_up_the_account(hands, lost, link)
        hands.signs_in(lost)
        with pytest.raises(CryptoError):
            opened(office, hands.page, encrypted)
        editor.is_refused()


def public_key_of(office: Office, person: Person) -> bytes:
    with office.desk.context.database.reading() as session:
        key = tables_accounts.get_account(session, person.account_id).public_key
    assert key is not None
    return key


def opened(office: Office, page: Page, encrypted: bytes) -> bytes:
    """Decrypts bytes with the private key of the user who is signed in on this page. Raises CryptoError."""
    (token,) = [one["value"] for one in page.context.cookies() if one["name"] == COOKIE]
    private_key = service_sessions.key_of(office.desk.context, token)
    assert private_key is not None
    return SealedBox(PrivateKey(private_key)).decrypt(encrypted)
