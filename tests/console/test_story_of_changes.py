"""Tests the pages on which a changed sentence is drafted, submitted, reviewed, published and restored. Also tests an
emergency change."""

import html
import re

import pytest

from hotline.core.actors import AccountRole
from hotline.editing import service_plans, service_publish
from hotline.editing.service_drafts import SHOWN
from tests.console.conftest import Tab
from tests.console.writing import FLOW, NODE, OLD, TICKS, WORDS, Writing, writing
from tests.support.signing import Person

__all__ = ["writing"]


def marked(page: str, mark: str) -> str:
    """Returns one side of a difference on the page: the new text for `ins`, or the old text for `del`."""
    (column,) = re.findall(r'<p class="difference" lang="rw">(.*?)</p>', page)
    other = "del" if mark == "ins" else "ins"
    rest = re.sub(rf"<{other}>.*?</{other}>", "", column)
    return re.sub(r"</?ins>|</?del>", "", rest)


@pytest.mark.row("A4")
def test_two_people_publish_a_sentence(writing: Writing) -> None:
    editor, approver = writing.editor, writing.approver
    change = writing.opened()
    assert "No edits yet." in editor.read(f"/changes/{change}")
    writing.says(change)

    page = editor.get(f"/changes/{change}")
    assert page.headers["Refresh"] == f"2; url=/changes/{change}?auto"
    assert "is checking this draft for problems" in page.text
    service_publish.check_by_id(writing.desk.context, change)
    page = editor.get(f"/changes/{change}")
    assert "Refresh" not in page.headers
    assert "is checking this draft for problems" not in page.text
    assert "Editor 1 changed " in page.text
    link = f'<a href="/changes/{change}/flows/learn/one#form">learn</a>'
    assert re.search(rf'{link}</th>\s*<td class="number">1</td>', page.text)

    editor.sends(f"/changes/{change}/propose")
    assert f'<a href="/changes/{change}/read">' in approver.read("/")
    read = approver.read(f"/changes/{change}/read")
    assert marked(read, "ins") == "Ntukishyure mbere."
    assert marked(read, "del").startswith(OLD)
    assert re.search("<h4>Phone preview</h4>.*Before.*After", read, re.S)
    assert 'name="read-rw"' in read
    assert 'name="read-fr"' not in read

    digest = re.findall(r'name="digest" value="([0-9a-f]+)"', read)[0]
    fields = {"digest": digest, "note": "Read aloud to two people", **TICKS}
    assert approver.sends(f"/changes/{change}/approve", fields).location == "/live"
    assert writing.heard == WORDS
    live = approver.read("/live")
    assert "Read aloud to two people" in live
    assert "approved draft" in live
    assert 'aria-current="step">Published' in editor.read(f"/changes/{change}")
    auditor = writing.desk.tab(AccountRole.AUDITOR, name="Auditor 1")
    assert f'href="/changes/{change}/read"' in auditor.read("/live")
    assert marked(auditor.read(f"/changes/{change}/read"), "ins") == WORDS


def test_older_state_is_restored_after_review(writing: Writing) -> None:
    before = writing.heard
    writing.published()
    approver = writing.approver
    page = approver.read("/live/1/bring-back")
    assert marked(page, "del") == WORDS
    digest = re.findall(r'name="digest" value="([0-9a-f]+)"', page)[0]
    refused = approver.refused("/live/1/bring-back", {"digest": digest, "reason": ""})
    assert "Enter a reason. Other people see the reason" in refused
    assert writing.heard == WORDS
    approver.sends("/live/1/bring-back", {"digest": digest, "reason": "It reads badly"})
    assert writing.heard == before
    assert "It reads badly" in writing.editor.read("/live")
    assert "Callers already see this text." in approver.read("/live/1/bring-back")


def test_emergency_text_is_published_and_confirmed_by_two(
    writing: Writing,
) -> None:
    writing.urgent()
    assert writing.heard == WORDS
    assert "published a text in an emergency at" in writing.editor.read("/changes")
    (number,) = re.findall(r"/live/(\d+)/confirm", writing.approver.read("/live"))
    assert "Review emergency text" not in writing.editor.read("/live")

    own = writing.approver.refused(f"/live/{number}/confirm", TICKS)
    assert "Ask another approver" in own
    second = writing.desk.tab(AccountRole.APPROVER, name="Approver 2")
    page = second.read(f"/live/{number}/confirm")
    assert marked(page, "ins") == WORDS
    assert (
        "Read the text, then tick each language that you read: Kinyarwanda"
        in second.post(f"/live/{number}/confirm").text
    )
    second.sends(f"/live/{number}/confirm", TICKS)
    assert "in an emergency at" not in writing.editor.read("/changes")
    assert "No emergency text is waiting for confirmation" in second.read(f"/live/{number}/confirm")


def test_history_shows_expired_emergency_text(
    writing: Writing,
) -> None:
    desk, before = writing.desk, writing.heard
    writing.urgent()
    desk.clock.turn(hours=4)
    assert service_plans.end_unconfirmed(desk.context) is not None
    assert writing.heard == before
    tab = desk.tab(AccountRole.EDITOR, name="Editor 1")
    for language, by, why in (
        ("en", "the clock", "No one confirmed the emergency text in time."),
        ("fr", "l'horloge", "Personne n'a confirmé à temps le texte d'urgence."),
    ):
        tab.post("/account/language", {"language": language, "to": "/live"})
        page = html.unescape(tab.read("/live"))
        assert f">{by}</td>" in page
        assert why in page


