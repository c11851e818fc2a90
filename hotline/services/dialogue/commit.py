"""Carries out what a hop changes, in one transaction, once, whatever is repeated.

An event that means nothing in its place changes nothing.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from hotline.domain import trial
from hotline.domain.dialogue.asks import READER_PINS
from hotline.domain.dialogue.ussd import NOTHING, Heard, Opening, UssdHop, is_number
from hotline.domain.reach.counters import Measure
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
from hotline.errors import KeyMissing, StoreUnavailable
from hotline.ports import Kit
from hotline.services import weekly_keys
from hotline.services.dialogue.answer_effects import EffectContext, Given, effect_of
from hotline.services.guessing import heard_mark
from hotline.services.reach import outreach
from hotline.services.reach.outreach import Counts, day_of
from hotline.services.referrals import call_back_requests
from hotline.services.tips import intake, receipts
from hotline.services.tips.intake import Telling
from hotline.store.database import Session
from hotline.store.dialogue import openings
from hotline.store.dialogue.openings import FirstHop, HeldDialogue
from hotline.store.dialogue.ways import KnownSession, Step
from hotline.store.reach import screen_counts
from hotline.store.reach.screen_counts import SessionCounts, Tallies
from hotline.store.tips.told_tips import ToldTip
from hotline.text.languages import FIRST

USSD = "ussd"


def topics_of(steps: Sequence[Step]) -> frozenset[str]:
    """The topics read on the way."""
    return frozenset(
        event.topic for step in steps for event in step.events if isinstance(event, TopicRead)
    )


def changing(
    book: Book, steps: Sequence[Step], counted: frozenset[str] = frozenset()
) -> tuple[Step, ...]:
    """The steps that leave something behind: a hop without one needs no transaction.

    A topic that was `counted` in this session is not counted again. Words always leave where they end.
    """
    return tuple(
        step
        for step in steps
        if step.are_words
        or any(
            changes(book, step.run, event)
            for event in step.events
            if not (isinstance(event, TopicRead) and event.topic in counted)
        )
    )


def begin(kit: Kit, hop: UssdHop, known: KnownSession, steps: Sequence[Step]) -> bool:
    """Write a session's row and count it. What digits dialled ahead changed, `carry_out` commits.

    False where another hop of the session was quicker: then nothing is changed here. Raises StoreUnavailable.
    """
    opening, at = known.opening, known.opening.started_at
    channel = trial.channel_of(hop.caller, USSD)
    counted = channel not in trial.UNCOUNTED
    weekly_keys.forget_first(kit, at)
    people = {}
    with suppress(KeyMissing):
        people = kit.pseudonyms.person(hop.caller, at) if counted and is_number(hop.caller) else {}
    upto = NOTHING if steps else len(hop.text)
    first = FirstHop(
        opening=opening,
        channel=channel,
        language=FIRST,
        heard=upto,
        heard_key=None if steps else _mark_of(kit, opening, hop.text),
        measure=Measure.SESSION if counted else "",
        day=day_of(at),
        people=people,
    )
    if not openings.write(kit.database, first):
        return False
    known.heard = Heard(upto)
    return True


def carry_out(
    context: EffectContext, known: KnownSession, steps: Sequence[Step], text: str
) -> bool:
    """Commit what these steps changed and nobody committed yet, then ring; whether there was anything.

    From here on nothing up to the end of `text` is carried out again. Raises StoreUnavailable, also where a database
    that was restored does not know the session: nothing is shown as saved that is not.
    """
    new_steps = changing(context.book, known.unheard(steps), known.counted)
    if not new_steps:
        return False

    light = all(only_counts(context.book, step) for step in new_steps)
    mark = _mark_of(context.kit, known.opening, text)
    heard = (
        _count(context, new_steps, text, mark) if light else _commit(context, new_steps, text, mark)
    )
    if heard is None:
        raise StoreUnavailable("the session's row is gone")
    known.heard, known.counted = heard, known.counted | topics_of(new_steps)
    return True


def _commit(context: EffectContext, steps: Sequence[Step], text: str, mark: str) -> Heard | None:
    """What is heard then; None where the session's row is gone."""
    written: Sequence[ToldTip] = ()
    with context.kit.database.writing() as session:
        dialogue = openings.hold(session, context.key)
        if dialogue is None:
            return None
        if dialogue.heard < len(text):
            written = in_transaction(session, context, dialogue, steps)
            # What extends this text may go on to open a secret.
            dialogue.heard, dialogue.heard_key = len(text), mark
            openings.keep(session, dialogue)
            session.flush()
            intake.before_commit(context.kit, written)
        heard = Heard(dialogue.heard, openings.ends_of(dialogue.starred or ()))
    intake.announce(context.kit, written)
    return heard


def _count(context: EffectContext, steps: Sequence[Step], text: str, mark: str) -> Heard | None:
    """The same for steps that only count, without the mapper."""
    at = context.kit.now()

    def decide(counts: SessionCounts, heard: int) -> Tallies:
        new = (step for step in steps if step.upto > heard)
        return [one for step in new for event in step.events for one in tallies(counts, event, at)]

    return screen_counts.count(
        context.kit.database,
        context.key,
        upto=len(text),
        heard_key=mark,
        decide=decide,
    )


def in_transaction(
    session: Session, context: EffectContext, dialogue: HeldDialogue, steps: Sequence[Step]
) -> Sequence[ToldTip]:
    """Every effect that is not committed yet, in the order told; the tips that were written."""
    written: dict[str, ToldTip] = {}
    for step in steps:
        if step.upto <= dialogue.heard:
            continue
        for event in step.events:
            apply(session, context, dialogue, event, step)
        tip = note(session, context, dialogue, step)
        if tip is not None:
            written[tip.identity] = tip
        if step.starred is not None:
            begins, ends = step.starred
            dialogue.starred = [*(dialogue.starred or ()), f"{begins}-{ends}"]
    return tuple(written.values())


def _mark_of(kit: Kit, opening: Opening, text: str) -> str:
    return heard_mark(kit, opening.key, text, but_pins=opening.asks_pin)


CALL_BACK = "call_back"
"""What is whole when she agreed to a call in every point."""


def changes(book: Book, run: Run, event: Event) -> bool:
    """Returns True if it leaves anything behind."""
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
    """Carries one event out; one that means nothing here changes nothing."""
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
    """Returns True if all that a step changes is in what is counted: most that commit."""
    heavy = (event for event in step.events if not isinstance(event, LanguageChosen | TopicRead))
    return not step.are_words and not any(changes(book, step.run, event) for event in heavy)


def tallies(counts: Counts, event: Event, at: datetime) -> Tallies:
    """Returns what an event adds to the figures."""
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
    """Writes down what a step told, in the report or of a helper; the tip, where it is enough to keep one."""
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
    """Returns what is being told here; None where nothing is."""
    return next((matter for matter in Matter if gathers(book, run, matter)), None)
