"""Simulates a reader that decrypts nothing. Its answers depend on the PIN, the case and the action.

So a tour reaches every screen after a PIN, and no action of one walk changes the next walk. The simulated reader uses
the same rows, message boxes and words as the real reader process. `test_behind_pin.py` compares the simulated reader
with the real one.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from hotline.alerts.rules_replies import CommandResult, Verb
from hotline.cases import decrypt_reader_commands as commands
from hotline.cases import rules_reading_requests as reading
from hotline.cases import tables
from hotline.cases.reader_answering import HAS_QUESTIONS, HAS_WORK
from hotline.cases.rules_reading_requests import (
    ReaderAnswer,
    ReaderQuestion,
    ReaderQuestionKind,
    StartedForm,
)
from hotline.core.database import Database
from hotline.core.wording import Template
from hotline.keys import one_off
from hotline.keys.key_folder import LiveKeys
from hotline.text.errors import DecryptionFailed
from hotline.text.languages import Phrases
from hotline.tips.rules_events import LoggedEvent
from hotline.tips.rules_persons import ClosureRefusal


def _done(result: CommandResult) -> str:
    """Returns the flag in the reader's answer that a command had this result."""
    return f"{commands.RESULT_PREFIX}{result}"


HERS, ARRIVAL, THIRTY, AGAIN = "K7Q4", "A7RV", "T3RY", "G4NA"
"""Four cases. The responder is the assignee of the first case. The second case asks if the person arrived at a service.

The third case asks about a person after thirty days. The fourth case asks once more if a person who declined help wants
help now.
"""
TIME = "25/11 14:05"
TWO = (("1", "1 Zuzuwoman"), ("2", "2 Zuzuman"))
ABOUT_FLAGS = (
    *(f"people.{HERS}", f"has_people.{HERS}", f"awaits.{HERS}.2", f"adult.{HERS}.1"),
    *(f"arrival_due.{ARRIVAL}", f"arrivals.{ARRIVAL}"),
    *(f"thirty_due.{THIRTY}", f"thirties.{THIRTY}"),
    *(f"consent_due.{AGAIN}", f"says_no.{AGAIN}.1", f"woman_asks.{AGAIN}"),
)
ABOUT_LISTS = {
    f"my_people.{HERS}": TWO,
    f"arrival_people.{ARRIVAL}": TWO,
    f"thirty_people.{THIRTY}": TWO,
    f"consent_people.{AGAIN}": TWO[:1],
}
ABOUT_CASES = (HERS, ARRIVAL, THIRTY, AGAIN)
BY_SERVICE: Mapping[str, tuple[str, ...]] = {
    "shelter": (reading.UNREADABLE,),
    "health": (_done(CommandResult.NOT_TAKEN_YET),),
    "child_officer": ("person_stopped", "says_no"),
    "police": ("person_stopped", "undecided"),
    "legal": ("person_stopped", "too_early"),
    "journey_home": (_done(CommandResult.OVER),),
    "isange": (reading.IN_CONSOLE,),
    "other": ("person_kept", "service_asked"),
}
"""The flags in the reader's answer, by the service that the responder chose. Without the flag `person_kept`, the reader
says that it has stored no answers about the person."""
COMES_TO = {"labour": "possible", "sex": "not_indicated"}
"""The result of the form about signs of trafficking, by the kind of exploitation."""


def about(told: ReaderAnswer) -> ReaderAnswer:
    """Adds flags and lists to the reader's answer: those about the persons of the cases in `ABOUT_CASES`."""
    lists = {**told.lists, **ABOUT_LISTS}
    return ReaderAnswer((*told.flags, *ABOUT_FLAGS), lists, told.words)


def of_person(codes: Mapping[str, str]) -> ReaderAnswer | None:
    """Returns the reader's answer about a person. Returns None for a form about servitude and for a service that has no
    room for the person, as if the reader did not answer."""
    if codes.get("form") == "servitude" or codes.get("answer") == "no_room":
        return None
    if codes.get("service") in BY_SERVICE:
        return ReaderAnswer(BY_SERVICE[codes["service"]], words={"service": "Zuzuservice"})
    comes_to = [COMES_TO.get(codes.get("form", ""), "unclear")]
    no = ["says_no"] if codes.get("answer") == "person_refused" else []
    return ReaderAnswer(("person_kept", *comes_to, *no), words={reading.PERSON: "3", "time": TIME})