def test_returned_draft_is_submitted_again(writing: Writing) -> None:
    change = writing.proposed()
    refused = writing.approver.post(f"/changes/{change}/send-back", {"note": " "})
    assert "Enter what the editor must fix" in refused.text
    note = {"note": "Say who is paid"}
    writing.approver.sends(f"/changes/{change}/send-back", note)
    page = writing.editor.read(f"/changes/{change}")
    assert "Approver 1 asked for changes: Say who is paid" in page
    writing.submits(change)
    assert "returned it to the editor" not in writing.editor.read(f"/changes/{change}")


def test_a_state_of_a_part_comes_back_and_a_change_is_dropped(writing: Writing) -> None:
    change = writing.wrote("Ntukishyure.")
    writing.says(change, "Ntukishyure mbere y'akazi.")
    page = writing.editor.read(f"/changes/{change}")
    _newest, first, before_it = re.findall(r"/steps/(\d+)/bring-back", page)
    assert before_it == first, "the first state of a part has a second button"
    writing.editor.sends(f"/changes/{change}/steps/{first}/bring-back", {"once": "a form"})
    assert writing.flow(change)["nodes"][NODE]["say"]["text"]["rw"] == "Ntukishyure."
    assert f"Editor 1 restored version 1 of {FLOW}" in writing.editor.read(f"/changes/{change}")
    writing.editor.sends(f"/changes/{change}/drop")
    page = writing.editor.read(f"/changes/{change}")
    assert 'aria-current="step">Discarded' in page
    assert "Restore this part of the draft as it was after this step" not in page
    assert "Fees abroad" in writing.editor.read("/changes?over=1")


def test_whom_she_appointed_does_not_confirm_her_emergency(writing: Writing) -> None:
    desk, roles = writing.desk, (AccountRole.ADMIN, AccountRole.APPROVER)
    giver = desk.tab(*roles, name="Admin 1")
    asker = desk.tab(AccountRole.ADMIN, name="Admin 2")
    fields = {"name": "Approver 2", "roles": "approver", "language": "en"}
    link = re.findall(r"/welcome/[\w-]+", asker.post("/accounts", fields).text)[0]
    (waiting,) = re.findall(r'action="/approvals/(\d+)"', giver.read("/approvals"))
    decided = {"do": "approve", "reason": "She reads for us"}
    giver.sends(f"/approvals/{waiting}", decided)
    second = Person(desk.context, desk.clock, "Approver 2").takes_up(link.rpartition("/")[2])
    appointed = Tab(desk, desk.app.test_client())
    appointed.take(second.enters().token)

    writing.urgent(giver)
    (number,) = re.findall(r"/live/(\d+)/confirm", appointed.read("/live"))
    assert "gave you your role" in appointed.refused(f"/live/{number}/confirm", TICKS)
    writing.approver.sends(f"/live/{number}/confirm", TICKS)


def test_long_list_of_steps_has_pages_of_fifty(writing: Writing) -> None:
    change = writing.opened()
    for number in range(SHOWN + 2):
        writing.says(change, f"Ntukishyure {number}.")
    page = writing.editor.read(f"/changes/{change}")
    assert page.count("as it was after this step</button>") == SHOWN
    (older,) = re.findall(r'rel="next">|href="(/changes/\d+\?before=\d+)" rel="next"', page)
    assert writing.editor.read(older).count("as it was after this step</button>") == 2


def test_history_marks_unreviewed_emergency(
    writing: Writing,
) -> None:
    writing.urgent()
    page = writing.approver.read("/live/1/bring-back")
    digest = re.findall(r'name="digest" value="([0-9a-f]+)"', page)[0]
    back = {"digest": digest, "reason": "It reads badly"}
    writing.approver.sends("/live/1/bring-back", back)

    live = writing.approver.read("/live")
    assert live.count("no one else reviewed this publication") == 1
    assert "/live/1/bring-back" in live
    assert "/live/2/bring-back" not in live
    asked = writing.approver.read("/live/2/bring-back")
    assert (
        "One person published this text, and no second person confirmed it. Submit the text as a draft for approval"
        in asked
    )
    assert 'name="digest"' not in asked
    writing.approver.refused("/live/2/bring-back", {"digest": "x", "reason": "y"})


@pytest.mark.row("A4")
def test_reviewer_sees_words_allowed_by_a_reason(writing: Writing) -> None:
    change = writing.opened()
    flow = writing.flow(change)
    flow["nodes"]["one"]["say"]["text"]["rw"] = "Ni ibanga. Ni ku buntu."
    flow["nodes"]["one"]["reason"] = "Warns of what a false recruiter says."
    writing.saves(change, flow)
    page = html.unescape(writing.approver.read(f"/changes/{change}/read"))
    red = page.partition("Important changes: read them")[2].partition("</div>")[0]
    assert (
        'learn: First lesson en</a>: this screen contains "ibanga", "ku buntu". The editor\'s reason: Warns'
        in " ".join(red.split())
    )
    assert 'Instead of "ibanga", write "Nta zina dusaba".' in red
    printed = html.unescape(writing.approver.read(f"/changes/{change}/print"))
    assert 'this screen contains "ibanga"' in printed


def test_huge_number_in_address_shows_page(writing: Writing) -> None:
    change = writing.proposed()
    assert writing.editor.get(f"/changes/{change}?before={'9' * 30}").status_code == 200
    assert writing.editor.get(f"/changes/{change}/read?part={'9' * 4400}").status_code == 200
