"""Answers the hops of a USSD dialogue, and ends it.

With each hop, the gateway sends everything that the caller has keyed so far. Any process can therefore replay a session
from its start and its text, and no conversation state is stored (docs/adr/0071). The gateway may repeat a hop, delay
it, or send two inputs together. The same text always gets the same answer, and each effect happens once.
"""

from contextlib import suppress
from dataclasses import replace

from hotline.domain.dialogue.asks import without_pins
from hotline.domain.dialogue.ussd import (
    MOST_INPUTS,
    NOTHING,
    SEPARATOR,
    EndNotice,
    Heard,
    UssdHop,
)
from hotline.domain.guessing import Secret, SecretTyped
from hotline.domain.reach.counters import Stand
from hotline.domain.watch.alarms import Alarm
from hotline.domain.wording import Template
from hotline.engine.flow import Book
from hotline.errors import CallbackInvalid, StoreUnavailable, StrangeCaller
from hotline.ports import DoorKit, Kit
from hotline.services import alarming
from hotline.services.dialogue import commit, session_start
from hotline.services.dialogue.asking import ReaderAsking
from hotline.services.dialogue.commit import USSD, EffectContext
from hotline.services.dialogue.replay import (
    Learned,
    Played,
    ReaderAsked,
    SessionContext,
    Start,
    StarTyped,
    play,
)
from hotline.services.guessing import SecretLook
from hotline.services.reach import outreach
from hotline.services.reach.outreach import STRANGE_CALLER
from hotline.services.rolls import joining
from hotline.services.tips import intake, receipts
from hotline.services.tips.receipts import OwnWords
from hotline.store.dialogue import openings
from hotline.store.dialogue.ways import KnownSession, SharedWay, Step, may_be_kept
from hotline.store.tips import tips
from hotline.text.languages import FIRST

Looks = dict[int, SecretLook]
"""Results of secrets, by the number of letters heard at that time."""


def take_turn(kit: DoorKit, hop: UssdHop) -> str:
    """Returns the gateway's answer: "CON ..." or "END ...". Another phone's hop in a session ends without an effect.

    Everything that the answer calls saved is committed. If the database cannot commit, the dialogue ends politely. The
    same hop continues it later. Raises NotReady, or CallbackInvalid for a text that no caller can have keyed.
    """
    if hop.text.count(SEPARATOR) >= MOST_INPUTS:
        raise CallbackInvalid("text has too many inputs")
    key = kit.pseudonyms.session(hop.session_id)
    known = kit.sessions.find(key)
    try:
        if known is not None:
            session_start.check_caller(kit, known.opening, hop)
        elif hop.text:
            known = session_start.found(kit, hop, key)
        return _begin(kit, hop, key) if known is None else _go_on(kit, hop, known)
    except StrangeCaller:
        _count_stranger(kit)
        return failure(kit)
    except StoreUnavailable:
        return failure(kit, _language(kit, hop, known))


def _count_stranger(kit: Kit) -> None:
    """Counts another phone's hop in a session, and raises the alarm.

    A database failure is ignored: it has its own alarm.
    """
    with suppress(StoreUnavailable), kit.database.writing() as session:
        at = kit.now()
        outreach.log_alone(session, STRANGE_CALLER, USSD, at)
        alarming.note(session, Alarm.STRANGE_CALLER, at)


def failure(kit: Kit, language: str = FIRST) -> str:
    """Returns the answer for a failure: try later, and the emergency number."""
    return f"END {kit.phrases.say(language, Template.FAILURE)}"


def end_session(kit: DoorKit, notice: EndNotice) -> None:
    """Ends a session and files its draft as a tip. Works before or after the last hop, and repeatedly.

    Raises StoreUnavailable.
    """
    key = kit.pseudonyms.session(notice.session_id)

    with kit.database.writing() as session:
        dialogue = openings.hold(session, key)
        if dialogue is None:
            return
        dialogue.ended_at = dialogue.ended_at or kit.now()
        openings.keep(session, dialogue)
        filed = intake.file_drafts(session, kit, tips.drafts_of(session, key))
        session.flush()
        intake.before_commit(kit, filed)
    kit.sessions.end(key)
    intake.announce(kit, filed)


def _begin(kit: DoorKit, hop: UssdHop, key: str) -> str:
    """Answers a session's first hop. The caller dialled everything in its text ahead.

    Sessions begin one at a time on SQLite. Parallel threads would slow each other down more than they wait here.
    """
    looks: Looks = {}
    opening = session_start.opened(kit, hop, key)
    known = session_start.known_as(kit, hop, opening, Heard(NOTHING))
    way = way_of(kit, hop, known, looks)
    if not commit.begin(kit, hop, known, way.changing):
        raced = session_start.found(kit, hop, key)
        assert raced is not None
        return _go_on(kit, hop, raced)
    kit.notes.tell(opening, known.heard)
    return _answered(kit, hop, known, way, looks)


