"""A hop of a USSD dialogue, and its end.

The gateway may repeat a hop, bring it late, or bring two inputs at once; the run store may have forgotten everything.
The same text is answered alike through all of it, and what it changes is changed once.
"""

from collections.abc import Mapping
from dataclasses import replace

from hotline.domain.dialogue.ussd import EndNotice, Opening, UssdHop, follows
from hotline.domain.guessing import Secret
from hotline.domain.wording import Template
from hotline.engine.screen import Screen
from hotline.errors import StoreUnavailable, StrangeCaller
from hotline.ports import DoorKit, Kit
from hotline.services.dialogue import commit, strange_caller
from hotline.services.dialogue.answer_effects import EffectContext
from hotline.services.dialogue.memory import LastHeard, Memory, recall, remember
from hotline.services.dialogue.session_start import (
    check_caller,
    ends_of,
    opened,
    opening_of,
    stage_of,
)
from hotline.services.guessing import SecretLook
from hotline.services.replay import Played, SecretTyped, SessionContext, from_here, from_the_dial
from hotline.services.rolls import joining
from hotline.services.tips import intake, receipts
from hotline.store.dialogue import contacts
from hotline.store.tips import tips
from hotline.text.languages import FIRST


def take_turn(kit: DoorKit, hop: UssdHop) -> str:
    """The gateway's answer: "CON ..." or "END ...". Another phone's hop in a session ends, and changes nothing in it.

    What it says is saved is committed. A database that cannot commit ends the dialogue politely; the same hop, sent
    again when it is back, goes on.
    """
    key = kit.pseudonyms.session(hop.session_id)
    memory = recall(kit, key)
    try:
        return _answer(kit, hop, key, memory)
    except StrangeCaller:
        strange_caller.turn_away(kit)
        return failure(kit)
    except StoreUnavailable:
        return failure(kit, memory.heard.run.language if memory.heard else FIRST)


def failure(kit: Kit, language: str = FIRST) -> str:
    """The answer where nothing can be done: later, and the emergency number."""
    return f"END {kit.phrases.say(language, Template.FAILURE)}"


def end_session(kit: DoorKit, notice: EndNotice) -> None:
    """Nobody will add to this session's draft: it is a tip now. Before or after the last hop, and more than once.

    Raises StoreUnavailable.
    """
    key = kit.pseudonyms.session(notice.session_id)

    with kit.database.writing() as session:
        dialogue = contacts.dialogue_for_writing(session, key)
        if dialogue is None:
            return
        dialogue.ended_at = dialogue.ended_at or kit.now()
        filed = intake.file_drafts(session, kit, tips.drafts_of(session, key))
        session.flush()
        intake.before_commit(kit, filed)
    intake.announce(kit, filed)


def _answer(kit: DoorKit, hop: UssdHop, key: str, memory: Memory) -> str:
    heard, digest = memory.heard, kit.pseudonyms.heard(key, hop.text)
    if heard is not None:
        check_caller(kit, heard.opening, hop)
    if heard is not None and heard.length == len(hop.text) and heard.digest == digest:
        return heard.answer

    if heard is not None and _follows(kit, key, hop.text, heard):
        opening, played = heard.opening, _go_on(kit, hop, heard)
    else:
        opening, played = _play_again(kit, hop, key) or _begin(kit, hop, key)

    answer = _worded(played.screen)
    topics = (heard.topics if heard is not None else frozenset()) | commit.topics_of(played.steps)
    remember(kit, memory, LastHeard(len(hop.text), digest, answer, played.run, opening, topics))
    return answer


def _go_on(kit: DoorKit, hop: UssdHop, heard: LastHeard) -> Played:
    stage = stage_of(kit, heard.opening, hop)
    looks = receipts.learned(kit, stage.book, heard.run, stage.opening.key, hop.text)
    played = _settled(kit, hop, stage, looks, heard)
    _carry_out(kit, hop, stage, played, looks, heard.topics)
    return played


def _play_again(kit: DoorKit, hop: UssdHop, key: str) -> tuple[Opening, Played] | None:
    """The whole text again, on the flows that were live when the session began; None for an unknown session."""
    with kit.database.reading() as session:
        row = contacts.dialogue(session, key)
    if row is None:
        return None

    check_caller(kit, opening_of(row), hop)
    stage = replace(stage_of(kit, opening_of(row), hop), heard=row.heard, ends=ends_of(row))
    looks: dict[int, SecretLook] = {}
    played = _settled(kit, hop, stage, looks)
    if row.heard < len(hop.text):
        _carry_out(kit, hop, stage, played, looks)
    return stage.opening, played


def _settled(
    kit: DoorKit,
    hop: UssdHop,
    stage: SessionContext,
    looks: dict[int, SecretLook],
    heard: LastHeard | None = None,
) -> Played:
    """Play on from what was heard, or all of the text; where a secret must open something, look, and play again."""
    while True:
        knows = stage
        if looks:
            knows = replace(stage, learned={upto: look.flags for upto, look in looks.items()})
        if heard is not None:
            played = from_here(knows, heard.run, hop.text, heard.length)
        else:
            played = from_the_dial(knows, hop.text)
        if not isinstance(played, SecretTyped):
            return played
        looks[played.upto] = _look(kit, hop, stage, played)


def _look(kit: DoorKit, hop: UssdHop, stage: SessionContext, asked: SecretTyped) -> SecretLook:
    """What a secret opens. From here on the try is noted, whatever becomes of this hop."""
    match asked.secret:
        case Secret.RECEIPT:
            return receipts.look(kit, stage.book, hop, asked)
        case Secret.CODE:
            return joining.look(kit, stage.opening, hop, asked)


def _begin(kit: DoorKit, hop: UssdHop, key: str) -> tuple[Opening, Played]:
    """A session's first hop: everything in its text was dialled ahead."""
    stage = stage_of(kit, opened(kit, hop, key), hop)
    looks: dict[int, SecretLook] = {}
    played = _settled(kit, hop, stage, looks)
    context = EffectContext(kit, stage.book, key, hop.caller, looks)
    if commit.begin(context, stage.opening, played.steps, hop.text):
        return stage.opening, played

    raced = _play_again(kit, hop, key)
    assert raced is not None
    return raced


def _carry_out(
    kit: DoorKit,
    hop: UssdHop,
    stage: SessionContext,
    played: Played,
    looks: Mapping[int, SecretLook],
    counted: frozenset[str] = frozenset(),
) -> None:
    context = EffectContext(kit, stage.book, stage.opening.key, hop.caller, looks)
    commit.carry_out(context, played.steps, hop.text, counted=counted)


def _follows(kit: DoorKit, key: str, text: str, heard: LastHeard) -> bool:
    """Whether `text` goes on behind the text that was answered last, known by its digest alone."""
    longer = len(text) > heard.length and follows(text, heard.length)
    return longer and kit.pseudonyms.heard(key, text[: heard.length]) == heard.digest


def _worded(screen: Screen) -> str:
    return f"{'END' if screen.ends else 'CON'} {screen.text}"
