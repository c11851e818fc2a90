"""What a hop changes, carried out in one transaction, once, whatever is repeated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hotline.domain import call_back, quiz, receipt, trial
from hotline.domain.ussd import Opening
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
from hotline.ports import Kit
from hotline.sealing.epochs import last_week
from hotline.services import call_backs, intake, outreach, receipts, referral, rolls
from hotline.services.intake import Telling
from hotline.services.playing import Step, gathers
from hotline.services.receipts import Look
from hotline.store import contacts
from hotline.store.contacts import Dialogue
from hotline.store.database import Session
from hotline.store.tips import Tip
from hotline.text.languages import FIRST

CASE = "case"
"""The answer that names a reference, given on the responders' list."""
SILENCE = "silence"
"""The answer by which a caller asks that nothing is ever sent to her phone."""
TIP = "tip"
"""What the report gathers."""
CALL_BACK = "call_back"
"""What is whole when she agreed to a call in every point."""
USSD = "ussd"
NOTHING = -1
"""Heard before a session's first text, which may be empty."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Who carries out effects, and where. The caller stays out of `repr`."""

    kit: Kit
    book: Book
    key: str
    caller: str = field(repr=False)
    looks: Mapping[int, Look] = field(default_factory=dict)
    """What the PINs of this text have opened."""


def topics_of(steps: Sequence[Step]) -> frozenset[str]:
    """The topics read on the way."""
    return frozenset(
        event.topic for step in steps for event in step.events if isinstance(event, TopicRead)
    )


def changing(book: Book, steps: Sequence[Step], counted: frozenset[str]) -> tuple[Step, ...]:
    """The steps that leave something behind: a hop without one needs no transaction.

    A topic that was `counted` in this session is not counted again.
    """
    return tuple(
        step
        for step in steps
        if any(
            _changes(book, step.run, event)
            for event in step.events
            if not (isinstance(event, TopicRead) and event.topic in counted)
        )
    )


def begin(scene: Scene, opening: Opening, steps: Sequence[Step], accepted: int) -> bool:
    """Write a session's row, count it, and carry out what digits dialled ahead changed. Raises StoreUnavailable.

    False where another hop of the session was quicker: then nothing is changed here.
    """
    row = Dialogue(
        key=opening.key,
        channel=trial.channel_of(scene.caller, USSD),
        revision_id=opening.revision_id,
        entry=opening.entry,
        dialled=opening.dialled,
        reporting=opening.reporting,
        responder_id=opening.responder_id,
        network=opening.network,
        language=FIRST,
        counted=[],
        started_at=opening.started_at,
        heard=NOTHING,
    )
    scene.kit.sealer.epochs.forget(last_week(opening.started_at))
    with scene.kit.database.writing() as session:
        if not contacts.open_dialogue(session, row):
            return False
        dialogue = contacts.dialogue_for_writing(session, opening.key)
        assert dialogue is not None
        outreach.log_session(session, dialogue)
        outreach.log_person(session, scene.kit, scene.caller, opening.started_at)
        in_transaction(session, scene, dialogue, steps)
        dialogue.heard = accepted
    return True


def carry_out(
    scene: Scene,
    steps: Sequence[Step],
    accepted: int,
    *,
    counted: frozenset[str] = frozenset(),
) -> None:
    """Commit what these steps changed and nobody committed yet, then ring. Raises StoreUnavailable.

    `accepted` is the whole text's length: from here on nothing up to it is carried out again.
    """
    steps = changing(scene.book, steps, counted)
    if not steps:
        return

    with scene.kit.database.writing() as session:
        dialogue = contacts.dialogue_for_writing(session, scene.key)
        if dialogue is None or dialogue.heard >= accepted:
            return
        written = in_transaction(session, scene, dialogue, steps)
        dialogue.heard = accepted
        session.flush()
        intake.before_commit(scene.kit, written)
    intake.announce(scene.kit, written)


def in_transaction(
    session: Session, scene: Scene, dialogue: Dialogue, steps: Sequence[Step]
) -> Sequence[Tip]:
    """Every effect that is not committed yet, in the order told; the tips that were written."""
    written: dict[str, Tip] = {}
    for step in steps:
        if step.upto <= dialogue.heard:
            continue
        for event in step.events:
            _apply(session, scene, dialogue, event, step)
        tip = _note(session, scene, dialogue, step)
        if tip is not None:
            written[tip.identity] = tip
    return tuple(written.values())


def _changes(book: Book, run: Run, event: Event) -> bool:
    if isinstance(event, LanguageChosen | TopicRead | Erased | PinGiven):
        return True
    if isinstance(event, Answered) and (quiz.thing_of(event.name) or rolls.concerns(event.name)):
        return True
    return isinstance(event, Answered | Completed) and (
        gathers(book, run, TIP)
        or (isinstance(event, Answered) and event.name in (CASE, SILENCE, receipt.ERASE))
    )


def _apply(session: Session, scene: Scene, dialogue: Dialogue, event: Event, step: Step) -> None:
    run = step.run
    match event:
        case LanguageChosen(language):
            outreach.log_language(session, dialogue, language)
        case TopicRead(topic):
            outreach.log_topic(session, dialogue, topic, scene.kit.now())
        case Erased():
            intake.erase(session, dialogue, up_to_passage=run.passage)
            call_backs.withdraw_session(session, scene.kit, scene.key, up_to_passage=run.passage)
        case Answered(name) if name in call_back.ANSWERS:
            call_backs.withdraw_session(session, scene.kit, scene.key, up_to_passage=run.passage)
        case Answered("case", reference) if dialogue.responder_id is not None:
            referral.take(session, dialogue.responder_id, reference, scene.kit.now())
        case Answered(receipt.ERASE, "yes") if gathers(scene.book, run, receipt.RECEIPT):
            receipts.erase(session, scene.kit, scene.key)
        case Answered("silence", "yes"):
            outreach.stop_in(session, scene.kit, scene.caller, scene.kit.now())
        case Answered(name) if (thing := quiz.thing_of(name)) is not None:
            outcome = quiz.outcome(thing, run.answers)
            if outcome is not None:
                outreach.log_pair(session, dialogue, thing, outcome, scene.kit.now())
        case Answered(name) if rolls.concerns(name):
            rolls.answered(session, scene.kit, dialogue, scene.caller, event, run.answers)
        case PinGiven(pin=pin):
            _take_pin(session, scene, dialogue, step, pin)
        case _:
            pass


def _take_pin(session: Session, scene: Scene, dialogue: Dialogue, step: Step, pin: str) -> None:
    """In the report it is chosen; behind "My number" it was tried."""
    if gathers(scene.book, step.run, TIP):
        receipts.give(session, scene.kit, dialogue, passage=step.run.passage, pin=pin)
    elif (look := scene.looks.get(step.upto)) is not None:
        receipts.record(session, scene.kit, scene.key, scene.caller, step.upto, look)


def _note(session: Session, scene: Scene, dialogue: Dialogue, step: Step) -> Tip | None:
    told = [event for event in step.events if isinstance(event, Answered | Completed)]
    if not told or not gathers(scene.book, step.run, TIP):
        return None
    telling = Telling(
        answers=step.run.answers,
        passage=step.run.passage,
        completed=Completed(TIP) in told,
        language=step.run.language,
    )
    contact_key = scene.kit.pseudonyms.contact(scene.caller, scene.kit.now())
    tip = intake.note(session, scene.kit, dialogue, telling, contact_key=contact_key)
    if tip is not None and Completed(CALL_BACK) in told:
        call_backs.ask(session, scene.kit, dialogue, tip, step.run.answers, caller=scene.caller)
    return tip
