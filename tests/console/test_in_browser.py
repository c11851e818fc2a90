"""Tests the pages in Chromium: with axe, with a keyboard only, without JavaScript, and on a narrow screen.

Also tests the pages' own JavaScript.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Dialog, Locator, Page, Route, ViewportSize, expect

from hotline.cases import service_desk_commands
from hotline.core.actors import AccountRole
from hotline.gateway import service_pause
from hotline.people import tables_audit, tables_desks
from hotline.text.places import NATIONAL
from hotline.tips.rules import TipOutcome
from tests.console.browsing import NARROW, OFFICE, TWICE_AS_LARGE, Site, site
from tests.console.conftest import PAGES as TEMPLATES
from tests.console.conftest import writes_history, writes_people
from tests.console.desk_tips import DISTRICT, lets_in, tell, with_a_release, with_a_tip
from tests.console.test_headers import PAGES
from tests.console.test_stored_scripts import store_scripts
from tests.support.axe import axe_faults
from tests.support.signing import Person

__all__ = ["site"]
pytestmark = pytest.mark.browser

READERS = ("/tips", "/tips/1", "/tips/1/persons/screened", "/call-backs")
OUTSIDE = ("/enter", "/recover", "/nothing")
DAYS = 9
"""The number of parts into which the tests divide the pages. Each day the tests check one part, because axe needs
almost a second for each page."""
SIZES = {"office": OFFICE, "narrow": NARROW, "twice as large": TWICE_AS_LARGE}
EVERYTHING = tuple(map(AccountRole, ("admin", "editor", "approver", "translator")))
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL = """[...document.querySelectorAll('a, button, input:not([type=hidden]), select, summary')].filter(one => {
  const box = one.getBoundingClientRect();
  const inline = one.tagName === 'A' && getComputedStyle(one).display === 'inline';
  return box.width && !inline && !one.matches('.skip, .unseen') && Math.min(box.width, box.height) < 24;
}).map(one => one.outerHTML.slice(0, 80))"""
UNSEEN_FOCUS = """[...document.querySelectorAll('a[href], button, input, select, textarea, summary')].filter(one => {
  if (one.disabled || one.matches('.unseen') || !one.checkVisibility()) return false;
  one.focus();
  const drawn = getComputedStyle(one);
  const is_drawn = drawn.outlineStyle !== 'none' || drawn.boxShadow !== 'none';
  return document.activeElement !== one || one.tabIndex < 0 || !is_drawn;
}).map(one => one.outerHTML.slice(0, 80))"""
CUT = """[...document.querySelectorAll('main *')].filter(one => {
  const hides = ['hidden', 'clip'].includes(getComputedStyle(one).overflowX);
  const is_ours = !one.closest('.unseen') && !one.matches('input, select, textarea');
  return hides && is_ours && one.scrollWidth > one.clientWidth + 1;
}).map(one => one.outerHTML.slice(0, 80))"""

TOO_LONG = """(() => {
  const count = one => document.querySelectorAll('main ' + one).length;
  const sections = Math.max(count('h2, main caption'), count('legend'));
  const links = document.querySelector('nav.contents, .sums');
  return document.documentElement.scrollHeight > 3 * innerHeight && sections > 1 && !links;
})()"""
"""Returns True in the browser if a page has several sections, is higher than three windows, and has no table of
contents. A window is 768 pixels high in an office, and 640 pixels on a phone. A page with a single list or form needs
no table of contents."""


@pytest.mark.row("A1")
@pytest.mark.parametrize("size", [*SIZES])
@pytest.mark.parametrize("share", range(DAYS))
def test_pages_pass_axe_and_fit_their_screen(site: Site, size: str, share: int) -> None:
    person = site.desk.person("Admin 1", *EVERYTHING)
    writes_history(site.desk)
    with_a_release(site.desk)
    service_pause.pause(site.desk.context, by="Operator 1", reason="a trial")
    wrong: list[str] = []
    with site.page(SIZES[size], expects=lambda said: "404" in said) as page:
        wrong += judged(page, OUTSIDE[share % len(OUTSIDE)])
        site.sign_in(page, person)
        for path in set(PAGES[share::DAYS]) - set(READERS):
            wrong += judged(page, path)
    wrong += judged_of_readers(site, SIZES[size], share)
    assert not wrong, "\n".join(wrong)


def judged_of_readers(site: Site, size: ViewportSize, share: int) -> list[str]:
    """Returns the faults of the pages that no admin may open: the pages that show tips, and the pages that show
    decrypted texts and persons.
    """
    paths = [path for path in PAGES[share::DAYS] if path in READERS]
    if not paths:
        return []
    wrong: list[str] = []
    person = site.desk.person("National 1", AccountRole.NATIONAL)
    writes_people(site.desk)
    with_a_tip(site.desk)
    with site.page(size) as page:
        site.sign_in(page, person)
        for path in paths:
            wrong += judged(page, path)
        if "/tips/1" in paths:
            everything = "document.querySelectorAll('details').forEach(one => one.open = true)"
            for form, name in (
                ("/open", "Open report text to send a responder"),
                ("/persons", "Open notes about people met"),
            ):
                page.goto("/tips/1")
                page.evaluate(everything)
                within = page.locator(f"form[action='/tips/1{form}']").first
                if form == "/persons":
                    within.get_by_label("to send a responder to the place").check()
                within.get_by_role("button", name=name).click()
                expect(
                    page.get_by_text("minutes and cannot be printed. The log records that")
                ).to_be_visible()
                wrong += faults_of(page, name)
    return wrong


@pytest.mark.row("A8")
@pytest.mark.parametrize("size", ["office", "narrow"])
def test_a8_board_shows_new_danger_and_keeps_focus(site: Site, size: str) -> None:
    """If a browser runs no script, a header makes the browser load the board again."""
    person = site.desk.person("National 1", AccountRole.NATIONAL)
    writes_people(site.desk)
    with_a_tip(site.desk)
    with site.page(SIZES[size]) as page:
        site.sign_in(page, person)
        assert faults_of(page, "/") == []
        expect(page.locator("#untaken .card")).to_have_count(1)
        page.get_by_role("button", name="Alert next").focus()
        tell(site.desk, urgency=1)
        happens(site, 2)
        expect(page.locator("#untaken .card")).to_have_count(2, timeout=10_000)
        held = "document.activeElement.closest('.card').getAttribute('aria-labelledby')"
        assert page.evaluate(held) == "c-1"
        assert faults_of(page, "/") == []
    with site.page(SIZES[size], script=False) as page:
        site.sign_in(page, person)
        assert page.locator("noscript meta[http-equiv=refresh]").count() == 1


@pytest.mark.row("A8")
@pytest.mark.parametrize(
    ("size", "language"), [("office", "en"), ("narrow", "rw"), ("office", "fr")]
)
def test_a8_danger_is_read_and_closed_from_board(site: Site, size: str, language: str) -> None:
    """The board shows without a click which case is urgent and who has it. When the board is locked, it hides cases and
    shows only their number."""
    person, second = site_of_two(site, language)
    clicks = 0

    def click(target: Locator) -> None:
        nonlocal clicks
        clicks += 1
        target.click()

    with site.page(SIZES[size]) as page:
        site.sign_in(page, person)
        urgent = page.locator("#untaken .card.level-1")
        expect(urgent).to_contain_text("Gasabo")
        expect(urgent.locator("p").nth(1)).not_to_be_empty()
        click(page.locator("#c-1 a"))
        click(page.locator("button[value=send]"))
        expect(page.locator("table")).to_contain_text("hafi")
        assert clicks == 2
        page.goto("/")
        clicks = 0
        click(page.locator("#to_approve a[href$='#closure']"))
        click(page.locator("button[value=send]"))
        page.locator("#f-reason-judge").fill("I read it")
        click(page.locator("button[value=agree]"))
        expect(page.locator("#closure")).to_have_count(0)
        assert clicks == 3
        page.goto("/")
        expect(page.locator("#to_approve .card")).to_have_count(0)
        page.locator("#sound").click()
        site.desk.clock.turn(minutes=15)
        expect(page.locator("#locked")).to_be_visible(timeout=10_000)
        assert re.search("Gasabo|/tips|hafi", page.content()) is None
        expect(page.locator("h1")).to_contain_text("1 ")
        assert faults_of(page, "locked") == []
        happens(site, tell(site.desk, urgency=1))
        expect(page.locator("h1")).to_contain_text("2 ", timeout=10_000)
        opens_again(page, person)
        expect(page.locator("#untaken .card.level-1")).to_have_count(2)
    with site.page(SIZES[size], script=False) as page:
        site.sign_in(page, second)
        page.goto("/tips/1")
        page.locator("#close summary").press("Enter")
        expect(page.locator("#f-reason-close")).to_be_visible()
        page.goto("/")
        site.desk.clock.turn(minutes=15)
        page.goto("/?auto")
        expect(page.locator("h1")).to_contain_text("2 ")
        opens_again(page, second)


def site_of_two(site: Site, language: str) -> tuple[Person, Person]:
    """Files two cases about danger. One person of the national desk has requested the closure of the second case."""
    writes_people(site.desk)
    both = [
        site.desk.person(name, AccountRole.NATIONAL, language=language)
        for name in ("National 1", "National 2")
    ]
    for one in both:
        lets_in(site.desk, one.account_id, NATIONAL)
    tell(site.desk, urgency=1)
    tip = tell(site.desk, urgency=1)
    by = both[1].here(both[1].enters().token)
    service_desk_commands.close_tip(
        site.desk.context, by, tip, reason="she is safe", outcome=TipOutcome.HELPED
    )
    return both[0], both[1]


def happens(site: Site, tip: int) -> None:
    """Adds a row about a tip to the audit log, so that open boards load their cases again."""
    with site.desk.writing() as session:
        tables_audit.append_about_tip(session, tip, "tip_noted", "clock", site.desk.clock())


def opens_again(page: Page, person: Person) -> None:
    page.locator("main a.target").click()
    page.locator("#f-secret_password").fill(person.password)
    page.locator("#f-secret_code").fill(person.code())
    page.locator("main form button").click()
    expect(page.locator("#board")).to_be_visible()


def judged(page: Page, path: str) -> list[str]:
    """Returns the faults of a page: the violations that axe finds, a page that is wider than the screen, and elements
    that are too small or cut off.

    Also returns the elements that hide the keyboard focus.
    """
    page.goto(path)
    return faults_of(page, path)


def faults_of(page: Page, path: str) -> list[str]:
    wrong = axe_faults(page, path)
    if page.evaluate(WIDER) > 0:
        wrong.append(f"{path} is wider than its screen")
    if page.viewport_size in (OFFICE, NARROW) and page.evaluate(TOO_LONG):
        wrong.append(f"{path} has no table of contents")
    page.keyboard.press("Tab")
    for fault, asks in (
        ("is too small", SMALL),
        ("is cut off", CUT),
        ("hides focus", UNSEEN_FOCUS),
    ):
        wrong += [f"{path} {fault}: {one}" for one in page.evaluate(asks)]
    return wrong


def test_keyboard_alone_signs_in_fixes_error_and_signs_out(site: Site) -> None:
    person = site.desk.person("Admin 1", AccountRole.ADMIN)
    with site.page(expects=lambda said: "422" in said) as page:
        page.goto("/enter")
        page.keyboard.press("Tab")
        expect(page.get_by_text("Skip to main content")).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.get_by_label("Name")).to_be_focused()
        for words in (person.name, person.password, person.code()):
            page.keyboard.type(words)
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page).to_have_title("Statistics - Hotline desk")

        page.goto("/accounts")
        page.get_by_label("Name").focus()
        page.keyboard.press("Enter")
        expect(page).to_have_title("Error: Accounts - Hotline desk")
        expect(page.locator(".errors")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_label("Name")).to_be_focused()


def test_pages_work_without_script(site: Site) -> None:
    person = site.desk.person("Admin 1", AccountRole.ADMIN)
    with site.page(script=False) as page:
        site.sign_in(page, person)
        page.get_by_role("button", name="Français").click()
        expect(page).to_have_title("Statistiques - Bureau de la ligne")
        page.get_by_role("button", name="English").click()
        page.get_by_text("More", exact=True).click()
        page.get_by_role("link", name="Accounts", exact=True).click()
        page.get_by_label("Name").fill("Editor 1")
        page.get_by_label("editor").check()
        page.get_by_role("button", name="Create account").click()
        expect(page.get_by_role("heading", name="Link for Editor 1")).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_typed_text_survives_end_of_session(site: Site) -> None:
    person = site.desk.person("Admin 1", AccountRole.ADMIN)
    with site.page(expects=lambda said: "401" in said) as page:
        site.sign_in(page, person)
        page.goto("/accounts")
        page.get_by_label("Name").fill("Editor 1")
        page.get_by_label("translator").check()
        site.desk.clock.turn(minutes=16)
        page.get_by_role("button", name="Create account").click()
        expect(page.get_by_label("Name")).to_have_value("")
        expect(page.get_by_text("Your text is still here")).to_have_count(2)
        page.get_by_label("Name").fill(person.name)
        page.get_by_label("Password").fill(person.password)
        page.get_by_label("Code").fill(person.code())
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Save text").click()
        expect(page.get_by_role("heading", name="Link for Editor 1")).to_be_visible()


def test_link_from_other_site_arrives_signed_in(site: Site) -> None:
    person = site.desk.person("Editor 1", AccountRole.EDITOR)
    with site.page() as page:
        site.sign_in(page, person)
        link = f"<a href='{site.address}/flows?from=mail'>look</a>"
        page.route(
            "http://elsewhere.test/",
            lambda route: route.fulfill(body=link, content_type="text/html"),
        )
        page.goto("http://elsewhere.test/")
        page.get_by_role("link", name="look").click()
        expect(page).to_have_title("Flows - Hotline desk")
        assert page.url.endswith("/flows?from=mail")


def test_stored_scripts_never_run(site: Site) -> None:
    person = site.desk.person("Admin 1", AccountRole.ADMIN)
    store_scripts(site.desk)
    ran: list[str] = []
    with site.page() as page:
        page.on("dialog", lambda dialog: ran.append(dialog.message))
        site.sign_in(page, person)
        page.goto("/audit")
        expect(page.locator("tbody tr").first).to_be_visible()
        page.get_by_role("alert").get_by_text("paused all messages").hover()
    assert ran == []


FORM = """<!doctype html><title>x</title><body data-ended="Ended?"><p id="network" hidden>No network</p>
<form method="post" action="/saved" data-unsaved data-parts="/try/part">
<button name="do" value="save">Save</button><textarea name="words" aria-label="Words"></textarea>
<div id="meter" data-part>0</div><div id="keys" data-part><button name="do" value="press:1" data-quick>1</button></div>
</form><script src="{script}"></script>"""


@pytest.fixture
def form(site: Site) -> Iterator[Page]:
    """Opens a page whose parts the console's script updates while a person types. The test itself answers the
    requests that the script sends.
    """
    with site.page(expects=lambda said: "Failed to load" in said) as page:
        body = FORM.format(script=f"/static/{TEMPLATES.files['console.js'].name}")
        page.route("**/try", lambda route: route.fulfill(body=body, content_type="text/html"))
        page.goto("/try")
        yield page


def part(route: Route, meter: str) -> None:
    keys = '<button name="do" value="press:1" data-quick>1</button>'
    body = f'<div id="meter" data-part>{meter}</div><div id="keys" data-part>{keys}</div>'
    route.fulfill(body=body, content_type="text/html")


def test_new_desk_key_continues_to_the_end(site: Site) -> None:
    person = site.desk.person("Desk 1", AccountRole.DESK)
    writes_people(site.desk)
    lets_in(site.desk, person.account_id, DISTRICT)
    with site.desk.writing() as session:
        tables_desks.get_desk(session, DISTRICT).copied_since = site.desk.clock()
    with site.page() as page:
        page.clock.install()
        site.sign_in(page, person)
        assert not judged(page, f"/desks/{DISTRICT}")
        page.get_by_label("Reason").fill("somebody left")
        page.get_by_role("button", name="Give new key").click()
        expect(page.get_by_text("a removed person may have a copy of it")).to_be_visible()
        assert not faults_of(page, "in the middle of it")
        site.desk.clock.turn(seconds=6)
        page.clock.fast_forward(7000)
        expect(page.get_by_text("of the old")).to_have_count(0)
        expect(page.get_by_role("button", name="Give new key")).to_have_count(0)


def test_replaced_parts_keep_typing_without_network(
    form: Page,
) -> None:
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.post_data or "")
        assert route.request.headers["x-part"] == "1"
        part(route, str(len(asked)))

    form.route("**/try/part", answer)
    form.get_by_label("Words").press_sequentially("abc")
    expect(form.locator("#meter")).to_have_text("1")
    expect(form.get_by_label("Words")).to_be_focused()
    assert asked == ["words=abc"]

    form.get_by_role("button", name="1").click()
    expect(form.locator("#meter")).to_have_text("2")
    expect(form.get_by_role("button", name="1")).to_be_focused()
    assert asked[1] == "words=abc&do=press%3A1"

    form.unroute("**/try/part")
    form.route("**/try/part", lambda route: route.abort())
    form.get_by_label("Words").fill("abcd")
    expect(form.get_by_text("No network")).to_be_visible()
    expect(form.get_by_label("Words")).to_have_value("abcd")
    form.unroute("**/try/part")
    form.route("**/try/part", lambda route: part(route, "well"))
    form.get_by_label("Words").fill("abcde")
    expect(form.get_by_text("No network")).to_be_hidden()


def test_ended_session_asks_before_reload(form: Page) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    form.on("dialog", stay)
    form.route("**/try/part", lambda route: route.fulfill(status=401))
    with form.expect_response("**/try/part"):
        form.get_by_label("Words").fill("abc")
    expect(form.get_by_label("Words")).to_have_value("abc")
    form.wait_for_timeout(50)
    assert asked == ["Ended?"]


def test_control_s_saves_and_leaving_unsaved_text_asks(form: Page) -> None:
    saved: list[str] = []

    def keep(route: Route) -> None:
        saved.append(route.request.post_data or "")
        route.fulfill(body="saved", content_type="text/html")

    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    form.on("dialog", stay)
    form.route("**/saved", keep)
    form.route("**/try/part", lambda route: part(route, "1"))
    form.get_by_label("Words").fill("abc")
    form.get_by_label("Words").press("Control+s")
    expect(form.get_by_text("saved")).to_be_visible()
    assert saved == ["do=save&words=abc"]
    assert asked == []

    form.goto("/try")
    form.get_by_label("Words").press_sequentially("abc")
    form.goto("/enter")
    assert asked == ["beforeunload"]
