"""Tests the result of a screening for all answers, and the state of each person that results from the case events."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.tips.rules_events import LoggedEvent
from hotline.tips.rules_persons import (
    ACT,
    DECEIT,
    FORCE,
    FREE,
    MINOR,
    NO,
    OF_CHILD,
    PURPOSE,
    SURE,
    UNSURE,
    YES,
    ConsentState,
    MetPerson,
    PersonCodes,
    PersonEntry,
    ScreeningResult,
    build_persons,
    screening_result,
)

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
GROWN_UP = {"minor": "no", "act": "yes", "force": "yes", "deceit": "no", "purpose": "yes"}


def entry(
    id: int,
    kind: str,
    codes: Mapping[str, str],
    *,
    n: int = 1,
    of: int | None = None,
    corrects: int | None = None,
) -> PersonEntry:
    event = LoggedEvent(kind)
    said = PersonCodes(n, codes, of).checked(event)
    assert PersonCodes.from_bytes(said.to_bytes()) == said
    return PersonEntry(id, event, AT + timedelta(hours=id), said, 7, supersedes=corrects)


def consents(*said: str) -> MetPerson:
    """Returns a person who gave these answers one after the other."""
    entries = [entry(0, "screened", GROWN_UP)]
    for number, one in enumerate(said, 1):
        if one.startswith("minor:"):
            codes = {**GROWN_UP, "minor": one.removeprefix("minor:")}
            entries.append(entry(number, "screened", codes))
            continue
        consent, _, interest = one.partition("+")
        codes = {"consent": consent} | ({"interest": interest} if interest else {})
        entries.append(entry(number, "consent", codes))
    (person,) = build_persons(entries)
    return person


@pytest.mark.parametrize(
    ("said", "stands"),
    [
        ((), ConsentState.UNASKED),
        (("yes",), ConsentState.YES),
        (("no",), ConsentState.NO),
        (("no", "yes"), ConsentState.YES),
        (("yes", "no"), ConsentState.NO),
        (("yes", "cannot_say"), ConsentState.UNASKED),
        (("no", "cannot_say"), ConsentState.NO),
        (("minor:yes",), ConsentState.UNDECIDED),
        (("minor:unsure", "yes"), ConsentState.UNDECIDED),
        (("minor:yes", "assent_yes"), ConsentState.UNDECIDED),
        (("minor:yes", "assent_yes+not_yet"), ConsentState.UNDECIDED),
        (("minor:yes", "assent_yes+yes"), ConsentState.YES),
        (("minor:yes", "assent_no+yes"), ConsentState.YES),
        (("minor:yes", "too_young+yes"), ConsentState.YES),
        (("minor:yes", "assent_yes+yes", "minor:no"), ConsentState.UNASKED),
        # A person who said no must not be recorded as a child later, because others could then decide for the person.
        (("no", "minor:yes", "too_young+yes"), ConsentState.NO),
        (("no", "minor:unsure", "assent_no+yes"), ConsentState.NO),
        (("no", "minor:yes", "assent_yes+yes"), ConsentState.YES),
    ],
)
def test_answers_decide_if_help_may_be_offered(said: tuple[str, ...], stands: ConsentState) -> None:
    assert consents(*said).consent is stands


def test_correction_of_older_answer_keeps_newest_request_for_a_woman() -> None:
    woman, anyone = ({"consent": "no", "again": again} for again in ("woman", "anyone"))
    answers = [entry(1, "consent", anyone), entry(2, "consent", woman)]
    (person,) = build_persons([*answers, entry(3, "consent", anyone, corrects=1)])
    assert person.wants_woman


SAID = ["yes", "no", "cannot_say", "minor:yes", "minor:no", "minor:unsure"]
SAID += [f"{one}+{decided}" for one in sorted(OF_CHILD) for decided in ("yes", "not_yet")]


@given(st.lists(st.sampled_from(SAID), max_size=8))
def test_no_counts_until_a_newer_yes(said: list[str]) -> None:
    person = consents(*said)
    newest_no = max((i for i, one in enumerate(said) if one == "no"), default=-1)
    newer = [
        one for one in said[newest_no + 1 :] if one in ("yes",) or one.startswith("assent_yes")
    ]
    if newest_no >= 0 and not newer:
        assert person.consent is ConsentState.NO
    if person.consent is ConsentState.YES:
        assert person.is_child or "yes" in said


def test_r9_events_build_person_from_screening_to_day_30() -> None:
    (person,) = build_persons(
        [
            entry(1, "screened", {**GROWN_UP, "form": "labour", "sex": "woman"}),
            entry(2, "consent", {"consent": "yes"}),
            entry(3, "offered", {"service": "isange", "nationality": "other"}),
            entry(4, "answered", {"answer": "no_room"}, of=3),
            entry(5, "offered", {"service": "shelter"}),
            entry(6, "answered", {"answer": "accepted"}, of=5),
            entry(7, "arrived", {"arrived": "yes", "state": "BI"}, of=5),
            entry(8, "thirty", {"thirty": "safe"}, of=5),
            entry(9, "determination", {"determination": "actual", "body": "court"}),
        ]
    )
    assert (person.sex, person.form, person.nationality, person.state) == (
        "woman",
        "labour",
        "other",
        "BI",
    )
    assert (person.result, person.consent, person.actual) == ("possible", "yes", True)
    first, second = person.referrals
    assert (first.service, first.answer, first.arrived) == ("isange", "no_room", None)
    assert (second.answer, second.arrived, second.thirty) == ("accepted", "yes", "safe")


def test_correction_replaces_answer_and_both_are_shown() -> None:
    (person,) = build_persons(
        [
            entry(1, "screened", GROWN_UP),
            entry(2, "consent", {"consent": "yes"}),
            entry(3, "offered", {"service": "isange"}),
            entry(4, "answered", {"answer": "accepted"}, of=3),
            entry(5, "arrived", {"arrived": "yes"}, of=3),
            entry(6, "arrived", {"arrived": "no"}, of=3, corrects=5),
            entry(7, "arrived", {"arrived": "unknown"}, of=3, corrects=6),
            entry(8, "screened", {**GROWN_UP, "act": "no"}, corrects=1),
        ]
    )
    (help,) = person.referrals
    assert (help.arrived, help.arrived_at) == ("unknown", AT + timedelta(hours=5))
    assert person.result is ScreeningResult.NOT_INDICATED
    shown = {one.entry.id: one.corrected_by for one in person.timeline}
    assert shown == {1: 8, 2: None, 3: None, 4: None, 5: 6, 6: 7, 7: None, 8: None}


def test_persons_of_a_case_are_kept_apart() -> None:
    one, two = build_persons(
        [
            entry(1, "screened", GROWN_UP, n=1),
            entry(2, "screened", {**GROWN_UP, "minor": "yes"}, n=2),
            entry(3, "consent", {"consent": "no"}, n=1),
        ]
    )
    assert (one.n, one.is_child, one.consent) == (1, False, ConsentState.NO)
    assert (two.n, two.is_child, two.consent) == (2, True, ConsentState.UNDECIDED)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("screened", PersonCodes(1, {**GROWN_UP, "note": "her name"})),
        ("screened", PersonCodes(1, {"minor": "yes"})),
        ("consent", PersonCodes(1, {"consent": "maybe"})),
        ("consent", PersonCodes(0, {"consent": "yes"})),
        ("offered", PersonCodes(1, {"service": "isange", "desk": "a free word"})),
        ("offered", PersonCodes(1, {"service": "isange", "state": "Burundi"})),
        ("answered", PersonCodes(1, {"answer": "accepted"})),
        ("consent", PersonCodes(1, {"consent": "yes"}, referral=3)),
    ],
)
def test_free_text_is_never_a_code(kind: str, said: PersonCodes) -> None:
    with pytest.raises(ValueError, match=kind) as refused:
        said.checked(LoggedEvent(kind))
    assert not any(word in str(refused.value) for word in ("her name", "maybe", "Burundi"))


NAMES = (MINOR, ACT, FORCE, DECEIT, PURPOSE, FREE)


@pytest.mark.row("R8")
def test_r8_every_set_of_answers_gives_allowed_result() -> None:
    """The test computes the result of a screening for each possible set of answers, and checks that these answers allow
    this result."""
    seen = set()
    for said in product(sorted(SURE), repeat=len(NAMES)):
        codes = dict(zip(NAMES, said, strict=True))
        PersonCodes(1, codes).checked(LoggedEvent.SCREENED)
        found = screening_result(codes)
        seen.add(found)
        grown_up = codes[MINOR] == NO
        both_no = codes[FORCE] == codes[DECEIT] == NO
        plain_no = NO in (codes[ACT], codes[PURPOSE]) or (grown_up and both_no)
        assert (found is ScreeningResult.NOT_INDICATED) is plain_no
        if found is ScreeningResult.POSSIBLE:
            assert YES in (codes[ACT], codes[PURPOSE], codes[FORCE], codes[DECEIT])
        if found is ScreeningResult.UNCLEAR:
            assert YES not in (codes[ACT], codes[PURPOSE], codes[FORCE], codes[DECEIT])
        if codes[MINOR] in (YES, UNSURE):
            means = {FORCE: NO, DECEIT: NO}
            assert (
                screening_result({**codes, **means}) is not ScreeningResult.NOT_INDICATED
                or plain_no
            )
        assert screening_result({**codes, FREE: YES}) is screening_result({**codes, FREE: NO})
    assert seen == set(ScreeningResult)


def test_child_is_asked_two_questions_fewer() -> None:
    child = {MINOR: YES, ACT: YES, PURPOSE: UNSURE, FREE: UNSURE}
    PersonCodes(1, child).checked(LoggedEvent.SCREENED)
    assert screening_result(child) is ScreeningResult.POSSIBLE
    assert (
        screening_result({**child, MINOR: NO, FORCE: NO, DECEIT: NO})
        is ScreeningResult.NOT_INDICATED
    )
