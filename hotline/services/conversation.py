"""A hop of a USSD dialogue, and its end.

The gateway may repeat a hop, bring it late, or bring two inputs at once; the run store may have forgotten everything.
The same text is answered alike through all of it, and what it changes is changed once.
"""

from collections.abc import Mapping
from dataclasses import replace

from hotline.domain.ussd import EndNotice, Opening, UssdHop, entry_of, follows
from hotline.domain.wording import Template
from hotline.engine.flow import Book, numbers_shown
from hotline.engine.run import Facts, Option
from hotline.engine.screen import DEFAULT_LIMIT, Screen
from hotline.errors import StoreUnavailable
from hotline.ports import Kit
from hotline.services import call_backs, effects, intake, joining, receipts, referral
from hotline.services.effects import Scene
from hotline.services.memory import Heard, Memory, recall, remember
from hotline.services.playing import Asked, Played, Stage, from_here, from_the_dial, landing
from hotline.services.receipts import Look
from hotline.store import contacts, responders, tips
from hotline.store.contacts import Dialogue
from hotline.text.languages import CODES, FIRST

MY_CASES = "my_cases"
QUICKER = "quicker"
"""The flag of a case that a colleague took first, by its reference."""


def take_turn(kit: Kit, hop: UssdHop) -> str:
    """The gateway's answer: "CON ..." or "END ...".

    What it says is saved is committed. A database that cannot commit ends the dialogue politely; the same hop, sent
    again when it is back, goes on.
    """
    key = kit.pseudonyms.session(hop.session_id)
    memory = recall(kit, key)
    try:
        return _answer(kit, hop, key, memory)
    except StoreUnavailable:
        return failure(kit, memory.heard.run.language if memory.heard else FIRST)


def failure(kit: Kit, language: str = FIRST) -> str:
    """The answer where nothing can be done: later, and the emergency number."""
    return f"END {kit.phrases.say(language, Template.FAILURE)}"


def end_session(kit: Kit, notice: EndNotice) -> None:
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


def _answer(kit: Kit, hop: UssdHop, key: str, memory: Memory) -> str:
    heard, digest = memory.heard, kit.pseudonyms.heard(key, hop.text)
    if heard is not None and heard.length == len(hop.text) and heard.digest == digest:
        return heard.answer

    if heard is not None and _follows(kit, key, hop.text, heard):
        opening, played = heard.opening, _go_on(kit, hop, heard)
    else:
        opening, played = _play_again(kit, hop, key) or _begin(kit, hop, key)

    answer = _worded(played.screen)
    topics = (heard.topics if heard is not None else frozenset()) | effects.topics_of(played.steps)
    remember(kit, memory, Heard(len(hop.text), digest, answer, played.run, opening, topics))
    return answer


def _go_on(kit: Kit, hop: UssdHop, heard: Heard) -> Played:
    stage = _stage(kit, heard.opening, hop)
    looks = receipts.learned(kit, stage.book, heard.run, stage.opening.key)
    played = _settled(kit, hop, stage, looks, heard)
    _carry_out(kit, hop, stage, played, looks, heard.topics)
    return played


def _play_again(kit: Kit, hop: UssdHop, key: str) -> tuple[Opening, Played] | None:
    """The whole text again, on the flows that were live when the session began; None for an unknown session."""
    with kit.database.reading() as session:
        row = contacts.dialogue(session, key)
    if row is None:
        return None

    stage = _stage(kit, _opening_of(row), hop)
    looks: dict[int, Look] = {}
    played = _settled(kit, hop, stage, looks)
    if row.heard < len(hop.text):
        _carry_out(kit, hop, stage, played, looks)
    return stage.opening, played


def _settled(
    kit: Kit, hop: UssdHop, stage: Stage, looks: dict[int, Look], heard: Heard | None = None
) -> Played:
    """Play on from what was heard, or all of the text; where a PIN must open something, look, and play again."""
    while True:
        knows = replace(stage, learned={upto: look.flags for upto, look in looks.items()})
        if heard is not None:
            played = from_here(knows, heard.run, hop.text, heard.length)
        else:
            played = from_the_dial(knows, hop.text)
        if not isinstance(played, Asked):
            return played
        looks[played.upto] = receipts.look(kit, stage.opening.key, hop.caller, played)