RIGHT_PIN, DEAD_PIN, SLOW_PIN, IDLE_PIN = "407193", "407194", "407195", "407196"
"""Four PINs. The reader accepts the first PIN, and does not answer the second one. After the third PIN it does not
answer about a case, and after the fourth one it finds no cases."""
ONE_PIN = "407197"
"""With this PIN, the reader answers with a single case. No tour enters this PIN."""
ABOUT_PIN = "407198"
"""The PIN after which the reader shows the cases that ask about persons. A tour enters this PIN only for these
cases."""
WARNED_PIN = "407188"
"""The PIN of a coordinator who has a warning to read, and one form to finish."""
WRONG_PIN, TIRED_PIN, CODE = "815260", "815261", "604713"
PAPER, NO_PAPER, NUMBERS_PAPER, LATE_PAPER, SLOW_PAPER = (f"4071930{n}" for n in range(5))
"""Five start PINs in this order: correct, wrong, for a new number, expired, without an answer."""
NEW, EASY, SLOW_NEW, LATE_NEW = "728190", "123456", "728191", "728192"
PINS: Mapping[str, tuple[str, ...]] = {
    "work_pin": (RIGHT_PIN, WARNED_PIN, DEAD_PIN, SLOW_PIN, IDLE_PIN, WRONG_PIN, TIRED_PIN, CODE),
    reading.START_PIN: (PAPER, NO_PAPER, NUMBERS_PAPER, LATE_PAPER, SLOW_PAPER),
    reading.NEW_PIN: (NEW, EASY),
    reading.NEW_AGAIN: (NEW, EASY, SLOW_NEW, LATE_NEW),
}
"""The PINs and codes that a phone types in a tour and that only the reader checks. The mapping's keys are the names
under which flows save what the phone typed."""

NEWS, ODD, NATIONS, LATER, MET = "H3ND", "W2RT", "M9XP", "R4CT", "C5JM"
OVER, QUICK = "V3RQ", "B6YN"
"""The cases that the simulated reader shows in addition to the case of which the responder is the assignee.

Each of these cases has another state: for example taken by a colleague, impossible to decrypt, or closed. `MET` stores
answers about a person, and one answer is still missing. `OVER` is closed. When the responder tries to take `QUICK`, a
colleague has already taken it.
"""
GOES_ON = StartedForm(LoggedEvent.OFFERED, "1", {"sex": "girl"})
"""The form about a person that a responder began in one case. The call ended before the last question of the form."""
LATE_VERBS = ("", Verb.TAKE)
"""The actions that the reader never answers in time for one case: reading the case and taking it."""
COLLEAGUE = "7"
PAGE_CANARY = "Zuzupage"
PAGES = " ".join([PAGE_CANARY, *["they keep the papers and lock the gate at night"] * 4])

DONE: Mapping[str, Mapping[str, str]] = {
    HERS: {
        Verb.ON_SITE: _done(CommandResult.ON_SITE),
        Verb.REFERRED: _done(CommandResult.REFERRED),
    },
    NEWS: {Verb.TAKE: _done(CommandResult.TAKEN)},
    ODD: {
        Verb.TAKE: commands.LATE,
        commands.CONFIRM: commands.REFUSALS[ClosureRefusal.IN_CONSOLE],
        commands.ALSO: commands.HELPS_UNREAD,
    },
    NATIONS: {
        Verb.TAKE: commands.UNREAD,
        commands.CONFIRM: commands.REFUSALS[ClosureRefusal.UNOPENED],
        Verb.LET_GO: _done(CommandResult.LET_TOO_EARLY),
        Verb.UNSEEN: _done(CommandResult.VISIT_DECIDED),
        Verb.OPENLY: _done(CommandResult.STOOD_DOWN),
    },
    QUICK: {Verb.TAKE: _done(CommandResult.ALREADY_TAKEN)},
    MET: {Verb.ON_SITE: _done(CommandResult.ON_SITE)},
}
"""For each case: the results of the actions that a responder chooses on a screen that shows the case's reference."""
OF_ANY: Mapping[str, str] = {
    f"{reading.ASK}still": commands.ASKED_BACK,
    f"{reading.ASK}moved": commands.NOT_ASKED,
    Verb.PASS_ON: _done(CommandResult.PASSED),
    f"{reading.PASS}{commands.WHO}": commands.HAS_COLLEAGUES,
    f"{reading.PASS}{COLLEAGUE}": _done(CommandResult.THEIRS),
    f"{reading.PASS}{commands.NATIONAL_DESK}": commands.NO_COLLEAGUES,
    "close_helped": _done(CommandResult.CLOSED),
    "close_silent": _done(CommandResult.OVER),
    "close_nobody": _done(CommandResult.ANOTHER_WAITS),
    "close_trial": _done(CommandResult.MOVED),
    f"{reading.SHIFT}offer.1": commands.SHIFT_OFFERED,
    f"{reading.SHIFT}take.1": commands.SHIFT_TAKEN,
    f"{reading.SHIFT}take.2": commands.SHIFT_GONE,
}
"""The results of actions that a responder chooses on a screen without the case's reference, which looks the same for
every case. So a tour chooses these actions in only one case."""
SHIFTS = {
    reading.MY_SHIFTS: [("offer.1", "Zuzumine")],
    reading.FREE_SHIFTS: [("take.1", "Zuzufree"), ("take.2", "Zuzugone")],
}


