"""Tests an account only through pages of the console: from the invitation to the first page after sign-in, and the
owner's later changes to the account.
"""

import re

import pytest

from hotline.core.actors import AccountRole
from hotline.people.rules_sign_in import code_at
from tests.console.conftest import Desk, Tab

PASSWORD = "bakire-temuno-gifara-mukeno"


@pytest.fixture
def admin(desk: Desk) -> Tab:
    return desk.tab(AccountRole.ADMIN, name="Admin 1")


def invited(admin: Tab, *roles: str) -> str:
    """Invites an editor. Returns the path of the link, which the page shows only once."""
    fields = {"name": "Editor 1", "roles": list(roles), "language": "fr"}
    page = admin.post("/accounts", fields).text
    (link,) = re.findall(r"<code>http://127\.0\.0\.1:8080(/welcome/[\w-]+)</code>", page)
    return str(link)


def secret_of(page: str) -> str:
    (letters,) = re.findall(r'<p class="letters">([^<]+)</p>', page)
    return str(letters).replace("-", "").replace(" ", "").upper()


@pytest.mark.row("A10")
def test_invited_person_sets_up_account_and_signs_in(desk: Desk, admin: Tab) -> None:
    link = invited(admin, "editor")
    outside = desk.outside()
    first = outside.read(link)
    assert "Bienvenue, Editor 1" in first

    short = outside.refused(link, {"do": "password", "secret_password": "short"}, key="")
    assert "Entrez un mot de passe d&#39;au moins 12" in short
    assert "short" not in re.sub("short_", "", short)

    chosen = outside.sends(link, {"do": "password", "secret_password": PASSWORD}, key="")
    assert chosen.location == link
    cookie = chosen.headers["Set-Cookie"]
    assert re.match(r"__Host-hotline-link=[\w-]{43};", cookie)
    for word in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
        assert word in cookie
    second = outside.read(link)
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in second
    secret = secret_of(second)
    outside.refused(link, {"do": "code", "secret_code": "000000"}, key="")
    code = code_at(secret, desk.clock())
    outside.sends(link, {"do": "code", "secret_code": code}, key="")

    sheet = outside.post(link, {"do": "paper"}, key="").text
    assert sheet.count("<li><code>") == 10
    outside.refused(link, {"do": "finish"}, key="")
    done = outside.sends(link, {"do": "finish", "have": "yes"}, key="")
    assert done.location == "/enter"
    assert "__Host-hotline-link=;" in done.headers["Set-Cookie"]
    assert outside.get(link).status_code == 404

    desk.clock.turn(seconds=30)
    fields = {"secret_password": PASSWORD, "secret_code": code_at(secret, desk.clock())}
    outside.sends("/enter", {"name": "editor 1", **fields}, key="")


def gives_password_and_code(desk: Desk, tab: Tab, link: str) -> str:
    """Opens an invitation link and does its first two steps: the password and the authenticator's code. Returns the
    secret of the authenticator."""
    tab.post(link, {"do": "password", "secret_password": PASSWORD}, key="")
    secret = secret_of(tab.read(link))
    tab.post(link, {"do": "code", "secret_code": code_at(secret, desk.clock())}, key="")
    return secret


def test_link_alone_shows_no_secret_after_password(desk: Desk, admin: Tab) -> None:
    """The admin who made the invitation link keeps a copy of it and opens the copy after each step."""
    link, person, admins_copy = invited(admin, "editor"), desk.outside(), desk.outside()
    person.post(link, {"do": "password", "secret_password": PASSWORD}, key="")
    secret = secret_of(person.read(link))
    looked = admins_copy.get(link)
    assert "<svg" not in looked.text
    assert "autre navigateur" in looked.text
    code = {"do": "code", "secret_code": code_at(secret, desk.clock())}
    admins_copy.refused(link, code, key="")
    person.sends(link, code, key="")

    assert "<li><code>" in person.post(link, {"do": "paper"}, key="").text
    for fields in (
        {"do": "paper"},
        {"do": "finish", "have": "yes"},
        {"do": "finish"},
        {"do": "password", "secret_password": "kinoto-gabise-rumaka"},
        {"do": "continue", "secret_password": "kinoto-gabise-rumaka"},
    ):
        answer = admins_copy.post(link, fields, key="")
        assert answer.status_code == 422
        assert "<li><code>" not in answer.text
        assert "Set-Cookie" not in answer.headers
    assert person.sends(link, {"do": "finish", "have": "yes"}, key="").location == "/enter"


