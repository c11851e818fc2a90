"""Tests the pages with news, comments on drafts and planned publications, and that an editor can handle a returned
draft on the page Today alone.
"""

import re
from html import unescape

from hotline.core.actors import AccountRole
from hotline.editing import service_plans
from tests.console.conftest import Tab
from tests.console.writing import REASON, WORDS, Writing, writing

__all__ = ["writing"]


def text_of(tab: Tab, path: str) -> str:
    return unescape(tab.read(path))


def unread(tab: Tab) -> str:
    """Returns the number next to Today in the menu."""
    found = re.findall(
        r'<a href="/today"[^>]*>Today(?: <span class="tag warn">(\d+))?', tab.read("/flows")
    )
    return str(found[0])


def test_comment_reaches_recipient_on_today_and_menu(writing: Writing) -> None:
    editor, approver = writing.editor, writing.approver
    change = writing.proposed()
    to = {"to": str(writing.author("Editor 1").account_id), "flow": "learn", "node": "one"}
    path = f"/changes/{change}/comments"
    assert "Leave out phone numbers" in approver.refused(
        path, {**to, "comment": "ring 0788 123 456"}
    )
    approver.sends(path, {**to, "comment": "Is that the <law>?"})
    assert (unread(editor), unread(approver)) == ("1", "")
    page = editor.read("/today")
    assert "Approver 1 wrote this comment: Is that the &lt;law&gt;?" in page
    assert f'href="/changes/{change}/flows/learn/one#form"' in page
    for where in (f"/changes/{change}", f"/changes/{change}/flows/learn/one"):
        assert "Is that the &lt;law&gt;?" in editor.read(where)
    (news,) = re.findall(r"/today\?news=(\d+)", page)
    opened = editor.get(f"/today?news={news}")
    assert "Refresh" not in opened.headers, "typed text would be lost"
    editor.refused(f"/today/news/{news}", {"comment": "as in K7Q4AC"})
    editor.sends(f"/today/news/{news}", {"comment": "It is."})
    assert (unread(editor), unread(approver)) == ("", "1")
    approver.sends("/today/read")
    assert unread(approver) == ""
    assert editor.post("/today/news/99", {"comment": "Hm"}).status_code == 404
    desk = writing.desk.tab(AccountRole.ADMIN, name="Admin 1")
    assert desk.post(path, {**to, "comment": "Hm"}).status_code == 404
    assert "News by mail" not in text_of(desk, "/today")


def test_mail_address_is_stored_and_never_shown(writing: Writing) -> None:
    assert "Enter a mail address like" in writing.editor.refused(
        "/today/mail", {"secret_mail": "nowhere"}
    )
    saved = writing.editor.post("/today/mail", {"secret_mail": "editor@here.example"})
    assert saved.location == "/today?done=mail"
    page = writing.editor.read("/today")
    assert "The hotline has your mail address." in page
    assert "editor@here.example" not in page
    assert writing.editor.post("/today/mail", {"secret_mail": ""}).location == "/today?done=no-mail"
    assert "The hotline has your mail address." not in writing.editor.read("/today")