def _go_on(kit: DoorKit, hop: UssdHop, known: KnownSession) -> str:
    looks: Looks = {}
    return _answered(kit, hop, known, way_of(kit, hop, known, looks), looks)


def _answered(kit: DoorKit, hop: UssdHop, known: KnownSession, way: SharedWay, looks: Looks) -> str:
    """Commits the effects of this text that are not committed yet, and answers. Hops of a menu rarely have any."""
    opening = known.opening
    if way.changing and way.changing[-1].upto > known.heard.upto:
        book = kit.books.book(opening.revision_id)
        context = EffectContext(kit, book, opening.key, hop.caller, looks)
        if commit.carry_out(context, known, way.changing, hop.text):
            kit.notes.tell(opening, known.heard)
    if kit.sessions.find(opening.key) is not known:
        kit.sessions.keep(known)
    kit.sessions.stand(known, len(hop.text), way.stands)
    return way.answer


def way_of(kit: DoorKit, hop: UssdHop, known: KnownSession, looks: Looks) -> SharedWay:
    """Returns the path of the text: from the cache, or replayed from its longest cached part."""
    ways, shared, base = kit.sessions.ways, known.shared, None
    if shared is not None:
        way = ways.find(shared, hop.text)
        if way is not None:
            return way
        base = ways.longest(shared, hop.text)

    context = session_start.context_of(kit, known.opening, hop)
    start = None if base is None else Start(base[0].run, base[1])
    played = _played(kit, hop, context, known, start, looks)
    own = context.facts.words
    hers = bool(looks) or (isinstance(own, OwnWords) and own.shown)
    kept = shared is not None and not hers and may_be_kept(hop.text, played.steps)
    steps = played.steps if kept else known.unheard(played.steps)
    before = () if base is None else base[0].changing
    changing = (*before, *commit.changing(context.book, steps))
    stands = () if base is None else base[0].stands
    way = SharedWay(
        f"{'END' if played.screen.ends else 'CON'} {played.screen.text}",
        played.run,
        changing,
        (*stands, *[_stand(context.book, step) for step in played.steps]),
    )
    if shared is not None and kept:
        ways.keep(shared, hop.text, way)
    return way


def _stand(book: Book, step: Step) -> Stand:
    """Returns the screen to which a step leads. Screens are counted when the session is over.

    A responder's page has no name.
    """
    run = step.run
    beneath = [book.flows[place.flow] for place in run.calls if place.flow in book.flows]
    is_hidden = not beneath or any(flow.private for flow in beneath)
    return Stand(
        upto=step.upto,
        screen="" if is_hidden else f"{run.calls[-1].flow}/{run.calls[-1].node}",
        answered=step.answered,
        ends=run.finished,
    )


def _played(
    kit: DoorKit,
    hop: UssdHop,
    context: SessionContext,
    known: KnownSession,
    start: Start | None,
    looks: Looks,
) -> Played:
    """Replays the text to its end, and answers the questions of the engine on the way."""
    playing = play(context, hop.text, known.heard, start)
    asking = ReaderAsking(kit, hop, known.opening, context.facts.language)
    try:
        question = next(playing)
        while True:
            match question:
                case StarTyped():
                    row = openings.find(kit.database, known.opening.key)
                    answer = Learned(heard=Heard(NOTHING) if row is None else row[1])
                case SecretTyped():
                    looks[question.upto] = _look(kit, hop, context, question)
                    answer = Learned(flags=looks[question.upto].flags)
                case ReaderAsked():
                    answer = Learned(said=asking.learn(question))
            question = playing.send(answer)
    except StopIteration as end:
        played: Played = end.value
        return played


def _look(kit: DoorKit, hop: UssdHop, context: SessionContext, asked: SecretTyped) -> SecretLook:
    """Returns what a secret gives access to. The attempt stays noted, even if this hop fails later."""
    if context.opening.asks_pin:
        # The stored digest of an attempt covers everything keyed before it, so a work PIN must be removed first.
        hop = replace(hop, text=without_pins(hop.text))
    match asked.secret:
        case Secret.RECEIPT:
            return receipts.look(kit, context.book, hop, asked)
        case Secret.CODE:
            return joining.look(kit, context.opening, hop, asked)
        case Secret.WORK:
            return SecretLook()


def _language(kit: DoorKit, hop: UssdHop, known: KnownSession | None) -> str:
    """Returns the caller's language after a failure, as far as the cached path shows it."""
    if known is None or known.shared is None:
        return FIRST
    way = kit.sessions.ways.longest(known.shared, f"{hop.text}{SEPARATOR}")
    return FIRST if way is None else way[0].run.language
