"""R14: tests the page *Write down a call*, for calls on another line such as 116 and 3512."""

import pytest

from hotline.alerts import service_assignment
from hotline.gateway.tables import Assignment
from hotline.tips.tables import Grant, Tip
from tests.console.tip_desks import OTHER_DISTRICT, Desks, desks, listed

__all__ = ["desks"]

CALL = {
    "once": "0123456789abcdef",
    "danger": "yes",
    "official": "no",
    "place": "1205",
    "kind": "labour",
    "who": "adult",
    "words": "A shop behind the market",
}


@pytest.mark.row("R14")
def test_r14_a_call_is_filed_once_like_a_tip_without_a_number_and_says_its_source(
    desks: Desks,
) -> None:
    form = desks.national.get("/call").text
    assert "Is someone in danger now?" in form
    assert '<option value="1205">' in form
    for _ in range(2):
        assert desks.national.post("/call", CALL).status_code == 303
    with desks.desk.context.database.reading() as session:
        (tip,) = session.query(Tip).all()
        grants = {one.desk_code for one in session.query(Grant)}
    assert (tip.channel, tip.place, tip.sector, tip.urgency) == ("operator", "12", "1205", 1)
    assert grants == {"national", "12"}
    assert desks.rows().count(("National 1", "call_written", "")) == 1
    assert b"shop" not in tip.body
    shown = desks.national.post(f"/tips/{tip.id}/open", {"why": "send"}).text
    assert "A shop behind the market" in shown
    assert "a call written down" in desks.national.get("/tips").text
    service_assignment.assign_pending(desks.desk.context)
    with desks.desk.context.database.reading() as session:
        assert session.query(Assignment).count() > 0


@pytest.mark.row("R14", "R9")
def test_r14_no_desk_sees_more_of_a_written_call_than_of_a_tip(desks: Desks) -> None:
    """A desk may write down a call that it may not see afterwards."""
    desks.district.post("/call", {**CALL, "official": "unsure"})
    desks.district.post("/call", {**CALL, "once": "1", "place": OTHER_DISTRICT})
    assert listed(desks.district) == []
    assert len(listed(desks.national)) == 2


@pytest.mark.parametrize(
    "changed", [{"place": ""}, {"place": "9999"}, {"danger": ""}, {"kind": "x"}, {"official": ""}]
)
def test_a_call_without_a_needed_answer_is_not_filed(desks: Desks, changed: dict[str, str]) -> None:
    answer = desks.national.post("/call", CALL | changed)
    assert answer.status_code == 422
    assert "Choose an answer." in answer.text
    with desks.desk.context.database.reading() as session:
        assert session.query(Tip).count() == 0
