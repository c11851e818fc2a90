"""Tests failed sign-in attempts by strangers with the name of an account. Such attempts do not block the account's
owner in a browser in which the owner signed in before.
"""

from http.cookies import SimpleCookie

from hotline.core.actors import AccountRole
from tests.console.conftest import Desk, Tab
from tests.support.signing import PASSWORD


def enter(tab: Tab, code: str, password: str = PASSWORD) -> int:
    fields = {"name": "Editor 1", "secret_password": password, "secret_code": code}
    return tab.post("/enter", fields).status_code


def test_a_browser_that_entered_has_a_queue_of_its_own(desk: Desk) -> None:
    editor = desk.person("Editor 1", AccountRole.EDITOR)
    known, strange = desk.outside(), desk.outside()
    assert enter(known, editor.code()) == 303
    for _ in range(12):
        assert enter(strange, "123456", "another-password") == 422
        desk.clock.turn(minutes=1)
    desk.clock.turn(minutes=-1)
    code = editor.code()
    assert enter(strange, code) == 422
    assert enter(known, code) == 303


def test_its_cookie_is_for_the_console_alone_and_lets_nobody_in(desk: Desk) -> None:
    editor = desk.person("Editor 1", AccountRole.EDITOR)
    tab = desk.outside()
    fields = {"name": "Editor 1", "secret_password": PASSWORD, "secret_code": editor.code()}
    told = SimpleCookie("\n".join(tab.post("/enter", fields).headers.getlist("Set-Cookie")))
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
