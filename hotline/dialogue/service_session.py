"""Asks the reader for the web process after a work PIN, waits briefly, and shows the reader's answer.

It waits without an open transaction, in two threads of a process at most, for two seconds at most. A position in the
text always shows the same: the answer that came in time, or a request to wait.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import chain, repeat

from hotline.alarms import service
from hotline.alarms.rules import Alarm
from hotline.alerts import service_intake
from hotline.cases import (
    rules_reading_requests,
    service_attempts,
    service_receipts,
    tables_reading_requests,
)
from hotline.cases.rules_reading_requests import PAGE, AskKind, ReaderAnswer, rested, without_pins
from hotline.cases.service_attempts import SecretLook
from hotline.cases.service_receipts import OwnWords
from hotline.cases.tables_reading_requests import PinReading
from hotline.core import tables_attempts
from hotline.core.context import DoorKit, Kit
from hotline.core.database import Session
from hotline.core.jobs import Job
from hotline.core.rules_attempts import Secret, SecretTyped
from hotline.core.ussd import MOST_INPUTS, NOTHING, SEPARATOR, EndNotice, Heard, Opening, UssdHop
from hotline.core.wording import Template
from hotline.counters import service as counters_service
from hotline.counters.rules import Stand
from hotline.counters.service import STRANGE_CALLER
from hotline.dialogue import service_commit, service_replay, service_session_start
from hotline.dialogue.replay_cache import KnownSession, SharedWay, Step, may_be_kept
from hotline.dialogue.service_commit import USSD, EffectContext
from hotline.dialogue.service_replay import Learned, ReaderAsked, ReaderLearned, Start
from hotline.errors import CallbackInvalid, KeyMissing, SealBroken, StoreUnavailable, StrangeCaller
from hotline.flows.flow import Book
from hotline.gateway import tables_sessions
from hotline.gateway.doorbell import ring
from hotline.keys import one_off
from hotline.keys.conversation_state import opened, under
from hotline.keys.encrypt import KeyPair
from hotline.people import rules_pin_rest
from hotline.people.tables import Responder
from hotline.programmes import service_enrolment
from hotline.text.languages import FIRST
from hotline.tips import tables

MOST_SECONDS = 2.0
"""Seconds that a hop waits. The gateway allows five."""
PAUSES = (0.025, 0.025, 0.05, 0.1)
"""Seconds before the first checks. Later ones follow every `LATER_PAUSE` seconds."""
LATER_PAUSE = 0.2
ASKED, RESTING = "asked", "resting"
"""Stored results of an attempt by an unknown phone: the reader is asked, or the phone must wait."""
WAIT = ReaderLearned(ReaderAnswer((rules_reading_requests.WAITS,)))
NOTHING_OPENED = ReaderLearned(ReaderAnswer())
"""Answer to a wrong PIN, and to a text with another PIN than the one that was asked with."""


class ReaderAsking:
    """The requests of one hop to the reader."""

    def __init__(self, kit: DoorKit, hop: UssdHop, opening: Opening, language: str) -> None:
        self._kit, self._hop, self._opening = kit, hop, opening
        self._language = language
        self._known: dict[str, PinReading] | None = None

    def learn(self, asked: ReaderAsked) -> ReaderLearned:
        """Returns what this position of the text shows. Raises StoreUnavailable."""
        row = self._rows().get(self._digest(asked.upto))
        if asked.wants_page:
            return self._page(asked, row)
        if row is not None and row.given_up_at is not None:
            return WAIT
        if row is not None and row.shown is not None:
            return self._shown(row.shown, asked)
        if asked.ask.kind is not AskKind.VIEW:
            return self._fresh(asked)
        if self._opening.responder_id is not None:
            # An attempt while this phone must wait costs the reader nothing, just as on an unknown phone.
            at = self._kit.now()
            with self._kit.database.reading() as session:
                person = session.get(Responder, self._opening.responder_id)
                until = None if person is None else person.rested_until
            if until is not None and until > at:
                return self._settled(asked, None, rested(until))
            return self._fresh(asked)
        tried = self._try(asked)
        until = datetime.fromisoformat(tried[1]) if len(tried) > 1 else None
        if tried[:1] != (ASKED,):
            return ReaderLearned(rested(until))
        return self._fresh(asked, wrong=None if until is None else rested(until))

    def _try(self, asked: ReaderAsked) -> tuple[str, ...]:
        """Notes an attempt of an unknown phone. It must wait after as many attempts, and as long, as an enrolled phone.

        Returns `ASKED` or `RESTING`, followed by the time until which the phone must wait, if it must.
        """
        text = without_pins(self._hop.text)
        target = self._kit.pseudonyms.heard("", Secret.WORK)
        look = service_attempts.look_once(
            self._kit, replace(self._hop, text=text), asked.upto, Secret.WORK, target, self._judged
        )
        return tuple(look.said)

    def _judged(self, session: Session) -> SecretLook:
        at, caller = self._kit.now(), self._hop.caller
        keys = {self._kit.pseudonyms.contact(caller, one) for one in (at, at - rules_pin_rest.DAY)}
        before = tables_attempts.counted(
            session, Secret.WORK, keys, ASKED, at - 2 * rules_pin_rest.DAY
        )
        until = rules_pin_rest.rested_until(before)
        if until is not None and until > at:
            return SecretLook((RESTING, until.isoformat()))
        until = rules_pin_rest.rested_until([*before, at])
        return SecretLook((ASKED,) if until is None else (ASKED, until.isoformat()))

    def _settled(
        self, asked: ReaderAsked, row_id: int | None, answer: ReaderAnswer | None
    ) -> ReaderLearned:
        """Stores what this position shows. Of two simultaneous hops, the first one decides for both."""
        with self._kit.database.writing() as session:
            row_id = self._row(session, asked).id if row_id is None else row_id
            shown = None if answer is None else self._sealed(answer, asked)
            row = tables_reading_requests.settle(session, row_id, shown, self._kit.now())
        self._rows()[row.text_digest] = row
        return WAIT if row.shown is None else self._shown(row.shown, asked, answer)

    def _rows(self) -> dict[str, PinReading]:
        if self._known is None:
            with self._kit.database.reading() as session:
                self._known = tables_reading_requests.of_session(session, self._opening.key)
        return self._known

    def _fresh(self, asked: ReaderAsked, wrong: ReaderAnswer | None = None) -> ReaderLearned:
        """Asks the reader. If the PIN is wrong, this position shows `wrong` instead."""
        row_id, answer = self._asked(asked)
        if wrong is not None and answer == ReaderAnswer():
            answer = wrong
        return self._settled(asked, row_id, answer)

    def _page(self, asked: ReaderAsked, row: PinReading | None) -> ReaderLearned:
        """Returns the text of a page that was shown before.

        Without it, returns a message that it cannot be read now.
        """
        answer = None
        if row is not None:
            _, answer = self._asked(asked)
        if answer is None or PAGE not in answer.words:
            said = self._kit.phrases.say(self._language, Template.PAGE_AWAY)
            answer = ReaderAnswer((rules_reading_requests.UNREADABLE,), words={PAGE: said})
        return ReaderLearned(answer)

    def _asked(self, asked: ReaderAsked) -> tuple[int, ReaderAnswer | None]:
        """Returns the reading's id, and the answer if it came in time.

        Without a free waiting place, there is no answer.
        """
        pair = KeyPair.new()
        row_id, ask_id = self._begin(asked, pair)
        door = self._kit.reader
        if ask_id is None:
            return row_id, None
        ring(self._kit, Job.READ, ask_id)
        if not door.places.acquire(blocking=False):
            return row_id, None
        try:
            box = self._waited(ask_id)
        finally:
            door.places.release()
        if box is None:
            return row_id, None
        with suppress(SealBroken, KeyError, TypeError, ValueError):
            told = rules_reading_requests.bound_to(self._opening.key, self._digest(asked.upto))
            content = one_off.open_box(box, private=pair.private, bound=told)
            return row_id, ReaderAnswer.from_dict(content)
        return row_id, None

    def _begin(self, asked: ReaderAsked, pair: KeyPair) -> tuple[int, int | None]:
        """Stores the request. Returns no request id if the reader has no key to seal the PIN to."""
        key, digest, at = self._opening.key, self._digest(asked.upto), self._kit.now()
        sealed_pin = None
        with suppress(KeyMissing, SealBroken):
            public = self._kit.sealer.reader_key()
            typed = self._typed(asked)
            sealed_pin = one_off.seal(
                typed, public=public, bound=rules_reading_requests.bound_to(key, digest)
            )
        with self._kit.database.writing() as session:
            row = self._row(session, asked)
            if sealed_pin is None:
                return row.id, None
            return row.id, tables_reading_requests.ask(session, row.id, sealed_pin, pair.public, at)

    def _row(self, session: Session, asked: ReaderAsked) -> PinReading:
        """Returns the reading of this position, and makes it if needed."""
        before = None if asked.of is None else self._rows().get(self._digest(asked.of))
        return tables_reading_requests.begin(
            session,
            self._opening.key,
            self._digest(asked.upto),
            responder_id=self._opening.responder_id,
            asks=asked.ask,
            of_id=None if before is None else before.of_id or before.id,
            at=self._kit.now(),
        )

    def _typed(self, asked: ReaderAsked) -> Mapping[str, str]:
        """Returns the data for the reader only: the typed text, and the phone's digest if it may choose a new PIN."""
        typed = {rules_reading_requests.PIN: asked.pin, **asked.typed}
        if self._hop.shows_number:
            number = self._hop.caller
            typed |= {rules_reading_requests.NUMBER_KEY: self._kit.pseudonyms.enrolled(number)}
            typed |= {
                rules_reading_requests.NUMBER_END: number[
                    -rules_reading_requests.NUMBER_END_DIGITS :
                ]
            }
        return typed

    def _waited(self, ask_id: int) -> bytes | None:
        door = self._kit.reader
        until = door.elapsed() + MOST_SECONDS
        for pause in chain(PAUSES, repeat(LATER_PAUSE)):
            left = until - door.elapsed()
            if left <= 0:
                return None
            door.pause(min(pause, left))
            box = tables_reading_requests.box_of(self._kit.database, ask_id)
            if box is not None:
                return box
        return None

    def _sealed(self, answer: ReaderAnswer, asked: ReaderAsked) -> bytes:
        """Encrypts an answer for storage. Replaces its page with the number of screens that the page fills."""
        words = {name: word for name, word in answer.words.items() if name != PAGE}
        screens = asked.screens(answer) if PAGE in answer.words else 0
        kept = {"answer": replace(answer, words=words).to_dict(), "screens": screens}
        plain = json.dumps(kept, ensure_ascii=False).encode("utf-8", "surrogatepass")
        return under(self._shown_key(asked.upto), self._opening.key.encode(), plain)

    def _shown(
        self, sealed: bytes, asked: ReaderAsked, fresh: ReaderAnswer | None = None
    ) -> ReaderLearned:
        plain = opened(self._shown_key(asked.upto), self._opening.key.encode(), sealed)
        if plain is None:
            return NOTHING_OPENED
        kept = json.loads(plain.decode("utf-8", "surrogatepass"))
        answer, screens = ReaderAnswer.from_dict(kept["answer"]), int(kept["screens"])
        if screens and fresh is not None and PAGE in fresh.words:
            page = {PAGE: fresh.words[PAGE]}
            return ReaderLearned(replace(answer, words={**answer.words, **page}))
        return ReaderLearned(answer, screens)

    def _shown_key(self, upto: int) -> bytes:
        return self._kit.pseudonyms.shown_key(self._hop.session_id, self._hop.text[:upto])

    def _digest(self, upto: int) -> str:
        text = without_pins(self._hop.text[:upto])
        return self._kit.pseudonyms.heard(self._opening.key, text)


