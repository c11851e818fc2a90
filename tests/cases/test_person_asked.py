"""Tests the requests about a person that a session sends to the reader. The name of the requested command is not
encrypted. The codes about the person are encrypted, and the session sends them once, after the last answer. In these
tests, a simulated reader process answers. The real reader process has its own tests.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from hotline.cases.rules_reading_requests import (
    KEPT_ANSWERS,
    PERSON_VERBS,
    ReaderAnswer,
    ReaderQuestionKind,
    StartedForm,
    person_and_codes,
    without_pins,
)
from hotline.core.ussd import PIN_ASKED, CallerFacts, CommittedText, SessionStart
from hotline.dialogue import service_commit
from hotline.dialogue.service_replay import (
    Played,
    QuestionReply,
    ReaderReply,
    ReaderRequest,
    SessionContext,
    play,
)
from hotline.flows.conversation import Answered, Facts
from hotline.flows.screen import SEPTETS
from hotline.tips.rules_events import LoggedEvent
from tests.support.made_once import shipped_book

BOOK = shipped_book()
AT = datetime(2026, 11, 24, tzinfo=UTC)
CASE = "K7Q4"
FACTS = Facts(flags={PIN_ASKED: True}, language="en")
OPENING = SessionStart(
    "k", 1, "90", 2, False, 7, None, AT, pinned=CallerFacts((PIN_ASKED,), (CASE,))
)
SITE = "90*407193*1*1*5*4*1"
HELP = "90*407193*1*1*3*1"
FOLLOW = "90*407193*1*1"
ADULT = {"minor": "no", "act": "yes", "force": "yes", "deceit": "unsure", "purpose": "yes"}


@dataclass
class PlayedReader:
    """A simulated reader process that gives fixed answers and records its requests."""

    flags: tuple[str, ...] = ()
    lists: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    silent: int = 0
    """The number of requests that get no answer in time."""
    sent: list[tuple[str, int | None, Mapping[str, str]]] = field(default_factory=list)
    asked: list[ReaderRequest] = field(default_factory=list)

    def play(self, text: str) -> Played:
        context = SessionContext(BOOK, FACTS, OPENING, SEPTETS)
        playing = play(context, text, CommittedText(0))
        try:
            question = next(playing)
            while True:
                assert isinstance(question, ReaderRequest)
                question = playing.send(QuestionReply(reply=ReaderReply(self.answer(question))))
        except StopIteration as end:
            played: Played = end.value
            return played

    def answer(self, asked: ReaderRequest) -> ReaderAnswer:
        if asked.ask.kind is ReaderQuestionKind.VIEW:
            flags = ("pin_right", "has_work", f"hers.{CASE}", f"people.{CASE}", *self.flags)
            return ReaderAnswer(flags, {"my_work": ((CASE, CASE),), **self.lists})
        self.asked.append(asked)
        self.sent.append((asked.ask.verb, *person_and_codes(asked.typed)))
        if len(self.asked) <= self.silent:
            return ReaderAnswer(("waits",))
        person = self.sent[-1][1] or 3
        return ReaderAnswer(("person_kept",), words={"person": str(person), "time": "25/11 14:05"})


def codes(text: str, *flags: str, people: bool = False) -> list[tuple[str, int | None, object]]:
    lists = (
        {f"my_people.{CASE}": (("1", "1 woman"), ("2", "2 person"), ("3", "3 man"))}
        if people
        else {}
    )
    reader = PlayedReader((*flags, f"has_people.{CASE}") if people else flags, lists)
    reader.play(text)
    return [*reader.sent]


SEEN = {"sex": "woman", "nationality": "rwanda"}
OFFER = [
    ("consent", 3, {"minor": "no", "consent": "yes"}),
    ("offered", 3, {"service": "isange", **SEEN}),
    ("answered", 3, {"answer": "accepted"}),
]


@pytest.mark.row("R8", "R9")
@pytest.mark.parametrize(
    ("text", "sent"),
    [
        (f"{SITE}*2*1*1*3*1*2", []),
        (f"{SITE}*2*1*1*3*1*2*1", [("screened", 0, {**ADULT, "free": "no", "form": "labour"})]),
        (f"{SITE}*2*1*1*3*2*1", [("screened", 0, {**ADULT, "purpose": "no", "free": "yes"})]),
        (
            f"{SITE}*1*1*1*2*5*5*1",
            [("screened", 0, {"minor": "yes", "act": "yes", "purpose": "yes", "free": "no", "form": "child_work"})],
        ),
        (
            f"{SITE}*2*1*1*1*0*0*0*0*1*1*1*2*1",
            [("screened", 0, {"minor": "yes", "act": "yes", "purpose": "yes", "free": "no", "form": "labour"})],
        ),
        (f"{HELP}*2", []),
        # A yes is stored at once, so that the wish for help is not lost if the call ends early.
        (f"{HELP}*2*1", [("consent", 0, OFFER[0][2])]),
        (f"{HELP}*1*1*1", [("consent", 0, {"minor": "yes", "consent": "assent_yes", "interest": "yes"})]),
        (f"{HELP}*2*2*1", [("consent", 0, {"minor": "no", "consent": "no", "again": "woman"})]),
        (f"{HELP}*2*3", [("consent", 0, {"minor": "no", "consent": "cannot_say"})]),
        (f"{HELP}*1*2*2", [("consent", 0, {"minor": "yes", "consent": "assent_no", "interest": "not_yet"})]),
        (f"{HELP}*2*1*1*1*1*1", [("consent", 0, OFFER[0][2]), *OFFER[1:]]),
        (f"{SITE}*2*1*1*3*1*2*1*1*1*1*1*1*1",
         [("screened", 0, {**ADULT, "free": "no", "form": "labour"}), *OFFER]),
        (f"{HELP}*2*1*1*1*5*1", [("consent", 0, OFFER[0][2])]),
        # If the responder says that the person looks like a child, the questions for a child follow.
        (f"{HELP}*2*1*3*1*1*1*4",
         [("consent", 0, OFFER[0][2]),
          ("consent", 3, {"minor": "no", "consent": "assent_yes", "interest": "yes", "sex": "girl"}),
          ("offered", 3, {"service": "child_officer", "sex": "girl", "nationality": "rwanda"})]),
        # After "under 18", the responder answers Girl or Boy.
        (f"{HELP}*1*1*1*2*1*1",
         [("consent", 0, {"minor": "yes", "consent": "assent_yes", "interest": "yes"}),
          ("offered", 3, {"service": "isange", "sex": "boy", "nationality": "rwanda"})]),
        (f"{HELP}*2*1*1*1*5*1*1*2*5*3*1*4",
         [("consent", 0, OFFER[0][2]), ("offered", 3, {"service": "police", **SEEN}),
          ("answered", 3, {"answer": "no_room"}), ("offered", 3, {"service": "journey_home", **SEEN})]),
    ],
)  # fmt: skip
def test_codes_are_sent_only_with_last_answer(
    text: str, sent: list[tuple[str, int | None, object]]
) -> None:
    assert codes(text) == sent


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        (f"{HELP}*3*1", [("answered", 3, {"answer": "accepted"})]),
        (f"{HELP}*1*1", [("offered", 1, {"service": "isange"})]),
        # If an earlier call ended before the age was stored, this call asks again how old the person looks.
        (f"{HELP}*2*1*1*1", [("offered", 2, {"service": "isange", **SEEN})]),
        (f"{HELP}*4*2*3", [("consent", 0, {"minor": "no", "consent": "cannot_say"})]),
        (f"{SITE}*2*2*2*2*2*2*1",
         [("screened", 2, {**dict.fromkeys(ADULT, "no"), "free": "yes"})]),
    ],
)  # fmt: skip
def test_codes_are_sent_for_the_chosen_person(text: str, sent: object) -> None:
    consented = [f"{flag}.{CASE}.{n}" for flag in ("adult", "consented") for n in (1, 2)]
    known = (f"awaits.{CASE}.3", f"seen.{CASE}.1", *consented)
    assert codes(text, *known, people=True) == sent


@pytest.mark.parametrize(
    ("due", "text", "sent"),
    [
        ("arrival", f"{FOLLOW}*1*2*1", ("arrived", 2, {"arrived": "yes"})),
        ("thirty", f"{FOLLOW}*1*2*4", ("thirty", 2, {"thirty": "danger"})),
        ("", f"{FOLLOW}*1*2", ("arrived", None, {"arrived": "no"})),
    ],
)
def test_person_is_asked_if_several_are_due(due: str, text: str, sent: object) -> None:
    several = {"arrival": "arrivals", "thirty": "thirties"}
    flags = [f"{due or 'arrival'}_due.{CASE}", *([f"{several[due]}.{CASE}"] if due else [])]
    reader = PlayedReader(tuple(flags), {f"{due}_people.{CASE}": (("1", "1"), ("2", "2"))})
    reader.play(text)
    assert reader.sent == [sent]


def test_back_corrects_same_person_and_new_form_adds_person() -> None:
    first = f"{SITE}*2*1*1*3*1*2*1"
    assert [person for _, person, _ in codes(f"{first}*0*2")] == [0, 3]
    menu_again = "*0" * 9
    assert [person for _, person, _ in codes(f"{first}{menu_again}*4*1*2*1*1*3*1*2*1")] == [0, 0]


@pytest.mark.parametrize(
    ("text", "last"),
    [
        (f"{SITE}*2*1*1*3*1*2*1*0*0*0*2*1", ("screened", 3, {**ADULT, "purpose": "no", "free": "yes"})),
        (f"{HELP}*2*2*1*0*0*3", ("consent", 3, {"minor": "no", "consent": "cannot_say"})),
        (f"{HELP}*2*1*1*1*0*0*0*3", ("consent", 3, {"minor": "no", "consent": "cannot_say"})),
        (f"{HELP}*2*1*3*1*1*0*0*0*0*3", ("consent", 3, {"minor": "no", "consent": "cannot_say"})),
    ],
)  # fmt: skip
def test_corrected_answer_removes_dependent_answers(text: str, last: object) -> None:
    assert codes(text)[-1] == last


def test_late_reader_is_asked_again_with_same_codes() -> None:
    reader = PlayedReader(silent=2)
    text = f"{HELP}*2*3"
    assert reader.play(text).screen.text.startswith("One moment.\n1 See")
    reader = PlayedReader(silent=2)
    assert reader.play(f"{text}*1*1").screen.text.startswith("Noted. By 25/11 14:05, ask ")
    first, second, third = reader.asked
    assert first.typed == second.typed == third.typed
    assert (first.of, second.of, third.of) == (None, first.upto, second.upto)


def test_hop_keeps_only_form_answers_and_hides_codes_in_repr() -> None:
    text = f"{SITE}*2*1*1*3*1*2*1*1*1*1*1*1*1"
    reader = PlayedReader()
    played = reader.play(text)
    kept = [
        event.name
        for step in service_commit.steps_with_effect(BOOK, played.steps)
        for event in step.events
        if isinstance(event, Answered)
    ]
    assert set(kept) <= KEPT_ANSWERS
    assert kept[:2] == ["person_minor", "person_act"]
    assert all(asked.ask.verb in PERSON_VERBS for asked in reader.asked)
    assert not any("unsure" in repr(one) or "labour" in repr(one) for one in reader.asked)
    again = PlayedReader()
    assert again.play(text).screen == played.screen
    assert again.sent == reader.sent


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("90*1*2", "90*1*2"),
        ("90*407193*1*1*3", "90*######*#*#*#"),
        ("90*12*407193*1*they lock us in", "90*12*######*#*###############"),
        ("90*######*#", "90*######*#"),
    ],
)
def test_digest_leaves_out_input_after_the_pin(text: str, kept: str) -> None:
    """Six questions with three answers give only seven hundred possibilities, which an attacker with the digest key
    could try."""
    assert without_pins(text) == kept


@pytest.mark.parametrize(
    ("kind", "codes", "step"),
    [
        ("screened", {"minor": "no"}, (2, 7)),
        ("screened", {"minor": "yes"}, (2, 5)),
        ("screened", {"minor": "yes", "act": "yes", "purpose": "no"}, (4, 4)),
        ("consent", {"minor": "yes"}, (2, 2)),
        ("consent", {"consent": "no"}, (2, 2)),
        ("offered", {"sex": "man", "nationality": "other"}, (3, 3)),
    ],
)
def test_unfinished_form_knows_its_next_question(
    kind: str, codes: Mapping[str, str], step: tuple[int, int]
) -> None:
    form = StartedForm(LoggedEvent(kind), "2", codes)
    assert form.step == step
    assert StartedForm.from_text(form.to_text()) == form
    assert not any(value in repr(form) for value in codes.values())


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"kind": "told", "person": "1", "codes": {}}', '{"kind": "screened"}']
)
def test_invalid_unfinished_form_is_refused(text: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        StartedForm.from_text(text)
    said = '{"kind": "screened", "person": "1", "codes": {"minor": "her name", "act": "no"}}'
    assert StartedForm.from_text(said).codes == {"act": "no"}
