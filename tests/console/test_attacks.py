"""Tests the pages of the console against an attacker who has only a browser, a copied link, or a session of another
person.
"""

import re
from dataclasses import replace
from http.cookies import SimpleCookie

import pytest

from hotline.core.actors import AccountRole
from hotline.duty import service_invitations
from hotline.keys.password_queue import StretchQueue
from hotline.people import service_sessions
from hotline.people.guard import MAX_FIELDS
from hotline.web.console_app import MAX_BYTES, create_console
from tests.console.conftest import ADDRESS, PAGES, Desk, Tab
from tests.support.signing import PASSWORD, SERVER

FORM = "application/x-www-form-urlencoded"


def fields_of(desk: Desk, name: str) -> dict[str, str]:
    who = desk.people[name]
    return {"name": name, "secret_password": who.password, "secret_code": who.code()}


def cookie_of(answer: object) -> str:
    (token,) = re.findall(r"__Host-hotline=([^;]+);", str(answer.headers))  # type: ignore[attr-defined]
    return str(token)


@pytest.mark.parametrize("planted", ["a" * 43, "somebody's"])
def test_planted_session_does_not_become_signed_in(desk: Desk, planted: str) -> None:
    other = desk.tab(AccountRole.TRANSLATOR, name="Translator 1")
    desk.person("Editor 1", AccountRole.EDITOR)
    token = other.token if planted == "somebody's" else planted
    victim = desk.outside()
    victim.take(token)
    entered = cookie_of(victim.post("/enter", fields_of(desk, "Editor 1"), key=""))
    assert entered != token
    found = service_sessions.find_session(desk.context, token)
    assert (found.name if found else "") == ("Translator 1" if planted == "somebody's" else "")


def test_form_key_works_only_in_its_session(desk: Desk) -> None:
    mine = desk.tab(AccountRole.EDITOR, name="Editor 1")
    again = desk.tab(AccountRole.EDITOR, name="Editor 1")
    other = desk.tab(AccountRole.EDITOR, name="Editor 2")
    for key in (mine.form_key, other.form_key):
        again.refused("/account/language", {"language": "fr"}, key=key)
    left = mine.form_key
    mine.post("/leave")
    mine.take(desk.tab(AccountRole.EDITOR, name="Editor 1").token)
    mine.refused("/account/language", {"language": "fr"}, key=left)
    assert desk.people["Editor 1"].here(mine.token).language == "en"


def test_headers_cannot_change_host_of_a_link(desk: Desk) -> None:
    admin = desk.tab(AccountRole.ADMIN, name="Admin 1")
    named = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    fields = {"name": "Editor 1", "roles": "editor", "language": "en"}
    page = admin.post("/accounts", fields, **named)
    assert f"{ADDRESS}/welcome/" in page.text
    assert "evil.example" not in page.text
    assert desk.outside().get("/flows", **named).location == "/enter?to=/flows"


def test_oversized_form_is_refused_unread(desk: Desk) -> None:
    """If there is no session, a page copies the sent fields into its answer. The limits keep this answer small."""
    client, sent = desk.app.test_client(), {"Origin": ADDRESS}
    bodies = (b"&" * MAX_FIELDS, b"x" * (MAX_BYTES + 1), b"a=&" * (MAX_FIELDS - 1))
    for path in ("/enter", "/account/language"):
        many, large, few = (
            client.post(path, base_url=ADDRESS, headers=sent, data=body, content_type=FORM)
            for body in bodies
        )
        assert (many.status_code, large.status_code) == (413, 413)
        assert max(len(many.data), len(large.data)) < 10_000
        assert few.status_code in {401, 422}


