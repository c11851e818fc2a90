"""Tests that a camp's protection desk is alerted in addition to the district's police, by its own escalation policy."""

from pathlib import Path

import pytest
from sqlalchemy import select

from hotline.alerts.service_intake import file_silent
from hotline.cases.queries import TipListFilter, tip_overviews
from hotline.cases.service_desk_commands import ExclusionTarget, exclude
from hotline.core.database import Database
from hotline.dialogue.service_sms import take_sms
from hotline.keys.encrypt import label
from hotline.people import tables
from hotline.people.rules import DeskKind, Level
from hotline.people.tables import Responder
from hotline.people.tables_desks import Desk
from hotline.tips import tables as tips_tables
from hotline.tips.queries_visible import ExclusionReason, desk_viewer
from hotline.tips.tables import Grant, Tip
from tests.support.builders import make_message
from tests.support.callers import DESK_KEY, LOCK, make_ready, told
from tests.support.clock import Clock
from tests.support.night import Night, night

KIREHE, MAHAMA, CAMP = "55", "55c1", "camp-mahama"
SIGNED = {"by": "Alice", "reason": "a test"}
URGENT = "REF: Kirehe, urgent. Reply 1 REF"
DANGER = ("5", "1", "2", "5", "4")
"""The keys that a caller presses to report a danger in the district Kirehe in the East, without an official who is
involved. After these keys, the hotline has filed the tip, and the next screen offers the camp of the district first."""
THE_CAMP, A_SECTOR = "1", "2"
QUIET = ("5", "2", "2", "5", "4", THE_CAMP, "1")
"""The keys that a caller presses to report no danger, with the camp as the place and with the kind of tip. After these
keys, the tip is still a draft."""
ALL_NAMES = ("one", "two", "chief", "tent", "lead", "desk", "director")


@pytest.fixture
def here(database: Database, tmp_path: Path, clock: Clock) -> Night:
    """Returns a hotline with the police of Kirehe, its camp and the national desk.

    The police have two responders and a deputy, and the camp has one responder and a coordinator.
    """
    found = night(
        make_ready(database, tmp_path, clock, national=False),
        one=(Level.RESPONDER, KIREHE),
        two=(Level.RESPONDER, KIREHE),
        chief=(Level.DEPUTY, KIREHE),
        tent=(Level.RESPONDER, KIREHE),
        lead=(Level.COORDINATOR, KIREHE),
        desk=(Level.NATIONAL, ""),
        director=(Level.NATIONAL, ""),
    )
    with found.line.database.writing() as session:
        key = bytes(DESK_KEY.public_key)
        for code, place in ((CAMP, MAHAMA), ("camp-other", "53c1")):
            kind = DeskKind.PROTECTION
            session.add(Desk(code=code, kind=kind, place=place, public_key=key, created_at=clock()))
        session.flush()
        for name, level in (("tent", Level.RESPONDER), ("lead", Level.COORDINATOR)):
            person = session.get_one(Responder, found.people[name])
            tables.set_desks(session, person, {CAMP: level}, [], clock())
    return found


def alerted_names(here: Night) -> set[str]:
    return {name for name in ALL_NAMES if here.texts(name)}


@pytest.mark.row("C19")
def test_c19_danger_in_camp_alerts_its_desk_and_police(here: Night) -> None:
    caller = here.tells(*DANGER)
    assert alerted_names(here) == {"one", "two", "desk"}
    assert here.line.desks_of(here.tip) == {"national", KIREHE}
    assert "Inkambi ya Mahama" in caller.read()

    caller.key(THE_CAMP)
    here.tick()
    assert (here.tip.place, here.tip.sector) == (KIREHE, MAHAMA)
    assert here.line.desks_of(here.tip) == {"national", KIREHE, CAMP}
    assert here.texts("tent") == [URGENT]
    assert (here.texts("one"), here.texts("lead")) == ([URGENT], [])
    caller.key("1")
    here.tick()
    assert here.texts("tent") == [URGENT]
    with here.line.database.reading() as session:
        assert [
            one.tip.id for one in tip_overviews(session, TipListFilter(viewer=desk_viewer(CAMP)))
        ] == [1]
        assert tip_overviews(session, TipListFilter(viewer=desk_viewer("camp-other"))) == []

    here.minutes(4)
    assert alerted_names(here) == {"one", "two", "desk", "tent", "chief", "lead"}
    assert here.writes("tent", "1 {ref}").startswith("REF: you took this case")
    assert (here.holder, here.all_fit()) == ("tent", True)


def test_camp_tip_without_danger_alerts_one_of_each_desk(here: Night) -> None:
    told(here.line, *QUIET)
    assert here.line.desks_of(here.tip) == {"national", KIREHE, CAMP}
    here.line.clock.turn(minutes=4)
    file_silent(here.line.context)
    here.tick()
    assert alerted_names(here) == {"one", "tent"}


def test_camp_coordinator_does_not_replace_police_deputy(here: Night) -> None:
    _remove(here, "tent")
    here.tells(*DANGER, THE_CAMP)
    here.tick()
    assert alerted_names(here) == {"one", "two", "desk", "lead"}
    here.minutes(4)
    assert here.texts("chief") == [URGENT]


