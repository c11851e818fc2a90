"""What an answer changes, by the name under which a flow saves it: one table, from which a hop learns both whether it
needs a transaction and what it does in it.

What is told in a report is in no row of this table: `effects.note` writes those answers down together.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from hotline.domain import call_back
from hotline.domain.dialogue import person_asks
from hotline.domain.dialogue.asks import WORK_CASE
from hotline.domain.dialogue.ussd import is_number
from hotline.domain.rolls import quiz, training
from hotline.domain.rolls.gathering import CAME_ANSWER, OCCASION_ANSWER, told_by
from hotline.domain.rolls.joining import NAMES, ROLL_OF, YES, Roll
from hotline.domain.tips import receipt
from hotline.engine.events import Answered
from hotline.engine.flow import Book
from hotline.engine.numbers.questions import ANSWER
from hotline.engine.view import gathers
from hotline.ports import Kit
from hotline.services.cases import sealed_codes
from hotline.services.dialogue import entry_cases
from hotline.services.dialogue.entry_cases import CASE, LETTERS, VERB
from hotline.services.guessing import SecretLook
from hotline.services.people import stopping
from hotline.services.reach import outreach
from hotline.services.referrals import call_back_requests
from hotline.services.rolls import certificates, joining
from hotline.services.tips import receipts
from hotline.store.database import Session
from hotline.store.dialogue.openings import HeldDialogue
from hotline.store.dialogue.ways import Step

SILENCE = "silence"
"""The answer by which a caller asks that nothing is ever sent to her phone."""


@dataclass(frozen=True, slots=True)
class EffectContext:
    """Who carries out effects, and where. The caller stays out of `repr`."""

    kit: Kit
    book: Book
    key: str
    caller: str = field(repr=False)
    looks: Mapping[int, SecretLook] = field(default_factory=dict)
    """What the secrets of this text have opened."""

    def newest_look(self, upto: int) -> SecretLook | None:
        """What was opened last by the time that so much of the text was heard."""
        heard = [at for at in self.looks if at <= upto]
        return self.looks[max(heard)] if heard else None


class Given(NamedTuple):
    """One answer of one session, in the hop's transaction."""

    session: Session
    context: EffectContext
    dialogue: HeldDialogue
    answer: Answered
    step: Step

    @property
    def kit(self) -> Kit:
        return self.context.kit

    @property
    def answers(self) -> Mapping[str, str]:
        """All that was answered so far, this one among them."""
        return self.step.run.answers

    @property
    def behind_a_receipt(self) -> bool:
        return gathers(self.context.book, self.step.run, receipt.RECEIPT)


Effect: TypeAlias = Callable[[Given], None]


def _withdraw_call_back(given: Given) -> None:
    passage = given.step.run.passage
    call_back_requests.withdraw_session(
        given.session, given.kit, given.context.key, up_to_passage=passage
    )


def _take_case(given: Given) -> None:
    """For a session that began on flows where choosing a case took it."""
    who = given.dialogue.responder_id
    if who is not None and given.step.run.finished:
        entry_cases.take(given.session, given.kit, who, given.answer.value)


def _act_on_case(given: Given) -> None:
    who, answer = given.dialogue.responder_id, given.answer
    case, verb = given.answers.get(CASE, ""), given.answers.get(VERB, "")
    if who is not None:
        entry_cases.answered(given.session, given.kit, who, answer.name, answer.value, case, verb)


def _keep_form(given: Given) -> None:
    """Keeps a form that is not whole yet, and drops one that the reader has written down."""
    who, name, answers = given.dialogue.responder_id, given.answer.name, given.answers
    case, flows = answers.get(WORK_CASE, ""), [place.flow for place in given.step.run.calls]
    if who is None or not case:
        return
    if person_asks.ended_by(name, answers) is None:
        form = person_asks.started(name, answers, flows)
        sealed_codes.keep_form(given.session, given.kit, who, case, form)
    elif person_asks.KEEPING not in flows:
        sealed_codes.drop_form(given.session, who, case)


def _erase_by_receipt(given: Given) -> None:
    if given.answer.value == YES and given.behind_a_receipt:
        receipts.erase(given.session, given.kit, given.context.newest_look(given.step.upto))


def _answer_what_was_asked(given: Given) -> None:
    if given.behind_a_receipt:
        opened = given.context.newest_look(given.step.upto)
        language = given.step.run.language
        receipts.answer(given.session, given.kit, opened, given.answer.value, language=language)


def _stop(given: Given) -> None:
    if given.answer.value == YES and is_number(given.context.caller):
        stopping.stop_in(given.session, given.kit, given.context.caller, given.kit.now())


def _join(given: Given, *, roll: Roll) -> None:
    """Only where a try found that this code lets its caller in."""
    look, caller = given.context.looks.get(given.step.upto), given.context.caller
    if look is not None and look.opened_key is not None and is_number(caller):
        code, at = given.answer.value, given.dialogue.started_at
        joining.join(given.session, given.kit, roll, caller, code, at)


def _leave(given: Given, *, roll: Roll) -> None:
    if given.answer.value == YES:
        joining.leave(given.session, given.kit, given.context.caller, roll)


def _count_a_gathering(given: Given) -> None:
    told = told_by(given.answer.value, given.answers.get(OCCASION_ANSWER, ""))
    if told is not None:
        channel = given.dialogue.channel
        joining.log(
            given.session,
            given.kit,
            given.context.caller,
            told,
            at=given.kit.now(),
            channel=channel,
        )


def _count_a_pair(given: Given) -> None:
    thing = quiz.thing_of(given.answer.name)
    outcome = thing and quiz.outcome(thing, given.answers)
    if thing and outcome:
        outreach.log_pair(given.session, given.dialogue, thing, outcome, given.kit.now())


def _count_a_lesson(given: Given) -> None:
    case = training.case_of(given.answer.name)
    if case is not None:
        certificates.count_answer(
            given.session,
            given.kit,
            given.dialogue,
            given.context.caller,
            case,
            given.answers,
            given.kit.now(),
        )


EFFECTS: Mapping[str, Effect] = MappingProxyType(
    {
        **dict.fromkeys(call_back.ANSWERS, _withdraw_call_back),
        CASE: _take_case,
        VERB: _act_on_case,
        LETTERS: _act_on_case,
        **dict.fromkeys(person_asks.KEPT_ANSWERS, _keep_form),
        receipt.ERASE: _erase_by_receipt,
        ANSWER: _answer_what_was_asked,
        SILENCE: _stop,
        CAME_ANSWER: _count_a_gathering,
        **{code: partial(_join, roll=roll) for code, roll in ROLL_OF.items()},
        **{names.leaves: partial(_leave, roll=roll) for roll, names in NAMES.items()},
    }
)
FAMILIES: Sequence[tuple[Callable[[str], object], Effect]] = (
    (quiz.thing_of, _count_a_pair),
    (training.case_of, _count_a_lesson),
)
"""Names that hold what they are about: the thing of a quiz, the case of a lesson."""


def effect_of(name: str) -> Effect | None:
    """None of an answer that changes nothing by itself."""
    family = (effect for belongs, effect in FAMILIES if belongs(name) is not None)
    return EFFECTS.get(name) or next(family, None)
