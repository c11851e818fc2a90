"""Tests when a caller's answers become a complaint and how urgent this complaint is. Also tests that no district desk
ever learns about a complaint.
"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.alerts.rules_assignment import (
    AlertedResponder,
    Candidate,
    Case,
    EscalationReason,
    first_recipients,
    next_recipients,
    people_for,
)
from hotline.people.rules import Level
from hotline.tips.rules import OVERSEEN, desk_of
from hotline.tips.rules_receipts import ComplaintKind, complaint_facts, stage

HERE = {"province": "1", "district": "12"}


@pytest.mark.parametrize(
    ("answers", "reached"),
    [
        ({}, None),
        (HERE, None),
        ({"wrong": "absent"}, "draft"),
        ({"wrong": "absent", **HERE}, "draft"),
        ({"wrong": "hurt"}, "draft"),
        ({"wrong": "hurt", "province": "1"}, "draft"),
        ({"wrong": "hurt", "province": "2", "district": "12"}, "draft"),
        ({"wrong": "hurt", **HERE}, "filed"),
        ({"wrong": "hurt", "province": "abroad"}, "filed"),
        ({"wrong": "hurt", "province": "1", "district": "unsure"}, "filed"),
    ],
)
def test_answers_decide_complaint_state(answers: dict[str, str], reached: str | None) -> None:
    assert stage(answers) == reached
    assert stage(answers, completed=True) == "complete"


@pytest.mark.parametrize("wrong", list(ComplaintKind))
def test_complaint_about_harm_is_as_urgent_as_danger(wrong: ComplaintKind) -> None:
    come_to = complaint_facts({"wrong": wrong, **HERE})
    assert come_to is not None
    assert come_to.urgency == (1 if wrong is ComplaintKind.HURT else 2)


SAID = st.dictionaries(
    st.sampled_from(["wrong", "province", "district", "official", "danger", "kind", "account"]),
    st.sampled_from([*ComplaintKind, "no", "yes", "1", "12", "abroad", "unsure", "typed"])
    | st.text(),
)
PEOPLE = [
    Candidate(number, level, districts)
    for number, (level, districts) in enumerate(
        (level, districts)
        for level in Level
        for districts in (frozenset[str](), frozenset({"12"}), frozenset({"unsure"}))
    )
]
NATIONAL = {one.id for one in PEOPLE if one.level is Level.NATIONAL}


@given(SAID, st.booleans(), st.sampled_from(EscalationReason))
def test_any_complaint_alerts_only_national_desk(
    answers: dict[str, str], completed: bool, reason: EscalationReason
) -> None:
    come_to = complaint_facts(answers, completed=completed)
    if come_to is None:
        return
    case = Case(come_to.place, come_to.category, come_to.urgency, come_to.official)
    told: list[AlertedResponder] = []
    for _ in range(5):
        some = (
            next_recipients(case, PEOPLE, told, reason) if told else first_recipients(case, PEOPLE)
        )
        assert NATIONAL.issuperset(some)
        told += [AlertedResponder(one, PEOPLE[one].level) for one in some]

    assert told
    assert desk_of(come_to.place, come_to.official) is None
    assert (come_to.category, come_to.sector) == (None, None)


@pytest.mark.row("C20")
def test_people_of_an_oversight_desk_get_no_other_case() -> None:
    eye = Candidate(99, Level.COORDINATOR, frozenset({"ombudsman"}), oversees=True)
    everybody = [*PEOPLE, eye]
    for official in ("no", "unsure", "yes"):
        assert people_for(Case("12", None, 1, official), everybody) == PEOPLE
    overseen = complaint_facts({"about": "national", "wrong": "hurt", **HERE})
    assert overseen is not None
    assert overseen.official == OVERSEEN
    case = Case("12", None, 1, overseen.official)
    assert {one.id for one in people_for(case, everybody)} == {eye.id}
    other = replace(case, partners=frozenset({"parliament"}))
    assert people_for(other, everybody) == [], "its desk cannot decrypt this complaint"
    assert desk_of("12", overseen.official) is None
