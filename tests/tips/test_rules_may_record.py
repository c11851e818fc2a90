"""Tests that help is never offered to a person after this person said no, whatever entries a responder makes. The test
tries every sequence of four entries."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from hotline.alerts.rules_follow_up import StopReason, refusal_of
from hotline.tips.rules_events import LoggedEvent
from hotline.tips.rules_persons import (
    ConsentCode,
    MetPerson,
    PersonCodes,
    PersonEntry,
    build_persons,
)

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
YES = (ConsentCode.YES, ConsentCode.ASSENT_YES)
OFFER = PersonCodes(1, {"service": "shelter"})
SAYS = ("yes", "no", "cannot_say", "assent_yes", "assent_yes+yes", "assent_no+yes", "too_young+yes")
ACTS = (
    *(("minor", one, False) for one in ("yes", "no")),
    *(("minor", one, True) for one in ("yes", "no")),
    *(("consent", one, False) for one in SAYS),
    *(("consent", one, True) for one in SAYS),
)
"""For each entry: its kind, its answer, and True if the entry corrects the newest entry of this kind."""
LONGEST = 4


def written(before: Sequence[PersonEntry], what: str, said: str, corrects: bool) -> PersonEntry:
    kind = LoggedEvent.SCREENED if what == "minor" else LoggedEvent.CONSENT
    consent, _, interest = said.partition("+")
    codes = {"minor": said, "act": "yes", "purpose": "yes"}
    if kind is LoggedEvent.CONSENT:
        codes = {"consent": consent} | ({"interest": interest} if interest else {})
    same = [one.id for one in before if one.kind is kind]
    wrong = (same[-1] if same else -1) if corrects else None
    at = AT + timedelta(hours=len(before))
    return PersonEntry(len(before), kind, at, PersonCodes(1, codes), 7, supersedes=wrong)


def every(before: Sequence[PersonEntry], left: int) -> Iterator[Sequence[PersonEntry]]:
    """Yields every sequence of entries that begins with `before` and that the rules allow, with at most `left` further
    entries."""
    yield before
    for act in ACTS if left else ():
        one = written(before, *act)
        if not refusal_of(
            build_persons(before), one.kind, one.reported, one.at, corrects=one.supersedes
        ):
            yield from every([*before, one], left - 1)


@pytest.mark.row("R9")
def test_r9_no_sequence_offers_help_after_a_no_without_a_newer_yes() -> None:
    offered = stopped = 0
    for entries in every([], LONGEST):
        if refusal_of(build_persons(entries), LoggedEvent.OFFERED, OFFER, AT) is not None:
            stopped += 1
            continue
        offered += 1
        last = PersonEntry(len(entries), LoggedEvent.OFFERED, AT, OFFER, 7)
        for person in build_persons([*entries, last]):
            never_over_a_no(person)
    assert offered > 1000
    assert stopped > 1000


def never_over_a_no(person: MetPerson) -> None:
    """Checks that no entry offers help after the person's "no", in the order in which the entries were written."""
    said_no, may = False, False
    for moment in sorted(person.timeline, key=lambda one: one.entry.id):
        entry = moment.entry
        if entry.kind is LoggedEvent.CONSENT:
            code = entry.reported.codes["consent"]
            said_no = code == ConsentCode.NO or (said_no and code not in YES)
            may = may or code in YES or entry.reported.codes.get("interest") == "yes"
        if entry.kind is LoggedEvent.OFFERED:
            assert not said_no
            assert may


def test_second_correction_keeps_corrected_no() -> None:
    said = [("yes", None), ("no", 0)]
    entries = [
        PersonEntry(
            one, LoggedEvent.CONSENT, AT, PersonCodes(1, {"consent": code}), 7, supersedes=of
        )
        for one, (code, of) in enumerate(said)
    ]
    codes = PersonCodes(1, {"consent": "cannot_say"})
    stops = [
        refusal_of(build_persons(entries), LoggedEvent.CONSENT, codes, AT, corrects=of)
        for of in (0, 1)
    ]
    assert stops == [StopReason.NOBODY_WAITS, StopReason.ASK_AGAIN]