@dataclass
class ToldReader:
    """The simulated reader process of a tour. The reader answers while a hop waits."""

    database: Database
    pair: LiveKeys
    phrases: Phrases
    now: Callable[[], datetime]
    language: str
    at: float = 0.0

    def pause(self, seconds: float) -> None:
        self.at += seconds
        self.look()

    def elapsed(self) -> float:
        return self.at

    def look(self) -> None:
        """Answers every waiting hop, except those that must get no answer."""
        with self.database.reading() as session:
            waiting = tables.waiting_hops(session, self.now() - reading.KEPT_FOR)
        for ask, row in waiting:
            bound, typed = reading.bound_to(row.session_key, row.text_digest), {}
            for private in self.pair.now():
                with suppress(DecryptionFailed):
                    typed = one_off.decrypt_box(ask.encrypted_pin, private=private, bound=bound)
            answer = self._said(ReaderQuestion.from_dict(row.question), typed)
            box = None
            if answer is not None:
                box = one_off.seal(answer.to_dict(), public=ask.public_key, bound=bound)
            with self.database.writing() as session:
                if answer is not None:
                    tables.record_state(session, row.id, _state(answer))
                tables.store_answer(session, ask.id, box, self.now())

    def _said(self, ask: ReaderQuestion, typed: Mapping[str, str]) -> ReaderAnswer | None:
        """Returns the answer to a request, or None for no answer."""
        pin = typed.get(reading.PIN, "")
        match ask.kind:
            case ReaderQuestionKind.VIEW:
                return self._view(pin)
            case ReaderQuestionKind.PROVE:
                return _proof(typed[reading.START_PIN])
            case ReaderQuestionKind.CHOOSE | ReaderQuestionKind.CHANGE:
                return _choice(ask.kind, typed)
            case ReaderQuestionKind.PAGE | ReaderQuestionKind.ACT if (
                ask.reference == LATER and ask.verb in LATE_VERBS
            ):
                return None
            case ReaderQuestionKind.PAGE:
                if ask.reference == ODD and ask.verb != reading.HISTORY:
                    return ReaderAnswer((reading.UNREADABLE,))
                return ReaderAnswer(words={reading.PAGE: PAGES})
            case ReaderQuestionKind.ACT if ask.verb in reading.PERSON_VERBS:
                return of_person(reading.person_and_codes(typed)[1])
            case ReaderQuestionKind.ACT:
                return _act(ask)

    def _view(self, pin: str) -> ReaderAnswer | None:
        lists = {
            RIGHT_PIN: (HERS, NEWS, ODD, NATIONS, MET, OVER, QUICK),
            ONE_PIN: (NEWS,),
            SLOW_PIN: (LATER,),
            IDLE_PIN: (),
            WARNED_PIN: (MET,),
        }
        if pin == ABOUT_PIN:
            return about(self._cases(*ABOUT_CASES))
        if pin in lists:
            cases = self._cases(*lists[pin])
            first = ReaderAnswer(
                (reading.ONE_DANGER,), words={reading.FIRST: NEWS, reading.PAGE: PAGES}
            )
            warned = ReaderAnswer(
                (reading.HAS_WARNINGS, reading.ONE_STARTED), words={reading.FIRST: MET}
            )
            more = {WARNED_PIN: warned, ONE_PIN: first}
            return cases.and_also(more.get(pin, ReaderAnswer()))
        flags = {TIRED_PIN: (reading.IS_BLOCKED,), CODE: (reading.PROVES,)}
        words = {"time": TIME} if pin == TIRED_PIN else {}
        return None if pin == DEAD_PIN else ReaderAnswer(flags.get(pin, ()), words=words)

    def _cases(self, *cases: str) -> ReaderAnswer:
        """Returns the reader's answer to a responder who asks for their cases. A real session stores the lists `hers`,
        `lets` and `decides` when it begins.

        Here the simulated reader adds these lists for its own cases.
        """
        labels = [(one, self._label(one)) for one in cases]
        questions = [("still", "Zuzustill?"), ("moved", "Zuzumoved?")]
        words = dict.fromkeys(("open", "urgent", "waits"), str(len(cases))) | {"last": "never"}
        words |= {name: said for one in cases for name, said in _named(one).items()}
        pinned = [f"hers.{HERS}", f"hers.{MET}", f"lets.{NATIONS}", f"decides.{NATIONS}"]
        pinned += [f"judges.{NATIONS}", f"judges.{ODD}"]
        pinned += [f"people.{MET}", f"owes_person.{MET}", f"over.{OVER}"]
        pinned += [f"offer_due.{OVER}", f"owes.{HERS}", f"owes.{ODD}"]
        pinned += [f"{reading.IN_CONSOLE}.{QUICK}", reading.HANDOVER, *SHIFTS]
        if MET in cases:
            pinned.append(f"{reading.STARTED}.{MET}")
            words[f"{reading.STARTED}.{MET}"] = GOES_ON.to_text()
        has_work = (HAS_WORK, *pinned) if cases else ()
        goes_on = [(one, "Zuzu (2/7)") for one in ("screened", "offered")]
        lists = {
            reading.MY_WORK: labels,
            reading.MY_QUESTIONS: questions,
            f"{reading.STARTED}.{MET}": goes_on,
            **SHIFTS,
        }
        return ReaderAnswer((reading.RIGHT, *has_work, HAS_QUESTIONS), lists, words)

    def _label(self, case: str) -> str:
        says = {HERS: Template.LIST_DUE, MET: Template.LIST_DUE, ODD: Template.LIST_THEIRS}
        template = says.get(case, Template.LIST_URGENT)
        return self.phrases.say(self.language, template, ref=case, time=TIME)


