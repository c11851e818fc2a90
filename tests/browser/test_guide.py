"""Follows docs/admin-guide.md. An editor opens the invitation link and changes a sentence, and callers read the change.
After that, the editor changes the sentence back. The editor also adds a topic within ten minutes.

    HOTLINE_TEST_LONG=yes HOTLINE_TEST_PICTURES=yes pytest tests/browser -k guide

The command above takes the pictures of the guide again while the stories run.
"""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from hotline.core.actors import AccountRole
from hotline.duty import service_invitations
from hotline.editing.service_drafts import live_titles
from tests.architecture.tree import ROOT
from tests.browser.office import (
    OLD,
    Office,
    comes_to_read,
    proposes,
    publishes,
    takes_up_the_account,
    writes,
)
from tests.console.hands import BESIDE_THE_HANDSETS, PICTURES, Hands
from tests.support.signing import SERVER, Person

pytestmark = pytest.mark.browser

GUIDE = ROOT / "docs" / "admin-guide.md"
FEES, DEBTS = "Fees abroad", "Debts"
WORDS = {
    "rw": "Ntukishyure ngo ubone akazi. Bika pasiporo yawe.",
    "fr": "Ne payez pas pour un emploi. Gardez votre passeport.",
    "en": "Never pay to get a job. Keep your own passport.",
}
MENU = "law.law"
"""The menu about rights and the law. The menu has two choices and room for a third one."""
CHOICE = {"rw": "Ideni", "fr": "Dette", "en": "A debt"}
TOPIC = {
    "one": {
        "rw": "Ideni ntirigomba kukugira imbohe. Ufite uburenganzira bwo kureka akazi.",
        "fr": "Une dette ne vous enferme pas. Vous avez le droit de quitter un travail.",
        "en": "A debt cannot hold you. You have the right to leave a job.",
    },
    "two": {
        "rw": "Nta mukoresha wemerewe kugumana ibyangombwa byawe. N'iyo waba umufitiye ideni.",
        "fr": "Aucun patron n'a le droit de garder vos papiers. Une dette n'y change rien.",
        "en": "No employer may keep your papers. A debt does not change that.",
    },
    "three": {
        "rw": "Ufite ideni udashobora kwishyura? Bwira uwo wizeye.",
        "fr": "Une dette impossible à rembourser? Parlez à quelqu'un de confiance.",
        "en": "A debt that you cannot pay off? Tell someone you trust.",
    },
}
THERE = ("4", "1", "3")
"""The digits that a caller presses from the first screen to the choice that the editor adds: rights, then the law,
then the new choice.
"""


@pytest.mark.row("A1", "A3")
def test_a_sentence_from_the_first_link_to_the_caller_and_back(office: Office) -> None:
    desk, roles = office.desk, [AccountRole.EDITOR]
    invited = service_invitations.invite(desk.context, SERVER, "Editor 1", roles, office.language)
    editor = Person(desk.context, desk.clock, "Editor 1", invited.account_id)
    approver = office.person("Approver 1", AccountRole.APPROVER)
    caller = office.at_the_contract()

    with office.hands() as hands:
        takes_up_the_account(hands, editor, f"/welcome/{invited.link}")
        hands.signs_in(editor)
        assert hands.seconds < 180
        change = hands.counted()
        changes_a_sentence(change, live_titles(desk.context, office.language).flow("abroad"))
        change.opens(FEES)
        change.keeps("4-change")
        proposes(change)
        assert change.seconds < 180
    with office.hands() as hands:
        hands.signs_in(approver)
        comes_to_read(hands, FEES)
        hands.keeps("5-read")
        publishes(hands)
        hands.keeps("6-live")
        assert hands.seconds < 120
        assert OLD in caller.key("9")
        office.waits_until_callers_read(WORDS["rw"], "1", "9")

        back = hands.counted()
        brings_back(back)
        assert back.seconds < 60
        office.waits_until_callers_read(OLD, "1", "9")