def test_camp_desk_is_alerted_of_its_tip_in_cluster(here: Night) -> None:
    elsewhere = (*QUIET[:5], A_SECTOR, "1")
    for keyed in (elsewhere, elsewhere, elsewhere, QUIET):
        told(here.line, *keyed).hang_up()
        here.tick(minutes=1)
    assert len(here.texts("tent")) == 1
    assert sum(map(len, map(here.texts, ("one", "two")))) == 4, (
        "three alerts, and that more was told"
    )


def _retire(here: Night) -> None:
    with here.line.database.writing() as session:
        session.get_one(Desk, CAMP).retired_at = here.line.clock()


def _remove(here: Night, *names: str) -> None:
    with here.line.database.writing() as session:
        for name in names or ("tent", "lead"):
            session.get_one(Responder, here.people[name]).active = False


@pytest.mark.parametrize(("without", "official"), [(_retire, "2"), (_remove, "2"), (None, "3")])
def test_camp_without_desk_changes_no_alert(without: object, official: str, here: Night) -> None:
    if callable(without):
        without(here)
    caller = here.tells("5", "1", official, "5", "4")
    before = alerted_names(here)
    caller.key(THE_CAMP)
    here.tick()
    assert alerted_names(here) == before
    assert here.tip.sector == MAHAMA
    assert {"tent", "lead"}.isdisjoint(before)
    if official != "2":
        assert (before, here.line.desks_of(here.tip)) == ({"desk"}, {"national"})


def test_typed_camp_alerts_its_desk_at_once(here: Night) -> None:
    caller = here.tells(*DANGER[:-1], "9", "3", "inkambi ya mahama")
    assert caller.read().startswith("Inkambi ya Mahama: Kirehe, Iburasirazuba?\n1 Yego")
    caller.key("1")
    here.tick()
    assert (here.tip.place, here.tip.sector) == (KIREHE, MAHAMA)
    assert here.line.desks_of(here.tip) == {"national", KIREHE, CAMP}
    assert URGENT in here.texts("tent")


def test_corrected_camp_keeps_alerts_and_district_is_stood_down(here: Night) -> None:
    caller = here.tells(*DANGER, THE_CAMP)
    here.tick()
    caller.key("0", A_SECTOR)
    here.tick()
    assert here.tip.sector == "5501"
    assert here.line.desks_of(here.tip) == {"national", KIREHE, CAMP}
    assert (here.texts("tent"), here.texts("one")) == ([URGENT], [URGENT])
    here.minutes(4)
    assert (here.texts("chief"), here.texts("lead")) == ([URGENT], [])

    caller.key("0", "0", "2")
    here.tick()
    assert here.newest("tent").startswith("REF: the place of this case was corrected.")
    assert here.line.desks_of(here.tip) == {"national", "53", KIREHE, CAMP}
    assert [(tip.place, tip.sector) for tip in here.line.tips] == [("53", None)]
    here.writes("desk", "1 {ref}")
    assert here.writes("desk", "8 {ref}") == "REF: noted. We tell the first team to stop."
    assert here.newest("tent").startswith("REF: another team has this case now.")
    assert here.line.desks_of(here.tip) == {"national", "53"}


def test_district_with_passed_case_keeps_access(here: Night) -> None:
    caller = here.tells(*DANGER)
    before = LOCK.lock(b"as of the pair before", label(here.tip.uid, "53"), here.line.clock())
    with here.line.database.writing() as session:
        tips_tables.give_key(session, session.get_one(Tip, here.tip.id), "53", before)
    for keyed in (THE_CAMP, "1"):
        caller.key(keyed)
        assert here.line.desks_of(here.tip) == {"national", KIREHE, "53", CAMP}
    with here.line.database.reading() as session:
        (passed,) = session.scalars(select(Grant.encrypted_key).where(Grant.desk_code == "53"))
    assert passed != before
    caller.key("0", "0", "0", "0", "0", "1")
    assert here.line.desks_of(here.tip) == {"national"}, "an official is involved"


def test_excluded_camp_desk_is_not_alerted(here: Night) -> None:
    caller = here.tells(*DANGER)
    kept = ExclusionTarget(desk=CAMP)
    exclude(here.line.context, here.tip.id, kept, ExclusionReason.ASKED, **SIGNED)
    caller.key(THE_CAMP)
    here.minutes(9)
    assert {"tent", "lead"}.isdisjoint(alerted_names(here))
    with here.line.database.reading() as session:
        assert tip_overviews(session, TipListFilter(viewer=desk_viewer(CAMP))) == []


def test_sms_about_camp_goes_to_national_desk_only(here: Night) -> None:
    words = "abana bafungiye mu nkambi ya Mahama, mutabare"
    take_sms(here.line.context, make_message(provider_id="x", sender="+250788000055", text=words))
    here.tick()
    assert (here.tip.place, here.tip.sector) == (KIREHE, MAHAMA)
    assert (alerted_names(here), here.line.desks_of(here.tip)) == ({"desk"}, {"national"})