def _state(answer: ReaderAnswer) -> reading.ReadingState:
    if reading.IS_BLOCKED in answer.flags:
        return reading.ReadingState.RESTED
    return reading.ReadingState.DONE if answer.flags or answer.words else reading.ReadingState.WRONG


def _named(case: str) -> Mapping[str, str]:
    return {f"ref.{case}": case, f"place.{case}": "Nyarugenge", f"asked.{case}": "Zuzuasked"}


def _act(ask: ReaderQuestion) -> ReaderAnswer:
    if ask.verb == reading.NOT_ME:
        return ReaderAnswer((reading.ENDED,))
    flag = {**OF_ANY, **DONE.get(ask.reference, {})}.get(ask.verb)
    if flag is None and ask.verb.startswith(reading.NOTE):
        flag = commands.NOTED
    if flag is None and ask.verb.startswith(reading.DISTRICT):
        flag = _done(CommandResult.NOT_TAKEN_YET)
    picks = flag == commands.HAS_COLLEAGUES
    lists = {reading.MY_COLLEAGUES: [(COLLEAGUE, "Zuzucolleague")]} if picks else {}
    words = {"time": TIME, "who": "Responder 3", "outcome": "Zuzuoutcome"}
    return ReaderAnswer((flag or _done(CommandResult.CLOSURE_REQUESTED),), lists, words)


def _proof(start_pin: str) -> ReaderAnswer | None:
    if start_pin == SLOW_PAPER:
        return None
    flags = {
        PAPER: reading.PAPER_RIGHT,
        NUMBERS_PAPER: reading.NUMBER_PROVED,
        LATE_PAPER: reading.PROOF_OVER,
    }
    return ReaderAnswer((flags[start_pin],)) if start_pin in flags else ReaderAnswer()


def _choice(kind: ReaderQuestionKind, typed: Mapping[str, str]) -> ReaderAnswer | None:
    again = typed[reading.NEW_AGAIN]
    if again == SLOW_NEW:
        return None
    if again == LATE_NEW and kind is ReaderQuestionKind.CHOOSE:
        return ReaderAnswer((reading.PROOF_OVER,))
    if typed[reading.NEW_PIN] != again:
        return ReaderAnswer((reading.REFUSED,))
    return ReaderAnswer((reading.CHOSEN if kind is ReaderQuestionKind.CHOOSE else reading.CHANGED,))
