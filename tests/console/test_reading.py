"""Tests three pages on which people mostly read: the page Today, the pages of the published flows, and the audit
log.
"""

import html
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from hotline.alarms import tables
from hotline.alarms.rules import Alarm, AlarmState
from hotline.alerts import tables as alerts_tables
from hotline.cases.pages import NEXT
from hotline.console.templating import format_time
from hotline.core.actors import AccountRole, SignedIn
from hotline.editing.service_drafts import live_titles
from hotline.flows.check import node_texts
from hotline.flows.document import targets
from hotline.people import service_demo, tables_audit, tables_desks
from hotline.text.languages import CODES
from hotline.text.places import NATIONAL
from hotline.tips.rules import Clock, DeadlineKind
from hotline.web import pages_today
from hotline.web.console_app import create_console
from tests.console.conftest import ADDRESS, GASABO, PAGES, Desk, MakeDesk
from tests.console.desk_tips import admitted, man, tell
from tests.support.builders import make_dialogue, make_responder
from tests.support.servers import drop_guard

FEW_ADMINS = "Fewer than two admins can sign in. Add an admin: if the last admin leaves, no one can manage accounts"
AT = {"actor": "cli:Operator 1", "action": "lane_held", "subject": "sms"}


def test_today_says_if_nothing_waits(desk: Desk) -> None:
    page = desk.tab(AccountRole.TRANSLATOR).read("/")
    assert "You have nothing to do." in page
    assert "Four steps" not in page
    assert "Four steps to change a text" in desk.tab(AccountRole.EDITOR).read("/")


def test_today_shows_worst_first_for_each_role(desk: Desk) -> None:
    desk.tab(AccountRole.NATIONAL)
    admin = desk.tab(AccountRole.ADMIN)
    at = desk.clock()
    with desk.writing() as session:
        state = AlarmState(Alarm.DISK, since=at, next_at=at + timedelta(1), notices=1)
        tables.save(session, Alarm.DISK, state, "little room is left")
    page = admin.read("/")
    assert "Alarm since" in page
    assert FEW_ADMINS in page
    assert page.index('class="bad"') < page.index('class="answer"')
    national = desk.tab(AccountRole.NATIONAL)
    assert "Alarm since" in national.read("/today")
    assert ">Alarms: 1</a>" in national.read("/"), "the board leads there"
    assert "Alarms:" not in desk.tab(AccountRole.DESK).read("/")
    assert "Alarm since" not in desk.tab(AccountRole.EDITOR).read("/")


def test_line_about_desk_key_names_the_desk(desk: Desk) -> None:
    man(desk)
    admin = desk.tab(AccountRole.ADMIN)
    with desk.writing() as session:
        for code in (NATIONAL, GASABO):
            tables_desks.get_desk(session, code).copied_since = desk.clock()
        tables_desks.get_desk(session, GASABO).name = "Desk {at}"
    admin.post("/account/language", {"language": "fr"})
    page = unescape(admin.read("/"))
    assert page.count(format_time("fr", desk.clock())) >= 2
    assert ": le bureau national. " in page
    assert ": Desk {at}. " in page


def test_demo_counts_two_admins(make_desk: MakeDesk) -> None:
    desk = make_desk(is_emulated=True)
    made = {one.name: one for one in service_demo.make_accounts(desk.context)}
    for is_emulated in (True, False):
        context = replace(desk.context, is_emulated=is_emulated, demo_accounts=tuple(made.values()))
        by = SignedIn(3, "Admin 1", frozenset(made["Admin 1"].roles), "en", True, "")
        told = "".join(line.phrase for line in pages_today.today(context, by))
        assert (FEW_ADMINS in told) is not is_emulated


def test_demo_sign_in_page_lists_roles(make_desk: MakeDesk) -> None:
    desk = make_desk(is_emulated=True)
    context = replace(desk.context, demo_accounts=tuple(service_demo.make_accounts(desk.context)))
    client = create_console(context, PAGES).test_client()
    page = client.get("/enter?language=en", base_url=ADDRESS).text
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    rows = [re.findall(r'class="tag soft">([^<]+)<', row) for row in table.split("<tr>")[1:]]
    readers = [["national"], ["desk"], ["programme lead"]]
    assert rows == [["editor", "translator"], ["admin", "approver"], ["admin", "auditor"], *readers]


def test_quiet_hour_is_shown_to_operators(desk: Desk) -> None:
    national = desk.tab(AccountRole.NATIONAL)
    at = desk.clock()
    with desk.writing() as session:
        revision = desk.context.flow_sets.live()
        for week in (1, 2, 3, 4):
            for number in range(60):
                began = at - timedelta(weeks=week, minutes=number % 50)
                session.add(make_dialogue(f"{week} {number}", began, revision=revision))
        session.add(make_dialogue("now", at, revision=revision))
        session.add(make_dialogue("the first", at - timedelta(weeks=6), revision=revision))
    line = "Fewer calls than usual: 1 in the last hour, normally 60"
    assert line in national.read("/today")
    assert line not in desk.tab(AccountRole.EDITOR).read("/")
    with desk.writing() as session:
        for number in range(20):
            session.add(make_dialogue(f"now {number}", at, revision=revision))
    assert "in the last hour, normally" not in national.read("/today")


