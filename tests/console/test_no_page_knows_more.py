"""Tests that a case changes no page, list, count, search or board for a person who may not see it.

Each page is read before the case exists and after everything has happened in it. For the national desk, which may see
the case, pages do change.
"""

import re

import pytest

from hotline.alerts import queries, service_assignment
from hotline.cases import service_desk_commands
from hotline.cases.service_desk_commands import ExclusionTarget
from hotline.console.routes import ROUTES, PageRoute
from hotline.core.actors import AccountRole
from hotline.gateway.tables import Assignment
from hotline.people.rules import Level
from hotline.tips.queries_visible import ExclusionReason
from hotline.tips.rules_events import LoggedEvent
from hotline.tips.rules_persons import PersonCodes
from hotline.tips.tables import Tip
from tests.console.conftest import Tab
from tests.console.desk_tips import DISTRICT, hands_on, tell
from tests.console.test_call_pages import CALL
from tests.console.test_headers import FILES
from tests.console.test_routes import path_of
from tests.console.tip_desks import OTHER_DISTRICT, Desks, desks
from tests.support.builders import make_responder
from tests.support.persons import said, screened

__all__ = ["desks"]

SKIPPED = {"/", "/board/since", "/account/factor", *FILES}
"""The board loads itself again, so the test reads the board at another address. The page for a new authenticator shows
a random secret, so it differs each time. Downloaded files contain only what is published.
"""
SEARCHES = [
    *(f"/tips?state={state}" for state in ("all", "taken", "closed", "judged", "helped")),
    *("/tips?state=all&soon=yes", "/tips?state=all&owes=yes", "/tips?state=all&place=12"),
    *("/tips?state=all&category=labour", "/tips?state=all&urgency=1", "/board/since?number=0"),
    *("/tips?reference=1", "/tips?reference=2", "/tips/2", "/tips/2/persons/screened"),
]


def pages_of(role: AccountRole) -> list[str]:
    """Returns the addresses of the pages that an account with this role can open."""
    pages = [one for one in ROUTES if isinstance(one, PageRoute) and one.method == "GET"]
    shown = [one for one in pages if one.rule not in SKIPPED and one.admits(frozenset({role}))]
    return sorted(path_of(one) for one in shown)


def plain(tab: Tab, address: str) -> str:
    answer = tab.get(address)
    return plain_text(tab, f"{answer.status_code} {answer.text}")


def plain_text(tab: Tab, text: str) -> str:
    """Returns the text of a page without the keys of its forms and the number of the board."""
    text = text.replace(tab.form_key, "")
    return re.sub(r'name="once" value="\w+"|data-number="\d+"', "", text)


def read(tab: Tab, references: tuple[str, ...] = ()) -> dict[str, str]:
    """Returns each page that an account of a desk can open, without the key of its forms."""
    searches = [*SEARCHES, *(f"/tips?reference={one}" for one in references)]
    return {address: plain(tab, address) for address in (*pages_of(AccountRole.DESK), *searches)}


def everything_happens(desks: Desks, tip_id: int) -> str:
    """Adds everything to one case that can happen to it: alerts, notes, persons, a service, a case file, a closure
    request and a handover note."""
    context = desks.desk.context
    service_assignment.assign_pending(context)
    screened(context, tip_id)
    with context.database.writing() as session:
        tip = session.get_one(Tip, tip_id)
        offered = PersonCodes(1, {"service": "isange"})
        said(session, context, tip, LoggedEvent.OFFERED, offered)
    hands_on(desks.desk)
    tab, page = desks.national, f"/tips/{tip_id}"
    for form, sent in (
        ("note", {"note": "words", "words": "the red door"}),
        ("case-file", {"basis": "request", "n": "", "reason": "a trial"}),
        ("close", {"outcome": "helped", "reason": "safe"}),
    ):
        assert tab.post(f"{page}/{form}", sent).status_code == 303, form
    note = {"desk": "national", "note": "The red door waits"}
    tab.sends("/handover", note)
    with context.database.reading() as session:
        return next(iter(queries.references_of_tip(session, tip_id)), "")


def of_an_official(desks: Desks) -> int:
    return tell(desks.desk, urgency=1, official="unsure", minutes=9)


def of_another_district(desks: Desks) -> int:
    return tell(desks.desk, urgency=1, place=OTHER_DISTRICT, minutes=9)


def of_a_named_person(desks: Desks) -> int:
    """Files a case of the district, and excludes the person Desk 1 from the case at once, because the case names this
    person."""
    tip_id = tell(desks.desk, urgency=1, minutes=9)
    named = {"by": "Alice", "reason": "named"}
    him = ExclusionTarget(person="Desk 1")
    kind = ExclusionReason.NAMED
    service_desk_commands.exclude(desks.desk.context, tip_id, him, kind, **named)
    return tip_id


def of_a_written_call(desks: Desks) -> int:
    """Records a phone call about an official in the name of the other district's desk."""
    desks.other.post("/call", {**CALL, "official": "yes"})
    with desks.desk.reading() as session:
        return max(tip.id for tip in session.query(Tip))


@pytest.mark.row("R6", "R14")
def test_r6_no_page_list_count_or_search_shows_hidden_case(desks: Desks) -> None:
    with desks.desk.writing() as session:
        for name, level in (("Responder 8", Level.RESPONDER), ("Nation 8", Level.NATIONAL)):
            row = make_responder(name=name, level=level, districts=(DISTRICT, OTHER_DISTRICT))
            row.number_key = f"key of {name}"
            session.add(row)
    tell(desks.desk, urgency=2)
    service_assignment.assign_pending(desks.desk.context)
    before, nation = read(desks.district), read(desks.national)
    hidden = (of_an_official, of_another_district, of_a_named_person, of_a_written_call)
    found = tuple(everything_happens(desks, happens(desks)) for happens in hidden)
    after = read(desks.district, found)
    changed = {address for address in before if before[address] != after[address]}
    # People of this desk may approve a case file of another district. The page shows them who requests the file and
    # why, and nothing about the case.
    assert changed == {"/today", "/approvals"}
    assert after["/approvals"].count("asks for case file") == 1
    assert 'href="/tips/' not in after["/approvals"]
    assert "the red door" not in "".join(after.values()).lower()
    assert {address for address, text in read(desks.national).items() if text != nation[address]}

    with desks.desk.writing() as session:
        rows = session.query(Assignment).filter(Assignment.tip_id > 1).all()
        known = {row.reference for row in rows}
    # Pages of a search are left out, because they show the typed reference again.
    pages = [text for address, text in after.items() if "reference=" not in address]
    assert known
    assert not any(one in text for one in known for text in pages)