def _begin(kit: Kit, hop: UssdHop, key: str) -> tuple[Opening, Played]:
    """A session's first hop: everything in its text was dialled ahead."""
    stage = _stage(kit, _opened(kit, hop, key), hop)
    looks: dict[int, Look] = {}
    played = _settled(kit, hop, stage, looks)
    scene = Scene(kit, stage.book, key, hop.caller, looks)
    if effects.begin(scene, stage.opening, played.steps, len(hop.text)):
        return stage.opening, played

    raced = _play_again(kit, hop, key)
    assert raced is not None
    return raced


def _opened(kit: Kit, hop: UssdHop, key: str) -> Opening:
    revision_id = kit.books.live()
    book = kit.books.book(revision_id)
    with kit.database.reading() as session:
        reporting = referral.living_national(session)
        responder_id = None
        if _is_private(book, hop.text):
            number_key = kit.pseudonyms.enrolled(hop.caller)
            enrolled = responders.enrolled(session, number_key)
            responder_id = enrolled.id if enrolled else None

    entry, _ = landing(book, hop.text, enrolled=responder_id is not None)
    return Opening(
        key=key,
        revision_id=revision_id,
        entry=entry,
        dialled=len(hop.text),
        reporting=reporting,
        responder_id=responder_id,
        network=hop.network,
        started_at=kit.now(),
    )


def _carry_out(
    kit: Kit,
    hop: UssdHop,
    stage: Stage,
    played: Played,
    looks: Mapping[int, Look],
    counted: frozenset[str] = frozenset(),
) -> None:
    scene = Scene(kit, stage.book, stage.opening.key, hop.caller, looks)
    effects.carry_out(scene, played.steps, len(hop.text), counted=counted)


def _stage(kit: Kit, opening: Opening, hop: UssdHop) -> Stage:
    limits = kit.line.limits
    book = kit.books.book(opening.revision_id)
    return Stage(
        book=book,
        facts=_facts(kit, book, opening, hop),
        opening=opening,
        limit=limits.get(opening.network or "", limits.get("", DEFAULT_LIMIT)),
    )


def _facts(kit: Kit, book: Book, opening: Opening, hop: UssdHop) -> Facts:
    """As they stood when the session began: a replay is told the same. Whose a case is, is asked when she takes it."""
    cases: tuple[str, ...] = ()
    late: list[str] = []
    language = None
    if opening.responder_id is not None:
        with kit.database.reading() as session:
            cases = tuple(referral.open_cases(session, opening.responder_id, opening.started_at))
            late = referral.quicker(session, opening.responder_id)
            language = responders.language_of(session, opening.responder_id)
    of_receipts = receipts.facts(kit, opening.key)
    options = tuple(Option(case, dict.fromkeys(CODES, case)) for case in cases)
    return Facts(
        flags={
            **numbers_shown(book, opening.started_at.date()),
            "reporting": opening.reporting,
            "has_cases": bool(options),
            **{f"{QUICKER}.{case}": True for case in late},
            **call_backs.flags(kit, book, opening),
            **joining.flags(kit, book, opening, hop),
            **of_receipts.flags,
        },
        lists={MY_CASES: options},
        words=of_receipts.words,
        language=language or FIRST,
    )


def _follows(kit: Kit, key: str, text: str, heard: Heard) -> bool:
    """Whether `text` goes on behind the text that was answered last, known by its digest alone."""
    longer = len(text) > heard.length and follows(text, heard.length)
    return longer and kit.pseudonyms.heard(key, text[: heard.length]) == heard.digest


def _is_private(book: Book, dialled: str) -> bool:
    entry, _ = entry_of(dialled, book.entries)
    return bool(entry) and book.flows[book.entries[entry]].private


def _opening_of(row: Dialogue) -> Opening:
    return Opening(
        key=row.key,
        revision_id=row.revision_id,
        entry=row.entry,
        dialled=row.dialled,
        reporting=row.reporting,
        responder_id=row.responder_id,
        network=row.network,
        started_at=row.started_at,
    )


def _worded(screen: Screen) -> str:
    return f"{'END' if screen.ends else 'CON'} {screen.text}"