def test_pending_approval_has_its_link(desk: Desk) -> None:
    one, two = (desk.tab(AccountRole.ADMIN, name=name) for name in ("Admin 1", "Admin 2"))
    one.post("/accounts", {"name": "Approver 1", "roles": "approver", "language": "en"})
    assert '<a href="/approvals">Requests that wait for approval: 1</a>' in two.read("/")
    assert "Requests that wait for approval:" not in one.read("/")


def test_flows_are_listed_and_shown_in_three_languages(desk: Desk) -> None:
    tab = desk.tab(AccountRole.EDITOR)
    book = desk.context.flow_sets.get(desk.context.flow_sets.live())
    listed = tab.read("/flows")
    titles = live_titles(desk.context, "en")
    for name in book.flows:
        assert f'<a href="/flows/{name}">{titles.flow(name)}</a>' in listed
    for name, flow in book.flows.items():
        page = unescape(tab.read(f"/flows/{name}"))
        for node, written in flow.nodes.items():
            assert f'id="n-{node}"' in page
            assert all(f'href="#n-{goes}"' in page for goes in targets(written))
            texts = [text for field, text in node_texts(written) if "." in field or field == "text"]
            assert all(words in page for text in texts for words in text.values())
    page = tab.read("/flows/front")
    for words in ("Akazi gatekanye n&#39;umuryango", "Travail et famille en sécurité", "Safe work"):
        assert words in page
    assert '<a href="/flows/report">Report</a>' in page
    for code in CODES:
        assert f'<pre lang="{code}">' in page
    assert tab.get("/flows/nothing").status_code == 404


QUERIES = {
    "": 50,
    "?who=operator 2": 1,
    "?did=lane_released": 1,
    "?tip=12": 1,
    "?day=2026-11-23": 3,
    "?day=2026-11-23&who=Operator 2": 1,
    "?who=%25": 0,
    "?who=operator_": 0,
    "?who=DER 7": 1,
    "?did=no_such_thing&tip=x&day=never": 50,
}
"""For each address of the audit log, with its filters: the number of rows on its page."""


@pytest.mark.row("A10")
def test_audit_log_is_filtered_by_address(desk: Desk) -> None:
    tab = desk.tab(AccountRole.AUDITOR)
    at = desk.clock()
    with desk.writing() as session:
        other = {**AT, "actor": "cli:Operator 2", "action": "lane_released"}
        tables_audit.append_row(session, at=at - timedelta(days=1), **other)
        tip = {**AT, "action": "tip_read", "subject": "tip:12"}
        tables_audit.append_row(session, at=at - timedelta(days=1), **tip)
        responder = make_responder(name="Responder 7")
        session.add(responder)
        session.flush()
        midnight = at.replace(hour=22, minute=0) - timedelta(days=1)
        seen = {**AT, "actor": f"responder:{responder.id}"}
        tables_audit.append_row(session, at=midnight - timedelta(seconds=1), **seen)
        tables_audit.append_row(session, at=midnight, **AT)
        for _ in range(60):
            tables_audit.append_row(session, at=at, **AT)
    for query, rows in QUERIES.items():
        page = tab.read(f"/audit{query}")
        assert page.count('<tr><td class="moment"') == rows, query


@pytest.mark.row("A10")
def test_older_log_rows_have_link_and_chain_is_checked(desk: Desk) -> None:
    tab = desk.tab(AccountRole.AUDITOR)
    with desk.writing() as session:
        for _ in range(60):
            tables_audit.append_row(session, at=desk.clock(), reason="a <reason>", **AT)
    page = tab.read("/audit")
    assert "a &lt;reason&gt;" in page
    older = page.partition('<a href="/audit?before=')[2].partition('"')[0]
    last = tab.read(f"/audit?before={older}")
    assert 10 < last.count('<tr><td class="moment"') < 50
    assert '<a href="/audit?before=' not in last
    digest = re.findall(r"newest row: ([0-9a-f]{12})", page)[0]
    chain = tab.read("/audit/verify")
    assert "The log is complete:" in chain
    assert digest in chain
    with desk.writing() as session:
        drop_guard(session, "audit")
        session.connection().exec_driver_sql("UPDATE audit SET reason = 'other' WHERE id = 30")
    assert "The log was changed: row 30 does not match" in tab.read("/audit/verify")


