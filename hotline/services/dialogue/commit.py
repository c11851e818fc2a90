"""What a hop changes, carried out in one transaction, once, whatever is repeated."""

from collections.abc import Sequence

from hotline.domain import trial
from hotline.domain.dialogue.ussd import Opening
from hotline.engine.events import TopicRead
from hotline.engine.flow import Book
from hotline.services import weekly_keys
from hotline.services.dialogue.answer_effects import EffectContext
from hotline.services.dialogue.effects import apply, changes, note
from hotline.services.guessing import heard_mark
from hotline.services.reach import outreach
from hotline.services.replay import Step
from hotline.services.tips import intake
from hotline.store.database import Session
from hotline.store.dialogue import contacts
from hotline.store.dialogue.contacts import Dialogue
from hotline.store.tips.tips import Tip
from hotline.text.languages import FIRST

USSD = "ussd"
NOTHING = -1
"""Heard before a session's first text, which may be empty."""


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
            changes(book, step.run, event)
            for event in step.events
            if not (isinstance(event, TopicRead) and event.topic in counted)
        )
    )


def begin(context: EffectContext, opening: Opening, steps: Sequence[Step], text: str) -> bool:
    """Write a session's row, count it, and carry out what digits dialled ahead changed. Raises StoreUnavailable.

    False where another hop of the session was quicker: then nothing is changed here.
    """
    row = Dialogue(
        key=opening.key,
        channel=trial.channel_of(context.caller, USSD),
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
        caller_key=opening.caller_key,
    )
    with context.kit.database.writing() as session:
        weekly_keys.forget_at(session, context.kit, opening.started_at)
        if not contacts.open_dialogue(session, row):
            return False
        dialogue = contacts.dialogue_for_writing(session, opening.key)
        assert dialogue is not None
        outreach.log_session(session, dialogue)
        outreach.log_person(session, context.kit, context.caller, opening.started_at)
        in_transaction(session, context, dialogue, steps)
        _mark(context, dialogue, text)
    return True


def carry_out(
    context: EffectContext,
    steps: Sequence[Step],
    text: str,
    *,
    counted: frozenset[str] = frozenset(),
) -> None:
    """Commit what these steps changed and nobody committed yet, then ring. Raises StoreUnavailable.

    From here on nothing up to the end of `text` is carried out again.
    """
    steps = changing(context.book, steps, counted)
    if not steps:
        return

    with context.kit.database.writing() as session:
        dialogue = contacts.dialogue_for_writing(session, context.key)
        if dialogue is None or dialogue.heard >= len(text):
            return
        written = in_transaction(session, context, dialogue, steps)
        _mark(context, dialogue, text)
        session.flush()
        intake.before_commit(context.kit, written)
    intake.announce(context.kit, written)


def in_transaction(
    session: Session, context: EffectContext, dialogue: Dialogue, steps: Sequence[Step]
) -> Sequence[Tip]:
    """Every effect that is not committed yet, in the order told; the tips that were written."""
    written: dict[str, Tip] = {}
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


def _mark(context: EffectContext, dialogue: Dialogue, text: str) -> None:
    """The session has heard this text, and what extends it may go on to open a secret."""
    dialogue.heard = len(text)
    dialogue.heard_key = heard_mark(context.kit, dialogue.key, text)