def test_closed_browser_continues_with_password(desk: Desk, admin: Tab) -> None:
    link, closed, again = invited(admin, "editor"), desk.outside(), desk.outside()
    secret = gives_password_and_code(desk, closed, link)
    closed.post(link, {"do": "paper"}, key="")
    assert "kinoto-gabise" not in again.refused(
        link, {"do": "continue", "secret_password": "kinoto-gabise"}, key=""
    )
    right = {"do": "continue", "secret_password": PASSWORD}
    again.sends(link, right, key="")
    again.refused(link, {"do": "finish", "have": "yes"}, key="")
    closed.refused(link, {"do": "finish", "have": "yes"}, key="")
    sheet = re.findall(r"<li><code>([^<]+)", again.post(link, {"do": "paper"}, key="").text)
    again.sends(link, {"do": "finish", "have": "yes"}, key="")
    desk.clock.turn(seconds=30)
    fields = {"name": "Editor 1", "secret_password": PASSWORD}
    for code in (sheet[0], code_at(secret, desk.clock())):
        desk.outside().sends("/enter", {**fields, "secret_code": code}, key="")


def test_welcome_link_from_other_site_is_reloaded(desk: Desk, admin: Tab) -> None:
    link, webmail = invited(admin, "editor"), {"Sec-Fetch-Site": "cross-site"}
    assert "Refresh" not in desk.outside().get(link, **webmail).headers
    desk.outside().post(link, {"do": "password", "secret_password": PASSWORD}, key="")
    assert desk.outside().get(link, **webmail).headers["Refresh"] == f"0; url={link}"


def test_invalid_welcome_link_opens_nothing(desk: Desk) -> None:
    for link in ("none", "a" * 43):
        answer = desk.outside().get(f"/welcome/{link}")
        assert answer.status_code == 404
        assert desk.outside().post(f"/welcome/{link}", {"do": "paper"}).status_code in {404, 422}


def test_deciding_role_waits_for_second_admin(desk: Desk, admin: Tab) -> None:
    other = desk.tab(AccountRole.ADMIN, name="Admin 2")
    invited(admin, "approver", "editor")
    own = admin.read("/approvals")
    assert "You cannot decide on this request. You made the request, or the request is" in own
    assert "Withdraw request" in own
    assert 'value="approve"' not in own
    asked = other.read("/approvals")
    (path,) = re.findall(r'action="(/approvals/\d+)"', asked)

    refused = other.refused(path, {"do": "approve"})
    assert "Enter a reason." in refused
    assert 'href="#f-reason-' in refused
    other.sends(path, {"do": "approve", "reason": "Known since May"})
    assert "Nothing is waiting for approval" in other.read("/approvals")


def test_admin_changes_roles_link_and_end_of_account(desk: Desk, admin: Tab) -> None:
    invited(admin, "editor")
    listed = admin.read("/accounts")
    assert "An approver reviews and publishes the drafts of other people." in listed
    (path,) = re.findall(r'href="(/accounts/\d+)">Editor 1<', listed)
    admin.refused(f"{path}/roles", {})
    clash = admin.post(f"{path}/roles", {"roles": ["desk", "auditor"]})
    assert "n admin or auditor cannot read tips: use another account to read tips" in clash.text
    other = {"roles": ["translator"]}
    missing = admin.post(f"{path}/roles", other)
    assert (missing.status_code, "Enter a reason." in missing.text) == (422, True)
    assert re.search(r'value="translator" checked', missing.text), "the typed roles stay"
    admin.sends(f"{path}/roles", other | {"reason": "other work"})
    assert "translator" in admin.read(path)
    assert "Create link" in admin.read(path), "no one has used the link yet"
    again = admin.post(f"{path}/link")
    assert re.search(r"/welcome/[\w-]{40,}", again.text)
    assert "A new sign-in link makes the account usable again." in admin.read(path)
    admin.refused(f"{path}/end")
    admin.sends(f"{path}/end", {"reason": "left"})
    ended = "This account has ended. The log keeps the account&#39;s name. A new sign-in link makes"
    assert f"{ended} the account usable" in admin.read(path)
    assert admin.get("/accounts/999").status_code == 404


