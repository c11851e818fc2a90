"""What each event of a hop leaves behind, inside the hop's transaction. `commit.py` opens it, and sees to it that
nothing happens twice.
"""

from datetime import datetime

from hotline.domain.dialogue.asks import READER_PINS
from hotline.domain.dialogue.ussd import is_number
from hotline.domain.tip import Matter
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
from hotline.engine.run import Run
from hotline.engine.view import gathers
from hotline.services.dialogue.answer_effects import EffectContext, Given, effect_of
from hotline.services.reach import outreach
from hotline.services.reach.outreach import Counts
from hotline.services.referrals import call_back_requests
from hotline.services.tips import intake, receipts
from hotline.services.tips.intake import Telling
from hotline.store.database import Session
from hotline.store.dialogue.openings import HeldDialogue
from hotline.store.dialogue.ways import Step
from hotline.store.reach.screen_counts import Tallies
from hotline.store.tips.told_tips import ToldTip

CALL_BACK = "call_back"
"""What is whole when she agreed to a call in every point."""


def changes(book: Book, run: Run, event: Event) -> bool:
    """Whether it leaves anything behind."""
    if isinstance(event, PinGiven):
        return event.name not in READER_PINS
    if isinstance(event, LanguageChosen | TopicRead | Erased):
        return True
    if isinstance(event, Answered) and effect_of(event.name) is not None:
        return True
    return isinstance(event, Answered | Completed) and _matter(book, run) is not None


def apply(
    session: Session, context: EffectContext, dialogue: HeldDialogue, event: Event, step: Step
) -> None:
    """Carry one event out; one that means nothing here changes nothing."""
    passage = step.run.passage
    match event:
        case LanguageChosen() | TopicRead():
            outreach.log(session, tallies(dialogue, event, context.kit.now()))
        case Erased():
            intake.erase(session, context.kit, dialogue, up_to_passage=passage)
            call_back_requests.withdraw_session(
                session, context.kit, context.key, up_to_passage=passage
            )
        case Answered(name=name):
            effect = effect_of(name)
            if effect is not None:
                effect(Given(session, context, dialogue, event, step))
        case PinGiven(pin=pin) if gathers(context.book, step.run, Matter.TIP):
            # In the report it is chosen. Behind "My number" it was tried, and the try is noted already.
            receipts.give(session, context.kit, dialogue, passage=passage, pin=pin)
        case _:
            pass


def only_counts(book: Book, step: Step) -> bool:
    """Whether all that a step changes is in what is counted: most that commit."""
    heavy = (event for event in step.events if not isinstance(event, LanguageChosen | TopicRead))
    return not step.are_words and not any(changes(book, step.run, event) for event in heavy)


def tallies(counts: Counts, event: Event, at: datetime) -> Tallies:
    """What an event adds to the figures."""
    match event:
        case LanguageChosen(language):
            return outreach.in_language(counts, language)
        case TopicRead(topic):
            return outreach.on_topic(counts, topic, at)
        case _:
            return ()


def note(
    session: Session, context: EffectContext, dialogue: HeldDialogue, step: Step
) -> ToldTip | None:
    """Write down what a step told, in the report or of a helper; the tip, where it is enough to keep one."""
    told = [event for event in step.events if isinstance(event, Answered | Completed)]
    matter = _matter(context.book, step.run)
    if not told or matter is None:
        return None
    telling = Telling(
        answers=step.run.answers,
        passage=step.run.passage,
        completed=Completed(matter) in told,
        language=step.run.language,
        matter=matter,
    )
    tip = intake.note(session, context.kit, dialogue, telling, caller=context.caller)
    if tip is not None and Completed(CALL_BACK) in told and is_number(context.caller):
        call_back_requests.ask(
            session, context.kit, dialogue, tip, step.run.answers, caller=context.caller
        )
    return tip


def _matter(book: Book, run: Run) -> Matter | None:
    """What is being told here; None where nothing is."""
    return next((matter for matter in Matter if gathers(book, run, matter)), None)
