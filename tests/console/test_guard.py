"""Tests the checks before every page: the host, the origin and the session must be right. If a session ends, the page
keeps the text that a user typed, but no secrets.
"""

import re

import pytest

from hotline.core.actors import AccountRole
from hotline.duty import service_removal
from hotline.people import service_sessions
from hotline.people.rules_sign_in import code_at
from tests.console.conftest import ADDRESS, Desk, Tab
from tests.support.signing import SERVER, Person

TYPED = {"language": "fr", "why": "Deux mots <b>de plus</b>", "secret_password": "a secret of mine"}


@pytest.fixture
def tab(desk: Desk) -> Tab:
    return desk.tab(AccountRole.EDITOR)


def proof_of(editor: Person) -> dict[str, str]:
    return {"secret_password": editor.password, "secret_code": editor.code()}


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))


def test_other_host_name_gets_nothing(desk: Desk) -> None:
    client = desk.app.test_client()
    for host in ("http://localhost:8080", "http://127.0.0.1", "http://evil.example:8080"):
        answer = client.get("/enter", base_url=host)
        assert (answer.status_code, answer.data) == (421, b"")
    assert client.get("/enter", base_url=ADDRESS).status_code == 200


def test_session_cookie_is_for_server_only(desk: Desk) -> None:
    editor = desk.person("Editor 1", AccountRole.EDITOR)
    fields = {"name": "Editor 1", **proof_of(editor)}
    answer = desk.outside().sends("/enter", {**fields, "to": "/flows?x=1"})
    assert answer.location == "/flows?x=1"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-hotline=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"} == set(cookie.split("; ")[1:])


def test_sign_in_redirects_to_no_other_site(desk: Desk) -> None:
    editor = desk.person("Editor 1", AccountRole.EDITOR)
    bad = ("//evil.example/", "https://evil.example/", "/\\evil.example", "evil", "", "/\n/x")
    for to in bad:
        fields = {"name": "editor 1", **proof_of(editor), "to": to}
        assert desk.outside().post("/enter", fields).location == "/", to


def test_each_wrong_sign_in_gets_same_answer(desk: Desk) -> None:
    editor = desk.person("Editor 1", AccountRole.EDITOR)
    right = {"name": "Editor 1", **proof_of(editor)}
    said = set()
    for wrong in ("name", "secret_password", "secret_code"):
        answer = desk.outside().post("/enter", {**right, wrong: "123456"})
        assert answer.status_code == 422
        assert "Set-Cookie" not in answer.headers
        assert editor.password not in answer.text
        said.add(re.sub(r'value="[^"]*"', "", answer.text))
    assert len(said) == 1


def test_text_of_ended_session_is_saved_after_sign_in(desk: Desk, tab: Tab) -> None:
    desk.clock.turn(minutes=16)
    ended = tab.post("/account/language", TYPED)
    assert ended.status_code == 401
    assert "a secret of mine" not in ended.text
    kept = hidden(ended.text)
    assert kept["to"] == "/account/language"
    assert kept["kept.why"] == "Deux mots &lt;b&gt;de plus&lt;/b&gt;"

    editor = desk.people["editor"]
    again = desk.outside().post(
        "/enter",
        {
            "name": "editor",
            **proof_of(editor),
            "to": kept["to"],
            "kept.language": kept["kept.language"],
            "kept.why": TYPED["why"],
        },
    )
    assert again.status_code == 200
    assert "Save text" in again.text
    assert 'action="/account/language"' in again.text
    token = again.headers["Set-Cookie"].partition("=")[2].partition(";")[0]
    tab.take(token)
    fields = hidden(again.text.rpartition("<form")[2])
    assert fields["form_key"] == tab.form_key
    tab.sends("/account/language", fields, key=fields["form_key"])
    assert tab.desk.people["editor"].here(token).language == "fr"


def test_form_from_other_site_is_dropped(desk: Desk) -> None:
    answer = desk.outside().post("/account/language", TYPED, Origin="https://evil.example")
    assert answer.status_code == 403
    assert "Deux mots" not in answer.text


def test_missing_page_uses_account_language(desk: Desk, tab: Tab) -> None:
    other = {"Accept-Language": "fr"}
    for language in ("rw", "fr", "en"):
        tab.post("/account/language", {"language": language})
        begins = f'<html lang="{language}">'
        assert begins in tab.get("/nope").text
        assert begins in tab.get("/accounts").text, "an editor may not see it"
        refused = tab.post("/account/language", {"language": "en"}, Origin="https://evil.example")
        assert (refused.status_code, begins in refused.text) == (403, True)
        assert begins in tab.get("/nope", **other).text
    assert '<html lang="fr">' in desk.outside().get("/nope", **other).text