def changes_a_sentence(hands: Hands, flow: str) -> None:
    page = hands.page
    hands.follows("Flows")
    hands.opens(flow)
    hands.click(page.locator("summary", has_text=hands.says("Edit in a draft")))
    hands.keeps("2-flow")
    hands.follows("New draft")
    hands.types("Title", FEES)
    hands.presses("Start draft")
    hands.click(listed(page, "fee"))
    hands.chooses(page.locator("#h-language"), "rw")
    for code, words in WORDS.items():
        hands.writes(page.locator(f"#f-text-{code}"), words)
    expect(page.locator(".beside .handset pre")).to_contain_text(WORDS["rw"][:20])
    counted = hands.says("{used} of {limit}", used=69, limit=150)
    expect(page.locator("#p-meter-en")).to_contain_text(counted)
    hands.keeps("3-editor")
    hands.keeps_beside_the_handsets()
    hands.presses("Save")
    hands.sees("Saved.")


def listed(page: Page, node: str) -> Locator:
    """Returns the link to a screen in the editor's list. The list shows the screen's title."""
    return page.locator(f".outline a[href='./{node}#form']")


def brings_back(hands: Hands) -> None:
    page, why = hands.page, "It reads badly aloud"
    hands.click(page.locator("tbody").get_by_text(hands.says("Restore"), exact=True).first)
    hands.types("Reason", why)
    hands.keeps("7-bring-back")
    hands.presses("Restore version")
    expect(page.locator("tbody").get_by_text(why)).to_be_visible()


@pytest.mark.row("A1")
def test_a_topic_of_three_screens_is_live_in_ten_minutes(office: Office) -> None:
    editor = office.person("Editor 1", AccountRole.EDITOR)
    approver = office.person("Approver 1", AccountRole.APPROVER)
    in_the_middle = office.calls(*THERE[:2])
    assert CHOICE["rw"] not in in_the_middle.screen

    with office.hands() as hands:
        hands.signs_in(editor)
        topic = hands.counted()
        begins_a_topic(topic)
        writes_its_screens(topic)
        topic.opens(DEBTS)
        proposes(topic)
    with office.hands() as hands:
        hands.signs_in(approver)
        comes_to_read(hands, DEBTS)
        expect(hands.page.locator("main")).to_contain_text(TOPIC["three"]["fr"])
        hands.keeps("topic-read")
        publishes(hands)
        assert topic.seconds + hands.seconds < 600

    office.waits_until_callers_read(TOPIC["one"]["rw"], *THERE)
    caller = office.calls(*THERE)
    assert TOPIC["two"]["rw"] in caller.key("9")
    assert TOPIC["three"]["rw"] in caller.key("9")
    assert TOPIC["one"]["rw"] not in in_the_middle.key(THERE[-1])


def begins_a_topic(hands: Hands) -> None:
    page = hands.page
    hands.follows("Drafts")
    hands.follows("Start draft")
    hands.types("Title", DEBTS)
    hands.presses("Start draft")
    hands.follows("Build")
    for code, label in CHOICE.items():
        hands.writes(page.locator(f"#f-title-{code}"), label)
    hands.chooses(page.locator("#f-menu"), MENU)
    hands.keeps("topic-model")
    hands.presses("Save in draft")


def writes_its_screens(hands: Hands) -> None:
    page = hands.page
    for node, words in TOPIC.items():
        if node != "one":
            hands.click(listed(page, node))
        expect(page.locator("h1")).to_contain_text(node)
        writes(hands, words)
        hands.sees("No problems on this screen")
    hands.click(listed(page, "one"))
    hands.chooses(page.locator("#h-language"), "rw")
    for key, node in (("9", "two"), ("9", "three")):
        hands.click(page.locator(".pad").get_by_role("button", name=key, exact=True))
        expect(page.locator(".beside .handset pre")).to_contain_text(TOPIC[node]["rw"][:20])
    hands.keeps("topic-screen")


def test_the_pictures_that_the_guide_names_are_there() -> None:
    named = re.findall(r"!\[[^\]]+\]\(admin-guide/([^)]+)\)", GUIDE.read_text(encoding="utf-8"))
    assert sorted(set(named)) == sorted(path.name for path in PICTURES.iterdir())
    assert all((PICTURES / name).stat().st_size < 200_000 for name in named)
    assert BESIDE_THE_HANDSETS.stat().st_size < 200_000