def test_returned_draft_is_answered_and_published(writing: Writing) -> None:
    editor, approver = writing.editor, writing.approver
    change = writing.proposed()
    writing.desk.clock.turn(minutes=12)
    page = text_of(approver, "/today")
    assert "Editor 1 submitted this draft 12 min ago" in page
    back = {"note": "Is that the law?", "back": "today"}
    assert approver.post(f"/changes/{change}/send-back", back).location == "/today?done=returned"
    (news,) = re.findall(r"/today\?news=(\d+)", editor.read("/today"))
    answered = editor.post(f"/today/news/{news}", {"comment": "Since June."})
    assert answered.location == f"/today?done=sent&news={news}"
    assert "Submit for approval" in editor.read(answered.location)
    again = editor.post(f"/changes/{change}/propose", {"back": "today"})
    assert again.location == "/today?done=submitted"
    assert "Is that the law?" not in editor.read("/today")

    assert "Since June." in approver.read("/today")
    read = approver.get(f"/today?draft={change}")
    assert "Refresh" not in read.headers
    comments = read.text.partition('id="comments"')[2]
    assert comments.index("Since June.") < comments.index(">Decision<")
    digest = re.findall(r'name="digest" value="([0-9a-f]+)"', read.text)[0]
    fields = {"digest": digest, "back": "today", "read-rw": "yes"}
    done = approver.post(f"/changes/{change}/approve", fields)
    assert done.location == "/today?done=published"
    assert "Callers see the change the next time they dial." in approver.read(done.location)
    assert writing.heard == WORDS
    for path in ("/today", f"/changes/{change}"):
        assert "Published. Callers see the change the next time they dial." in editor.read(path)
    assert "Review here" not in approver.read(f"/today?draft={change}")


def test_approver_plans_and_cancels_publication(writing: Writing) -> None:
    approver, change = writing.approver, writing.proposed()
    path, old = f"/changes/{change}/approve", writing.heard
    fields = {"digest": writing.digest(change), "read-rw": "yes"}
    for typed, says in (
        ("soon", "Enter a date and a time like"),
        ("2020-01-01T10:00", "in the future"),
    ):
        assert says in approver.refused(path, {**fields, "publish_at": typed})
    times = {"publish_at": "2026-11-24T14:00", "withdraw_at": "2026-11-25T14:00"}
    assert approver.post(path, {**fields, **times}).location == "/live"
    page = text_of(writing.editor, "/live")
    assert "Callers see this draft from 24 November 2026, 14:00." in page
    assert "Callers see the earlier text again from 25 November 2026, 14:00." in page
    assert "Cancel plan" not in page
    assert "approved for a later time" in text_of(approver, f"/changes/{change}/read")
    assert "Callers see this draft from 24 November 2026, 14:00." in text_of(
        writing.editor, f"/changes/{change}"
    )
    assert "approved for publication later" in text_of(writing.editor, "/changes")
    assert "the new text from this time on: 24 November 2026, 14:00." in text_of(
        writing.editor, "/today"
    )
    writing.desk.clock.turn(hours=5)
    service_plans.carry_out_due(writing.desk.context)
    assert writing.heard == WORDS
    approver = writing.desk.tab(AccountRole.APPROVER, name="Approver 1")
    (plan,) = re.findall(r"/live/plans/(\d+)", approver.read("/live"))
    approver.sends(f"/live/plans/{plan}")
    assert approver.post(f"/live/plans/{plan}").status_code == 404
    assert "Planned publications" not in text_of(approver, "/live")
    writing.desk.clock.turn(hours=48)
    service_plans.carry_out_due(writing.desk.context)
    assert (writing.heard, old != WORDS) == (WORDS, True)


def test_emergency_form_has_its_own_page(writing: Writing) -> None:
    change = writing.proposed()
    read, form = f"/changes/{change}/read", f"/changes/{change}/emergency"
    assert 'name="reason"' not in writing.approver.read(read)
    assert f'href="{form}"' in writing.approver.read(read)
    fields = {"digest": writing.digest(change), "reason": "short"}
    assert "20 letters or more" in writing.approver.refused(form, fields)
    writing.approver.sends(form, {**fields, "reason": REASON})
    assert writing.heard == WORDS
    assert "published or discarded" in writing.approver.read(form)


def test_desk_without_tasks_gets_link_to_board(writing: Writing) -> None:
    """Cases appear only on the board. So the page Today never tells a desk that it has nothing to do."""
    page = text_of(writing.desk.tab(AccountRole.DESK, name="Desk 8"), "/today")
    assert '<p class="empty">No other tasks wait for you. <a href="/board">Go to the board' in page
    assert "You have nothing to do" not in page
    assert "Go to the board" not in text_of(writing.editor, "/today")
