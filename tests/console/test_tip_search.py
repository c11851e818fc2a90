"""Tests the search for a tip: it finds only what the account may see, logs each search, and never lists a reference."""

import pytest
from sqlalchemy import Engine, event
from werkzeug.test import TestResponse

from hotline.cases import service_exclusions
from hotline.cases.service_exclusions import ExclusionTarget
from hotline.people.tables_audit import AuditEntry
from hotline.text.places import sectors
from hotline.tips.queries_visible import ExclusionReason
from tests.console.conftest import Tab
from tests.console.desk_tips import change, tell
from tests.console.tip_desks import Desks, desks, listed
from tests.support.builders import make_referral, make_responder

__all__ = ["desks"]
REFERENCE, NOT_FOUND = "K7Q4", "No tip was found."


@pytest.fixture
def tip(desks: Desks) -> int:
    """Files a closed tip in Gasabo, which a responder knows by a reference."""
    tip = tell(desks.desk)
    change(desks.desk, tip, closed_at=desks.desk.clock())
    with desks.desk.context.database.writing() as session:
        person = make_responder(name="Responder 1")
        session.add(person)
        session.flush()
        session.add(make_referral(tip_id=tip, responder_id=person.id, reference=REFERENCE))
    return tip


def search(tab: Tab, typed: str) -> TestResponse:
    return tab.post("/tips/search", {"q": typed})


def searches(desks: Desks) -> list[tuple[str, str, str]]:
    """Returns the actor, the action and all else of each search in the audit log."""
    with desks.desk.context.database.reading() as session:
        rows = session.query(AuditEntry).order_by(AuditEntry.id).all()
        return [
            (row.actor.rpartition(":")[2], row.action, row.subject + row.reason)
            for row in rows
            if row.action.startswith("tip_searched")
        ]


@pytest.mark.row("A8")
def test_a8_a_tip_is_found_by_reference_number_and_place_in_any_state(
    desks: Desks, tip: int
) -> None:
    for typed in (REFERENCE, " k7q4 ", str(tip)):
        assert search(desks.district, typed).headers["Location"] == f"/tips/{tip}"
    for address in ("/", "/tips?state=all", f"/tips/{tip}"):
        assert REFERENCE not in desks.national.get(address).text, "never listed"
    listing = search(desks.national, "gasabo").headers["Location"]
    assert listing == "/tips?state=all&place=12"
    assert listed(desks.national, listing.removeprefix("/tips")) == [tip]
    change(desks.desk, tip, sector="1201")
    by_sector = search(desks.national, sectors("12")[0].name).headers["Location"]
    assert listed(desks.national, by_sector.removeprefix("/tips")) == [tip]
    assert listed(desks.national, f"?state=all&sector={sectors('12')[0].name}") == [tip]
    assert searches(desks) == [
        ("Desk 1", "tip_searched_reference", ""),
        ("Desk 1", "tip_searched_reference", ""),
        ("Desk 1", "tip_searched_number", ""),
        ("National 1", "tip_searched_place", ""),
        ("National 1", "tip_searched_place", ""),
        ("National 1", "tip_searched_place", ""),
    ]


@pytest.mark.parametrize("typed", ["", "<b>", "123456785", "+250788000001", "0788000001", "hafi"])
def test_receipts_telephone_numbers_and_words_are_never_searched(
    desks: Desks, tip: int, typed: str
) -> None:
    refused = search(desks.national, typed)
    assert refused.status_code == 422
    assert "Enter a case code like K7Q4, a tip number or a place." in refused.text
    assert searches(desks) == []


@pytest.mark.row("R6", "A8")
@pytest.mark.parametrize("way", ["person", "desk", "official", "another district"])
def test_a_hidden_tip_and_no_tip_are_answered_in_the_same_way(
    desks: Desks, tip: int, way: str
) -> None:
    tab = desks.district
    if way == "another district":
        tab = desks.other
    elif way == "official":
        change(desks.desk, tip, official="yes")
    else:
        target = ExclusionTarget(**{way: "Desk 1" if way == "person" else "12"})
        signed = {"by": "National 1", "reason": "the caller asks"}
        service_exclusions.exclude(desks.desk.context, tip, target, ExclusionReason.ASKED, **signed)
    search(tab, "X9X9")
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        for hidden, nowhere in ((REFERENCE, "X9X9"), (str(tip), "4321")):
            answers = []
            for typed in (hidden, nowhere):
                asked.clear()
                answer = search(tab, typed)
                assert answer.status_code == 422
                assert NOT_FOUND in answer.text
                answers.append((answer.text.replace(f'"{typed}" size', ""), tuple(asked)))
            assert answers[0] == answers[1], "the same words, and the same questions to the store"
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len(searches(desks)) == 5
    assert search(desks.second, REFERENCE).headers["Location"] == f"/tips/{tip}"