def test_log_contains_no_link_after_a_fault(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    link = service_invitations.invite(desk.context, SERVER, "Editor 1", [AccountRole.EDITOR]).link
    with desk.context.database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE account_code")
    with caplog.at_level("DEBUG"):
        broken = desk.outside().get(f"/welcome/{link}")
        desk.outside().post(f"/welcome/{link}", {"do": "paper"})
    assert broken.status_code == 503
    assert caplog.text
    assert link not in caplog.text


def test_removed_role_or_account_ends_access_at_next_page(desk: Desk) -> None:
    admin = desk.tab(AccountRole.ADMIN, name="Admin 1")
    tab = desk.tab(AccountRole.EDITOR, AccountRole.AUDITOR, name="Editor 1")
    account_id = desk.people["Editor 1"].account_id
    assert tab.get("/changes/new").status_code == 200
    taken = {"roles": ["auditor"], "reason": "other work"}
    admin.post(f"/accounts/{account_id}/roles", taken)
    key = tab.form_key
    assert tab.get("/changes/new").status_code == 404
    assert tab.post("/changes/new", {"title": "Mine"}, key=key).status_code == 404
    admin.post(f"/accounts/{account_id}/end", {"reason": "left"})
    answer = tab.post("/account/language", {"language": "fr"}, key=key)
    assert answer.status_code == 401


def test_known_browser_has_its_own_queue(desk: Desk) -> None:
    editor = desk.person("Editor 1", AccountRole.EDITOR)
    known, strange = desk.outside(), desk.outside()

    def enter(tab: Tab, code: str, password: str = PASSWORD) -> int:
        fields = {"name": "Editor 1", "secret_password": password, "secret_code": code}
        return tab.post("/enter", fields).status_code

    assert enter(known, editor.code()) == 303
    for _ in range(12):
        assert enter(strange, "123456", "another-password") == 422
        desk.clock.turn(minutes=1)
    desk.clock.turn(minutes=-1)
    code = editor.code()
    assert enter(strange, code) == 422
    assert enter(known, code) == 303


def test_browser_mark_is_console_only_and_signs_nobody_in(desk: Desk) -> None:
    desk.person("Editor 1", AccountRole.EDITOR)
    tab = desk.outside()
    entered = tab.post("/enter", fields_of(desk, "Editor 1"))
    told = SimpleCookie("\n".join(entered.headers.getlist("Set-Cookie")))
    mark = told["__Host-hotline-known"]
    assert (mark["secure"], mark["httponly"], mark["samesite"], mark["path"]) == (
        True,
        True,
        "Strict",
        "/",
    )
    assert (mark["max-age"], mark["domain"]) == (str(180 * 24 * 3600), "")

    other = desk.outside()
    other.client.set_cookie("__Host-hotline-known", mark.value, domain="127.0.0.1", secure=True)
    assert other.get("/account").status_code == 303
    other.take(mark.value)
    assert other.get("/account").status_code == 303


def test_refresh_header_of_foreign_link_is_ascii(desk: Desk) -> None:
    client, headers = desk.app.test_client(), {"Sec-Fetch-Site": "cross-site"}
    for to in ("/find?q=\u0175", "/find?q=a b", "/find?q=%0aSet-Cookie:x"):
        asked = {"to": to}
        answer = client.get("/enter", base_url=ADDRESS, query_string=asked, headers=headers)
        assert answer.status_code == 200
        refresh = answer.headers["Refresh"]
        assert refresh.isascii()
        assert refresh.startswith("0; url=/find?q=")


def test_proxy_header_alone_names_the_network(desk: Desk) -> None:
    """Each network may make twenty sign-in attempts at once, and then one attempt a second. A stranger cannot pretend
    to be in another network by sending a header.
    """
    queue = StretchQueue(burst=2, clock=lambda: 0.0)
    context = replace(desk.context, proofs=replace(desk.context.proofs, stretching=queue))
    app = create_console(context, PAGES)

    def tries(named: str, peer: str = "127.0.0.1") -> bool:
        answer = app.test_client().post(
            "/enter",
            base_url=ADDRESS,
            headers={"Origin": ADDRESS, "X-Forwarded-For": named},
            environ_base={"REMOTE_ADDR": peer},
            data={"name": "Nobody", "secret_password": "a", "speaks": "en"},
        )
        assert answer.status_code == 422
        return "came from your network" in answer.text

    assert [tries(f"192.0.2.7, 2001:db8::{number}") for number in range(3)] == [False, False, True]
    assert not tries("2001:db8:0:1::1")
    strangers_own = [tries(f"192.0.2.{number}", "198.51.100.7") for number in range(3)]
    assert strangers_own == [False, False, True]