def test_log_and_flow_use_reader_s_language(desk: Desk) -> None:
    tab = desk.tab(AccountRole.ADMIN, name="Admin 1")
    tab.post("/account/language", {"language": "fr"})
    assert "a créé " in tab.read("/audit")
    page = tab.read("/flows/front")
    assert "un autre parcours" in page
    assert ">call<" not in page


def test_log_names_desk_and_new_member(desk: Desk) -> None:
    tab = desk.tab(AccountRole.ADMIN, name="Admin 1")
    with desk.writing() as session:
        for row in (
            *(("desk_retired", "desk:57"), ("desk_admission_refused", "desk:12:r1")),
            *(("release_approved", "2026-Q2"), ("pin_changed", "responder:1", "12: met")),
        ):
            tables_audit.append_row(session, desk.clock(), "cli:Alice", *row)
    page = tab.read("/audit")
    assert "retired the desk Bugesera" in page
    assert "refused the request to give desk Gasabo, Responder 1 access to a desk" in page
    assert "approved the statistics release of quarter 2 of 2026" in page
    assert "chose a new PIN for Responder 1<" in page
    assert "Gasabo: met" in page
    tab.post("/account/language", {"language": "fr"})
    assert "bureau Bugesera" in tab.read("/audit")


# Tests that the page Today has a link from an alarm to its tip, for every account that may see the tip.


def test_alarm_links_to_its_tip(desk: Desk) -> None:
    man(desk)
    tell(desk, urgency=3, minutes=5)
    late = tell(desk, urgency=1, minutes=90)
    at = desk.clock()
    with desk.writing() as session:
        alerts_tables.set_clocks(session, late, {DeadlineKind.ACKNOWLEDGE: Clock(at)}, at)
        state = AlarmState(Alarm.UNANSWERED, since=at, next_at=at + timedelta(1), notices=1)
        tables.save(session, Alarm.UNANSWERED, state, "nobody has taken one")
    alarm = admitted(desk, "National 1", AccountRole.NATIONAL, NATIONAL).read("/today")
    line = next(one for one in alarm.splitlines() if "Alarm since" in one)
    assert f'href="/tips/{late}"' in line
    admins = desk.tab(AccountRole.ADMIN).read("/")
    line = next(one for one in admins.splitlines() if "Alarm since" in one)
    assert "href" not in line, "who opens no tip is led to none"


@pytest.mark.parametrize(
    ("language", "says", "unseen"),
    [
        ("en", "No one has taken tip {tip}, filed {filed}.", "No one has taken a tip"),
        ("fr", "Personne n'a pris le signalement {tip}, déposé le {filed}.", "n'a pris un"),
        ("rw", "Nta muntu wafashe amakuru {tip}, yatanzwe {filed}.", "amakuru yatanzwe"),
    ],
)
def test_alarm_uses_page_language(desk: Desk, language: str, says: str, unseen: str) -> None:
    man(desk)
    late, at = tell(desk, urgency=1, minutes=90), desk.clock()
    with desk.writing() as session:
        alerts_tables.set_clocks(session, late, {DeadlineKind.ACKNOWLEDGE: Clock(at)}, at)
        for alarm in Alarm:
            state = AlarmState(alarm, since=at, next_at=at + timedelta(1), notices=1)
            tables.save(session, alarm, state, "the doctor's words")
    national = admitted(desk, "National 1", AccountRole.NATIONAL, NATIONAL)
    admin = desk.tab(AccountRole.ADMIN)
    for tab in (national, admin):
        tab.post("/account/language", {"language": language, "to": "/"})
    page, filed = html.unescape(national.read("/today")), at - timedelta(minutes=90)
    assert says.format(tip=late, filed=format_time(language, filed)) in page
    assert f'href="/tips/{late}"' in page
    assert "the doctor's words" not in page
    main = page.partition("<main")[2]
    assert "{" not in main
    assert main.count('<a href="/board">') == main.count('<a href="/people">') == 2
    other = html.unescape(admin.read("/"))
    assert unseen in other
    assert f"/tips/{late}" not in other


def test_tip_page_shows_its_urgency(desk: Desk) -> None:
    man(desk)
    national = admitted(desk, "National 1", AccountRole.NATIONAL, NATIONAL)
    for urgency, label in ((1, "Urgent"), (2, "Soon"), (3, "Normal")):
        page = national.read(f"/tips/{tell(desk, urgency=urgency)}")
        assert label in page
        assert "danger</" not in page


def test_untaken_tip_says_that_everyone_was_alerted(desk: Desk) -> None:
    assert {*NEXT} == {*DeadlineKind}, "a page names each deadline"
    man(desk)
    national = admitted(desk, "National 1", AccountRole.NATIONAL, NATIONAL)
    tip, at = tell(desk, urgency=1), desk.clock()
    with desk.writing() as session:
        alerts_tables.set_clocks(session, tip, {DeadlineKind.OVERDUE: Clock(at)}, at)
    assert "but no one has taken the case" in national.read(f"/tips/{tip}")