def test_person_refuses_waiting_link(desk: Desk, admin: Tab) -> None:
    editor = desk.tab(AccountRole.EDITOR, name="Editor 1")
    second = desk.tab(AccountRole.ADMIN, name="Admin 2")
    path = f"/accounts/{desk.people['Editor 1'].account_id}"
    assert "Request a new sign-in link if the person lost both" in admin.read(path)
    admin.sends(f"{path}/link", {"reason": "lost both"})
    assert "as soon as another admin approves" in admin.read(path)
    admin.refused(f"{path}/link")
    assert "Admin 1 asks for a new sign-in link for Editor 1." in second.read("/approvals")
    assert "Admin 1 asked for a new sign-in link for your account." in editor.read("/flows")
    assert "Refuse link" in editor.read("/account")
    assert editor.post("/account/link").location == "/account?done=link"
    assert "Link refused. No one can use the link." in editor.read("/account?done=link")
    assert "asks for a new sign-in link" not in second.read("/approvals")


def test_approved_link_is_made_at_once(desk: Desk, admin: Tab) -> None:
    desk.tab(AccountRole.EDITOR, name="Editor 1")
    second = desk.tab(AccountRole.ADMIN, name="Admin 2")
    path = f"/accounts/{desk.people['Editor 1'].account_id}"
    admin.post(f"{path}/link", {"reason": "lost both"})
    (waits,) = re.findall(r'action="(/approvals/\d+)"', second.read("/approvals"))
    agrees = {"do": "approve", "reason": "met them"}
    admin.refused(waits, agrees)
    second.sends(waits, agrees)
    assert "You can create the new sign-in link for this account now." in admin.read(path)
    assert re.search(r"/welcome/[\w-]{40,}", admin.post(f"{path}/link").text)


def test_end_of_national_account_needs_second_admin(desk: Desk, admin: Tab) -> None:
    third, _ = (desk.tab(AccountRole.NATIONAL, name=f"National {n}") for n in (1, 2))
    second = desk.tab(AccountRole.ADMIN, name="Admin 2")
    path = f"/accounts/{desk.people['National 1'].account_id}"
    assert (
        "Another admin must approve your request under Approvals, because this account belongs to an admin"
        in admin.read(path)
    )
    ended = admin.post(f"{path}/end", {"reason": "left"})
    assert ended.location == path
    assert "asks to end the account of National 1." in admin.read(path)
    assert third.get("/").status_code == 200
    assert "Admin 1 asks to end the account of National 1." in second.read("/approvals")
    (waits,) = set(re.findall(r'action="(/approvals/\d+)"', second.read("/approvals")))
    admin.sends(waits, {"do": "take_back"})
    assert "asks to end" not in second.read("/approvals")

    admin.post(f"{path}/end", {"reason": "left for good"})
    (waits,) = set(re.findall(r'action="(/approvals/\d+)"', second.read("/approvals")))
    yes = {"do": "approve", "reason": "yes"}
    assert [one.post(waits, yes).status_code for one in (admin, third)] == [422, 422]
    second.sends(waits, yes)
    assert "A new sign-in link makes the account usable again." in admin.read(path)
    assert "Another admin must approve the link" in admin.read(path)