# Answers the hops of a USSD dialogue, and ends it.

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
            service_session_start.check_caller(kit, known.opening, hop)
        elif hop.text:
            known = service_session_start.found(kit, hop, key)
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
        counters_service.log_alone(session, STRANGE_CALLER, USSD, at)
        service.note(session, Alarm.STRANGE_CALLER, at)


def failure(kit: Kit, language: str = FIRST) -> str:
    """Returns the answer for a failure: try later, and the emergency number."""
    return f"END {kit.phrases.say(language, Template.FAILURE)}"


def end_session(kit: DoorKit, notice: EndNotice) -> None:
    """Ends a session and files its draft as a tip. Works before or after the last hop, and repeatedly.

    Raises StoreUnavailable.
    """
    key = kit.pseudonyms.session(notice.session_id)

    with kit.database.writing() as session:
        dialogue = tables_sessions.hold(session, key)
        if dialogue is None:
            return
        dialogue.ended_at = dialogue.ended_at or kit.now()
        tables_sessions.keep(session, dialogue)
        filed = service_intake.file_drafts(session, kit, tables.drafts_of(session, key))
        session.flush()
        service_intake.before_commit(kit, filed)
    kit.sessions.end(key)
    service_intake.announce(kit, filed)


def _begin(kit: DoorKit, hop: UssdHop, key: str) -> str:
    """Answers a session's first hop. The caller dialled everything in its text ahead.

    Sessions begin one at a time on SQLite. Parallel threads would slow each other down more than they wait here.
    """
    looks: Looks = {}
    opening = service_session_start.opened(kit, hop, key)
    known = service_session_start.known_as(kit, hop, opening, Heard(NOTHING))
    way = way_of(kit, hop, known, looks)
    if not service_commit.begin(kit, hop, known, way.changing):
        raced = service_session_start.found(kit, hop, key)
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
        if service_commit.carry_out(context, known, way.changing, hop.text):
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

    context = service_session_start.context_of(kit, known.opening, hop)
    start = None if base is None else Start(base[0].run, base[1])
    played = _played(kit, hop, context, known, start, looks)
    own = context.facts.words
    hers = bool(looks) or (isinstance(own, OwnWords) and own.shown)
    kept = shared is not None and not hers and may_be_kept(hop.text, played.steps)
    steps = played.steps if kept else known.unheard(played.steps)
    before = () if base is None else base[0].changing
    changing = (*before, *service_commit.changing(context.book, steps))
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
    context: service_replay.SessionContext,
    known: KnownSession,
    start: Start | None,
    looks: Looks,
) -> service_replay.Played:
    """Replays the text to its end, and answers the questions of the engine on the way."""
    playing = service_replay.play(context, hop.text, known.heard, start)
    asking = ReaderAsking(kit, hop, known.opening, context.facts.language)
    try:
        question = next(playing)
        while True:
            match question:
                case service_replay.StarTyped():
                    row = tables_sessions.find(kit.database, known.opening.key)
                    answer = Learned(heard=Heard(NOTHING) if row is None else row[1])
                case SecretTyped():
                    looks[question.upto] = _look(kit, hop, context, question)
                    answer = Learned(flags=looks[question.upto].flags)
                case ReaderAsked():
                    answer = Learned(said=asking.learn(question))
            question = playing.send(answer)
    except StopIteration as end:
        played: service_replay.Played = end.value
        return played


def _look(
    kit: DoorKit, hop: UssdHop, context: service_replay.SessionContext, asked: SecretTyped
) -> SecretLook:
    """Returns what a secret gives access to. The attempt stays noted, even if this hop fails later."""
    if context.opening.asks_pin:
        # The stored digest of an attempt covers everything keyed before it, so a work PIN must be removed first.
        hop = replace(hop, text=without_pins(hop.text))
    match asked.secret:
        case Secret.RECEIPT:
            return service_receipts.look(kit, context.book, hop, asked)
        case Secret.CODE:
            return service_enrolment.look(kit, context.opening, hop, asked)
        case Secret.WORK:
            return SecretLook()


def _language(kit: DoorKit, hop: UssdHop, known: KnownSession | None) -> str:
    """Returns the caller's language after a failure, as far as the cached path shows it."""
    if known is None or known.shared is None:
        return FIRST
    way = kit.sessions.ways.longest(known.shared, f"{hop.text}{SEPARATOR}")
    return FIRST if way is None else way[0].run.language
