"""What each event of a hop leaves behind, inside the hop's transaction. `effects.py` opens it, and sees to it that
nothing happens twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hotline.domain import call_back, quiz, receipt
from hotline.domain.tip import Matter
from hotline.domain.ussd import is_number
from hotline.engine.events import (
    Answered,
    Completed,
    Erased,
    Event,
    LanguageChosen,
    PinGiven,
    TopicRead,
)
from hotline.engine.flow import Book
from hotline.engine.questions import ANSWER
from hotline.engine.run import Run
from hotline.ports import Kit
from hotline.services import call_backs, entry_cases, intake, outreach, receipts, rolls
from hotline.services.entry_cases import ACTING, CASE, VERB
from hotline.services.guessing import Look
from hotline.services.intake import Telling
from hotline.services.playing import Step, gathers
from hotline.store.contacts import Dialogue
from hotline.store.database import Session
from hotline.store.tips import Tip

SILENCE = "silence"
"""The answer by which a caller asks that nothing is ever sent to her phone."""
CALL_BACK = "call_back"
"""What is whole when she agreed to a call in every point."""
ONE_BY_ONE = (CASE, *ACTING, SILENCE, receipt.ERASE, ANSWER)
"""Answers that change something as soon as they are given."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Who carries out effects, and where. The caller stays out of `repr`."""

    kit: Kit
    book: Book
    key: str
    caller: str = field(repr=False)
    looks: Mapping[int, Look] = field(default_factory=dict)
    """What the secrets of this text have opened."""

    def newest_look(self, upto: int) -> Look | None:
        """What was opened last by the time that so much of the text was heard."""
        heard = [at for at in self.looks if at <= upto]
        return self.looks[max(heard)] if heard else None


def changes(book: Book, run: Run, event: Event) -> bool:
    """Whether it leaves anything behind."""
    if isinstance(event, LanguageChosen | TopicRead | Erased | PinGiven):
        return True
    if isinstance(event, Answered) and (quiz.thing_of(event.name) or rolls.concerns(event.name)):
        return True
    return isinstance(event, Answered | Completed) and (
        _matter(book, run) is not None or (isinstance(event, Answered) and event.name in ONE_BY_ONE)
    )


def apply(session: Session, scene: Scene, dialogue: Dialogue, event: Event, step: Step) -> None:
    """Carry one event out; one that means nothing here changes nothing."""
    passage = step.run.passage
    match event:
        case LanguageChosen(language):
            outreach.log_language(session, dialogue, language)
        case TopicRead(topic):
            outreach.log_topic(session, dialogue, topic, scene.kit.now())
        case Erased():
            intake.erase(session, scene.kit, dialogue, up_to_passage=passage)
            call_backs.withdraw_session(session, scene.kit, scene.key, up_to_passage=passage)
        case Answered():
            _answered(session, scene, dialogue, event, step)
        case PinGiven(pin=pin):
            _take_pin(session, scene, dialogue, step, pin)
        case _:
            pass


def note(session: Session, scene: Scene, dialogue: Dialogue, step: Step) -> Tip | None:
    """Write down what a step told, in the report or of a helper; the tip, where it is enough to keep one."""
    told = [event for event in step.events if isinstance(event, Answered | Completed)]
    matter = _matter(scene.book, step.run)
    if not told or matter is None:
        return None
    telling = Telling(
        answers=step.run.answers,
        passage=step.run.passage,
        completed=Completed(matter) in told,
        language=step.run.language,
        matter=matter,
    )
    contact_key = scene.kit.pseudonyms.contact(scene.caller, scene.kit.now())
    tip = intake.note(session, scene.kit, dialogue, telling, contact_key=contact_key)
    if tip is not None and Completed(CALL_BACK) in told and is_number(scene.caller):
        call_backs.ask(session, scene.kit, dialogue, tip, step.run.answers, caller=scene.caller)
    return tip


def _answered(
    session: Session, scene: Scene, dialogue: Dialogue, answer: Answered, step: Step
) -> None:
    """What an answer changes by its name. Those of the report are written down together, by `note`."""
    kit, run = scene.kit, step.run
    match answer:
        case Answered(name) if name in call_back.ANSWERS:
            call_backs.withdraw_session(session, kit, scene.key, up_to_passage=run.passage)
        case Answered("case", said) if dialogue.responder_id is not None and run.finished:
            # A session that began on flows where choosing a case took it.
            entry_cases.take(session, kit, dialogue.responder_id, said)
        case Answered(name, said) if name in ACTING and dialogue.responder_id is not None:
            case, verb = run.answers.get(CASE, ""), run.answers.get(VERB, "")
            entry_cases.answered(session, kit, dialogue.responder_id, name, said, case, verb)
        case Answered(receipt.ERASE, "yes") if gathers(scene.book, run, receipt.RECEIPT):
            receipts.erase(session, kit, scene.newest_look(step.upto))
        case Answered(name, said) if name == ANSWER and gathers(scene.book, run, receipt.RECEIPT):
            opened = scene.newest_look(step.upto)
            receipts.answer(session, kit, opened, said, language=run.language)
        case Answered("silence", "yes") if is_number(scene.caller):
            outreach.stop_in(session, kit, scene.caller, kit.now())
        case Answered(name) if (thing := quiz.thing_of(name)) is not None:
            outcome = quiz.outcome(thing, run.answers)
            if outcome is not None:
                outreach.log_pair(session, dialogue, thing, outcome, kit.now())
        case Answered(name) if rolls.concerns(name):
            look = scene.looks.get(step.upto)
            opens = look is not None and look.opened_key is not None
            rolls.answered(session, kit, dialogue, scene.caller, answer, run.answers, opened=opens)
        case _:
            pass


def _take_pin(session: Session, scene: Scene, dialogue: Dialogue, step: Step, pin: str) -> None:
    """In the report it is chosen. Behind "My number" it was tried, and the try is noted already."""
    if gathers(scene.book, step.run, Matter.TIP):
        receipts.give(session, scene.kit, dialogue, passage=step.run.passage, pin=pin)


def _matter(book: Book, run: Run) -> Matter | None:
    """What is being told here; None where nothing is."""
    return next((matter for matter in Matter if gathers(book, run, matter)), None)