def test_another_admin_ends_suspension(desk: Desk, admin: Tab) -> None:
    editor = desk.tab(AccountRole.EDITOR, name="Editor 1")
    second = desk.tab(AccountRole.ADMIN, name="Admin 2")
    path = f"/accounts/{desk.people['Editor 1'].account_id}"
    assert "The person keeps their encryption keys." in admin.read(path)
    admin.sends(f"{path}/suspend", {"reason": "stolen phone"})
    assert editor.get("/").status_code == 303
    assert "This account is suspended until" in second.read(path)
    second.sends(f"{path}/lift")
    assert "This account is suspended until" not in second.read(path)
    last = f"/accounts/{desk.people['Admin 2'].account_id}/suspend"
    answer = admin.post(last, {"reason": "mine alone"})
    assert "No other account has one of this account&#39;s roles" in answer.text


def test_admin_cannot_change_own_account(desk: Desk, admin: Tab) -> None:
    path = f"/accounts/{desk.people['Admin 1'].account_id}"
    assert (
        "Only another admin can change your roles, create a new link for you or end your account"
        in admin.read(path)
    )
    for act in ("link", "end"):
        answer = admin.refused(f"{path}/{act}")
        assert "nother admin can" in answer


def test_taken_name_has_error_at_its_field(desk: Desk, admin: Tab) -> None:
    answer = admin.refused("/accounts", {"name": "Admin 1", "roles": "editor", "language": "en"})
    assert "<title>Error: Accounts" in answer
    assert '<a href="#f-name">' in answer
    assert 'value="Admin 1"' in answer
    assert re.search(r'value="editor" checked', answer)


def test_person_changes_password_factor_and_sheet(desk: Desk) -> None:
    """A new password or authenticator ends the other sessions, also one of a thief."""
    tab = desk.tab(AccountRole.EDITOR, name="Editor 1")
    elsewhere = desk.tab(AccountRole.EDITOR, name="Editor 1")
    tab.refused("/account/password", {"secret_old": "wrong", "secret_new": PASSWORD})
    old = desk.people["Editor 1"].password
    done = tab.post("/account/password", {"secret_old": old, "secret_new": PASSWORD})
    assert done.location == "/account?done=password"
    assert "Password changed. Your other sessions ended" in tab.read("/account?done=password")
    assert elsewhere.get("/").status_code == 303

    desk.people["Editor 1"].password = PASSWORD
    thief = desk.tab(AccountRole.EDITOR, name="Editor 1")
    shown = tab.read("/account/factor")
    (encrypted,) = re.findall(r'name="sealed" value="([^"]+)"', shown)
    proof = {"secret_password": PASSWORD, "secret_code": desk.people["Editor 1"].code()}
    fields = {"sealed": encrypted, "secret_new_code": "000000", **proof}
    wrong = tab.refused("/account/factor", fields)
    assert secret_of(wrong) == secret_of(shown)
    fields["secret_new_code"] = code_at(secret_of(shown), desk.clock())
    assert tab.post("/account/factor", fields).location == "/account?done=factor"
    assert (tab.get("/").status_code, thief.get("/").status_code) == (200, 303)

    desk.clock.turn(seconds=30)
    proof["secret_code"] = code_at(secret_of(shown), desk.clock())
    assert tab.post("/account/paper", proof).text.count("<li><code>") == 10


def test_other_sessions_are_listed_and_ended(desk: Desk) -> None:
    one, two = (desk.tab(AccountRole.EDITOR, name="Editor 1") for _ in range(2))
    assert one.read("/account").count("this session") == 1
    one.sends("/account/sessions")
    assert (one.get("/").status_code, two.get("/").status_code) == (200, 303)
    assert 'action="/account/sessions"' not in one.read("/account"), "there are no others"


def test_recovery_key_replaces_lost_password(desk: Desk) -> None:
    editor = desk.person("Editor 1", AccountRole.EDITOR)
    fields = {"name": "Editor 1", "secret_recovery": editor.sheet.key, "secret_new": PASSWORD}
    wrong = desk.outside().refused("/recover", {**fields, "secret_code": "000000"})
    assert editor.sheet.key not in wrong
    done = desk.outside().post("/recover", {**fields, "secret_code": editor.code()})
    assert done.location == "/enter"
    editor.password = PASSWORD
    assert editor.enters().token