def test_second_factor_in_form_counts_for_same_request(desk: Desk) -> None:
    tab = desk.tab(AccountRole.EDITOR, name="Editor 1")
    editor = desk.people["Editor 1"]
    for minutes in (10, 6):
        desk.clock.turn(minutes=minutes)
        tab.get("/")
    changed = {"secret_old": editor.password, "secret_new": "bakire-temuno-gifara-mukeno"}
    not_right = {"secret_password": "no", "secret_code": "000000"}
    wrong = tab.refused("/account/password", changed | not_right)
    assert "The name, password or code is wrong. Check all three" in wrong
    proof = proof_of(editor)
    done = tab.post("/account/password", changed | proof)
    assert done.location == "/account?done=password"


def test_new_sheet_or_authenticator_needs_password_and_code(
    desk: Desk,
) -> None:
    """A stranger at an open browser must not be able to make a change that cannot be undone."""
    tab = desk.tab(AccountRole.EDITOR, name="Editor 1")
    editor = desk.people["Editor 1"]
    for path in ("/account/paper", "/account/factor"):
        asked = tab.refused(path)
        assert 'name="secret_password"' in asked
        assert 'name="secret_code"' in asked
    wrong = tab.refused("/account/paper", proof_of(editor) | {"secret_password": "no"})
    assert "The name, password or code is wrong. Check all three" in wrong
    proof = proof_of(editor)
    assert "Recovery sheet of Editor 1" in tab.post("/account/paper", proof).text
    assert "Recovery sheet of" not in tab.refused("/account/paper", proof)


def test_person_is_notified_of_new_sheet_or_authenticator(desk: Desk) -> None:
    tab = desk.tab(AccountRole.EDITOR, name="Editor 1")
    editor = desk.people["Editor 1"]
    says = (
        "Someone created a new recovery sheet for your account at",
        "Someone set up a new authenticator for your account at",
    )

    def reads() -> list[bool]:
        return [one in tab.read(path) for path in ("/", "/account") for one in says]

    assert reads() == [False] * 4
    proof = proof_of(editor)
    tab.post("/account/paper", proof)
    assert reads() == [True, False] * 2
    shown = tab.read("/account/factor")
    (encrypted,) = re.findall(r'name="sealed" value="([^"]+)"', shown)
    (letters,) = re.findall(r'<p class="letters">([^<]+)</p>', shown)
    proof = proof_of(editor)
    code = code_at(letters.replace("-", "").upper(), desk.clock())
    taken = tab.post("/account/factor", {"sealed": encrypted, "secret_new_code": code, **proof})
    assert taken.location == "/account?done=factor"
    assert reads() == [True] * 4
    tab.sends("/account/known")
    assert reads() == [False] * 4


def test_notice_of_new_sheet_ends_after_seven_days(desk: Desk) -> None:
    tab = desk.tab(AccountRole.EDITOR, name="Editor 1")
    editor = desk.people["Editor 1"]
    proof = proof_of(editor)
    tab.post("/account/paper", proof)
    for days, stands in ((6, True), (1, False)):
        desk.clock.turn(days=days)
        tab.take(editor.enters().token)
        assert (
            "Someone created a new recovery sheet for your account at" in tab.read("/")
        ) is stands


def test_script_request_of_ended_session_gets_401(desk: Desk) -> None:
    answer = desk.outside().post("/account/language", {}, **{"X-Part": "1"})
    assert (answer.status_code, answer.data) == (401, b"")


def test_ended_account_or_reload_keeps_no_session(desk: Desk, tab: Tab) -> None:
    ended = desk.tab(AccountRole.TRANSLATOR, name="Translator 1")
    account_id = desk.people["Translator 1"].account_id
    service_removal.end_account(desk.context, SERVER, account_id)
    assert ended.get("/").status_code == 303
    assert tab.get("/").headers["Refresh"] == "60; url=/?auto"
    for _ in range(15):
        desk.clock.turn(minutes=1)
        tab.get("/?auto")
    assert tab.get("/?auto").status_code == 303
    assert service_sessions.find_session(desk.context, tab.token) is None


def test_link_in_mail_is_reloaded_from_own_page(desk: Desk) -> None:
    """After a link on another site, the browser does not send a strict cookie. The browser sends the cookie with its
    next request."""
    answer = desk.outside().get("/enter?to=/flows", **{"Sec-Fetch-Site": "cross-site"})
    assert answer.headers["Refresh"] == "0; url=/flows"
    assert "Refresh" not in desk.outside().get("/enter?to=/flows").headers
