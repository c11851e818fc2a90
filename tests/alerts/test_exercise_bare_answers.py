"""R12: tests answers without a reference during a drill. They take no case by mistake, and few people are asked
again."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import count

import pytest

from hotline.alerts import service_drills
from hotline.dialogue.service_sms import Arrival, take_sms
from hotline.gateway.tables import Assignment
from hotline.people.rules import Level
from hotline.tips.tables import Tip
from tests.alerts.test_exercise import ALINE, WHY, begun
from tests.support.builders import make_message
from tests.support.district import District

PHONE = "+250788000001"
SAID = {
    " was a drill": "is one",
    ": you have taken": "taken",
    ": you took it": "taken",
    ": reply with a digit": "?",
}
IDS = count(1)


def names(district: District) -> dict[str, str]:
    """Returns the references of the last 30 days. `E` is the drill, and `R` is a case."""
    tips = {row.id: row for row in district.all(Tip)}
    lately = district.clock() - timedelta(days=30)
    told = [row for row in district.all(Assignment) if row.created_at > lately]
    return {row.reference: "E" if tips[row.tip_id].channel == "drill" else "R" for row in told}


def answers(district: District, text: str) -> Iterator[str]:
    """Sends a text and yields the replies to it."""
    known = names(district)
    named = {kind: reference for reference, kind in known.items()}
    text = " ".join(named.get(word, word) for word in text.split())
    before = len(district.sms.sent)
    at, name = district.clock(), f"ATXid_{next(IDS)}"
    mo = make_message(provider_id=name, sender=PHONE, text=text, sent_at=at)
    take_sms(district.context, mo, Arrival.CALLED)
    district.deliver()
    for number, said in district.sms.sent[before:]:
        assert number == PHONE
        kind = next(kind for reference, kind in known.items() if said.startswith(reference))
        yield f"{kind} {next(short for words, short in SAID.items() if words in said)}"


def lived(district: District, story: Sequence[str | float]) -> list[str]:
    """Runs a story and returns the replies. `drill` starts a drill, `over` ends it, `alert` is a case, and numbers
    are minutes."""
    read: list[str] = []
    exercise = 0
    for step in story:
        match step:
            case "drill":
                exercise = begun(district)
            case "over":
                service_drills.call_off(district.context, exercise, by=ALINE, reason=WHY)
            case "alert":
                district.tell(urgency=2)
            case str():
                read += answers(district, step)
            case _:
                district.clock.turn(minutes=step)
        district.deliver()
    return read


def forget(district: District) -> None:
    """Moves the clock forward by more than a year and closes every tip."""
    district.clock.turn(days=400)
    service_drills.end_due(district.context)
    for tip in district.all(Tip):
        district.change(Tip, tip.id, closed_at=district.clock())
    district.deliver()


STORIES: Mapping[tuple[str | float, ...], list[str]] = {
    ("drill", 1, "1", 1, "1"): ["E is one", "E is one"],
    ("drill", 1, "1", 5, "alert", 1, "1"): ["E is one", "R taken"],
    ("drill", 5, "over", 5, "alert", 1, "1", 1, "1"): ["R taken", "R taken"],
    ("drill", 5, "alert", 1, "1", 1, "1"): ["E is one", "R ?", "R taken"],
    ("drill", 5, "alert", 1, "1 R"): ["R taken"],
    ("drill", 5, "alert", 1, "1 E"): ["E is one"],
    ("drill", 5, "over", 0.1, "alert", 0.1, "1"): ["E is one", "R ?"],
    ("drill", 1, "1", 0.1, "alert", 0.1, "1"): ["E is one", "E is one", "R ?"],
    ("alert", 120, "drill", 30, "over", 60, "1"): ["E is one", "R ?"],
    ("alert", 120, "drill", 1, "1", 1, "1"): ["E is one", "R ?", "R taken"],
    ("alert", 1200, "drill", 30, "over", 60, "1"): ["E is one"],
    ("alert", 1, "1", 60, "drill", 1, "1"): ["R taken", "E is one"],
}


@pytest.mark.row("R12")
def test_r12_a_bare_answer_beside_an_exercise(district: District) -> None:
    """All stories use one hotline, a year apart, because a database for each would take longer."""
    district.enrol(Level.RESPONDER)
    wrong = {}
    for story, wanted in STORIES.items():
        read = lived(district, story)
        if read != wanted:
            wrong[story] = read
        forget(district)
    assert wrong == {}


def test_a_bare_answer_takes_no_case_older_than_the_alert(
    district: District,
) -> None:
    """A colleague took the newer case first, so only the other case is still open."""
    district.enrol(Level.RESPONDER)
    district.tell(urgency=2)
    district.clock.turn(hours=20)
    newer = district.tell(urgency=2)
    district.deliver()
    district.change(Tip, newer, closed_at=district.clock())
    assert list(answers(district, "1")) == ["R ?"]
