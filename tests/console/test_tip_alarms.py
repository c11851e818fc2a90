"""Tests that the page Today leads from an alarm to its tip, for every account that may see that tip."""

import html
from datetime import timedelta

import pytest

from hotline.alarms import tables as alarms_tables
from hotline.alarms.rules import Alarm, AlarmState
from hotline.alerts import tables
from hotline.console.templating import format_time
from hotline.core.actors import AccountRole
from hotline.text.codes import NATIONAL
from hotline.tips.rules_deadlines import Clock, DeadlineKind
from hotline.web.pages_today import ALARMS
from tests.console.conftest import Desk
from tests.console.desk_tips import admitted, man, tell


def test_an_alarm_leads_to_its_tip(desk: Desk) -> None:
    man(desk)
    tell(desk, urgency=3, minutes=5)
    late = tell(desk, urgency=1, minutes=90)
    at = desk.clock()
    with desk.context.database.writing() as session:
        tables.set_clocks(session, late, {DeadlineKind.ACKNOWLEDGE: Clock(at)}, at)
        state = AlarmState(Alarm.UNANSWERED, since=at, next_at=at + timedelta(1), notices=1)
        alarms_tables.save(session, Alarm.UNANSWERED, state, "nobody has taken one")
    alarm = admitted(desk, "National 1", AccountRole.NATIONAL, NATIONAL).get("/today").text
    line = next(one for one in alarm.splitlines() if "Alarm since" in one)
    assert f'href="/tips/{late}"' in line
    admins = desk.tab(AccountRole.ADMIN).get("/").text
    line = next(one for one in admins.splitlines() if "Alarm since" in one)
    assert "href" not in line, "who opens no tip is led to none"


@pytest.mark.parametrize(
    ("language", "says", "unseen"),
    [
        (
            "en",
            "No one has taken tip {tip}, filed {filed}. Telephone the national desk.",
            ". Telephone the national desk",
        ),
        (
            "fr",
            (
                "Personne n'a pris le signalement {tip}, déposé le {filed}. Téléphonez au bureau "
                "national."
            ),
            "Personne n'a pris un",
        ),
        (
            "rw",
            "Nta muntu wafashe amakuru {tip}, yatanzwe {filed}. Hamagara ibiro by'igihugu.",
            "Nta muntu wafashe amakuru yatanzwe",
        ),
    ],
)
def test_an_alarm_uses_the_page_language(desk: Desk, language: str, says: str, unseen: str) -> None:
    man(desk)
    late, at = tell(desk, urgency=1, minutes=90), desk.clock()
    with desk.context.database.writing() as session:
        tables.set_clocks(session, late, {DeadlineKind.ACKNOWLEDGE: Clock(at)}, at)
        for alarm in Alarm:
            state = AlarmState(alarm, since=at, next_at=at + timedelta(1), notices=1)
            alarms_tables.save(session, alarm, state, "the doctor's words")
    national = admitted(desk, "National 1", AccountRole.NATIONAL, NATIONAL)
    admin = desk.tab(AccountRole.ADMIN)
    for tab in (national, admin):
        tab.post("/account/language", {"language": language, "to": "/"})
    page, filed = html.unescape(national.get("/today").text), at - timedelta(minutes=90)
    assert says.format(tip=late, filed=format_time(language, filed)) in page
    assert f'href="/tips/{late}"' in page
    assert "the doctor's words" not in page
    assert "{" not in page.partition("<main")[2]
    other = html.unescape(admin.get("/").text)
    assert unseen in other
    assert f"/tips/{late}" not in other


def test_every_alarm_has_words() -> None:
    assert set(ALARMS) == set(Alarm)


def test_a_tip_is_urgent_soon_or_normal_on_its_page(desk: Desk) -> None:
    man(desk)
    national = admitted(desk, "National 1", AccountRole.NATIONAL, NATIONAL)
    for urgency, label in ((1, "Urgent"), (2, "Soon"), (3, "Normal")):
        page = national.get(f"/tips/{tell(desk, urgency=urgency)}").text
        assert label in page
        assert "danger</" not in page


def test_what_nobody_took_says_that_everyone_was_alerted(desk: Desk) -> None:
    man(desk)
    national = admitted(desk, "National 1", AccountRole.NATIONAL, NATIONAL)
    tip, at = tell(desk, urgency=1), desk.clock()
    with desk.context.database.writing() as session:
        tables.set_clocks(session, tip, {DeadlineKind.OVERDUE: Clock(at)}, at)
    assert "but no one has taken the case" in national.get(f"/tips/{tip}").text
